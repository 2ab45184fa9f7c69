//! Who calls: the bearer token of a request.

use std::convert::Infallible;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::auth::scope::Scope;
use crate::auth::token::{Token, TokenHash};
use crate::domain::ids::ActorId;
use crate::http::extract::client::ClientAddress;
use crate::services::{session, sign_up_app};

use super::Api;
use super::error::{ApiError, ApiResult};

/// The local person whose token the request carries.
#[derive(Debug)]
pub(super) struct SignedIn(session::SignedIn);

/// The same where strangers are answered too.
#[derive(Debug)]
pub(super) struct Viewer(Option<SignedIn>);

impl Deref for SignedIn {
    type Target = session::SignedIn;

    fn deref(&self) -> &session::SignedIn {
        &self.0
    }
}

impl SignedIn {
    /// Asks for a scope.
    ///
    /// # Errors
    /// [`ApiError::OutOfScope`] when the token does not hold it.
    pub(super) fn require(&self, scope: Scope) -> ApiResult<()> {
        if self.scopes.allow(scope) {
            Ok(())
        } else {
            Err(ApiError::OutOfScope)
        }
    }
}

impl Viewer {
    /// Whose eyes it is for. A token that lacks `scope` sees what strangers see.
    pub(super) fn with(&self, scope: Scope) -> Option<ActorId> {
        self.0
            .as_ref()
            .filter(|who| who.scopes.allow(scope))
            .map(|who| who.actor.id)
    }

    /// The signed-in person, if their token holds `scope`.
    pub(super) fn signed_in(&self, scope: Scope) -> Option<&SignedIn> {
        self.0.as_ref().filter(|who| who.scopes.allow(scope))
    }
}

/// The bearer token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    // Of two, something before us may have looked at the other.
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())?;
    token.parse().ok()
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let hash = bearer(&parts.headers).ok_or(ApiError::BadToken)?.hash();
        let Some(who) = session::by_token(&api.ctx, &hash).await? else {
            return Err(unknown(api, &hash).await?);
        };
        api.seen.note(&api.ctx, who.account).await;
        Ok(SignedIn(who))
    }
}

/// What to say to a token that is nobody's.
async fn unknown(api: &Api, hash: &TokenHash) -> ApiResult<ApiError> {
    Ok(if sign_up_app::is_waiting(&api.ctx, hash).await? {
        ApiError::NotYet
    } else {
        ApiError::BadToken
    })
}

impl FromRequestParts<Api> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        Ok(ClientAddress::of(parts, &api.proxies))
    }
}

impl FromRequestParts<Api> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let who = SignedIn::from_request_parts(parts, api).await?;
            Ok(Viewer(Some(who)))
        } else {
            Ok(Viewer(None))
        }
    }
}
