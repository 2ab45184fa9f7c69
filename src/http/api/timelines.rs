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

/// Which public posts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Where {
    local: Flag,
    remote: Flag,
    only_media: Flag,
}

impl Where {
    /// Whether there are posts to be passed over, besides those that `local` alone would leave out.
    fn is_picky(&self) -> bool {
        self.remote.0 || self.only_media.0
    }

    fn wants(&self, view: &PostView) -> bool {
        !(self.remote.0 && view.post.local || self.only_media.0 && view.post.attachments.is_none())
    }
}

/// `GET /api/v1/timelines/public?local=&remote=&only_media=`
pub(super) async fn show_public_timeline(
    State(api): State<Api>,
    viewer: Viewer,
    Query(place): Query<Where>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let local = place.local.0 && !place.remote.0;
    let posts = if place.is_picky() {
        let found = reading::public(&api.ctx, viewer, local, paged.wider()).await?;
        paged.pick(found, |view| view.post.id.0, |view| place.wants(view))
    } else {
        whole(reading::public(&api.ctx, viewer, local, paged.page).await?)
    };
    answer(&api, &paged, posts).await
}

/// `GET /api/v1/timelines/tag/:tag?local=&remote=&only_media=`
pub(super) async fn show_tag_timeline(
    State(api): State<Api>,
    viewer: Viewer,
    Id(tag): Id<String>,
    Query(place): Query<Where>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let tag = tag.trim_start_matches('#');
    let local = place.local.0 && !place.remote.0;
    let posts = if place.is_picky() || local {
        let found = reading::tagged(&api.ctx, viewer, tag, paged.wider()).await?;
        let wants = |view: &PostView| place.wants(view) && (!local || view.post.local);
        paged.pick(found, |view| view.post.id.0, wants)
    } else {
        whole(reading::tagged(&api.ctx, viewer, tag, paged.page).await?)
    };
    answer(&api, &paged, posts).await
}
