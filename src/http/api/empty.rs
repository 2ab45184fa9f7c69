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

/// No reading positions are kept.
pub(super) async fn show_markers(_: SignedIn) -> Json<Value> {
    Json(json!({}))
}

/// The defaults, which cannot be changed yet.
pub(super) async fn show_preferences(_: SignedIn) -> Json<Value> {
    Json(json!({
        "posting:default:visibility": "public",
        "posting:default:sensitive": false,
        "posting:default:language": null,
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    }))
}
