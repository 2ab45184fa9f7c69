//! Answers that clients need before they start, about things that this server does not have yet.

use axum::Json;

use super::auth::SignedIn;
use super::entities::Empty;

/// An empty list, for anyone.
pub(super) async fn nothing_for_anyone() -> Json<Empty> {
    Json(Empty)
}

/// An empty list, for people with a token.
pub(super) async fn nothing(_: SignedIn) -> Json<Empty> {
    Json(Empty)
}
