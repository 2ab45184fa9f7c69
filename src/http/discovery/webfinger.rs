//! `/.well-known/webfinger` (RFC 7033).

use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::http::{AppState, HttpError, respond};
use crate::services;
use crate::services::discovery::DiscoveryError;
use crate::wire::webfinger::JRD_TYPE;

/// Answers who is behind the `resource` of the query.
pub(super) async fn find_resource(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let query = query.unwrap_or_default();
    let mut named = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "resource")
        .map(|(_, value)| value);
    let (Some(resource), None) = (named.next(), named.next()) else {
        return Err(DiscoveryError::Malformed.into());
    };
    let answer = services::discovery::webfinger(app.ctx(), &resource).await?;
    Ok(respond::json_as(JRD_TYPE, &answer))
}
