//! Quotes and policies through the client API.

use axum::http::Method;
use serde_json::{Value, json};

fn quotes(id: &str) -> Value {
    json!({"status": "Look at this", "quoted_status_id": id})
}

both_backends! {
    async fn a_post_is_quoted_shown_counted_and_told(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let first = ada.says("The first").await;
        let quoting = ben.post("/api/v1/statuses", quotes(&first)).await;
        assert_eq!(quoting["quote"]["state"], "accepted");
        assert_eq!(quoting["quote"]["quoted_status"]["id"], json!(first));
        let path = format!("/api/v1/statuses/{first}");
        assert_eq!(ada.get(&path).await["quotes_count"], 1);
        let id = quoting["id"].as_str().unwrap();
        assert_eq!(ada.ids(&format!("{path}/quotes")).await, [id]);
        let told = ada.get("/api/v1/notifications?types[]=quote").await;
        assert_eq!(told[0]["status"]["id"], json!(id));
        // Two deep it is only named.
        let again = ada.post("/api/v1/statuses", quotes(id)).await;
        let inner = &again["quote"]["quoted_status"]["quote"];
        assert_eq!((&inner["quoted_status_id"], &inner["quoted_status"]), (&json!(first), &Value::Null));
        ben.ask(Method::DELETE, &format!("/api/v1/statuses/{id}"), Value::Null).await;
        assert_eq!(ada.get(&path).await["quotes_count"], 0);
        let orphan = ada.get(&format!("/api/v1/statuses/{}", again["id"].as_str().unwrap())).await;
        assert_eq!((&orphan["quote"]["state"], &orphan["quote"]["quoted_status"]), (&json!("deleted"), &Value::Null));
    }

    async fn who_may_quote_is_said_with_the_post_by_default_and_afterwards(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let tries = async |id: &str| ben.ask(Method::POST, "/api/v1/statuses", quotes(id)).await.0;
        let closed = ada.posts(json!({"status": "Mine", "quote_approval_policy": "nobody"})).await;
        assert_eq!(tries(&closed).await, 422);
        let shown = ben.get(&format!("/api/v1/statuses/{closed}")).await;
        assert_eq!(shown["quote_approval"], json!({"automatic": [], "manual": [], "current_user": "denied"}));
        assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", quotes(&closed)).await.0, 200, "one's own");
        let policy = format!("/api/v1/statuses/{closed}/interaction_policy");
        let opened = ada.ask(Method::PUT, &policy, json!({"quote_approval_policy": "followers"})).await.1;
        assert_eq!(opened["quote_approval"]["automatic"], json!(["followers"]));
        assert_eq!(tries(&closed).await, 422);
        ben.follows(&ada.actor).await;
        assert_eq!(tries(&closed).await, 200);
        assert_eq!(ben.ask(Method::PUT, &policy, json!({"quote_approval_policy": "public"})).await.0, 404);
        assert_eq!(ada.ask(Method::PUT, &policy, json!({"quote_approval_policy": "friends"})).await.0, 422);
        ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", json!({"source": {"quote_policy": "nobody"}})).await;
        assert_eq!(ada.get("/api/v1/preferences").await["posting:default:quote_policy"], "nobody");
        let next = ada.says("Another").await;
        assert_eq!(tries(&next).await, 422);
        let private = ada.posts(json!({"status": "For followers", "visibility": "private", "quote_approval_policy": "public"})).await;
        assert_eq!(tries(&private).await, 422, "only what is public");
    }

    async fn a_quote_is_taken_back_by_the_quoted_author_alone(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let first = ada.says("The first").await;
        let quoting = ben.posts(quotes(&first)).await;
        let path = format!("/api/v1/statuses/{first}/quotes/{quoting}/revoke");
        assert_eq!(ben.ask(Method::POST, &path, json!({})).await.0, 404);
        let (code, status) = ada.ask(Method::POST, &path, json!({})).await;
        assert_eq!((code, &status["quote"]["state"]), (200, &json!("revoked")));
        let seen = ben.get(&format!("/api/v1/statuses/{quoting}")).await;
        assert_eq!(seen["quote"]["quoted_status"], Value::Null);
        assert!(ben.ids(&format!("/api/v1/statuses/{first}/quotes")).await.is_empty());
        assert_eq!(ada.get(&format!("/api/v1/statuses/{first}")).await["quotes_count"], 0);
    }

    async fn answers_are_taken_from_whom_the_author_lets(kit: TestKit) {
        let (ada, ben, eve) = (kit.client("ada").await, kit.client("ben").await, kit.client("eve").await);
        let post = ada.posts(json!({"status": "@ben only you", "reply_approval_policy": "nobody"})).await;
        let answer = json!({"status": "Me too", "in_reply_to_id": post});
        assert_eq!(eve.ask(Method::POST, "/api/v1/statuses", answer.clone()).await.0, 422);
        assert_eq!(ben.ask(Method::POST, "/api/v1/statuses", answer.clone()).await.0, 200, "who is named may");
        assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", answer).await.0, 200);
    }

    async fn a_blocked_person_quotes_nothing_and_sees_no_quote(kit: TestKit) {
        let (ada, ben, eve) = (kit.client("ada").await, kit.client("ben").await, kit.client("eve").await);
        let first = ada.says("The first").await;
        let quoting = eve.posts(quotes(&first)).await;
        ada.post(&format!("/api/v1/accounts/{}/block", ben.id()), json!({})).await;
        assert_eq!(ben.ask(Method::POST, "/api/v1/statuses", quotes(&first)).await.0, 404);
        let seen = ben.get(&format!("/api/v1/statuses/{quoting}")).await;
        assert_eq!(seen["quote"]["quoted_status"], Value::Null);
    }
}
