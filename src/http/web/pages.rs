//! Answers that are pages, and what a page says when there is nothing to show.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::frame::Frame;
use super::signed_in::Viewer;
use crate::http::HttpError;
use crate::http::error::title;
use crate::services::reading::ReadError;

/// What a page handler answers.
pub type PageResult = Result<Response, PageError>;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is none, or the viewer may not see it: the same to everybody who asks.
    #[error("there is no such page")]
    NotFound,
    /// It was public once and was deleted.
    #[error("what was here is gone")]
    Gone,
    /// It is for others only, and that it exists is no secret.
    #[error("this page is for others")]
    Forbidden,
    /// An answer that was given its words elsewhere.
    #[error("{0:?}")]
    Http(HttpError),
    /// The database failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] askama::Error),
}

impl From<HttpError> for PageError {
    fn from(error: HttpError) -> Self {
        PageError::Http(error)
    }
}

impl From<PageError> for HttpError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::NotFound => HttpError::not_found(),
            PageError::Gone => HttpError::gone(),
            PageError::Forbidden => HttpError::plain(StatusCode::FORBIDDEN),
            PageError::Http(error) => error,
            PageError::Read(error) if error.is_outage() => {
                tracing::error!(error = %error, "a page could not be read");
                HttpError::unavailable()
            }
            failure => {
                tracing::error!(error = %failure, "a page could not be made");
                HttpError::internal()
            }
        }
    }
}

/// An error that the middleware gives its form, a page or JSON.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        HttpError::from(self).into_response()
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    frame: Frame,
    code: u16,
    text: &'a str,
}

/// The page of an error; `site` is the instance's name. Without a viewer it says nothing of who looks.
#[must_use]
pub fn error_page(error: &HttpError, site: &str, viewer: Option<&Viewer>) -> String {
    let heading = match error.status.as_u16() {
        404 => "Nothing here",
        410 => "This is gone",
        503 => "Back in a moment",
        500 => "Something went wrong",
        _ => title(error.status),
    };
    let page = MessagePage {
        frame: Frame::plain(heading, site, viewer),
        code: error.status.as_u16(),
        text: &error.description,
    };
    // A page without an outside cannot fail but for memory; then the heading alone has to do.
    page.render().unwrap_or_else(|_| heading.to_owned())
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
