//! `/settings/apps`: the programs that act for somebody.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::{Desk, secret};
use crate::domain::client_app::ClientApp;
use crate::domain::ids::ClientAppId;
use crate::http::AppState;
use crate::http::web::frame::Frame;
use crate::http::web::pages::{PageResult, show};
use crate::http::web::scope_words::{Power, powers};
use crate::http::web::signed_in::SignedIn;
use crate::http::web::when::{When, moment};
use crate::services::oauth::{self, LetIn};
use crate::text::name::clean_name;

const HERE: &str = "/settings/apps";
const NAME_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "settings_apps.html")]
struct AppsPage {
    frame: Frame,
    desk: Desk,
    apps: Vec<Shown>,
}

struct Shown {
    id: ClientAppId,
    name: String,
    website: Option<String>,
    since: When,
    powers: Vec<Power>,
}

impl From<LetIn> for Shown {
    fn from(let_in: LetIn) -> Self {
        let ClientApp {
            id, name, website, ..
        } = let_in.app;
        Shown {
            id,
            name: clean_name(&name, NAME_CHARS),
            website,
            since: moment(let_in.since),
            powers: powers(&let_in.scopes),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Which {
    app: ClientAppId,
}

/// `GET /settings/apps`
pub(super) async fn show_apps(State(app): State<AppState>, who: SignedIn) -> PageResult {
    let let_in = oauth::list_let_in(&app.ctx, who.account).await?;
    let desk = Desk::new(&who, HERE);
    let page = AppsPage {
        frame: desk.frame(&app, &who),
        desk,
        apps: let_in.into_iter().map(Shown::from).collect(),
    };
    Ok(secret(show(&page)?))
}

/// `POST /settings/apps/end`
pub(super) async fn end_app(
    State(app): State<AppState>,
    who: SignedIn,
    Form(which): Form<Which>,
) -> PageResult {
    oauth::dismiss(&app.ctx, who.account, which.app).await?;
    Ok(Redirect::to(HERE).into_response())
}
