//! The headers and status of what is served to servers.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use crate::services::documents::{Document, Sheet};

/// Mastodon takes this, or `application/ld+json` with a profile, and nothing else.
const ACTIVITY: &str = "application/activity+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
const PUBLIC: &str = "public, max-age=60";
const PRIVATE: &str = "private, no-store";

/// An answer with a document, or without one when there is none. `None` for a database that failed. `guarded`: what is
/// public is served to signed requests only, so no cache may keep it.
pub(super) fn with(parts: &Parts, document: Option<Document>, guarded: bool) -> Response {
    let (status, sheet) = match document {
        Some(Document::Found(sheet)) => (StatusCode::OK, sheet),
        Some(Document::Gone(sheet)) => (StatusCode::GONE, sheet),
        Some(Document::Missing) => return missing(),
        None => {
            return error(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"error":"unavailable","error_description":"This cannot be read at the moment. Try again later."}"#,
            );
        }
    };
    let open = sheet.public && !guarded;
    let unchanged = status == StatusCode::OK && has(parts, &sheet);
    let mut response = if unchanged {
        plain(StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        let mut response = plain(status, sheet.json);
        set(&mut response, CONTENT_TYPE, ACTIVITY);
        response
    };
    set(
        &mut response,
        CACHE_CONTROL,
        if open { PUBLIC } else { PRIVATE },
    );
    set(&mut response, VARY, vary(open));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", sheet.tag)) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Nothing at this address, or nothing for this asker: one answer for both.
pub(super) fn missing() -> Response {
    error(
        StatusCode::NOT_FOUND,
        r#"{"error":"not_found","error_description":"There is nothing at this address."}"#,
    )
}

/// Only signed requests are served here.
pub(super) fn unsigned() -> Response {
    error(
        StatusCode::UNAUTHORIZED,
        r#"{"error":"unauthorized","error_description":"This server answers signed requests only (HTTP signatures, RFC 9421 or draft-cavage-http-signatures-12)."}"#,
    )
}

fn error(status: StatusCode, text: &'static str) -> Response {
    let mut response = plain(status, Bytes::from_static(text.as_bytes()));
    set(&mut response, CONTENT_TYPE, JSON);
    set(&mut response, CACHE_CONTROL, PRIVATE);
    set(&mut response, VARY, vary(false));
    response
}

/// What the answer depends on.
const fn vary(open: bool) -> &'static str {
    if open {
        "Accept"
    } else {
        "Accept, Signature, Signature-Input"
    }
}

/// Whether the asker has this text (RFC 9110 §13.1.2; tags are compared weakly).
fn has(parts: &Parts, sheet: &Sheet) -> bool {
    let asked = parts.headers.get_all(IF_NONE_MATCH).iter();
    asked
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == sheet.tag || tag == "*")
}

fn plain(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}

fn set(response: &mut Response, name: http::HeaderName, value: &'static str) {
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}
