//! How many requests are worked on at once.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use crate::http::HttpError;
use crate::telemetry::metrics::THROTTLED;

/// Requests in flight; more are told to come back.
pub const IN_FLIGHT: usize = 1_024;

/// Answers 503 with `Retry-After` when [`IN_FLIGHT`] requests are being worked on.
pub async fn load(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_place) = places.try_acquire() else {
        metrics::counter!(THROTTLED, "limit" => "in_flight").increment(1);
        return HttpError::unavailable().into_response();
    };
    next.run(request).await
}
