//! `/@name`: the short address of a person or group.

use axum::extract::{Path, State};

use super::interact;
use super::links;
use super::pages::{PageError, PageResult};
use super::profile_show::moved;
use super::signed_in::Viewer;
use crate::domain::actor::ActorKind;
use crate::http::AppState;
use crate::services::reading;

/// `GET /@name` leads to the page; `GET /@name@host` says who that is and where they live, without going there.
pub(super) async fn show_at_name(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(at_name): Path<String>,
) -> PageResult {
    let Some(acct) = at_name.strip_prefix('@') else {
        return Err(PageError::NotFound);
    };
    let found = reading::find_actor(&app.ctx, acct).await?;
    let actor = found
        .filter(|actor| actor.kind != ActorKind::Application)
        .ok_or(PageError::NotFound)?;
    if actor.local {
        return Ok(moved(&links::actor_page(&actor)));
    }
    if !actor.handle_confirmed {
        return Err(PageError::NotFound);
    }
    interact::show_known_actor(&app, &viewer, &actor).await
}
