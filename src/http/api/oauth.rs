//! Registration of programs and their tokens (RFC 6749, 7009, 8414), in the forms that Mastodon's apps use.
//!
//! The page on which a person agrees is `web/oauth_authorize.rs`.

mod apps;
mod client;
mod metadata;
mod token;
mod userinfo;

pub(super) use apps::{create_app, verify_app};
pub(super) use client::AppToken;
pub(super) use metadata::show_authorization_server;
pub(super) use token::{Granted, create_token, revoke_token};
pub(super) use userinfo::show_userinfo;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::{ApiError, Wrong};
use super::openapi::{Answers, Operation};
use crate::services::oauth::OauthError;

/// An error in the words of RFC 6749 §5.2.
#[derive(Debug)]
pub(super) struct Refused(OauthError);

impl From<OauthError> for Refused {
    fn from(error: OauthError) -> Self {
        Refused(error)
    }
}

#[derive(Serialize)]
struct Said {
    error: &'static str,
    error_description: String,
}

impl Answers for Refused {
    fn describe(operation: &mut Operation<'_>) {
        for code in [400, 401, 429] {
            operation.fails(code);
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error) = match &self.0 {
            OauthError::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            OauthError::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            OauthError::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            OauthError::InvalidRequest(_) | OauthError::Redirect(_) => {
                (StatusCode::BAD_REQUEST, "invalid_request")
            }
            OauthError::UnsupportedGrant => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            OauthError::Store(_) | OauthError::Throttled(_) => {
                return ApiError::from(self.0).into_response();
            }
        };
        let said = Said {
            error,
            error_description: self.0.to_string(),
        };
        let mut response = (status, Json(said)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"oauth\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

/// Registration answers like the rest of the API: what is wrong with which field.
impl From<OauthError> for ApiError {
    fn from(error: OauthError) -> Self {
        let field = match &error {
            OauthError::Store(_) | OauthError::Throttled(_) => "",
            OauthError::InvalidScope => "scopes",
            OauthError::Redirect(_) => "redirect_uris",
            _ => "client_name",
        };
        match error {
            OauthError::Store(error) => ApiError::Store(error),
            OauthError::Throttled(wait) => ApiError::TooMany(wait),
            error => ApiError::field(field, Wrong::Invalid, error.to_string()),
        }
    }
}
