//! The second step of logging in: a code of an app, or one on paper.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::account_form::plain_frame;
use super::form_key::FormKey;
use super::frame::Frame;
use super::log_in::{Client, after, again, end, enter};
use super::pages::{PageResult, show};
use super::signed_in::Viewer;
use crate::app::App;
use crate::http::AppState;
use crate::services::log_in::{self, LogInError};

#[derive(Template)]
#[template(path = "log_in_code.html")]
struct CodePage<'a> {
    frame: Frame,
    form_token: String,
    /// Proves that the password was right.
    half: &'a str,
    fault: Option<&'static str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    half: String,
    code: String,
}

/// The page that asks for the code.
pub(super) fn ask_for_code(
    app: &App,
    key: &FormKey,
    half: &str,
    fault: Option<&'static str>,
) -> PageResult {
    let page = CodePage {
        frame: plain_frame(app, &Viewer::default(), "One more step"),
        form_token: key.token(),
        half,
        fault,
    };
    Ok(key.seal(show(&page)?))
}

/// `POST /log-in/code`
pub(super) async fn log_in_with_code(
    State(app): State<AppState>,
    key: FormKey,
    client: Client,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> PageResult {
    let typed = (form.half.as_str(), form.code.as_str());
    match log_in::finish(&app.ctx, typed, &client.device).await {
        Ok((secret, next)) => {
            end(&app, &headers).await?;
            Ok(enter(&app, &secret, &after(&next)))
        }
        Err(LogInError::Wrong) => {
            let fault = Some("This code is not right, or was used before.");
            let mut response = ask_for_code(&app, &key, &form.half, fault)?;
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        }
        Err(error) => again(&app, &key, error),
    }
}
