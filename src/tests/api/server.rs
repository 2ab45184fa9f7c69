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
        assert_eq!(ada.get("/api/v1/peers/search?q=FAR").await, json!(["far.test"]));
        assert_eq!(ada.get("/api/v1/peers/search?q=").await, json!([]));
        assert!(ada.get("/api/v1/instance/languages").await.is_array());
        assert_eq!(ada.get("/api/v1/instance/translation_languages").await, json!({}));
        for missing in ["terms_of_service", "terms_of_service/2026-01-01"] {
            assert_eq!(ada.code(&format!("/api/v1/instance/{missing}")).await, 404, "{missing}");
        }
        let listed = ada.ids("/api/v1/directory").await;
        let discoverable = ada.actor.discoverable;
        assert_eq!(listed.contains(&ada.id()), discoverable);
    }
}

both_backends! {
    async fn the_description_of_the_api_is_served_and_may_be_kept(kit: TestKit) {
        let first = kit.get("/api/openapi.json").await;
        assert_eq!(first.status, 200);
        assert_eq!(first.json()["openapi"], "3.1.0");
        assert_eq!(first.header("cache-control"), "public, max-age=3600");
        assert_eq!(first.header("access-control-allow-origin"), "*");
        let tag = first.header("etag").to_owned();
        let request = axum::http::Request::get("/api/openapi.json").header("if-none-match", tag);
        let again = kit.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.text()), (304, ""));
    }
}
