//! `/log-in` and `/log-out`.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form_key::FormKey;
use super::frame::Frame;
use super::links::local_path;
use super::log_in_code::ask_for_code;
use super::pages::{PageResult, show};
use super::passkeys::script;
use super::signed_in::Viewer;
use crate::app::App;
use crate::auth::password::PasswordError;
use crate::auth::token::Token;
use crate::domain::account::Device;
use crate::http::extract::client::ClientAddress;
use crate::http::extract::cookies::Cookie;
use crate::http::{AppState, HttpError};
use crate::services::log_in::{self, Attempt, Entry, LogInError};

/// Where to go afterwards; only addresses of ours count.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct LogInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "log_in.html")]
pub(super) struct LogInPage {
    frame: Frame,
    form_token: String,
    next: String,
    name: String,
    fault: Option<&'static str>,
    /// For passkeys.
    script: Option<&'static str>,
}

/// `GET /log-in?next=`
pub(super) async fn show_log_in(
    State(app): State<AppState>,
    viewer: Viewer,
    key: FormKey,
    Query(asked): Query<Next>,
) -> PageResult {
    if viewer.signed_in().is_some() {
        return Ok(Redirect::to(&after(&asked.next)).into_response());
    }
    let page = LogInPage::new(&app, &key, &asked.next);
    Ok(key.seal(show(&page)?))
}

/// `POST /log-in`
pub(super) async fn log_in(
    State(app): State<AppState>,
    key: FormKey,
    client: Client,
    headers: HeaderMap,
    Form(form): Form<LogInForm>,
) -> PageResult {
    let attempt = Attempt {
        name: &form.name,
        password: &form.password,
        device: &client.device,
        network: client.address.network(),
    };
    let next = after(&form.next);
    match log_in::log_in(&app.ctx, &app.passwords, attempt, &next).await {
        Ok(Entry::Code(half)) => ask_for_code(&app, &key, half.expose(), None),
        Ok(Entry::In(secret)) => {
            // Whoever was logged in with this browser before is not any more.
            end(&app, &headers).await?;
            Ok(enter(&app, &secret, &next))
        }
        Err(error) => {
            let page = LogInPage {
                name: form.name,
                ..LogInPage::new(&app, &key, &form.next)
            };
            refuse(&key, page, explain(error)?)
        }
    }
}

/// `POST /log-out`: ends the session and forgets the cookie, also where it counted no more.
pub(super) async fn log_out(State(app): State<AppState>, headers: HeaderMap) -> PageResult {
    end(&app, &headers).await?;
    let mut response = Redirect::to("/").into_response();
    let gone = Cookie::Session.clear(app.config.instance.scheme);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

pub(super) async fn end(app: &App, headers: &HeaderMap) -> Result<(), HttpError> {
    if let Some(who) = Viewer::of(app, headers).await?.signed_in() {
        log_in::log_out(&app.ctx, who.account, who.session).await?;
    }
    Ok(())
}

/// Gives a browser its cookie and sends it to `path`.
pub(super) fn enter(app: &App, secret: &Token, path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    let cookie = Cookie::Session.set(app.config.instance.scheme, secret);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Where somebody goes who is logged in now.
pub(super) fn after(next: &str) -> String {
    local_path(next)
        .filter(|path| !path.starts_with("/log-"))
        .unwrap_or_else(|| "/".to_owned())
}

pub(super) type Explained = (StatusCode, Option<u64>, &'static str);

pub(super) fn explain(error: LogInError) -> Result<Explained, HttpError> {
    match error {
        LogInError::Wrong => Ok((
            StatusCode::UNAUTHORIZED,
            None,
            "The name or the password is not right. After many attempts nothing is right for ten minutes.",
        )),
        LogInError::Over => Ok((
            StatusCode::UNAUTHORIZED,
            None,
            "That took too long. Please type your password again.",
        )),
        LogInError::Suspended => Ok((
            StatusCode::FORBIDDEN,
            None,
            "This account is suspended. The people who run this server can tell you why.",
        )),
        LogInError::Throttled(wait) => Ok((
            StatusCode::TOO_MANY_REQUESTS,
            Some(wait.as_secs()),
            "That were many attempts. Please wait ten minutes.",
        )),
        LogInError::Password(PasswordError::Busy) => Err(HttpError::unavailable()),
        LogInError::Password(error) => {
            tracing::error!(%error, "a password could not be checked");
            Err(HttpError::internal())
        }
        LogInError::Store(error) => Err(error.into()),
    }
}

/// The log-in page once more, saying what was wrong.
pub(super) fn again(app: &App, key: &FormKey, error: LogInError) -> PageResult {
    refuse(key, LogInPage::new(app, key, ""), explain(error)?)
}

/// The same, of a page that is partly filled in.
pub(super) fn refuse(
    key: &FormKey,
    page: LogInPage,
    (status, wait, fault): Explained,
) -> PageResult {
    let page = LogInPage {
        fault: Some(fault),
        ..page
    };
    let mut response = key.seal(show(&page)?);
    *response.status_mut() = status;
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

impl LogInPage {
    pub(super) fn new(app: &App, key: &FormKey, next: &str) -> LogInPage {
        LogInPage {
            frame: Frame {
                indexed: false,
                ..Frame::of(app, &Viewer::default(), "Log in", "/log-in")
            },
            form_token: key.token(),
            next: local_path(next).unwrap_or_default(),
            name: String::new(),
            fault: None,
            script: script(app),
        }
    }
}

/// Where a log-in comes from.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) address: ClientAddress,
    pub(super) device: Device,
}

impl axum::extract::FromRequestParts<AppState> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        app: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let address = ClientAddress::from_request_parts(parts, app).await?;
        let agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Ok(Client {
            address,
            device: Device::new(agent, address.0),
        })
    }
}
