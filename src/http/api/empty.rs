//! Answers that clients need before they start, about things that this server does not have yet.

use axum::Json;
use serde_json::{Value, json};

use super::auth::SignedIn;

/// An empty list, for anyone.
pub(super) async fn nothing_for_anyone() -> Json<Value> {
    Json(json!([]))
}

/// An empty list, for people with a token.
pub(super) async fn nothing(_: SignedIn) -> Json<Value> {
    Json(json!([]))
}
