//! `/.well-known/host-meta` (RFC 6415).

use axum::extract::State;
use axum::response::Response;

use crate::http::{AppState, HttpError, respond};
use crate::services;
use crate::wire::host_meta::XRD_TYPE;

/// Says where WebFinger is.
pub(super) async fn show_host_meta(State(app): State<AppState>) -> Result<Response, HttpError> {
    let document = services::discovery::host_meta(app.ctx())?;
    Ok(respond::typed(XRD_TYPE, document))
}
