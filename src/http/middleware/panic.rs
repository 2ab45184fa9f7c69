//! A panic in a handler is a 500, and the next request is none the worse.

use std::any::Any;

use axum::response::{IntoResponse as _, Response};

use crate::http::HttpError;

/// What the client gets; the panic itself is in the log.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer asks for"
)]
pub fn answer(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(panic = message, "a handler panicked");
    HttpError::internal().into_response()
}
