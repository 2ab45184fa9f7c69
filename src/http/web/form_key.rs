//! Forms that strangers are shown, tied to their browser.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;

use crate::auth::form::form_token;
use crate::auth::token::Token;
use crate::config::Scheme;
use crate::http::AppState;
use crate::http::extract::cookies::Cookie;
use crate::services::Chance;

/// What the forms of a page for strangers carry. The answer has to go through [`FormKey::seal`].
#[derive(Debug, Clone)]
pub(super) struct FormKey {
    token: String,
    /// The browser has no cookie yet.
    fresh: Option<Token>,
    scheme: Scheme,
}

impl FormKey {
    /// What stands in the hidden field `form_token`.
    pub(super) fn token(&self) -> String {
        self.token.clone()
    }

    /// Sets the cookie where the browser has none, and keeps the page out of caches.
    pub(super) fn seal(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Some(fresh) = &self.fresh {
            headers.append(header::SET_COOKIE, Cookie::Form.set(self.scheme, fresh));
        }
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(header::HeaderValue::from_static("no-store"));
        response
    }
}

impl FromRequestParts<AppState> for FormKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let scheme = app.config.instance.scheme;
        let known = [Cookie::Session, Cookie::Form]
            .into_iter()
            .find_map(|cookie| cookie.read(&parts.headers, scheme));
        let fresh = match known {
            Some(_) => None,
            None => Some(Token::generate(&mut Chance(&*app.ctx.random))),
        };
        let cookie = known.as_ref().or(fresh.as_ref());
        Ok(FormKey {
            token: cookie.map_or_else(String::new, |cookie| form_token(cookie.expose())),
            fresh,
            scheme,
        })
    }
}
