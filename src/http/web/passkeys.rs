//! Logging in with a passkey: the question that the script of the log-in page asks for, and the form that it sends.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse as _;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::assets;
use super::form_key::FormKey;
use super::log_in::{Client, LogInPage, after, end, enter, explain, refuse};
use super::pages::{PageError, PageResult};
use crate::app::App;
use crate::auth::passkey::RelyingParty;
use crate::http::extract::client::ClientAddress;
use crate::http::{AppState, HttpError};
use crate::services::log_in::LogInError;
use crate::services::passkeys::{self, Answer};

/// Where the script asks and where it answers.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/log-in/passkey/begin", post(begin_log_in))
        .route("/log-in/passkey", post(log_in_with_passkey))
}

/// The script that speaks with devices; `None` where this instance has no passkeys.
pub(super) fn script(app: &App) -> Option<&'static str> {
    app.passkeys
        .as_ref()
        .map(|_| assets::path(assets::PASSKEYS))
}

/// This instance as devices know it. Where it has no passkeys, nothing is at the addresses about them.
pub(super) fn party(app: &App) -> Result<&RelyingParty, PageError> {
    app.passkeys.as_ref().ok_or(PageError::NotFound)
}

/// What the script is given.
#[derive(Serialize)]
struct Question<'a> {
    ceremony: &'a str,
    /// JSON in a string, the form that it has on pages.
    options: String,
}

/// `POST /log-in/passkey/begin`: a question to whatever passkey there is.
async fn begin_log_in(State(app): State<AppState>, address: ClientAddress) -> PageResult {
    let network = address.network();
    match passkeys::begin_log_in(&app.ctx, party(&app)?, network).await {
        Ok(asked) => {
            let question = Question {
                ceremony: asked.ceremony.expose(),
                options: asked.options,
            };
            let unstored = [(header::CACHE_CONTROL, "no-store")];
            Ok((unstored, Json(question)).into_response())
        }
        Err(error) => {
            let (status, wait, fault) = explain(error)?;
            Err(HttpError {
                retry_after: wait.and_then(|seconds| seconds.try_into().ok()),
                ..HttpError::new(status, fault)
            }
            .into())
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PasskeyForm {
    ceremony: String,
    answer: String,
    next: String,
}

/// `POST /log-in/passkey`
async fn log_in_with_passkey(
    State(app): State<AppState>,
    key: FormKey,
    client: Client,
    headers: HeaderMap,
    Form(form): Form<PasskeyForm>,
) -> PageResult {
    let answer = Answer {
        ceremony: &form.ceremony,
        text: &form.answer,
    };
    let from = (&client.device, client.address.network());
    match passkeys::log_in(&app.ctx, party(&app)?, answer, from).await {
        Ok(secret) => {
            end(&app, &headers).await?;
            Ok(enter(&app, &secret, &after(&form.next)))
        }
        Err(error) => failed(&app, &key, &form.next, error),
    }
}

fn failed(app: &App, key: &FormKey, next: &str, error: LogInError) -> PageResult {
    let words = match error {
        LogInError::Wrong => Some(
            "This passkey does not count here; it may have been removed. You can log in with your password.",
        ),
        LogInError::Over => Some("That took too long. Please try once more."),
        LogInError::Suspended
        | LogInError::Throttled(_)
        | LogInError::Password(_)
        | LogInError::Store(_) => None,
    };
    let (status, wait, fault) = explain(error)?;
    let explained = (status, wait, words.unwrap_or(fault));
    refuse(key, LogInPage::new(app, key, next), explained)
}
