//! The client API: Mastodon's, with events and groups added.

use axum::Router;

use super::AppState;

/// The routes of this folder.
pub fn routes() -> Router<AppState> {
    Router::new()
}
