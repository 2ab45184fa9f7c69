//! `/sign-up`: asking for an account.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::form_key::FormKey;
use super::frame::Frame;
use super::log_in::{Client, enter};
use super::note_page::Note;
use super::pages::{PageError, PageResult, show};
use super::signed_in::Viewer;
use crate::app::App;
use crate::auth::password::PasswordError;
use crate::config::{MailTransport, Registration};
use crate::domain::account::SignUp;
use crate::http::{AppState, HttpError};
use crate::services::sign_up::{self, Confirmed, SignUpError, Wish};

use super::keys::fresh_pairs;

/// The query of the page: the secret of an invitation.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Invited {
    #[serde(default)]
    invite: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignUpForm {
    handle: String,
    email: String,
    password: String,
    reason: String,
    invite: String,
}

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUpPage {
    frame: Frame,
    form_token: String,
    form: SignUpForm,
    domain: String,
    asks_reason: bool,
    fault: Option<String>,
}

/// Whether somebody who has no account may do something about it on a page. Without mail no address can be confirmed.
pub(super) fn takes_sign_ups(app: &App, has_link: bool) -> bool {
    let may = match app.config.instance.registration {
        Registration::Open | Registration::Approval => true,
        Registration::Invite => has_link,
        Registration::Closed => false,
    };
    may && !matches!(app.config.mail.transport, MailTransport::None)
}

/// `GET /sign-up`
pub(super) async fn show_sign_up(
    State(app): State<AppState>,
    viewer: Viewer,
    key: FormKey,
    Query(invited): Query<Invited>,
) -> PageResult {
    if viewer.signed_in().is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    if !invited.invite.is_empty()
        && sign_up::find_link(&app.ctx, &invited.invite)
            .await?
            .is_none()
    {
        return refused(&app, &SignUpError::Link);
    }
    if !takes_sign_ups(&app, !invited.invite.is_empty()) {
        return refused(&app, &SignUpError::Closed);
    }
    let form = SignUpForm {
        invite: invited.invite,
        ..SignUpForm::default()
    };
    Ok(key.seal(show(&SignUpPage::new(&app, &key, form))?))
}

/// `POST /sign-up`: the same answer whether the address is in use or not.
pub(super) async fn sign_up(
    State(app): State<AppState>,
    key: FormKey,
    client: Client,
    Form(form): Form<SignUpForm>,
) -> PageResult {
    if !takes_sign_ups(&app, !form.invite.is_empty()) {
        return refused(&app, &SignUpError::Closed);
    }
    let wish = Wish {
        handle: &form.handle,
        email: &form.email,
        password: &form.password,
        reason: &form.reason,
        link: &form.invite,
        network: client.address.network(),
    };
    let mode = app.config.instance.registration;
    match sign_up::ask(&app.ctx, &app.passwords, mode, wish).await {
        Ok(()) => Note {
            status: StatusCode::OK,
            title: "Look into your mail",
            text: "We have sent a mail to the address that you typed. Open the link in it to go on. It counts for a day.",
            next: None,
        }
        .show(&app, &Viewer::default()),
        Err(error @ (SignUpError::Closed | SignUpError::Link)) => refused(&app, &error),
        Err(error) => {
            let (status, wait) = status_of(&error)?;
            let page = SignUpPage {
                fault: Some(sentence(&error)),
                ..SignUpPage::new(&app, &key, form)
            };
            let mut response = key.seal(show(&page)?);
            *response.status_mut() = status;
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
    }
}

impl SignUpPage {
    fn new(app: &App, key: &FormKey, form: SignUpForm) -> SignUpPage {
        let mode = app.config.instance.registration;
        SignUpPage {
            frame: Frame::of(app, &Viewer::default(), "Sign up", "/sign-up"),
            form_token: key.token(),
            domain: app.ctx.uris.domain().to_owned(),
            asks_reason: mode == Registration::Approval && form.invite.is_empty(),
            // The password is typed again.
            form: SignUpForm {
                password: String::new(),
                ..form
            },
            fault: None,
        }
    }
}

/// The secret of the mail.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Mailed {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct ConfirmForm {
    token: String,
    handle: String,
    password: String,
}

#[derive(Template)]
#[template(path = "sign_up_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    form_token: String,
    token: String,
    handle: String,
    email: String,
    domain: String,
    fault: Option<String>,
}

/// `GET /sign-up/confirm?token=`: changes nothing, because programs look at links in mails.
pub(super) async fn show_confirm(
    State(app): State<AppState>,
    key: FormKey,
    Query(mailed): Query<Mailed>,
) -> PageResult {
    let Some(new) = sign_up::find(&app.ctx, &mailed.token).await? else {
        return refused(&app, &SignUpError::Unknown);
    };
    let page = ConfirmPage {
        frame: confirm_frame(&app),
        form_token: key.token(),
        token: mailed.token,
        handle: new.handle,
        email: new.email,
        domain: app.ctx.uris.domain().to_owned(),
        fault: None,
    };
    Ok(key.seal(show(&page)?))
}

