//! Passkeys on the page about security: listed, added, removed.

use axum::extract::{Form, State};
use serde::Deserialize;

use super::PageError;
use super::security::{Outcome, PasswordForm, page};
use crate::app::App;
use crate::domain::ids::PasskeyId;
use crate::domain::passkey::{MOST_PASSKEYS, Passkey};
use crate::http::AppState;
use crate::http::web::pages::PageResult;
use crate::http::web::passkeys::{party, script};
use crate::http::web::signed_in::SignedIn;
use crate::http::web::when::{When, moment};
use crate::services::passkeys::{self, AddError, Answer, Asked};

/// The passkeys of whoever looks, and what is needed to add one.
pub(super) struct Shelf {
    pub(super) passkeys: Vec<Shown>,
    pub(super) is_full: bool,
    /// A question to the browser.
    pub(super) asked: Option<Asked>,
    pub(super) script: &'static str,
}

pub(super) struct Shown {
    pub(super) id: PasskeyId,
    pub(super) name: String,
    pub(super) added: When,
    pub(super) used: Option<When>,
}

impl Shelf {
    /// `None` where this instance has no passkeys.
    pub(super) async fn of(
        app: &App,
        who: &SignedIn,
        asked: Option<Asked>,
    ) -> Result<Option<Shelf>, PageError> {
        let Some(script) = script(app) else {
            return Ok(None);
        };
        let all = passkeys::list(&app.ctx, who.account).await?;
        Ok(Some(Shelf {
            is_full: all.len() >= MOST_PASSKEYS,
            passkeys: all.into_iter().map(Shown::from).collect(),
            asked,
            script,
        }))
    }
}

impl From<Passkey> for Shown {
    fn from(passkey: Passkey) -> Shown {
        Shown {
            id: passkey.id,
            name: passkey.name,
            added: moment(passkey.created_at),
            used: passkey.used_at.map(moment),
        }
    }
}

/// `POST /settings/security/passkeys/begin`: with the password, a question to the browser.
pub(super) async fn begin(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<PasswordForm>,
) -> PageResult {
    let proof = (who.account, form.password.as_str());
    let asked = passkeys::begin_adding(&app.ctx, &app.passwords, party(&app)?, proof).await;
    let outcome = match asked {
        Ok(asked) => Outcome::asking(asked),
        Err(error) => wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AddForm {
    ceremony: String,
    answer: String,
    name: String,
}

/// `POST /settings/security/passkeys/add`: the browser made one.
pub(super) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<AddForm>,
) -> PageResult {
    let answer = Answer {
        ceremony: &form.ceremony,
        text: &form.answer,
    };
    let named = (who.account, form.name.as_str());
    let outcome = match passkeys::add(&app.ctx, party(&app)?, named, answer).await {
        Ok(()) => Outcome::done("The passkey is added. From now on you can log in with it."),
        Err(error) => wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

#[derive(Deserialize)]
pub(super) struct RemoveForm {
    passkey: PasskeyId,
    #[serde(default)]
    password: String,
}

/// `POST /settings/security/passkeys/remove`: one of their own; that of another is not there.
pub(super) async fn remove(
    State(app): State<AppState>,
    who: SignedIn,
    Form(form): Form<RemoveForm>,
) -> PageResult {
    let proof = (who.account, form.password.as_str());
    let outcome = match passkeys::remove(&app.ctx, &app.passwords, proof, form.passkey).await {
        Ok(true) => Outcome::done(
            "This passkey does not log in any more. Your device may go on showing it; remove it there, too.",
        ),
        Ok(false) => return Err(PageError::NotFound),
        Err(error) => Outcome::wrong(&error)?,
    };
    page(&app, &who, outcome).await
}

fn wrong(error: &AddError) -> Result<Outcome, PageError> {
    match error {
        AddError::Credential(error) => Outcome::wrong(error),
        AddError::TooMany | AddError::Over | AddError::Refused => {
            Ok(Outcome::unfit(&error.to_string()))
        }
    }
}
