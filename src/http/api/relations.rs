//! Blocks, mutes, notes, and whom one recommends.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::ActorId;
use crate::services::{acquaint, block, follow, reading};

use super::auth::{SignedIn, Viewer};
use super::body::{Anywhere, Body, Flag, Id, Many, Number};
use super::entities::Nothing;
use super::entities::account::{Account, FamiliarFollowers, Relationship};
use super::error::{ApiError, ApiResult};
use super::follows::relationship;
use super::openapi::All;
use super::paging::{Listing, Paged, Span};
use super::{Api, accounts};

/// The longest time that a mute lasts, in seconds; longer ones are for ever.
const LONGEST: i64 = 10 * 366 * 86_400;
/// Accounts asked about at once.
const ASKED: usize = 40;

/// `POST /api/v1/accounts/:id/block`
pub(super) async fn block_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Blocks))?;
    let target = accounts::find(&api, id).await?;
    block::block(&api.ctx, &who.actor, &target).await?;
    relationship(&api, &who, id).await
}

/// `POST /api/v1/accounts/:id/unblock`
pub(super) async fn unblock_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Blocks))?;
    let target = accounts::find(&api, id).await?;
    block::unblock(&api.ctx, &who.actor, &target).await?;
    relationship(&api, &who, id).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewMute)]
pub(super) struct AskedMute {
    notifications: Option<Flag>,
    /// Seconds; 0 is for ever.
    duration: Number,
}

/// `POST /api/v1/accounts/:id/mute`
pub(super) async fn mute_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
    Body(asked): Body<AskedMute>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Mutes))?;
    let target = accounts::find(&api, id).await?;
    let lasting = asked
        .duration
        .0
        .filter(|seconds| (1..=LONGEST).contains(seconds))
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs);
    let notifications = asked.notifications.is_none_or(|flag| flag.0);
    acquaint::mute(&api.ctx, &who.actor, &target, (notifications, lasting)).await?;
    relationship(&api, &who, id).await
}

/// `POST /api/v1/accounts/:id/unmute`
pub(super) async fn unmute_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Mutes))?;
    let target = accounts::find(&api, id).await?;
    acquaint::unmute(&api.ctx, &who.actor, &target).await?;
    relationship(&api, &who, id).await
}

/// `POST /api/v1/accounts/:id/remove_from_followers`
pub(super) async fn remove_from_followers(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Follows))?;
    let follower = accounts::find(&api, id).await?;
    follow::remove_follower(&api.ctx, &who.actor, &follower).await?;
    relationship(&api, &who, id).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewNote)]
pub(super) struct AskedNote {
    comment: String,
}

/// `POST /api/v1/accounts/:id/note`
pub(super) async fn note_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
    Body(asked): Body<AskedNote>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Accounts))?;
    let target = accounts::find(&api, id).await?;
    acquaint::note(&api.ctx, &who.actor, &target, &asked.comment).await?;
    relationship(&api, &who, id).await
}

/// `POST /api/v1/accounts/:id/pin`: recommends it
pub(super) async fn endorse_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    set_endorsed(&api, &who, id, true).await
}

/// `POST /api/v1/accounts/:id/unpin`
pub(super) async fn unendorse_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    set_endorsed(&api, &who, id, false).await
}

async fn set_endorsed(
    api: &Api,
    who: &SignedIn,
    id: ActorId,
    yes: bool,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Accounts))?;
    let target = accounts::find(api, id).await?;
    acquaint::endorse(&api.ctx, &who.actor, &target, yes).await?;
    relationship(api, who, id).await
}

/// `GET /api/v1/blocks`
pub(super) async fn list_blocks(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    who.require(Scope::Read(Area::Blocks))?;
    let page = paged.page;
    let found = reading::blocks(&api.ctx, who.actor.id, page.max, page.limit).await;
    accounts::list(&api, &paged, found).await
}

