//! Lists of people, markers, preferences, conversations.

use axum::http::Method;
use serde_json::json;

both_backends! {
    async fn a_list_shows_its_members_and_keeps_them_from_home_when_it_is_exclusive(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        ada.follows(&eve.actor).await;
        ada.follows(&bob.actor).await;
        let list = ada.post("/api/v1/lists", json!({"title": "Climbers"})).await;
        assert_eq!((&list["replies_policy"], &list["exclusive"]), (&json!("list"), &json!(false)));
        let path = format!("/api/v1/lists/{}", list["id"].as_str().unwrap());
        let members = format!("{path}/accounts");
        ada.post(&members, json!({"account_ids": [eve.id()]})).await;
        assert_eq!(ada.ids(&members).await, [eve.id()]);
        let (theirs, others) = (eve.says("up").await, bob.says("down").await);
        let answer = eve.posts(json!({"status": "no", "in_reply_to_id": others})).await;
        let timeline = format!("/api/v1/timelines/list/{}", list["id"].as_str().unwrap());
        assert_eq!(ada.ids(&timeline).await, [theirs.as_str()]);
        let (code, changed) = ada.ask(Method::PUT, &path, json!({"replies_policy": "followed", "exclusive": true})).await;
        assert_eq!((code, &changed["title"], &changed["exclusive"]), (200, &json!("Climbers"), &json!(true)));
        assert_eq!(ada.ids(&timeline).await, [answer, theirs]);
        assert_eq!(ada.ids("/api/v1/timelines/home").await, [others]);
        let with = format!("/api/v1/accounts/{}/lists", eve.id());
        assert_eq!(ada.ids(&with).await.len(), 1);
        // Nobody else sees or changes it, and it holds only whom one follows.
        assert_eq!(eve.code(&path).await, 404);
        assert_eq!(eve.code(&timeline).await, 404);
        for (method, address) in [(Method::DELETE, &path), (Method::POST, &members), (Method::DELETE, &members)] {
            assert_eq!(eve.ask(method, address, json!({"account_ids": []})).await.0, 404, "{address}");
        }
        let stranger = kit.client("stranger").await;
        let (code, _) = ada.ask(Method::POST, &members, json!({"account_ids": [stranger.id()]})).await;
        assert_eq!(code, 404);
        ada.post(&format!("/api/v1/accounts/{}/unfollow", eve.id()), json!({})).await;
        assert!(ada.ids(&members).await.is_empty(), "who is not followed leaves the list");
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        assert_eq!(ada.code(&path).await, 404);
        assert_eq!(ada.ask(Method::POST, "/api/v1/lists", json!({"title": " "})).await.0, 422);
        assert_eq!(ada.ask(Method::POST, "/api/v1/lists", json!({"title": "x", "replies_policy": "x"})).await.0, 422);
    }

    async fn reading_places_are_kept(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        assert_eq!(ada.get("/api/v1/markers?timeline[]=home").await, json!({}));
        let set = ada.post("/api/v1/markers", json!({"home": {"last_read_id": "12"}})).await;
        assert_eq!(set["home"]["last_read_id"], "12");
        ada.post("/api/v1/markers", json!({"home": {"last_read_id": "15"}, "notifications": {"last_read_id": "3"}})).await;
        let all = ada.get("/api/v1/markers?timeline[]=home&timeline[]=notifications").await;
        assert_eq!((&all["home"]["last_read_id"], &all["home"]["version"]), (&json!("15"), &json!(2)));
        assert_eq!(all["home"]["updated_at"], "2026-06-01T12:00:00.000Z");
        assert_eq!(eve.get("/api/v1/markers").await, json!({}));
    }

    async fn defaults_are_kept_and_used(kit: TestKit) {
        let ada = kit.client("ada").await;
        let source = json!({"source": {"privacy": "private", "sensitive": true, "language": "de"}});
        let (code, own) = ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", source).await;
        assert_eq!((code, &own["source"]["privacy"]), (200, &json!("private")));
        let set = ada.get("/api/v1/preferences").await;
        assert_eq!(set["posting:default:visibility"], "private");
        assert_eq!(set["posting:default:sensitive"], true);
        assert_eq!(set["posting:default:language"], "de");
        let post = ada.post("/api/v1/statuses", json!({"status": "hallo"})).await;
        assert_eq!((&post["visibility"], &post["sensitive"], &post["language"]), (&json!("private"), &json!(true), &json!("de")));
        for wrong in ["direct", "everyone"] {
            let source = json!({"source": {"privacy": wrong}});
            let (code, _) = ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", source).await;
            assert_eq!(code, 422, "{wrong}");
        }
    }

    async fn direct_posts_stand_in_conversations(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        let first = ada.posts(json!({"status": "@eve hi", "visibility": "direct"})).await;
        let theirs = eve.get("/api/v1/conversations").await;
        assert_eq!((&theirs[0]["unread"], &theirs[0]["last_status"]["id"]), (&json!(true), &json!(first)));
        assert_eq!(theirs[0]["accounts"][0]["id"], ada.id().as_str());
        assert_eq!(ada.get("/api/v1/conversations").await[0]["unread"], false);
        assert_eq!(bob.get("/api/v1/conversations").await, json!([]));
        let path = format!("/api/v1/conversations/{}", theirs[0]["id"].as_str().unwrap());
        assert_eq!(bob.ask(Method::POST, &format!("{path}/read"), json!({})).await.0, 404);
        assert_eq!(eve.post(&format!("{path}/read"), json!({})).await["unread"], false);
        let answer = json!({"status": "@ada yes", "visibility": "direct", "in_reply_to_id": first});
        let second = eve.posts(answer).await;
        let all = ada.get("/api/v1/conversations").await;
        assert_eq!(all.as_array().unwrap().len(), 1);
        assert_eq!((&all[0]["unread"], &all[0]["last_status"]["id"]), (&json!(true), &json!(second)));
        assert_eq!(eve.ask(Method::DELETE, &path, json!({})).await.0, 200);
        assert_eq!(eve.get("/api/v1/conversations").await, json!([]));
        assert_eq!(eve.code(&format!("/api/v1/statuses/{first}")).await, 200, "the posts stay");
        let gone = format!("/api/v1/statuses/{second}");
        eve.ask(Method::DELETE, &gone, json!({})).await;
        let all = ada.get("/api/v1/conversations").await;
        assert_eq!(all[0]["last_status"]["id"], first.as_str(), "the one before is the last now");
    }
}
