//! One's own profile, and small things of apps.

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::json;

both_backends! {
    async fn a_profile_is_read_and_changed_as_it_is_written(kit: TestKit) {
        let ada = kit.client("ada").await;
        let before = ada.get("/api/v1/profile").await;
        assert_eq!((&before["avatar"], &before["note"]), (&json!(null), &json!("")));
        let wanted = json!({"display_name": "Ada", "note": "I *climb*.", "fields_attributes": [{"name": "Blog", "value": "a & b"}]});
        let (code, after) = ada.ask(Method::PATCH, "/api/v1/profile", wanted).await;
        assert_eq!(code, 200, "{after}");
        assert_eq!((&after["display_name"], &after["note"]), (&json!("Ada"), &json!("I *climb*.")));
        assert_eq!(after["fields"][0]["value"], "a & b", "not as HTML");
        ada.post("/api/v1/tags/Tea/feature", json!({})).await;
        let shown = ada.get("/api/v1/profile").await;
        assert_eq!(shown["featured_tags"][0]["name"], "tea");
        let reader = kit.client_with("ben", "profile").await;
        assert_eq!(reader.code("/api/v1/profile").await, 200);
        let (code, _) = reader.ask(Method::PATCH, "/api/v1/profile", json!({})).await;
        assert_eq!(code, 403);
    }

    async fn changes_at_the_same_time_are_made_one_after_the_other(kit: TestKit) {
        let ada = kit.client("ada").await;
        let post = ada.says("first").await;
        let path = format!("/api/v1/statuses/{post}");
        for round in 0..3 {
            let names = (0..4).map(|at| ada.ask(Method::PATCH, "/api/v1/profile", json!({"display_name": format!("{round} {at}")})));
            let texts = (0..4).map(|at| ada.ask(Method::PUT, &path, json!({"status": format!("{round} {at}")})));
            let (names, texts) = tokio::join!(join_all(names), join_all(texts));
            for (code, said) in names.into_iter().chain(texts) {
                assert_eq!(code, 200, "{said}");
            }
        }
        let versions = ada.get(&format!("{path}/history")).await;
        assert_eq!(versions.as_array().unwrap().len(), 13);
    }

    async fn a_hashtag_is_put_on_the_profile_and_taken_off_by_its_name(kit: TestKit) {
        let ada = kit.client("ada").await;
        for _ in 0..2 {
            let tag = ada.post("/api/v1/tags/Tea/feature", json!({})).await;
            assert_eq!((&tag["name"], &tag["featuring"], &tag["following"]), (&json!("tea"), &json!(true), &json!(false)));
        }
        assert_eq!(ada.get("/api/v1/featured_tags").await.as_array().unwrap().len(), 1);
        for _ in 0..2 {
            let tag = ada.post("/api/v1/tags/tea/unfeature", json!({})).await;
            assert_eq!(tag["featuring"], false);
        }
        assert_eq!(ada.get("/api/v1/featured_tags").await, json!([]));
    }

    async fn several_accounts_and_posts_are_read_at_once(kit: TestKit) {
        let ada = kit.client("ada").await;
        let ben = kit.client("ben").await;
        let path = format!("/api/v1/accounts?id[]={}&id[]={}&id[]=1&id[]=", ada.id(), ben.id());
        let mut found = ada.ids(&path).await;
        found.sort();
        let mut wanted = [ada.id(), ben.id()];
        wanted.sort();
        assert_eq!(found, wanted);
        let open = ada.says("open").await;
        let secret = ada.posts(json!({"status": "secret", "visibility": "direct"})).await;
        let path = format!("/api/v1/statuses?id[]={open}&id[]={secret}");
        assert_eq!(ada.ids(&path).await.len(), 2);
        assert_eq!(ben.ids(&path).await, [open], "only what one may see");
        let path = format!("/api/v1/accounts/{}/identity_proofs", ada.id());
        assert_eq!(ada.get(&path).await, json!([]));
    }

    async fn the_older_policy_says_yes_or_no(kit: TestKit) {
        let ada = kit.client("ada").await;
        let path = "/api/v1/notifications/policy";
        assert_eq!(ada.get(path).await["filter_new_accounts"], false);
        let (code, after) = ada.ask(Method::PATCH, path, json!({"filter_new_accounts": true})).await;
        assert_eq!((code, &after["filter_new_accounts"]), (200, &json!(true)));
        let newer = "/api/v2/notifications/policy";
        assert_eq!(ada.get(newer).await["for_new_accounts"], "filter");
        ada.ask(Method::PATCH, newer, json!({"for_new_accounts": "drop"})).await;
        ada.ask(Method::PUT, path, json!({"filter_new_accounts": "1"})).await;
        assert_eq!(ada.get(newer).await["for_new_accounts"], "drop", "it is not told more by a yes");
        ada.ask(Method::PUT, path, json!({"filter_new_accounts": "0"})).await;
        assert_eq!(ada.get(newer).await["for_new_accounts"], "accept");
    }

    async fn a_conversation_is_marked_as_unread_again(kit: TestKit) {
        let ada = kit.client("ada").await;
        let ben = kit.client("ben").await;
        ben.posts(json!({"status": "@ada a word", "visibility": "direct"})).await;
        let list = ada.get("/api/v1/conversations").await;
        let id = list[0]["id"].as_str().unwrap().to_owned();
        let read = ada.post(&format!("/api/v1/conversations/{id}/read"), json!({})).await;
        assert_eq!(read["unread"], false);
        let unread = ada.post(&format!("/api/v1/conversations/{id}/unread"), json!({})).await;
        assert_eq!(unread["unread"], true);
        let (code, _) = ben.ask(Method::POST, &format!("/api/v1/conversations/{id}/unread"), json!({})).await;
        assert_eq!(code, 404, "it is not theirs");
    }
}
