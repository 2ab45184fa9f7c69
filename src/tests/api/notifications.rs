//! Notifications: clearing, counting, groups, policies.

use axum::http::Method;
use serde_json::json;

both_backends! {
    async fn notifications_are_counted_dismissed_and_cleared(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        for text in ["@ada one", "@ada two", "@ada three"] {
            eve.says(text).await;
        }
        let all = ada.ids("/api/v1/notifications").await;
        assert_eq!(ada.get("/api/v1/notifications/unread_count").await["count"], 3);
        ada.post("/api/v1/markers", json!({"notifications": {"last_read_id": all[2]}})).await;
        assert_eq!(ada.get("/api/v1/notifications/unread_count").await["count"], 2);
        assert_eq!(ada.get("/api/v2/notifications/unread_count").await["count"], 2);
        let dismiss = format!("/api/v1/notifications/{}/dismiss", all[0]);
        eve.post(&dismiss, json!({})).await;
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 3, "it is not Eve's");
        ada.post(&dismiss, json!({})).await;
        assert_eq!(ada.ids("/api/v1/notifications").await, all[1..]);
        let above = format!("/api/v1/notifications?limit=1&min_id={}", all[2]);
        assert_eq!(ada.ids(&above).await, [all[1].clone()], "those next above");
        ada.post("/api/v1/notifications/clear", json!({})).await;
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
    }

    async fn likes_of_one_post_stand_in_one_group(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        let post = ada.says("hello").await;
        for client in [&eve, &bob] {
            client.post(&format!("/api/v1/statuses/{post}/favourite"), json!({})).await;
        }
        eve.says("@ada hi").await;
        let answer = ada.get("/api/v2/notifications").await;
        let groups = answer["notification_groups"].as_array().unwrap();
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0]["type"], "mention");
        let likes = &groups[1];
        assert_eq!((&likes["type"], &likes["notifications_count"]), (&json!("favourite"), &json!(2)));
        assert_eq!(likes["sample_account_ids"], json!([bob.id(), eve.id()]));
        assert_eq!(likes["status_id"], post.as_str());
        assert_eq!(answer["accounts"].as_array().unwrap().len(), 2);
        assert_eq!(answer["statuses"].as_array().unwrap().len(), 2);
        let path = format!("/api/v2/notifications/{}", likes["group_key"].as_str().unwrap());
        assert_eq!(ada.ids(&format!("{path}/accounts")).await, [bob.id(), eve.id()]);
        assert_eq!(ada.get(&path).await["notification_groups"][0]["notifications_count"], 2);
        assert_eq!(eve.code(&path).await, 404);
        let alone = ada.get("/api/v2/notifications?grouped_types[]=follow").await;
        assert_eq!(alone["notification_groups"].as_array().unwrap().len(), 3);
        ada.post(&format!("{path}/dismiss"), json!({})).await;
        assert_eq!(ada.code(&path).await, 404);
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 1);
    }

    async fn a_policy_keeps_strangers_back_until_they_are_accepted(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        ada.follows(&bob.actor).await;
        let policy = "/api/v2/notifications/policy";
        assert_eq!(ada.get(policy).await["for_not_following"], "accept");
        let (code, set) = ada.ask(Method::PATCH, policy, json!({"for_not_following": "filter"})).await;
        assert_eq!((code, &set["for_not_following"]), (200, &json!("filter")));
        assert_eq!(ada.ask(Method::PATCH, policy, json!({"for_not_following": "burn"})).await.0, 422);
        eve.says("@ada one").await;
        eve.says("@ada two").await;
        let heard = bob.says("@ada hello").await;
        let told = ada.get("/api/v1/notifications").await;
        assert_eq!(told.as_array().unwrap().len(), 1);
        assert_eq!(told[0]["status"]["id"], heard.as_str());
        assert_eq!(ada.ids("/api/v1/notifications?include_filtered=true").await.len(), 3);
        let summary = &ada.get(policy).await["summary"];
        assert_eq!(summary, &json!({"pending_requests_count": 1, "pending_notifications_count": 2}));
        let waiting = ada.get("/api/v1/notifications/requests").await;
        assert_eq!((&waiting[0]["account"]["id"], &waiting[0]["notifications_count"]), (&json!(eve.id()), &json!("2")));
        let path = format!("/api/v1/notifications/requests/{}", waiting[0]["id"].as_str().unwrap());
        assert_eq!(ada.get(&path).await["id"], waiting[0]["id"]);
        assert_eq!(bob.code(&path).await, 404);
        assert_eq!(bob.ask(Method::POST, &format!("{path}/accept"), json!({})).await.0, 404);
        ada.post(&format!("{path}/accept"), json!({})).await;
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 3);
        eve.says("@ada three").await;
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 4, "heard from now on");
        assert_eq!(ada.get("/api/v1/notifications/requests").await, json!([]));
        let cat = kit.client("cat").await;
        cat.says("@ada hey").await;
        let waiting = ada.get("/api/v1/notifications/requests").await;
        ada.post("/api/v1/notifications/requests/dismiss", json!({"id": [waiting[0]["id"]]})).await;
        assert_eq!(ada.get("/api/v1/notifications/requests").await, json!([]));
        assert_eq!(ada.ids("/api/v1/notifications?include_filtered=true").await.len(), 4);
        ada.ask(Method::PATCH, policy, json!({"for_not_following": "drop"})).await;
        cat.says("@ada hey").await;
        assert_eq!(ada.ids("/api/v1/notifications?include_filtered=true").await.len(), 4);
    }
}
