//! `/.well-known/nodeinfo` and `/nodeinfo/2.1`.

use axum::extract::State;
use axum::response::Response;

use crate::http::{AppState, HttpError, respond};
use crate::services;
use crate::wire::nodeinfo::NODEINFO_TYPE;

/// Links to the document, and to the instance's actor (FEP-2677).
pub(super) async fn list_documents(State(app): State<AppState>) -> Result<Response, HttpError> {
    let links = services::discovery::node_info_links(app.ctx())?;
    Ok(respond::json_as("application/json", &links))
}

/// What runs here, and how many use it.
pub(super) async fn show_document(State(app): State<AppState>) -> Result<Response, HttpError> {
    let about = &app.config.instance;
    let document = services::discovery::node_info(app.ctx(), about, &app.usage).await?;
    Ok(respond::json_as(NODEINFO_TYPE, &document))
}
