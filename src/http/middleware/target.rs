//! What no address holds.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::http::HttpError;

/// A NUL, as addresses write it. No name, id or text of ours has one, and PostgreSQL refuses to look for it.
const NUL: &str = "%00";

/// Answers 404 where the path holds a NUL, 400 where the query does.
pub async fn target(request: Request, next: Next) -> Response {
    let uri = request.uri();
    if uri.path().contains(NUL) {
        return HttpError::not_found().into_response();
    }
    if uri.query().is_some_and(|query| query.contains(NUL)) {
        return HttpError::bad_request("The address holds a character that no text has.")
            .into_response();
    }
    next.run(request).await
}
