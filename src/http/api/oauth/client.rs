//! Which program asks.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::auth::scope::Scopes;
use crate::domain::client_app::ClientApp;
use crate::http::api::Api;
use crate::http::api::auth::{SignedIn, bearer};
use crate::http::api::error::ApiError;
use crate::http::api::openapi::{Asks, Operation};
use crate::services::oauth;

/// The program that holds the token of the request, whoever it acts for.
#[derive(Debug)]
pub(in crate::http::api) struct Holder(pub(super) ClientApp);

impl FromRequestParts<Api> for Holder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let hash = bearer(&parts.headers).ok_or(ApiError::BadToken)?.hash();
        if let Some((app, _)) = oauth::app_by_token(&api.ctx, &hash).await? {
            return Ok(Holder(app));
        }
        let who = SignedIn::from_request_parts(parts, api).await?;
        let id = who.client_app.ok_or(ApiError::BadToken)?;
        let app = oauth::app(&api.ctx, id).await?;
        app.map(Holder).ok_or(ApiError::BadToken)
    }
}

/// A program that acts for nobody, by a token of its own.
#[derive(Debug)]
pub(in crate::http::api) struct AppToken {
    pub(in crate::http::api) app: ClientApp,
    /// What the token may do.
    pub(in crate::http::api) scopes: Scopes,
}

impl FromRequestParts<Api> for AppToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let hash = bearer(&parts.headers).ok_or(ApiError::BadToken)?.hash();
        if let Some((app, scopes)) = oauth::app_by_token(&api.ctx, &hash).await? {
            return Ok(AppToken { app, scopes });
        }
        // Whoever has an account asks for none.
        SignedIn::from_request_parts(parts, api).await?;
        Err(ApiError::NotAllowed)
    }
}

/// Name and secret from `Authorization: Basic` (RFC 6749 §2.3.1), if the request has it.
#[derive(Debug)]
pub(in crate::http::api) struct Basic(pub(super) Option<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Basic {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let value = parts.headers.get(header::AUTHORIZATION);
        Ok(Basic(value.and_then(|value| read(value.to_str().ok()?))))
    }
}

impl Asks for Basic {
    fn describe(operation: &mut Operation<'_>) {
        operation.may_show_client();
    }
}

impl Asks for AppToken {
    fn describe(operation: &mut Operation<'_>) {
        operation.signs_in();
    }
}

impl Asks for Holder {
    fn describe(operation: &mut Operation<'_>) {
        operation.signs_in();
    }
}

fn read(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn name_and_secret_are_read_from_the_header() {
        let both = |name: &str, secret: &str| Some((name.to_owned(), secret.to_owned()));
        assert_eq!(read("Basic YTpiOmM="), both("a", "b:c"));
        assert_eq!(read("basic YTo="), both("a", ""));
        for bad in [
            "",
            "Basic",
            "Basic ?",
            "Basic YQ==",
            "Bearer YTpi",
            "Basic /w==",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
