//! Answers that several handlers give.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::HttpError;

/// `value` as JSON under another media type than `application/json`.
#[must_use]
pub fn json_as<T: Serialize>(media_type: &'static str, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed(media_type, bytes),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            HttpError::internal().into_response()
        }
    }
}

/// `bytes` with a media type.
#[must_use]
pub fn typed(media_type: &'static str, bytes: impl Into<axum::body::Body>) -> Response {
    let kind = HeaderValue::from_static(media_type);
    ([(header::CONTENT_TYPE, kind)], bytes.into()).into_response()
}
