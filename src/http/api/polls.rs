//! Polls of posts.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::PostId;
use crate::domain::poll::NewPoll;
use crate::services::{poll, reading};

use super::Api;
use super::auth::{SignedIn, Viewer};
use super::body::{Body, Flag, Id, Many, Number};
use super::entities::poll::Poll;
use super::error::{ApiError, ApiResult};

/// A poll as an app sends it.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPoll)]
pub(super) struct Asked {
    options: Many<String>,
    expires_in: Number,
    multiple: Option<Flag>,
    hide_totals: Option<Flag>,
}

impl Asked {
    /// The poll; `None` where the app sends an empty one.
    ///
    /// # Errors
    /// A field error for what cannot be asked like this.
    pub(super) fn read(self) -> ApiResult<Option<NewPoll>> {
        if self.options.0.is_empty() {
            return Ok(None);
        }
        let asked = NewPoll {
            options: self.options.0,
            expires_in: self
                .expires_in
                .0
                .and_then(|s| s.try_into().ok())
                .unwrap_or(0),
            multiple: self.multiple.is_some_and(|flag| flag.0),
            hide_totals: self.hide_totals.is_some_and(|flag| flag.0),
        };
        Ok(Some(asked.checked()?))
    }
}

/// `GET /api/v1/polls/:id`; for people with a token the counts of other servers are asked for anew.
pub(super) async fn show_poll(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Poll>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let found = reading::poll(&api.ctx, viewer, id).await?;
    let found = found.ok_or(ApiError::NotFound)?;
    if viewer.is_none() {
        return Ok(Json(Poll::from(&found)));
    }
    let budget = api.federation.budget();
    if let Err(error) = api.federation.refresh_poll(id, &budget).await {
        tracing::debug!(%error, "the counts of a poll could not be read");
    }
    let now = reading::poll(&api.ctx, viewer, id).await?;
    Ok(Json(Poll::from(&now.unwrap_or(found))))
}

/// What somebody chooses.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = PollChoices)]
pub(super) struct Choices {
    choices: Many<Number>,
}

/// `POST /api/v1/polls/:id/votes`
pub(super) async fn vote_in_poll(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
    Body(asked): Body<Choices>,
) -> ApiResult<Json<Poll>> {
    who.require(Scope::Write(Area::Statuses))?;
    let viewer = Some(who.actor.id);
    let seen = reading::poll(&api.ctx, viewer, id).await?;
    seen.ok_or(ApiError::NotFound)?;
    // What is no number is no option.
    let choices: Vec<i64> = asked.choices.0.iter().map(|n| n.0.unwrap_or(-1)).collect();
    poll::vote(&api.ctx, &who.actor, id, &choices).await?;
    let now = reading::poll(&api.ctx, viewer, id).await?;
    Ok(Json(Poll::from(&now.ok_or(ApiError::NotFound)?)))
}
