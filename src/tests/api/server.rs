//! What the server says about itself.

use serde_json::json;

use kith::domain::moderation::{DomainAction, DomainRule};
use kith::services::domain_rules;

both_backends! {
    async fn the_server_answers_what_apps_ask_about_it(kit: TestKit) {
        let ada = kit.client("ada").await;
        kit.remote("eve", "far.test").await;
        let rule = DomainRule {
            domain: "bad.test".to_owned(),
            action: DomainAction::Block,
            public_comment: "spam".to_owned(),
            private_comment: "secret".to_owned(),
        };
        domain_rules::set(&kit.app.ctx, &[rule]).await.unwrap();
        assert_eq!(ada.get("/api/v1/instance/peers").await, json!(["far.test"]));
        let blocked = ada.get("/api/v1/instance/domain_blocks").await;
        assert_eq!((&blocked[0]["domain"], &blocked[0]["severity"], &blocked[0]["comment"]), (&json!("bad.test"), &json!("suspend"), &json!("spam")));
        assert_eq!(blocked[0]["digest"].as_str().unwrap().len(), 64);
        assert!(!blocked.to_string().contains("secret"));
        ada.says("one #Tea").await;
        ada.says("two #tea").await;
        let weeks = ada.get("/api/v1/instance/activity").await;
        assert_eq!(weeks.as_array().unwrap().len(), 12);
        assert_eq!((&weeks[0]["statuses"], &weeks[0]["registrations"]), (&json!("2"), &json!("1")));
        assert_eq!(ada.get("/api/v1/trends/tags").await[0]["name"], "tea");
        let post = ada.says("popular").await;
        ada.post(&format!("/api/v1/statuses/{post}/favourite"), json!({})).await;
        assert_eq!(ada.ids("/api/v1/trends/statuses").await, [post]);
        for empty in ["/api/v1/instance/rules", "/api/v1/trends/links", "/api/v1/announcements", "/api/v2/suggestions", "/api/v1/suggestions"] {
            assert_eq!(ada.get(empty).await, json!([]), "{empty}");
        }
        for text in ["extended_description", "privacy_policy"] {
            assert!(ada.get(&format!("/api/v1/instance/{text}")).await["content"].is_string());
        }
        let listed = ada.ids("/api/v1/directory").await;
        let discoverable = ada.actor.discoverable;
        assert_eq!(listed.contains(&ada.id()), discoverable);
    }
}
