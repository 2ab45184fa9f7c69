//! Hashtags: followed, shown on profiles, and how much they are used.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::{ActorId, RowId};
use crate::services::tags::{self, TagError};

use super::auth::{SignedIn, Viewer};
use super::body::{Body, Id};
use super::entities::Nothing;
use super::entities::tag::{FeaturedTag, WholeTag};
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::All;
use super::paging::{Listing, Paged, Span};
use super::{Api, accounts};

/// Hashtags suggested for a profile.
const SUGGESTED: i64 = 10;

pub(super) async fn whole(api: &Api, viewer: Option<ActorId>, name: &str) -> ApiResult<WholeTag> {
    let look = tags::look(&api.ctx, viewer, name).await?;
    Ok(WholeTag::of(name, (viewer.is_some(), &look), &api.ctx.uris))
}

/// `GET /api/v1/tags/:name`
pub(super) async fn show_tag(
    State(api): State<Api>,
    viewer: Viewer,
    Id(name): Id<String>,
) -> ApiResult<Json<WholeTag>> {
    let name = tags::name(&name).map_err(|_no_tag| ApiError::NotFound)?;
    let viewer = viewer.with(Scope::Read(Area::Follows));
    Ok(Json(whole(&api, viewer, &name).await?))
}

/// `POST /api/v1/tags/:name/follow`
pub(super) async fn follow_tag(
    State(api): State<Api>,
    who: SignedIn,
    Id(name): Id<String>,
) -> ApiResult<Json<WholeTag>> {
    who.require(Scope::Write(Area::Follows))?;
    tags::follow(&api.ctx, &who.actor, &name).await?;
    Ok(Json(
        whole(&api, Some(who.actor.id), &tags::name(&name)?).await?,
    ))
}

/// `POST /api/v1/tags/:name/unfollow`
pub(super) async fn unfollow_tag(
    State(api): State<Api>,
    who: SignedIn,
    Id(name): Id<String>,
) -> ApiResult<Json<WholeTag>> {
    who.require(Scope::Write(Area::Follows))?;
    tags::unfollow(&api.ctx, &who.actor, &name).await?;
    Ok(Json(
        whole(&api, Some(who.actor.id), &tags::name(&name)?).await?,
    ))
}

/// `GET /api/v1/followed_tags`
pub(super) async fn list_followed_tags(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<WholeTag>> {
    who.require(Scope::Read(Area::Follows))?;
    let page = paged.page;
    let found = tags::followed(&api.ctx, who.actor.id, page.max, page.limit).await?;
    let span = Span::of(&found, |(key, _)| *key);
    let mut items = Vec::with_capacity(found.len());
    for (_, name) in found {
        items.push(whole(&api, Some(who.actor.id), &name).await?);
    }
    Ok(paged.answer(items, span))
}

async fn featured(api: &Api, of: ActorId) -> ApiResult<All<FeaturedTag>> {
    let found = tags::featured(&api.ctx, of).await?;
    let uris = &api.ctx.uris;
    Ok(found.iter().map(|tag| FeaturedTag::of(tag, uris)).collect())
}

/// `GET /api/v1/accounts/:id/featured_tags`
pub(super) async fn list_account_featured_tags(
    State(api): State<Api>,
    _viewer: Viewer,
    Id(id): Id<ActorId>,
) -> ApiResult<All<FeaturedTag>> {
    let of = accounts::find(&api, id).await?.id;
    featured(&api, of).await
}

/// `GET /api/v1/featured_tags`
pub(super) async fn list_featured_tags(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<All<FeaturedTag>> {
    who.require(Scope::Read(Area::Accounts))?;
    featured(&api, who.actor.id).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewFeaturedTag)]
pub(super) struct Asked {
    name: String,
}

/// `POST /api/v1/featured_tags`
pub(super) async fn create_featured_tag(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<FeaturedTag>> {
    who.require(Scope::Write(Area::Accounts))?;
    let made = tags::feature(&api.ctx, &who.actor, &asked.name).await?;
    Ok(Json(FeaturedTag::of(&made, &api.ctx.uris)))
}

/// `POST /api/v1/tags/:name/feature`
pub(super) async fn feature_tag(
    State(api): State<Api>,
    who: SignedIn,
    Id(name): Id<String>,
) -> ApiResult<Json<WholeTag>> {
    who.require(Scope::Write(Area::Accounts))?;
    match tags::feature(&api.ctx, &who.actor, &name).await {
        // That it is there already is as it was asked for.
        Ok(_) | Err(TagError::Featured) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(Json(
        whole(&api, Some(who.actor.id), &tags::name(&name)?).await?,
    ))
}

/// `POST /api/v1/tags/:name/unfeature`
pub(super) async fn unfeature_tag(
    State(api): State<Api>,
    who: SignedIn,
    Id(name): Id<String>,
) -> ApiResult<Json<WholeTag>> {
    who.require(Scope::Write(Area::Accounts))?;
    let name = tags::name(&name)?;
    let shown = tags::featured(&api.ctx, who.actor.id).await?;
    if let Some(tag) = shown.iter().find(|tag| tag.name == name) {
        tags::unfeature(&api.ctx, &who.actor, RowId(tag.id)).await?;
    }
    Ok(Json(whole(&api, Some(who.actor.id), &name).await?))
}

/// `DELETE /api/v1/featured_tags/:id`
pub(super) async fn delete_featured_tag(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Accounts))?;
    tags::unfeature(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v1/featured_tags/suggestions`: what is used most here
pub(super) async fn list_featured_tag_suggestions(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<All<WholeTag>> {
    who.require(Scope::Read(Area::Accounts))?;
    let mut items = Vec::new();
    for name in tags::most_used(&api.ctx, SUGGESTED).await? {
        items.push(whole(&api, Some(who.actor.id), &name).await?);
    }
    Ok(All(items))
}

impl From<TagError> for ApiError {
    fn from(error: TagError) -> Self {
        match error {
            TagError::NoTag | TagError::Featured => {
                ApiError::field("name", Wrong::Invalid, error.to_string())
            }
            TagError::TooMany => ApiError::Impossible(error.to_string()),
            TagError::NotFeatured => ApiError::NotFound,
            TagError::Store(inner) => inner.into(),
        }
    }
}
