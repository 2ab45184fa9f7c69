//! What a client is told when something does not work.
//!
//! A handler returns an [`HttpError`]; [`pages`] turns it, and every bare error of the framework, into JSON or a page,
//! whichever the client reads. Only `api` and `ap`, whose clients read nothing else, write their JSON themselves, in the
//! same form. Inner errors go to the log, never to a client.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::auth::token::Token;
use crate::services::StoreError;
use crate::services::discovery::DiscoveryError;

use super::AppState;
use super::extract::accept::{Form, preferred};
use super::extract::cookies::Cookie;
use super::web::{Viewer, error_page};

/// Seconds after which a client may come back when the server or its database is in trouble.
const COME_BACK: u32 = 10;

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    pub status: StatusCode,
    /// A sentence for whoever reads the answer; nothing internal.
    pub description: Cow<'static, str>,
    /// Seconds, for `Retry-After`.
    pub retry_after: Option<u32>,
}

/// The JSON form of every error.
#[derive(Debug, Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: &'a str,
}

impl HttpError {
    /// An error with a sentence of its own.
    #[must_use]
    pub fn new(status: StatusCode, description: impl Into<Cow<'static, str>>) -> Self {
        HttpError {
            status,
            description: description.into(),
            retry_after: None,
        }
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub fn bad_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, description)
    }

    /// 404, the same for what does not exist and for what the caller may not see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::plain(StatusCode::NOT_FOUND)
    }

    /// 410: it was here and will not come back.
    #[must_use]
    pub fn gone() -> Self {
        Self::plain(StatusCode::GONE)
    }

    /// 503: the server cannot do its work for now.
    #[must_use]
    pub fn unavailable() -> Self {
        HttpError {
            retry_after: Some(COME_BACK),
            ..Self::plain(StatusCode::SERVICE_UNAVAILABLE)
        }
    }

    /// 500. Log the cause before.
    #[must_use]
    pub fn internal() -> Self {
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A status with the sentence that goes with it.
    #[must_use]
    pub fn plain(status: StatusCode) -> Self {
        Self::new(status, sentence(status))
    }
}

fn sentence(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Please log in first.",
        403 => "This is not allowed.",
        404 => {
            "There is nothing at this address, or it is not for everyone. It may be old, or mistyped."
        }
        405 => "This address does not take such requests.",
        406 => "This is not available in a form that was asked for.",
        408 => "The request took too long.",
        410 => "What was here has been deleted by whom it belonged to.",
        413 => "The request is too large.",
        414 => "The address is too long.",
        415 => "This kind of content is not taken here.",
        421 => "Another server answers for this name.",
        422 => "Something in the request is not as it should be.",
        429 => "Too many requests; please wait a moment.",
        503 => "The server cannot answer at the moment; please try again soon.",
        _ if status.is_client_error() => "The request could not be understood.",
        _ => "Something went wrong on our side.",
    }
}

/// Marks an answer that still has to be given its form.
#[derive(Clone)]
struct Unformed(HttpError);

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Unformed(self));
        response
    }
}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        if error.is_outage() {
            tracing::warn!(error = %chain(&error), "the database cannot do its work");
            return HttpError::unavailable();
        }
        tracing::error!(error = %chain(&error), "a query failed");
        HttpError::internal()
    }
}

impl From<DiscoveryError> for HttpError {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::Malformed => {
                HttpError::bad_request("Ask with resource=acct:name@host, or with an address.")
            }
            DiscoveryError::Unknown => HttpError::not_found(),
            DiscoveryError::Gone => HttpError::gone(),
            DiscoveryError::Store(error) => error.into(),
        }
    }
}

/// An error with everything that caused it, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Middleware that gives errors their form.
pub async fn pages(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let path_is_json = is_json_path(request.uri().path());
    let form = if path_is_json {
        Form::Json
    } else {
        preferred(request.headers())
    };
    let cookie = Cookie::Session.read(request.headers(), app.config.instance.scheme);
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    let Some(error) = unformed(&response) else {
        return response;
    };
    let mut formed = if form == Form::Page {
        let viewer = viewer(&app, &error, cookie).await;
        Html(error_page(
            &error,
            &app.config.instance.name,
            viewer.as_ref(),
        ))
        .into_response()
    } else {
        axum::Json(Body {
            error: title(error.status),
            error_description: &error.description,
        })
        .into_response()
    };
    *formed.status_mut() = error.status;
    keep_headers(response.headers_mut(), formed.headers_mut());
    if is_head {
        *formed.body_mut() = axum::body::Body::empty();
    }
    formed
}

/// Who sees the page of an error; not asked where the server is in trouble.
async fn viewer(app: &App, error: &HttpError, cookie: Option<Token>) -> Option<Viewer> {
    match cookie {
        _ if error.status.is_server_error() => None,
        Some(cookie) => Viewer::with(app, &cookie).await.ok(),
        None => Some(Viewer::default()),
    }
}

/// The error of an answer that has no form yet: ours, or a bare one of the framework.
fn unformed(response: &Response) -> Option<HttpError> {
    if let Some(Unformed(error)) = response.extensions().get() {
        return Some(error.clone());
    }
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_bare = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (is_error && is_bare).then(|| HttpError::plain(status))
}

fn keep_headers(old: &mut HeaderMap, new: &mut HeaderMap) {
    for (name, value) in old.drain() {
        let Some(name) = name else { continue };
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            new.insert(name, value);
        }
    }
    // What is served may depend on what was asked for.
    if !varies_by_accept(new) {
        new.append(header::VARY, HeaderValue::from_static("Accept"));
    }
    new.entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

fn varies_by_accept(headers: &HeaderMap) -> bool {
    let all = headers.get_all(header::VARY).iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("accept"))
}

fn is_json_path(path: &str) -> bool {
    [
        "/api/",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/",
        "/nodeinfo/",
    ]
    .iter()
    .any(|start| path.starts_with(start))
        || path == "/inbox"
        || path.ends_with("/inbox")
}

/// The name of a status, as programs know it.
pub(super) fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
}
