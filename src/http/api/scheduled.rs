//! Posts that wait for their time.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ScheduledId;
use crate::services::scheduled::{self, ScheduledError};

use super::Api;
use super::auth::SignedIn;
use super::body::{Body, Id};
use super::entities::Nothing;
use super::entities::scheduled::ScheduledStatus;
use super::error::{ApiError, ApiResult, Wrong};
use super::paging::{Listing, Paged, Span};

/// The moment that is asked for.
///
/// # Errors
/// A field error for what is none.
pub(super) fn moment(text: &str) -> ApiResult<Timestamp> {
    Timestamp::parse(text).ok_or_else(|| {
        let form = "a time is written like 2026-05-04T09:00:00Z";
        ApiError::field("scheduled_at", Wrong::Invalid, form)
    })
}

/// `GET /api/v1/scheduled_statuses`
pub(super) async fn list_scheduled_statuses(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<ScheduledStatus>> {
    who.require(Scope::Read(Area::Statuses))?;
    let found = scheduled::all(&api.ctx, who.actor.id, paged.page).await?;
    let span = Span::of(&found, |waiting| waiting.post.id.0);
    let uris = &api.ctx.uris;
    let items = found
        .iter()
        .map(|waiting| ScheduledStatus::of(waiting, uris))
        .collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/scheduled_statuses/:id`
pub(super) async fn show_scheduled_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ScheduledId>,
) -> ApiResult<Json<ScheduledStatus>> {
    who.require(Scope::Read(Area::Statuses))?;
    let found = scheduled::one(&api.ctx, who.actor.id, id).await?;
    Ok(Json(ScheduledStatus::of(&found, &api.ctx.uris)))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewTime)]
pub(super) struct Asked {
    #[schema(format = DateTime)]
    scheduled_at: String,
}

/// `PUT /api/v1/scheduled_statuses/:id`
pub(super) async fn update_scheduled_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ScheduledId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<ScheduledStatus>> {
    who.require(Scope::Write(Area::Statuses))?;
    let due = moment(&asked.scheduled_at)?;
    scheduled::postpone(&api.ctx, &who.actor, id, due).await?;
    let moved = scheduled::one(&api.ctx, who.actor.id, id).await?;
    Ok(Json(ScheduledStatus::of(&moved, &api.ctx.uris)))
}

/// `DELETE /api/v1/scheduled_statuses/:id`
pub(super) async fn delete_scheduled_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ScheduledId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Statuses))?;
    scheduled::cancel(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

impl From<ScheduledError> for ApiError {
    fn from(error: ScheduledError) -> Self {
        match error {
            ScheduledError::Time => {
                ApiError::field("scheduled_at", Wrong::Invalid, error.to_string())
            }
            ScheduledError::TooMany => ApiError::Impossible(error.to_string()),
            ScheduledError::NotFound => ApiError::NotFound,
            ScheduledError::Post(inner) => inner.into(),
            ScheduledError::Store(inner) => inner.into(),
        }
    }
}