fn confirm_frame(app: &App) -> Frame {
    Frame {
        canonical: None,
        indexed: false,
        ..Frame::of(app, &Viewer::default(), "Confirm your mail address", "/")
    }
}

/// `POST /sign-up/confirm`
pub(super) async fn confirm(
    State(app): State<AppState>,
    key: FormKey,
    client: Client,
    Form(form): Form<ConfirmForm>,
) -> PageResult {
    let Some(new) = sign_up::find(&app.ctx, &form.token).await? else {
        return refused(&app, &SignUpError::Unknown);
    };
    let typed = (form.handle.as_str(), form.password.as_str());
    match proceed(&app, &new, typed, &client).await? {
        Ok(Confirmed::In(secret)) => Ok(enter(&app, &secret, "/")),
        Ok(Confirmed::Waiting) => Note {
            status: StatusCode::OK,
            title: "Thank you",
            text: "A moderator looks at your request now. You will get a mail once it is decided.",
            next: Some(("/", "Go to the front page")),
        }
        .show(&app, &Viewer::default()),
        Err(error @ (SignUpError::Closed | SignUpError::Link | SignUpError::Unknown)) => {
            refused(&app, &error)
        }
        Err(error) => {
            let (status, _) = status_of(&error)?;
            let page = ConfirmPage {
                frame: confirm_frame(&app),
                form_token: key.token(),
                token: form.token,
                handle: form.handle,
                email: new.email,
                domain: app.ctx.uris.domain().to_owned(),
                fault: Some(sentence(&error)),
            };
            let mut response = key.seal(show(&page)?);
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

async fn proceed(
    app: &App,
    new: &SignUp,
    typed: (&str, &str),
    client: &Client,
) -> Result<Result<Confirmed, SignUpError>, HttpError> {
    let proven = match sign_up::prove(&app.ctx, &app.passwords, new, typed).await {
        Ok(proven) => proven,
        Err(error) => return Ok(Err(error)),
    };
    let with = (&client.device, fresh_pairs().await?);
    let mode = app.config.instance.registration;
    Ok(sign_up::confirm(&app.ctx, mode, &proven, with).await)
}

/// A page that says why there is nothing to fill in.
fn refused(app: &App, error: &SignUpError) -> PageResult {
    let (title, text) = match error {
        SignUpError::Link => (
            "This invitation is over",
            "It was used up, withdrawn, or is too old. Ask whoever gave it to you for another one.",
        ),
        SignUpError::Closed => (
            "No sign-ups here",
            match app.config.instance.registration {
                Registration::Invite => {
                    "You can join with an invitation from somebody who is here."
                }
                _ => "New accounts are made by the people who run this server.",
            },
        ),
        _ => (
            "This link is over",
            "It was used before, a newer one was sent, or it is too old. You can sign up again.",
        ),
    };
    Note {
        status: StatusCode::FORBIDDEN,
        title,
        text,
        next: Some(("/about", "About this place")),
    }
    .show(app, &Viewer::default())
}

/// A sentence for the person who typed.
pub(super) fn sentence(error: &SignUpError) -> String {
    capital(&error.to_string())
}

/// `text` as a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

type Status = (StatusCode, Option<u64>);

/// The code of an error that goes back into the form; what is our own fault is an error page.
pub(super) fn status_of(error: &SignUpError) -> Result<Status, PageError> {
    match error {
        SignUpError::Throttled(wait) => Ok((StatusCode::TOO_MANY_REQUESTS, Some(wait.as_secs()))),
        SignUpError::Password(PasswordError::TooShort | PasswordError::TooLong)
        | SignUpError::Handle(_)
        | SignUpError::HandleTaken
        | SignUpError::Email
        | SignUpError::Reason
        | SignUpError::WrongPassword
        | SignUpError::Unknown => Ok((StatusCode::UNPROCESSABLE_ENTITY, None)),
        SignUpError::Closed | SignUpError::Link => Ok((StatusCode::FORBIDDEN, None)),
        SignUpError::Password(PasswordError::Busy) => Err(HttpError::unavailable().into()),
        SignUpError::Store(error) if error.is_outage() => Err(HttpError::unavailable().into()),
        SignUpError::Password(_) | SignUpError::Store(_) => {
            tracing::error!(error = %error, "a sign-up failed");
            Err(HttpError::internal().into())
        }
    }
}
