//! The inboxes. All are the same: the addressing of an activity says whom it concerns.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::federation::inbox::{Delivery, Rejected};
use crate::http::{AppState, HttpError};
use crate::telemetry::metrics::INBOX_ACTIVITIES;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/inbox", post(receive_activity))
        .route("/actor/inbox", post(receive_activity))
        .route("/people/{name}/inbox", post(receive_activity))
        .route("/groups/{name}/inbox", post(receive_activity))
}

async fn receive_activity(
    State(app): State<AppState>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_json(&headers) {
        return HttpError::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let delivery = Delivery {
        target,
        headers: &headers,
        body: &body,
    };
    match app.federation.receive(delivery).await {
        Ok(_) => StatusCode::ACCEPTED.into_response(),
        Err(rejected) => refuse(&rejected),
    }
}

/// No content type at all is let through: the signature does not depend on it.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|value| value.to_str().is_ok_and(|text| text.contains("json")))
}

fn refuse(rejected: &Rejected) -> Response {
    let (code, retry_after) = rejected.status();
    match rejected {
        Rejected::Store(error) => {
            tracing::error!(%error, "a received activity could not be stored");
        }
        rejected => tracing::info!(%rejected, status = code, "a received activity is refused"),
    }
    metrics::counter!(INBOX_ACTIVITIES, "outcome" => code.to_string()).increment(1);
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = HttpError::plain(status).into_response();
    if let Some(seconds) = retry_after
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
