//! Timelines.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::services::reading::{self, PostView};

use super::Api;
use super::auth::{SignedIn, Viewer};
use super::body::{Flag, Id, Query};
use super::entities::status::Status;
use super::error::ApiResult;
use super::paging::{Listing, Paged, Span};

pub(super) async fn answer(
    api: &Api,
    paged: &Paged,
    (posts, span): (Vec<PostView>, Option<Span>),
) -> ApiResult<Listing<Status>> {
    let desk = api.desk_for_posts(&posts).await?;
    let items = posts.iter().map(|view| Status::of(view, &desk)).collect();
    Ok(paged.answer(items, span))
}

pub(super) fn whole(posts: Vec<PostView>) -> (Vec<PostView>, Option<Span>) {
    let span = Span::of(&posts, |view| view.post.id.0);
    (posts, span)
}

/// `GET /api/v1/timelines/home`
pub(super) async fn show_home_timeline(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    who.require(Scope::Read(Area::Statuses))?;
    let posts = reading::home(&api.ctx, who.actor.id, paged.page).await?;
    answer(&api, &paged, whole(posts)).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Where {
    local: Flag,
    remote: Flag,
}

/// `GET /api/v1/timelines/public?local=&remote=`
pub(super) async fn show_public_timeline(
    State(api): State<Api>,
    viewer: Viewer,
    Query(place): Query<Where>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let local = place.local.0 && !place.remote.0;
    let posts = if place.remote.0 {
        let found = reading::public(&api.ctx, viewer, local, paged.wider()).await?;
        paged.pick(found, |view| view.post.id.0, |view| !view.post.local)
    } else {
        whole(reading::public(&api.ctx, viewer, local, paged.page).await?)
    };
    answer(&api, &paged, posts).await
}

/// `GET /api/v1/timelines/tag/:tag`
pub(super) async fn show_tag_timeline(
    State(api): State<Api>,
    viewer: Viewer,
    Id(tag): Id<String>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let tag = tag.trim_start_matches('#');
    let posts = reading::tagged(&api.ctx, viewer, tag, paged.page).await?;
    answer(&api, &paged, whole(posts)).await
}
