//! `/settings/security`: codes beside the password, and passkeys in place of it.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::passkeys::Shelf;
use super::{Desk, secret};
use crate::app::App;
use crate::auth::totp::TotpSecret;
use crate::http::AppState;
use crate::http::web::account_form::status_of;
use crate::http::web::frame::Frame;
use crate::http::web::pages::{PageResult, show};
use crate::http::web::qr::{self, Qr};
use crate::http::web::sign_up::capital;
use crate::http::web::signed_in::SignedIn;
use crate::services::credentials::CredentialError;
use crate::services::passkeys::Asked;
use crate::services::second_factor::{self, Guard};

const HERE: &str = "/settings/security";

#[derive(Template)]
#[template(path = "settings_security.html")]
struct SecurityPage {
    frame: Frame,
    desk: Desk,
    guard: Guard,
    /// An app is being tried out.
    tried: Option<Tried>,
    /// Shown once.
    codes: Vec<String>,
    /// Passkeys, where there can be any.
    shelf: Option<Shelf>,
}

struct Tried {
    picture: Option<Qr>,
    /// For typing.
    secret: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    pub(super) password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    code: String,
}

/// What happened before the page is shown.
#[derive(Default)]
pub(super) struct Outcome {
    status: StatusCode,
    fault: Option<String>,
    done: Option<&'static str>,
    codes: Vec<String>,
    secret: Option<TotpSecret>,
    /// The browser is asked for a passkey.
    asked: Option<Asked>,
}

impl Outcome {
    pub(super) fn done(words: &'static str) -> Outcome {
        Outcome {
            done: Some(words),
            ..Outcome::default()
        }
    }

    pub(super) fn asking(asked: Asked) -> Outcome {
        Outcome {
            asked: Some(asked),
            ..Outcome::default()
        }
    }

    /// `words` has neither a capital nor a full stop.
    pub(super) fn unfit(words: &str) -> Outcome {
        Outcome {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            fault: Some(capital(words)),
            ..Outcome::default()
        }
    }

    pub(super) fn wrong(error: &CredentialError) -> Result<Outcome, super::PageError> {
        Ok(Outcome {
            status: status_of(error)?,
            fault: Some(capital(&error.to_string())),
            ..Outcome::default()
        })
    }
}

/// `GET /settings/security`
pub(super) async fn show_security(State(app): State<AppState>, who: SignedIn) -> PageResult {
    page(&app, &who, Outcome::default()).await
}

/// `POST /settings/security/begin`: makes a secret for an app to try out.
pub(super) async fn begin(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let proof = (who.account, form.password.as_str());
    let outcome = match second_factor::begin(&app.ctx, &app.passwords, proof).await {
        Ok(secret) => Outcome {
            secret,
            ..Outcome::default()
        },
        Err(error) => Outcome::wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

/// `POST /settings/security/confirm`: the app's first code was typed.
pub(super) async fn turn_on(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<CodeForm>,
) -> PageResult {
    let outcome = match second_factor::turn_on(&app.ctx, who.account, &form.code).await? {
        Some(codes) => Outcome {
            codes,
            done: Some("From now on a code is asked for after your password."),
            ..Outcome::default()
        },
        None => Outcome {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            fault: Some("This code is not right. Is the clock of your phone right?".to_owned()),
            secret: second_factor::tried(&app.ctx, who.account).await?,
            ..Outcome::default()
        },
    };
    page(&app, &who, outcome).await
}

/// `POST /settings/security/codes`: new recovery codes.
pub(super) async fn renew_codes(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let proof = (who.account, form.password.as_str());
    let outcome = match second_factor::renew_codes(&app.ctx, &app.passwords, proof).await {
        Ok(codes) => Outcome {
            codes,
            ..Outcome::default()
        },
        Err(error) => Outcome::wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

/// `POST /settings/security/off`
pub(super) async fn turn_off(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let proof = (who.account, form.password.as_str());
    let outcome = match second_factor::turn_off(&app.ctx, &app.passwords, proof).await {
        Ok(()) => Outcome::done("No codes are asked for any more."),
        Err(error) => Outcome::wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

pub(super) async fn page(app: &App, who: &SignedIn, outcome: Outcome) -> PageResult {
    let site = &app.config.instance.name;
    let desk = Desk {
        fault: outcome.fault,
        done: outcome.done,
        ..Desk::new(who, HERE)
    };
    let page = SecurityPage {
        frame: desk.frame(app, who),
        desk,
        guard: second_factor::guard(&app.ctx, who.account).await?,
        tried: outcome.secret.map(|secret| Tried {
            picture: qr::code(&secret.uri(site, &who.actor.full_handle())),
            secret: secret.base32(),
        }),
        codes: outcome.codes,
        shelf: Shelf::of(app, who, outcome.asked).await?,
    };
    let mut response = secret(show(&page)?);
    *response.status_mut() = outcome.status;
    Ok(response)
}
