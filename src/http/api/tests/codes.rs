//! What is refused, and how.

use axum::http::{Method, Request};
use serde_json::json;

use super::kit::{DOMAIN, Kit, Sent};

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_wrong_token_is_401_and_says_so() {
    let kit = Kit::new().await;
    let unknown = format!("kith_{}", "A".repeat(43));
    for token in [None, Some("nonsense"), Some(unknown.as_str())] {
        let reply = kit.bearer(token).get("/api/v1/timelines/home").await;
        assert_eq!(reply.status, 401, "{token:?}");
        assert_eq!(reply.text("error"), "The access token is invalid");
        assert!(reply.headers.contains_key("www-authenticate"));
    }
    // Where strangers are answered, a wrong token is still an error: the app must learn that it was revoked.
    let reply = kit.bearer(Some("x")).get("/api/v1/timelines/public").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_is_403() {
    let kit = Kit::new().await;
    let reader = kit.person_with("ada", "read:accounts").await;
    let own = "/api/v1/accounts/verify_credentials";
    assert_eq!(reader.get(own).await.status, 200);
    for path in ["/api/v1/timelines/home", "/api/v1/notifications"] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
    }
    let reply = reader.form("/api/v1/statuses", "status=hello").await;
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.text("error"),
        "This action is outside the authorized scopes"
    );
    assert!(!reply.text("error_description").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_person_has_no_valid_token() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let id = ada.id().parse().unwrap();
    crate::services::accounts::suspend(&kit.app.ctx, id)
        .await
        .unwrap();
    let reply = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_404_in_json() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    for path in [
        "/api/v1/statuses/1",
        "/api/v1/statuses/x",
        "/api/v1/statuses/99999999999999999999999999",
        "/api/v1/accounts/1",
        "/api/v1/accounts/lookup?acct=nobody",
        "/api/v1/events/1",
        "/api/v1/groups/1",
        "/api/v1/notifications/1",
        "/api/v1/unknown",
        "/api/v9/statuses",
    ] {
        let reply = ada.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.text("error"), "Record not found", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn field_errors_are_422_with_details() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let reply = ada.form("/api/v1/statuses", "status=+").await;
    assert_eq!(reply.status, 422);
    assert_eq!(reply.json["details"]["text"][0]["error"], "ERR_BLANK");
    assert!(reply.text("error").starts_with("Validation failed"));
    let long = format!("status={}", "x".repeat(5_001));
    let reply = ada.form("/api/v1/statuses", &long).await;
    assert_eq!(reply.json["details"]["text"][0]["error"], "ERR_TOO_LONG");
    let reply = ada
        .form("/api/v1/statuses", "status=a&visibility=secret")
        .await;
    assert_eq!(reply.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_400_or_415() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let list = Sent::Json(json!(["not", "an", "object"]));
    let reply = ada.send(Method::POST, "/api/v1/statuses", list).await;
    assert_eq!(reply.status, 400);
    let reply = ada
        .form("/api/v1/statuses", "status=a&in_reply_to_id=x")
        .await;
    assert_eq!(reply.status, 400);
    assert_eq!(ada.get("/api/v1/timelines/home?limit=x").await.status, 400);
    let request = Request::post("/api/v1/statuses")
        .header("host", DOMAIN)
        .header("content-type", "text/plain");
    let reply = kit.answer(request.body("status=a".into()).unwrap()).await;
    assert_eq!(reply.status, 401, "who is not known is not read");
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_in_browsers_may_ask_from_any_origin() {
    let kit = Kit::new().await;
    let reply = kit
        .stranger()
        .send(Method::OPTIONS, "/api/v1/statuses", Sent::Nothing)
        .await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.headers["access-control-allow-origin"], "*");
    let allowed = reply.headers["access-control-allow-headers"].to_str();
    assert!(allowed.unwrap().contains("Authorization"));
    let reply = kit.stranger().get("/api/v2/instance").await;
    assert_eq!(reply.headers["access-control-allow-origin"], "*");
    assert!(
        !reply
            .headers
            .contains_key("access-control-allow-credentials")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_learns_what_it_needs_to_start() {
    let kit = Kit::new().await;
    let instance = kit.stranger().get("/api/v2/instance").await;
    assert_eq!(instance.text("domain"), DOMAIN);
    assert_eq!(instance.text("title"), "Werkhof Friends");
    assert!(
        instance
            .text("version")
            .starts_with("4.3.0 (compatible; Kith ")
    );
    let limit = &instance.json["configuration"]["statuses"]["max_characters"];
    assert_eq!(limit, 5_000);
    let instance = kit.stranger().get("/api/v1/instance").await;
    assert_eq!(instance.text("uri"), DOMAIN);
    let emojis = kit.stranger().get("/api/v1/custom_emojis").await;
    assert_eq!(emojis.json, json!([]));
    let ada = kit.person("ada").await;
    for path in ["filters", "lists"] {
        assert_eq!(ada.get(&format!("/api/v1/{path}")).await.json, json!([]));
    }
    assert_eq!(ada.get("/api/v1/markers").await.json, json!({}));
    assert_eq!(ada.get("/api/v1/preferences").await.status, 200);
}
