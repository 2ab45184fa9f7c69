//! Likes and boosts.

use axum::Json;
use axum::extract::State;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::PostId;
use crate::services::reaction;

use super::Api;
use super::auth::SignedIn;
use super::body::Id;
use super::entities::status::Status;
use super::error::ApiResult;
use super::statuses;

/// The post to react to: one that the caller may see, not a boost of it.
async fn target(api: &Api, who: &SignedIn, id: PostId) -> ApiResult<PostId> {
    let view = statuses::original(api, Some(who.actor.id), id).await?;
    Ok(view.post.id)
}

async fn answer(api: &Api, who: &SignedIn, id: PostId) -> ApiResult<Json<Status>> {
    let view = statuses::find(api, Some(who.actor.id), id).await?;
    statuses::shown(api, &view).await
}

/// `POST /api/v1/statuses/:id/favourite`
pub(super) async fn favourite_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Favourites))?;
    let id = target(&api, &who, id).await?;
    reaction::like(&api.ctx, &who.actor, id).await?;
    answer(&api, &who, id).await
}

/// `POST /api/v1/statuses/:id/unfavourite`
pub(super) async fn unfavourite_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Favourites))?;
    let id = target(&api, &who, id).await?;
    reaction::unlike(&api.ctx, &who.actor, id).await?;
    answer(&api, &who, id).await
}

/// `POST /api/v1/statuses/:id/reblog`: answers the boost
pub(super) async fn reblog_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let id = target(&api, &who, id).await?;
    let boost = reaction::boost(&api.ctx, &who.actor, id).await?;
    answer(&api, &who, boost.id).await
}

/// `POST /api/v1/statuses/:id/unreblog`: answers the post
pub(super) async fn unreblog_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Statuses))?;
    let id = target(&api, &who, id).await?;
    reaction::unboost(&api.ctx, &who.actor, id).await?;
    answer(&api, &who, id).await
}
