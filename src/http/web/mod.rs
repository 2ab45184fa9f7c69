//! Pages and forms for people.

use axum::Router;

use super::AppState;

/// The routes of this folder.
pub fn routes() -> Router<AppState> {
    Router::new()
}
