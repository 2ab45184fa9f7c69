//! Pages show who looks at them: no cache may give one person's page to another.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Says of every page that it depends on cookies, and of one that was asked for with cookies that it is for its asker.
pub async fn private(request: Request, next: Next) -> Response {
    let has_cookies = request.headers().contains_key(header::COOKIE);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
    if is_page && has_cookies {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}
