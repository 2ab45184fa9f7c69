//! Asking for an account from within an app.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::password::PasswordError;
use crate::auth::scope::{Area, Scope};
use crate::auth::token::TokenHash;
use crate::domain::handle::HandleError;
use crate::http::extract::client::ClientAddress;
use crate::services::sign_up::{SignUpError, Wish};
use crate::services::{session, sign_up_app};

use super::Api;
use super::auth::bearer;
use super::body::{Body, Flag};
use super::entities::Nothing;
use super::error::{ApiError, ApiResult, Wrong};
use super::oauth::{AppToken, Granted};
use super::openapi::{Asks, Operation};

/// What somebody typed. A language, a time zone or a day of birth are not asked for here.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewAccount)]
pub(super) struct Asked {
    username: String,
    email: String,
    password: String,
    /// To the rules of this server.
    agreement: Flag,
    /// For the moderators, where they agree to new accounts.
    reason: Option<String>,
    /// The secret of an invitation.
    invite_code: Option<String>,
}

/// `POST /api/v1/accounts`: a mail holds the link with which the account is made; the token counts from then on
pub(super) async fn create_account(
    State(api): State<Api>,
    app: AppToken,
    client: ClientAddress,
    Body(asked): Body<Asked>,
) -> ApiResult<Granted> {
    if !app.scopes.allow(Scope::Write(Area::Accounts)) {
        return Err(ApiError::OutOfScope);
    }
    if !asked.agreement.0 {
        let why = "one has to agree to the rules of this server";
        return Err(ApiError::field("agreement", Wrong::Accepted, why));
    }
    let wish = Wish {
        handle: &asked.username,
        email: &asked.email,
        password: &asked.password,
        reason: asked.reason.as_deref().unwrap_or_default(),
        link: asked.invite_code.as_deref().unwrap_or_default(),
        network: client.network(),
    };
    let taken = (&api.passwords, api.about.registration);
    let issued = sign_up_app::ask(&api.ctx, taken, wish, (app.app.id, app.scopes)).await?;
    Ok(Granted::from(issued))
}

/// Whose account is not there yet, or is.
#[derive(Debug)]
pub(super) enum Newcomer {
    Waiting(TokenHash),
    There,
}

impl FromRequestParts<Api> for Newcomer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let hash = bearer(&parts.headers).ok_or(ApiError::BadToken)?.hash();
        if session::by_token(&api.ctx, &hash).await?.is_some() {
            return Ok(Newcomer::There);
        }
        if sign_up_app::is_waiting(&api.ctx, &hash).await? {
            Ok(Newcomer::Waiting(hash))
        } else {
            Err(ApiError::BadToken)
        }
    }
}

impl Asks for Newcomer {
    fn describe(operation: &mut Operation<'_>) {
        operation.signs_in();
    }
}

/// `POST /api/v1/emails/confirmations`: to the address that was typed; whoever mistyped it asks anew
pub(super) async fn resend_confirmation(
    State(api): State<Api>,
    who: Newcomer,
) -> ApiResult<Json<Nothing>> {
    match who {
        Newcomer::There => Err(ApiError::NotAllowed),
        Newcomer::Waiting(hash) => {
            sign_up_app::send_again(&api.ctx, &hash).await?;
            Ok(Json(Nothing {}))
        }
    }
}

/// `GET /api/v1/emails/check_confirmation`: whether the account is there
pub(super) async fn check_confirmation(who: Newcomer) -> Json<bool> {
    Json(matches!(who, Newcomer::There))
}

impl From<SignUpError> for ApiError {
    fn from(error: SignUpError) -> Self {
        let (field, wrong) = match error {
            SignUpError::Handle(HandleError::Reserved) => ("username", Wrong::Reserved),
            SignUpError::Handle(HandleError::Length | HandleError::Characters) => {
                ("username", Wrong::Invalid)
            }
            SignUpError::HandleTaken => ("username", Wrong::Taken),
            SignUpError::Email => ("email", Wrong::Invalid),
            SignUpError::Reason => ("reason", Wrong::Blank),
            SignUpError::Link => ("invite_code", Wrong::Invalid),
            SignUpError::Password(PasswordError::TooShort) => ("password", Wrong::TooShort),
            SignUpError::Password(PasswordError::TooLong) => ("password", Wrong::TooLong),
            SignUpError::Password(PasswordError::Busy) => return ApiError::Busy,
            SignUpError::Password(
                cause @ (PasswordError::Stored(_)
                | PasswordError::Hash(_)
                | PasswordError::Stopped(_)),
            ) => {
                tracing::error!(%cause, "a password could not be hashed");
                return ApiError::Broken;
            }
            SignUpError::Closed | SignUpError::WrongPassword => return ApiError::NotAllowed,
            SignUpError::Unknown => return ApiError::BadToken,
            SignUpError::Throttled(wait) => return ApiError::TooMany(wait),
            SignUpError::Store(inner) => return inner.into(),
        };
        ApiError::field(field, wrong, error.to_string())
    }
}
