//! What people keep of posts: bookmarks, likes, what stands on top, muted threads, earlier versions.

use axum::Json;
use axum::extract::State;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::PostId;
use crate::services::keep::{self, KeepError};
use crate::services::reading::{self, Kept};

use super::auth::{SignedIn, Viewer};
use super::body::Id;
use super::entities::status::Status;
use super::entities::version::StatusEdit;
use super::error::{ApiError, ApiResult};
use super::openapi::All;
use super::paging::{Listing, Paged, Span};
use super::{Api, people_of_post, statuses};

async fn answer(api: &Api, who: &SignedIn, id: PostId) -> ApiResult<Json<Status>> {
    let view = statuses::find(api, Some(who.actor.id), id).await?;
    statuses::shown(api, &view).await
}

async fn set_bookmark(api: &Api, who: &SignedIn, id: PostId, yes: bool) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Bookmarks))?;
    let post = statuses::original(api, Some(who.actor.id), id)
        .await?
        .post
        .id;
    keep::bookmark(&api.ctx, &who.actor, post, yes).await?;
    answer(api, who, post).await
}

/// `POST /api/v1/statuses/:id/bookmark`
pub(super) async fn bookmark_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    set_bookmark(&api, &who, id, true).await
}

/// `POST /api/v1/statuses/:id/unbookmark`
pub(super) async fn unbookmark_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    set_bookmark(&api, &who, id, false).await
}

async fn set_thread(api: &Api, who: &SignedIn, id: PostId, yes: bool) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Mutes))?;
    let post = statuses::original(api, Some(who.actor.id), id).await?.post;
    keep::mute_thread(&api.ctx, &who.actor, post.thread, yes).await?;
    answer(api, who, post.id).await
}

/// `POST /api/v1/statuses/:id/mute`: its thread
pub(super) async fn mute_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    set_thread(&api, &who, id, true).await
}

/// `POST /api/v1/statuses/:id/unmute`
pub(super) async fn unmute_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    set_thread(&api, &who, id, false).await
}

/// `POST /api/v1/statuses/:id/pin`
pub(super) async fn pin_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Accounts))?;
    let post = statuses::find(&api, Some(who.actor.id), id).await?.post.id;
    keep::pin(&api.ctx, &who.actor, post).await?;
    answer(&api, &who, post).await
}

/// `POST /api/v1/statuses/:id/unpin`
pub(super) async fn unpin_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<PostId>,
) -> ApiResult<Json<Status>> {
    who.require(Scope::Write(Area::Accounts))?;
    let post = statuses::find(&api, Some(who.actor.id), id).await?.post.id;
    keep::unpin(&api.ctx, &who.actor, post).await?;
    answer(&api, &who, post).await
}

async fn list(api: &Api, paged: &Paged, found: Vec<Kept>) -> ApiResult<Listing<Status>> {
    let span = Span::of(&found, |kept| kept.key);
    let people = found.iter().flat_map(|kept| people_of_post(&kept.view));
    let desk = api.desk(people).await?;
    let items = found
        .iter()
        .map(|kept| Status::of(&kept.view, &desk))
        .collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/bookmarks`
pub(super) async fn list_bookmarks(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    who.require(Scope::Read(Area::Bookmarks))?;
    let found = reading::bookmarks(&api.ctx, who.actor.id, paged.page).await?;
    list(&api, &paged, found).await
}

/// `GET /api/v1/favourites`
pub(super) async fn list_favourites(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    who.require(Scope::Read(Area::Favourites))?;
    let found = reading::favourites(&api.ctx, who.actor.id, paged.page).await?;
    list(&api, &paged, found).await
}

/// `GET /api/v1/statuses/:id/history`
pub(super) async fn show_status_history(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<PostId>,
) -> ApiResult<All<StatusEdit>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let view = statuses::original(&api, viewer, id).await?;
    let before = reading::versions(&api.ctx, view.post.id).await?;
    let desk = api.desk(people_of_post(&view)).await?;
    Ok(All(StatusEdit::all(&view, &before, &desk)))
}

impl From<KeepError> for ApiError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::NoSuchPost => ApiError::NotFound,
            KeepError::NotPinnable | KeepError::TooManyPins => {
                ApiError::Impossible(error.to_string())
            }
            KeepError::Store(inner) => inner.into(),
        }
    }
}
