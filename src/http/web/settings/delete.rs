//! `/settings/delete`: leaving for good.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use serde::Deserialize;

use super::{Desk, secret};
use crate::app::App;
use crate::http::extract::cookies::Cookie;
use crate::http::web::account_form::status_of;
use crate::http::web::frame::Frame;
use crate::http::web::note_page::Note;
use crate::http::web::pages::{PageResult, show};
use crate::http::web::sign_up::capital;
use crate::http::web::signed_in::{SignedIn, Viewer};
use crate::http::{AppState, HttpError};
use crate::services::accounts::{self, AccountError};
use crate::services::credentials::{self, CredentialError};

const HERE: &str = "/settings/delete";

#[derive(Template)]
#[template(path = "settings_delete.html")]
struct DeletePage {
    frame: Frame,
    desk: Desk,
    handle: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DeleteForm {
    password: String,
    handle: String,
}

/// `GET /settings/delete`
pub(super) async fn show_delete(State(app): State<AppState>, who: SignedIn) -> PageResult {
    page(&app, &who, None)
}

/// `POST /settings/delete`: with the password, and the handle typed out.
pub(super) async fn delete(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<DeleteForm>,
) -> PageResult {
    if form.handle.trim().trim_start_matches('@') != who.actor.handle {
        let fault = "Type your handle as it stands on the page.".to_owned();
        return page(&app, &who, Some((StatusCode::UNPROCESSABLE_ENTITY, fault)));
    }
    let proof = credentials::prove(&app.ctx, &app.passwords, who.account, &form.password).await;
    if let Err(error) = proof {
        return wrong(&app, &who, &error);
    }
    match accounts::delete(&app.ctx, who.actor.id).await {
        Ok(_) | Err(AccountError::Unknown) => {}
        Err(AccountError::Store(error)) => return Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "an account could not be deleted");
            return Err(HttpError::internal().into());
        }
    }
    let mut response = Note {
        status: StatusCode::OK,
        title: "Your account is deleted",
        text: "What was yours is gone here, and every server that had something of it is being told. Farewell.",
        next: None,
    }
    .show(&app, &Viewer::default())?;
    let gone = Cookie::Session.clear(app.config.instance.scheme);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

fn wrong(app: &App, who: &SignedIn, error: &CredentialError) -> PageResult {
    let fault = (status_of(error)?, capital(&error.to_string()));
    page(app, who, Some(fault))
}

fn page(app: &App, who: &SignedIn, fault: Option<(StatusCode, String)>) -> PageResult {
    let (status, fault) = match fault {
        Some((status, fault)) => (status, Some(fault)),
        None => (StatusCode::OK, None),
    };
    let desk = Desk {
        fault,
        ..Desk::new(who, HERE)
    };
    let page = DeletePage {
        frame: desk.frame(app, who),
        desk,
        handle: who.actor.handle.clone(),
    };
    let mut response = secret(show(&page)?);
    *response.status_mut() = status;
    Ok(response)
}
