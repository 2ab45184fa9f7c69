//! `/moderation/…`: who wants to join, and invitations. For moderators and admins; everybody else gets 403.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::Frame;
use super::keys::fresh_pairs;
use super::pages::{PageError, PageResult, show};
use super::sign_up::{sentence, status_of};
use super::signed_in::{SignedIn, Viewer};
use super::when::{When, moment};
use crate::app::App;
use crate::domain::account::{SignUp, SignUpLink};
use crate::domain::actor::Role;
use crate::domain::ids::SignUpLinkId;
use crate::http::AppState;
use crate::services::sign_up::{self, SignUpError};

/// Longest life of an invitation.
const MOST_DAYS: u32 = 365;
/// Most people one invitation lets in.
const MOST_USES: u32 = 1_000;

#[derive(Template)]
#[template(path = "sign_ups.html")]
struct SignUpsPage {
    frame: Frame,
    form_token: String,
    waiting: Vec<Waiting>,
    fault: Option<String>,
}

struct Waiting {
    handle: String,
    email: String,
    reason: String,
    since: When,
}

impl From<SignUp> for Waiting {
    fn from(new: SignUp) -> Waiting {
        Waiting {
            since: moment(new.created_at),
            handle: new.handle,
            email: new.email,
            reason: new.reason,
        }
    }
}

/// `GET /moderation/sign-ups`
pub(super) async fn list_sign_ups(State(app): State<AppState>, who: SignedIn) -> PageResult {
    sign_ups_page(&app, &who, None).await
}

/// `POST /moderation/sign-ups/{handle}/approve`
pub(super) async fn approve_sign_up(
    State(app): State<AppState>,
    who: SignedIn,
    Path(handle): Path<String>,
) -> PageResult {
    who.require(Role::Moderator)?;
    let done = sign_up::approve(&app.ctx, &handle, fresh_pairs().await?).await;
    answer(&app, &who, done.map(|_made| ())).await
}

/// `POST /moderation/sign-ups/{handle}/reject`
pub(super) async fn reject_sign_up(
    State(app): State<AppState>,
    who: SignedIn,
    Path(handle): Path<String>,
) -> PageResult {
    who.require(Role::Moderator)?;
    let done = sign_up::reject(&app.ctx, &handle).await;
    answer(&app, &who, done).await
}

async fn answer(app: &App, who: &SignedIn, done: Result<(), SignUpError>) -> PageResult {
    match done {
        Ok(()) => Ok(Redirect::to("/moderation/sign-ups").into_response()),
        Err(error) => {
            let (status, _) = status_of(&error)?;
            let mut response = sign_ups_page(app, who, Some(sentence(&error))).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

async fn sign_ups_page(app: &App, who: &SignedIn, fault: Option<String>) -> PageResult {
    who.require(Role::Moderator)?;
    let waiting = sign_up::list_waiting(&app.ctx).await?;
    show(&SignUpsPage {
        frame: frame(app, who, "People who want to join"),
        form_token: who.form_token().to_owned(),
        waiting: waiting.into_iter().map(Waiting::from).collect(),
        fault,
    })
}

fn frame(app: &App, who: &SignedIn, title: &str) -> Frame {
    Frame {
        canonical: None,
        indexed: false,
        ..Frame::of(app, &Viewer::from(who.clone()), title, "/")
    }
}

#[derive(Template)]
#[template(path = "invitations.html")]
struct InvitationsPage {
    frame: Frame,
    form_token: String,
    links: Vec<Link>,
    /// Shown once, right after it was made.
    fresh: Option<String>,
    fault: Option<&'static str>,
}

struct Link {
    id: SignUpLinkId,
    uses_left: i64,
    made: When,
    over: When,
}

impl From<SignUpLink> for Link {
    fn from(link: SignUpLink) -> Link {
        Link {
            id: link.id,
            uses_left: link.uses_left,
            made: moment(link.created_at),
            over: moment(link.expires_at),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct NewLink {
    uses: u32,
    days: u32,
}

/// `GET /moderation/invitations`, for admins.
pub(super) async fn list_invitations(State(app): State<AppState>, who: SignedIn) -> PageResult {
    invitations_page(&app, &who, (None, None)).await
}

/// `POST /moderation/invitations`: the link is shown once.
pub(super) async fn create_invitation(
    State(app): State<AppState>,
    who: SignedIn,
    Form(new): Form<NewLink>,
) -> PageResult {
    who.require(Role::Admin)?;
    if !(1..=MOST_USES).contains(&new.uses) || !(1..=MOST_DAYS).contains(&new.days) {
        let fault = "An invitation is for 1 to 1000 people and counts for 1 to 365 days.";
        let mut response: Response = invitations_page(&app, &who, (None, Some(fault))).await?;
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let by = Some(who.account);
    let link = sign_up::create_link(&app.ctx, by, (new.uses, new.days)).await?;
    invitations_page(&app, &who, (Some(link), None)).await
}

/// `POST /moderation/invitations/{id}/withdraw`
pub(super) async fn withdraw_invitation(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<SignUpLinkId>,
) -> Result<Redirect, PageError> {
    who.require(Role::Admin)?;
    sign_up::withdraw_link(&app.ctx, id).await?;
    Ok(Redirect::to("/moderation/invitations"))
}

async fn invitations_page(
    app: &App,
    who: &SignedIn,
    (fresh, fault): (Option<String>, Option<&'static str>),
) -> PageResult {
    who.require(Role::Admin)?;
    let links = sign_up::list_links(&app.ctx).await?;
    show(&InvitationsPage {
        frame: frame(app, who, "Invitations to this server"),
        form_token: who.form_token().to_owned(),
        links: links.into_iter().map(Link::from).collect(),
        fresh,
        fault,
    })
}