/// `GET /api/v1/mutes`
pub(super) async fn list_mutes(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    who.require(Scope::Read(Area::Mutes))?;
    let page = paged.page;
    let found = reading::mutes(&api.ctx, who.actor.id, page.max, page.limit).await?;
    let span = Span::of(&found, |(listed, _)| listed.key);
    let desk = api
        .desk(found.iter().map(|(listed, _)| &listed.actor))
        .await?;
    let items = found
        .iter()
        .map(|(listed, end)| Account::muted(&listed.actor, *end, &desk))
        .collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/domain_blocks`
pub(super) async fn list_domain_blocks(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<String>> {
    who.require(Scope::Read(Area::Blocks))?;
    let page = paged.page;
    let found = reading::domain_blocks(&api.ctx, who.actor.id, page.max, page.limit).await?;
    let span = Span::of(&found, |(key, _)| *key);
    let items = found.into_iter().map(|(_, domain)| domain).collect();
    Ok(paged.answer(items, span))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewDomainBlock)]
pub(super) struct AskedDomain {
    domain: String,
}

/// `POST /api/v1/domain_blocks`
pub(super) async fn block_domain(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<AskedDomain>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Blocks))?;
    acquaint::block_domain(&api.ctx, &who.actor, &asked.domain).await?;
    Ok(Json(Nothing {}))
}

/// `DELETE /api/v1/domain_blocks`
pub(super) async fn unblock_domain(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<AskedDomain>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Blocks))?;
    acquaint::unblock_domain(&api.ctx, &who.actor, &asked.domain).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v1/endorsements`: one's own
pub(super) async fn list_endorsements(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    who.require(Scope::Read(Area::Accounts))?;
    let page = paged.page;
    let found = reading::endorsed(&api.ctx, who.actor.id, page.max, page.limit).await;
    accounts::list(&api, &paged, found).await
}

/// `GET /api/v1/accounts/:id/endorsements`
pub(super) async fn list_account_endorsements(
    State(api): State<Api>,
    _viewer: Viewer,
    Id(id): Id<ActorId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    let of = accounts::find(&api, id).await?.id;
    let page = paged.page;
    let found = reading::endorsed(&api.ctx, of, page.max, page.limit).await;
    accounts::list(&api, &paged, found).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Whom {
    id: Many<Number>,
}

/// `GET /api/v1/accounts/familiar_followers?id[]=`; `Mastodon.py` sends the ids in a body.
pub(super) async fn list_familiar_followers(
    State(api): State<Api>,
    who: SignedIn,
    Anywhere(whom): Anywhere<Whom>,
) -> ApiResult<All<FamiliarFollowers>> {
    who.require(Scope::Read(Area::Follows))?;
    let asked = whom.id.0.into_iter().filter_map(|id| id.0).map(ActorId);
    let ids: Vec<ActorId> = asked.take(ASKED).collect();
    let mut answer = Vec::new();
    for of in reading::actors_by_id(&api.ctx, &ids).await? {
        let found = reading::familiar_followers(&api.ctx, who.actor.id, of.id).await?;
        let desk = api.desk(found.iter()).await?;
        let accounts: Vec<Account> = found
            .iter()
            .map(|actor| Account::of(actor, &desk))
            .collect();
        answer.push(FamiliarFollowers {
            id: of.id.to_string(),
            accounts,
        });
    }
    Ok(All(answer))
}

impl From<block::BlockError> for ApiError {
    fn from(error: block::BlockError) -> Self {
        match error {
            block::BlockError::Oneself => ApiError::NotAllowed,
            block::BlockError::Store(inner) => inner.into(),
        }
    }
}

impl From<acquaint::AcquaintError> for ApiError {
    fn from(error: acquaint::AcquaintError) -> Self {
        use super::error::Wrong;
        use acquaint::AcquaintError;
        match error {
            AcquaintError::Oneself => ApiError::NotAllowed,
            AcquaintError::NoteTooLong => {
                ApiError::field("comment", Wrong::TooLong, error.to_string())
            }
            AcquaintError::NoDomain => ApiError::field("domain", Wrong::Invalid, error.to_string()),
            AcquaintError::NotFollowed => ApiError::Impossible(error.to_string()),
            AcquaintError::Store(inner) => inner.into(),
        }
    }
}
