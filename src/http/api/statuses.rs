//! Reading posts.

use axum::Json;
use axum::extract::State;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::{ActorId, PostId};
use crate::services::reading::{self, PostView};

use super::accounts::{SEVERAL, Several};
use super::auth::{SignedIn, Viewer};
use super::body::{Id, Query};
use super::entities::account::Account;
use super::entities::status::{Context, Status, StatusSource};
use super::error::{ApiError, ApiResult};
use super::openapi::All;
use super::paging::{Listing, Paged};
use super::{Api, accounts, people_of_post};

/// The post with this key, if the viewer may see it.
pub(super) async fn find(api: &Api, viewer: Option<ActorId>, id: PostId) -> ApiResult<PostView> {
    reading::post(&api.ctx, viewer, id)
        .await?
        .ok_or(ApiError::NotFound)
}

/// The post itself where `id` is that of a boost.
pub(super) async fn original(
    api: &Api,
    viewer: Option<ActorId>,
    id: PostId,
) -> ApiResult<PostView> {
    let view = find(api, viewer, id).await?;
    Ok(match view.boosted {
        Some(inner) => *inner,
        None => view,
    })
}

/// One post as an answer.
pub(super) async fn shown(api: &Api, view: &PostView) -> ApiResult<Json<Status>> {
    let desk = api.desk(people_of_post(view)).await?;
    Ok(Json(Status::of(view, &desk)))
}

/// `GET /api/v1/statuses?id[]=`: those that the viewer may see
pub(super) async fn list_statuses(
    State(api): State<Api>,
    viewer: Viewer,
    Query(several): Query<Several>,
) -> ApiResult<All<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let mut found = Vec::new();
    for id in several.ids(SEVERAL).map(PostId) {
        found.extend(reading::post(&api.ctx, viewer, id).await?);
    }
    let desk = api.desk_for_posts(&found).await?;
    Ok(found.iter().map(|view| Status::of(view, &desk)).collect())
}

/// `GET /api/v1/statuses/:id`
pub(super) async fn show_status(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    let view = find(&api, viewer.with(Scope::Read(Area::Statuses)), id).await?;
    shown(&api, &view).await
}

/// `GET /api/v1/statuses/:id/context`
pub(super) async fn show_status_context(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Context>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let id = original(&api, viewer, id).await?.post.id;
    let thread = reading::thread(&api.ctx, viewer, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let around = thread.ancestors.iter().chain(&thread.descendants);
    let desk = api.desk(around.flat_map(people_of_post)).await?;
    Ok(Json(Context::of(&thread, &desk)))
}

/// `GET /api/v1/statuses/:id/source`, for its author
pub(super) async fn show_status_source(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<StatusSource>> {
    who.require(Scope::Read(Area::Statuses))?;
    let view = find(&api, Some(who.actor.id), id).await?;
    if view.post.author != who.actor.id {
        return Err(ApiError::NotFound);
    }
    Ok(Json(StatusSource::from(&view.post)))
}

/// `GET /api/v1/statuses/:id/favourited_by`
pub(super) async fn list_favourited_by(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let post = original(&api, viewer, id).await?.post.id;
    let found = reading::liked_by(&api.ctx, post, paged.page.max, paged.page.limit).await;
    accounts::list(&api, &paged, found).await
}

/// `GET /api/v1/statuses/:id/reblogged_by`
pub(super) async fn list_reblogged_by(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let post = original(&api, viewer, id).await?.post.id;
    let found = reading::boosted_by(&api.ctx, post, paged.page.max, paged.page.limit).await;
    accounts::list(&api, &paged, found).await
}
