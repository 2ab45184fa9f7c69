//! Reports, made here and received.

use axum::http::Method;
use serde_json::json;

use kith::services::report::{self, ReceivedReport, ReportError};

both_backends! {
    async fn a_report_is_kept_for_moderators_and_forwarded_without_a_name(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let (ada, bob) = (kit.client("ada").await, kit.client("bob").await);
        let far = kit.remote("eve", "far.test").await;
        let asked = json!({"account_id": far.id.to_string(), "category": "spam", "comment": "buys followers", "forward": true, "rule_ids": [1]});
        let made = ada.post("/api/v1/reports", asked).await;
        assert_eq!((&made["category"], &made["forwarded"], &made["action_taken"]), (&json!("spam"), &json!(true), &json!(false)));
        assert_eq!(made["target_account"]["id"], far.id.to_string());
        let sent = kit.due().await;
        assert_eq!(sent.len(), 1);
        let flag = &sent[0].1;
        assert_eq!((&flag["type"], &flag["content"]), (&json!("Flag"), &json!("buys followers")));
        assert_eq!(flag["actor"], ctx.uris.instance_actor());
        assert_eq!(flag["object"], json!([far.uri]));
        assert!(!flag.to_string().contains(&ada.actor.uri), "who reports stays unknown");
        let open = report::open(ctx, 10).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].reporter.as_ref().unwrap().id, ada.actor.id);
        assert!(report::resolve(ctx, open[0].report.id).await.unwrap());
        assert!(!report::resolve(ctx, open[0].report.id).await.unwrap());
        assert!(report::open(ctx, 10).await.unwrap().is_empty());
        // Posts must be there, and of the account.
        let post = bob.says("mine").await;
        let private = bob.posts(json!({"status": "psst", "visibility": "private"})).await;
        let report = |account: String, post: &str| json!({"account_id": account, "status_ids": [post]});
        assert_eq!(ada.post("/api/v1/reports", report(bob.id(), &post)).await["status_ids"], json!([post]));
        for (account, post) in [(far.id.to_string(), &post), (bob.id(), &private)] {
            assert_eq!(ada.ask(Method::POST, "/api/v1/reports", report(account, post)).await.0, 404);
        }
        for wrong in [json!({"account_id": bob.id(), "category": "x"}), json!({"account_id": bob.id(), "comment": "x".repeat(1_001)})] {
            assert_eq!(ada.ask(Method::POST, "/api/v1/reports", wrong).await.0, 422);
        }
        assert_eq!(ada.ask(Method::POST, "/api/v1/reports", json!({"account_id": ada.id()})).await.0, 403);
    }

    async fn a_report_from_elsewhere_is_kept_once_and_sent_nowhere(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let ada = kit.client("ada").await;
        let far = kit.remote("instance", "far.test").await;
        let received = ReceivedReport {
            uri: "https://far.test/flags/1".to_owned(),
            target: ada.actor.clone(),
            posts: vec!["https://kith.test/posts/1".to_owned()],
            comment: "look".to_owned(),
        };
        for _ in 0..2 {
            let done: Result<(), ReportError> = ctx
                .transact(async |tx| report::receive(ctx, tx, &far, &received).await)
                .await;
            done.unwrap();
        }
        let open = report::open(ctx, 10).await.unwrap();
        assert_eq!(open.len(), 1);
        assert!(!open[0].report.local);
        assert!(kit.due().await.is_empty());
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
    }
}
