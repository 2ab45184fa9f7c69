//! `/settings/sessions`: where somebody is logged in.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::{Desk, browser, secret};
use crate::domain::account::Session;
use crate::domain::ids::SessionId;
use crate::http::AppState;
use crate::http::extract::cookies::Cookie;
use crate::http::web::frame::Frame;
use crate::http::web::pages::{PageError, PageResult, show};
use crate::http::web::signed_in::SignedIn;
use crate::http::web::when::{When, moment};
use crate::services::log_in;
use crate::text::name::clean_name;

const HERE: &str = "/settings/sessions";
const AGENT_CHARS: usize = 160;

#[derive(Template)]
#[template(path = "settings_sessions.html")]
struct SessionsPage {
    frame: Frame,
    desk: Desk,
    sessions: Vec<Shown>,
}

struct Shown {
    id: SessionId,
    agent: String,
    address: String,
    since: When,
    seen: When,
    is_this: bool,
}

impl Shown {
    fn new(session: Session, this: SessionId) -> Shown {
        Shown {
            is_this: session.id == this,
            id: session.id,
            agent: clean_name(&browser::name(&session.device.agent), AGENT_CHARS),
            address: session.device.address,
            since: moment(session.created_at),
            seen: moment(session.seen_at),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Which {
    session: SessionId,
}

/// `GET /settings/sessions`
pub(super) async fn show_sessions(State(app): State<AppState>, who: SignedIn) -> PageResult {
    let all = log_in::list(&app.ctx, who.account).await?;
    let desk = Desk::new(&who, HERE);
    let page = SessionsPage {
        frame: desk.frame(&app, &who),
        desk,
        sessions: all
            .into_iter()
            .map(|session| Shown::new(session, who.session))
            .collect(),
    };
    Ok(secret(show(&page)?))
}

/// `POST /settings/sessions/end`: one of their own; that of another is not there.
pub(super) async fn end_session(
    State(app): State<AppState>,
    who: SignedIn,
    Form(which): Form<Which>,
) -> PageResult {
    if !log_in::log_out(&app.ctx, who.account, which.session).await? {
        return Err(PageError::NotFound);
    }
    Ok(Redirect::to(HERE).into_response())
}

/// `POST /settings/sessions/end-all`: browsers and apps, this one too.
pub(super) async fn end_all(State(app): State<AppState>, who: SignedIn) -> PageResult {
    log_in::log_out_everywhere(&app.ctx, who.account).await?;
    let mut response = Redirect::to("/log-in").into_response();
    let gone = Cookie::Session.clear(app.config.instance.scheme);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}
