//! Requests that change something come from our own pages, or they are refused (item 70 of the security checklist).
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site` (all since 2023), or `Origin`. A browser that says neither
//! has to send the token that stands in every form of ours.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use url::form_urlencoded;

use crate::auth::form::is_form_token;
use crate::config::Scheme;
use crate::http::extract::cookies::Cookie;
use crate::http::{AppState, HttpError};

/// The field of a form with its token.
pub const FIELD: &str = "form_token";

/// Where a request comes from, as far as the browser says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Here,
    Elsewhere,
    Unsaid,
}

/// Lets through what changes nothing, and what comes from our own pages; 403 for everything else.
pub async fn own_origin(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match from(request.headers(), app.ctx.uris.base()) {
        From::Here => next.run(request).await,
        From::Elsewhere => refused(),
        From::Unsaid => by_token(app.config.instance.scheme, request, next).await,
    }
}

fn refused() -> Response {
    let text = "This came from another site, or from a page that is too old. Please open the page here and try again.";
    HttpError::new(StatusCode::FORBIDDEN, text).into_response()
}

fn from(headers: &HeaderMap, base: &str) -> From {
    // A page that may not say where it is from says `null`.
    let origin = one(headers, header::ORIGIN.as_str()).filter(|origin| *origin != "null");
    if origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(base)) {
        return From::Elsewhere;
    }
    match one(headers, "sec-fetch-site") {
        Some("same-origin" | "none") => From::Here,
        Some(_) => From::Elsewhere,
        None if origin.is_some() => From::Here,
        None => From::Unsaid,
    }
}

/// The value of a header. Several of one name are as good as one that is wrong.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    match values.next() {
        None => Some(first.to_str().unwrap_or("")),
        Some(_) => Some(""),
    }
}

async fn by_token(scheme: Scheme, request: Request, next: Next) -> Response {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind: &HeaderValue| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return refused();
    }
    let (parts, body) = request.into_parts();
    // How much it may be is the business of the layer `body`, which also says what was wrong.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return HttpError::bad_request("The request could not be read.").into_response();
    };
    let token = form_urlencoded::parse(&bytes).find(|(name, _)| name == FIELD);
    let is_ours = token.is_some_and(|(_, token)| {
        [Cookie::Session, Cookie::Form]
            .into_iter()
            .filter_map(|cookie| cookie.read(&parts.headers, scheme))
            .any(|cookie| is_form_token(&token, cookie.expose()))
    });
    if !is_ours {
        return refused();
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{From, from};

    fn of(pairs: &[(&'static str, &'static str)]) -> From {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_static(name);
            headers.append(name, HeaderValue::from_static(value));
        }
        from(&headers, "https://kith.example")
    }

    #[test]
    fn what_a_browser_says_of_where_it_comes_from_decides() {
        let (site, origin) = ("sec-fetch-site", "origin");
        assert_eq!(of(&[(site, "same-origin")]), From::Here);
        assert_eq!(of(&[(site, "same-origin"), (origin, "null")]), From::Here);
        assert_eq!(of(&[(origin, "https://kith.example")]), From::Here);
        for site_value in ["same-site", "cross-site", "", "other"] {
            assert_eq!(of(&[(site, site_value)]), From::Elsewhere, "{site_value}");
        }
        for forged in [
            "https://evil.example",
            "http://kith.example",
            "https://kith.example:8443",
            "https://kith.example.evil.example",
        ] {
            assert_eq!(of(&[(origin, forged)]), From::Elsewhere, "{forged}");
            let both = of(&[(site, "same-origin"), (origin, forged)]);
            assert_eq!(both, From::Elsewhere);
        }
        assert_eq!(
            of(&[(site, "same-origin"), (site, "cross-site")]),
            From::Elsewhere
        );
        assert_eq!(of(&[]), From::Unsaid);
        assert_eq!(of(&[(origin, "null")]), From::Unsaid);
    }
}
