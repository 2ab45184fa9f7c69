//! Tokens: given for a code or to a program itself, and taken back.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refused;
use super::client::Basic;
use crate::http::api::Api;
use crate::http::api::body::Body;
use crate::http::api::entities::Nothing;
use crate::http::api::openapi::{Answers, Operation};
use crate::services::oauth::{self, Credentials, Exchange, Issued, OauthError};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = TokenRequest)]
pub(in crate::http::api) struct Asked {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    scope: String,
}

impl Asked {
    fn shown(&self) -> (Option<&str>, Option<&str>) {
        (self.client_id.as_deref(), self.client_secret.as_deref())
    }
}

impl AskedRevocation {
    fn shown(&self) -> (Option<&str>, Option<&str>) {
        (self.client_id.as_deref(), self.client_secret.as_deref())
    }
}

/// What is to be revoked, and by whom.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = TokenRevocation)]
pub(in crate::http::api) struct AskedRevocation {
    client_id: Option<String>,
    client_secret: Option<String>,
    token: Option<String>,
}

/// What a program shows of itself: in the body, or in the header.
fn credentials<'a>(
    (client_id, client_secret): (Option<&'a str>, Option<&'a str>),
    basic: &'a Basic,
) -> Result<Credentials<'a>, OauthError> {
    match (client_id, &basic.0) {
        (Some(in_body), Some((name, _))) if in_body != name => Err(OauthError::InvalidClient),
        (_, Some((client_id, secret))) => Ok(Credentials {
            client_id,
            secret: Some(secret),
        }),
        (Some(client_id), None) => Ok(Credentials {
            client_id,
            secret: client_secret.filter(|secret| !secret.is_empty()),
        }),
        (None, None) => Err(OauthError::InvalidClient),
    }
}

/// A token (RFC 6749 §5.1), with the time Mastodon adds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(in crate::http::api) struct Granted {
    access_token: String,
    token_type: &'static str,
    scope: String,
    /// In seconds since 1970.
    created_at: i64,
}

impl IntoResponse for Granted {
    fn into_response(self) -> Response {
        let never = [(header::CACHE_CONTROL, "no-store")];
        (never, Json(self)).into_response()
    }
}

impl Answers for Granted {
    fn describe(operation: &mut Operation<'_>) {
        <Json<Granted> as Answers>::describe(operation);
    }
}

impl From<Issued> for Granted {
    fn from(issued: Issued) -> Self {
        Granted {
            access_token: issued.secret.expose().to_owned(),
            token_type: "Bearer",
            scope: issued.scopes.to_string(),
            created_at: issued.created_at,
        }
    }
}

/// `POST /oauth/token`
pub(in crate::http::api) async fn create_token(
    State(api): State<Api>,
    basic: Basic,
    Body(asked): Body<Asked>,
) -> Result<Granted, Refused> {
    let who = credentials(asked.shown(), &basic)?;
    let issued = match asked.grant_type.as_str() {
        "authorization_code" => {
            let (Some(code), Some(redirect_uri)) = (&asked.code, &asked.redirect_uri) else {
                return Err(OauthError::InvalidRequest("code or redirect_uri is missing").into());
            };
            let exchange = Exchange {
                code,
                redirect_uri,
                verifier: asked.code_verifier.as_deref(),
            };
            oauth::exchange(&api.ctx, who, exchange).await?
        }
        "client_credentials" => oauth::issue_to_app(&api.ctx, who, &asked.scope).await?,
        _ => return Err(OauthError::UnsupportedGrant.into()),
    };
    Ok(Granted::from(issued))
}

/// `POST /oauth/revoke`
pub(in crate::http::api) async fn revoke_token(
    State(api): State<Api>,
    basic: Basic,
    Body(asked): Body<AskedRevocation>,
) -> Result<Json<Nothing>, Refused> {
    let who = credentials(asked.shown(), &basic)?;
    let token = asked
        .token
        .as_deref()
        .ok_or(OauthError::InvalidRequest("token is missing"))?;
    oauth::revoke(&api.ctx, who, token).await?;
    Ok(Json(Nothing {}))
}
