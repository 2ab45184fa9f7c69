//! Links in mails: a new password, a new mail address. Opening one changes nothing; the button on its page does.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::account_form::{plain_frame, status_of};
use super::form_key::FormKey;
use super::frame::Frame;
use super::log_in::Client;
use super::note_page::Note;
use super::pages::{PageResult, show};
use super::sign_up::capital;
use super::signed_in::Viewer;
use crate::app::App;
use crate::domain::account::Purpose;
use crate::http::AppState;
use crate::services::credentials::{self, CredentialError};

/// A page with one form. Which fields it has says `kind`.
#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    form_token: String,
    kind: Kind,
    /// The secret of the mail.
    token: String,
    /// The address that is to be confirmed.
    email: String,
    fault: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Forgot,
    NewPassword,
    ConfirmEmail,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Mailed {
    token: String,
    password: String,
}

impl RecoveryPage {
    fn new(app: &App, key: &FormKey, kind: Kind) -> RecoveryPage {
        let title = match kind {
            Kind::Forgot => "Forgot your password?",
            Kind::NewPassword => "Set a new password",
            Kind::ConfirmEmail => "Confirm your mail address",
        };
        RecoveryPage {
            frame: plain_frame(app, &Viewer::default(), title),
            form_token: key.token(),
            kind,
            token: String::new(),
            email: String::new(),
            fault: None,
        }
    }
}

/// `GET /password/reset`
pub(super) async fn show_forgot(State(app): State<AppState>, key: FormKey) -> PageResult {
    Ok(key.seal(show(&RecoveryPage::new(&app, &key, Kind::Forgot))?))
}

/// `POST /password/reset`: the same answer whether anybody has that name or address.
pub(super) async fn forgot(
    State(app): State<AppState>,
    client: Client,
    key: FormKey,
    Form(asked): Form<Asked>,
) -> PageResult {
    match credentials::forgot(&app.ctx, &asked.name, client.address.network()).await {
        Ok(()) => Note {
            status: StatusCode::OK,
            title: "Look into your mail",
            text: "If there is an account by that name or address, a link is on its way to its mail address. It counts for an hour.",
            next: Some(("/log-in", "Log in")),
        }
        .show(&app, &Viewer::default()),
        Err(error) => fault(&app, &key, (Kind::Forgot, String::new()), &error),
    }
}

/// `GET /password/new?token=`
pub(super) async fn show_reset(
    State(app): State<AppState>,
    key: FormKey,
    Query(mailed): Query<Mailed>,
) -> PageResult {
    if credentials::find(&app.ctx, Purpose::ResetPassword, &mailed.token)
        .await?
        .is_none()
    {
        return over(&app);
    }
    let page = RecoveryPage {
        token: mailed.token,
        ..RecoveryPage::new(&app, &key, Kind::NewPassword)
    };
    Ok(key.seal(show(&page)?))
}

/// `POST /password/new`
pub(super) async fn reset(
    State(app): State<AppState>,
    key: FormKey,
    Form(mailed): Form<Mailed>,
) -> PageResult {
    let typed = (mailed.token.as_str(), mailed.password.as_str());
    match credentials::reset(&app.ctx, &app.passwords, typed).await {
        Ok(()) => Note {
            status: StatusCode::OK,
            title: "You have a new password",
            text: "Every browser and app that was logged in is logged out.",
            next: Some(("/log-in", "Log in")),
        }
        .show(&app, &Viewer::default()),
        Err(CredentialError::Link) => over(&app),
        Err(error) => fault(&app, &key, (Kind::NewPassword, mailed.token), &error),
    }
}

/// `GET /email/confirm?token=`
pub(super) async fn show_confirm_email(
    State(app): State<AppState>,
    key: FormKey,
    Query(mailed): Query<Mailed>,
) -> PageResult {
    let found = credentials::find(&app.ctx, Purpose::ChangeEmail, &mailed.token).await?;
    let Some((secret, _)) = found else {
        return over(&app);
    };
    let page = RecoveryPage {
        token: mailed.token,
        email: secret.detail,
        ..RecoveryPage::new(&app, &key, Kind::ConfirmEmail)
    };
    Ok(key.seal(show(&page)?))
}

/// `POST /email/confirm`
pub(super) async fn confirm_email(
    State(app): State<AppState>,
    key: FormKey,
    Form(mailed): Form<Mailed>,
) -> PageResult {
    match credentials::confirm_email(&app.ctx, &mailed.token).await {
        Ok(()) => Note {
            status: StatusCode::OK,
            title: "Your mail address is confirmed",
            text: "From now on we write to it.",
            next: Some(("/", "Go to the front page")),
        }
        .show(&app, &Viewer::default()),
        Err(CredentialError::Link) => over(&app),
        Err(error) => fault(&app, &key, (Kind::ConfirmEmail, mailed.token), &error),
    }
}

fn fault(
    app: &App,
    key: &FormKey,
    (kind, token): (Kind, String),
    error: &CredentialError,
) -> PageResult {
    let status = status_of(error)?;
    let page = RecoveryPage {
        token,
        fault: Some(capital(&error.to_string())),
        ..RecoveryPage::new(app, key, kind)
    };
    let mut response = key.seal(show(&page)?);
    *response.status_mut() = status;
    Ok(response)
}

fn over(app: &App) -> PageResult {
    Note {
        status: StatusCode::FORBIDDEN,
        title: "This link is over",
        text: "It was used before, a newer one was sent, or it is too old.",
        next: Some(("/password/reset", "Ask for a link for a new password")),
    }
    .show(app, &Viewer::default())
}
