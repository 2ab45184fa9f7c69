//! `/settings/account`: mail address and password.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::{Desk, secret};
use crate::app::App;
use crate::config::MailTransport;
use crate::http::AppState;
use crate::http::extract::cookies::Cookie;
use crate::http::web::account_form::status_of;
use crate::http::web::frame::Frame;
use crate::http::web::log_in::Client;
use crate::http::web::pages::{PageResult, show};
use crate::http::web::sign_up::capital;
use crate::http::web::signed_in::SignedIn;
use crate::services::credentials::{self, CredentialError};

const HERE: &str = "/settings/account";

#[derive(Template)]
#[template(path = "settings_account.html")]
struct AccountPage {
    frame: Frame,
    desk: Desk,
    email: String,
    sends_mail: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    password: String,
    new_password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EmailForm {
    password: String,
    email: String,
}

/// `GET /settings`
pub(super) async fn go_there(_who: SignedIn) -> Redirect {
    Redirect::to(HERE)
}

/// `GET /settings/account`
pub(super) async fn show_account(State(app): State<AppState>, who: SignedIn) -> PageResult {
    page(&app, &who, Ok(None)).await
}

/// `POST /settings/account/password`: this browser goes on with a new cookie, everything else is logged out.
pub(super) async fn change_password(
    State(app): State<AppState>,
    who: SignedIn,
    client: Client,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let typed = (form.password.as_str(), form.new_password.as_str());
    let here = (who.account, &client.device);
    match credentials::change_password(&app.ctx, &app.passwords, here, typed).await {
        Ok(cookie) => {
            let who = SignedIn::new((*who).clone(), &cookie);
            let done = "You have a new password. Every other browser and app is logged out.";
            let mut response = page(&app, &who, Ok(Some(done))).await?;
            let cookie = Cookie::Session.set(app.config.instance.scheme, &cookie);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => page(&app, &who, Err(error)).await,
    }
}

/// `POST /settings/account/email`
pub(super) async fn change_email(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<EmailForm>,
) -> PageResult {
    if matches!(app.config.mail.transport, MailTransport::None) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let typed = (form.password.as_str(), form.email.as_str());
    let done = credentials::change_email(&app.ctx, &app.passwords, who.account, typed).await;
    let told = "We have sent a mail to the new address. It counts once you opened the link in it.";
    page(&app, &who, done.map(|()| Some(told))).await
}

async fn page(
    app: &App,
    who: &SignedIn,
    outcome: Result<Option<&'static str>, CredentialError>,
) -> PageResult {
    let email = credentials::email_of(&app.ctx, who.account).await?;
    let desk = Desk::new(who, HERE);
    let mut page = AccountPage {
        frame: desk.frame(app, who),
        desk,
        email: email.unwrap_or_default(),
        sends_mail: !matches!(app.config.mail.transport, MailTransport::None),
    };
    let mut status = StatusCode::OK;
    match outcome {
        Ok(done) => page.desk.done = done,
        Err(error) => {
            status = status_of(&error)?;
            page.desk.fault = Some(capital(&error.to_string()));
        }
    }
    let mut response = secret(show(&page)?);
    *response.status_mut() = status;
    Ok(response)
}
