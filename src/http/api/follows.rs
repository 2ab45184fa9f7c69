//! Following and being followed.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::ActorId;
use crate::services::acquaint::{self, FollowChange};
use crate::services::{follow, reading};

use super::auth::SignedIn;
use super::body::{Body, Flag, Id, Many, Number, Query, language};
use super::entities::account::{Account, Relationship};
use super::error::{ApiError, ApiResult};
use super::openapi::All;
use super::paging::{Listing, Paged};
use super::{Api, accounts};

/// More are not answered at once.
const RELATIONSHIPS: usize = 100;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Whom {
    id: Many<Number>,
}

/// `GET /api/v1/accounts/relationships?id[]=`
pub(super) async fn list_relationships(
    State(api): State<Api>,
    who: SignedIn,
    Query(whom): Query<Whom>,
) -> ApiResult<All<Relationship>> {
    who.require(Scope::Read(Area::Follows))?;
    let asked = whom.id.0.into_iter().filter_map(|id| id.0).map(ActorId);
    let ids: Vec<ActorId> = asked.take(RELATIONSHIPS).collect();
    let known: Vec<ActorId> = reading::actors_by_id(&api.ctx, &ids)
        .await?
        .iter()
        .map(|actor| actor.id)
        .collect();
    let found = reading::relationships(&api.ctx, who.actor.id, &known).await?;
    Ok(found.into_iter().map(Relationship::from).collect())
}

pub(super) async fn relationship(
    api: &Api,
    who: &SignedIn,
    other: ActorId,
) -> ApiResult<Json<Relationship>> {
    let found = reading::relationships(&api.ctx, who.actor.id, &[other]).await?;
    let found = found.into_iter().next().ok_or(ApiError::NotFound)?;
    Ok(Json(found.into()))
}

/// How somebody wants to follow; what is not there stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = FollowWishes)]
pub(super) struct How {
    reblogs: Option<Flag>,
    notify: Option<Flag>,
    languages: Option<Many<String>>,
}

impl How {
    fn change(self) -> ApiResult<Option<FollowChange>> {
        if self.reblogs.is_none() && self.notify.is_none() && self.languages.is_none() {
            return Ok(None);
        }
        let languages = match self.languages {
            Some(Many(tags)) => {
                let read = tags.into_iter().map(|tag| language(Some(tag)));
                let read: ApiResult<Vec<Option<String>>> = read.collect();
                Some(read?.into_iter().flatten().collect())
            }
            None => None,
        };
        Ok(Some(FollowChange {
            reblogs: self.reblogs.map(|flag| flag.0),
            notify: self.notify.map(|flag| flag.0),
            languages,
        }))
    }
}

/// `POST /api/v1/accounts/:id/follow`
pub(super) async fn follow_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
    Body(how): Body<How>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Follows))?;
    let target = accounts::find(&api, id).await?;
    let change = how.change()?;
    follow::follow(&api.ctx, &who.actor, &target).await?;
    if let Some(change) = change {
        acquaint::follow_as(&api.ctx, &who.actor, &target, &change).await?;
    }
    relationship(&api, &who, id).await
}

/// `POST /api/v1/accounts/:id/unfollow`
pub(super) async fn unfollow_account(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Follows))?;
    let target = accounts::find(&api, id).await?;
    follow::unfollow(&api.ctx, &who.actor, &target).await?;
    relationship(&api, &who, id).await
}

/// `GET /api/v1/follow_requests`
pub(super) async fn list_follow_requests(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    who.require(Scope::Read(Area::Follows))?;
    let page = paged.page;
    let found = reading::follow_requests(&api.ctx, who.actor.id, page.max, page.limit).await;
    accounts::list(&api, &paged, found).await
}

/// `POST /api/v1/follow_requests/:id/authorize`, with the id of the account that asks
pub(super) async fn authorize_follow_request(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    answer(&api, &who, id, Verdict::Yes).await
}

/// `POST /api/v1/follow_requests/:id/reject`
pub(super) async fn reject_follow_request(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Relationship>> {
    answer(&api, &who, id, Verdict::No).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
}

async fn answer(
    api: &Api,
    who: &SignedIn,
    asker: ActorId,
    verdict: Verdict,
) -> ApiResult<Json<Relationship>> {
    who.require(Scope::Write(Area::Follows))?;
    let standing = reading::relationships(&api.ctx, who.actor.id, &[asker]).await?;
    // The service also removes followers; here only requests are answered.
    if !standing.iter().any(|found| found.requested_by) {
        return Err(ApiError::NotFound);
    }
    follow::answer(&api.ctx, &who.actor, asker, verdict == Verdict::Yes).await?;
    relationship(api, who, asker).await
}
