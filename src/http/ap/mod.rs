//! ActivityPub: actors, objects, collections and inboxes, for other servers.

mod inbox;

use axum::Router;

use super::AppState;

/// The routes of this folder.
pub fn routes() -> Router<AppState> {
    Router::new().merge(inbox::routes())
}
