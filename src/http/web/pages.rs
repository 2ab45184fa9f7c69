//! Answers that are pages, and what a page says when there is nothing to show.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::frame::Frame;
use crate::services::reading::ReadError;

/// What a page handler answers.
pub type PageResult = Result<Response, PageError>;

/// Why a page cannot be shown. Becomes a page by itself.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is none, or the viewer may not see it: the same to everybody who asks.
    #[error("there is no such page")]
    NotFound,
    /// It was public once and was deleted.
    #[error("what was here is gone")]
    Gone,
    /// The database failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] askama::Error),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            PageError::NotFound => not_found(),
            PageError::Gone => gone(),
            PageError::Read(error) if error.is_outage() => {
                tracing::error!(error = %error, "a page could not be read");
                let busy = self::error(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Back in a moment",
                    "This server cannot reach its records right now. Please try again in a minute.",
                );
                ([(header::RETRY_AFTER, "30")], busy).into_response()
            }
            failure => {
                tracing::error!(error = %failure, "a page could not be made");
                self::error(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong",
                    "This is our mistake, not yours. Please try again later.",
                )
                .into_response()
            }
        }
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    frame: Frame,
    code: u16,
    text: &'a str,
}

/// A page that says what happened: `title` as its heading, `text` below, both plain text.
pub fn error(status: StatusCode, title: &str, text: &str) -> (StatusCode, Html<String>) {
    let page = MessagePage {
        frame: Frame::plain(title),
        code: status.as_u16(),
        text,
    };
    // A page without an outside cannot fail but for memory; then the text alone has to do.
    let html = page.render().unwrap_or_default();
    (status, Html(html))
}

/// The page for an address where there is nothing, or nothing for this viewer.
#[must_use]
pub fn not_found() -> Response {
    error(
        StatusCode::NOT_FOUND,
        "Nothing here",
        "There is no page at this address, or it is not for everyone. The link may be old, or mistyped.",
    )
    .into_response()
}

/// The page in place of something public that was deleted.
#[must_use]
pub fn gone() -> Response {
    error(
        StatusCode::GONE,
        "This is gone",
        "What was here has been deleted by the person it belonged to.",
    )
    .into_response()
}

/// Renders a page.
pub(super) fn show(page: &impl Template) -> PageResult {
    Ok(Html(page.render()?).into_response())
}

/// Renders a page whose address also answers with ActivityPub documents: says so to caches, and names the document.
pub(super) fn show_shared(page: &impl Template, document: &str) -> PageResult {
    let mut response = show(page)?;
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    let link = format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\"");
    if let Ok(link) = HeaderValue::from_str(&link) {
        headers.insert(header::LINK, link);
    }
    Ok(response)
}
