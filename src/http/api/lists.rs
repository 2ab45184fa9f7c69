//! Lists of people.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::{ActorId, ListId};
use crate::domain::list::RepliesPolicy;
use crate::services::lists::{self, ListDraft, ListError};
use crate::services::reading;

use super::auth::SignedIn;
use super::body::{Body, Flag, Id, Many, Number};
use super::entities::Nothing;
use super::entities::account::Account;
use super::entities::list::List;
use super::entities::status::Status;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::{All, shapes};
use super::paging::{Listing, Paged};
use super::{Api, accounts, timelines};

/// People put into a list, or taken out, by one request.
const AT_ONCE: usize = 100;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewList)]
pub(super) struct Asked {
    title: Option<String>,
    #[schema(schema_with = shapes::wish::<RepliesPolicy>)]
    replies_policy: Option<String>,
    exclusive: Option<Flag>,
}

impl Asked {
    fn draft(self) -> ApiResult<ListDraft> {
        let replies = match self.replies_policy.as_deref() {
            None | Some("") => None,
            Some(word) => Some(RepliesPolicy::parse(word).ok_or_else(|| {
                let known = "a replies_policy is followed, list or none";
                ApiError::field("replies_policy", Wrong::Invalid, known)
            })?),
        };
        Ok(ListDraft {
            title: self.title,
            replies,
            exclusive: self.exclusive.map(|flag| flag.0),
        })
    }
}

/// `GET /api/v1/lists`
pub(super) async fn list_lists(State(api): State<Api>, who: SignedIn) -> ApiResult<All<List>> {
    who.require(Scope::Read(Area::Lists))?;
    let found = lists::all(&api.ctx, who.actor.id).await?;
    Ok(found.iter().map(List::from).collect())
}

/// `GET /api/v1/accounts/:id/lists`
pub(super) async fn list_account_lists(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<All<List>> {
    who.require(Scope::Read(Area::Lists))?;
    let member = accounts::find(&api, id).await?.id;
    let found = lists::with(&api.ctx, who.actor.id, member).await?;
    Ok(found.iter().map(List::from).collect())
}

/// `POST /api/v1/lists`
pub(super) async fn create_list(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<List>> {
    who.require(Scope::Write(Area::Lists))?;
    let made = lists::create(&api.ctx, &who.actor, &asked.draft()?).await?;
    Ok(Json(List::from(&made)))
}

/// `GET /api/v1/lists/:id`
pub(super) async fn show_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
) -> ApiResult<Json<List>> {
    who.require(Scope::Read(Area::Lists))?;
    let found = lists::one(&api.ctx, who.actor.id, id).await?;
    Ok(Json(List::from(&found)))
}

/// `PUT /api/v1/lists/:id`
pub(super) async fn update_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<List>> {
    who.require(Scope::Write(Area::Lists))?;
    let changed = lists::change(&api.ctx, &who.actor, id, &asked.draft()?).await?;
    Ok(Json(List::from(&changed)))
}

/// `DELETE /api/v1/lists/:id`
pub(super) async fn delete_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Lists))?;
    lists::delete(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v1/lists/:id/accounts`
pub(super) async fn list_accounts_of_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    who.require(Scope::Read(Area::Lists))?;
    let list = lists::one(&api.ctx, who.actor.id, id).await?;
    let page = paged.page;
    let found = reading::list_members(&api.ctx, list.id, page.max, page.limit).await;
    accounts::list(&api, &paged, found).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = ListMembers)]
pub(super) struct Whom {
    account_ids: Many<Number>,
}

impl Whom {
    fn people(self) -> Vec<ActorId> {
        let ids = self.account_ids.0.into_iter().filter_map(|id| id.0);
        ids.take(AT_ONCE).map(ActorId).collect()
    }
}

/// `POST /api/v1/lists/:id/accounts`
pub(super) async fn add_accounts_to_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
    Body(whom): Body<Whom>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Lists))?;
    lists::add(&api.ctx, &who.actor, id, &whom.people()).await?;
    Ok(Json(Nothing {}))
}

/// `DELETE /api/v1/lists/:id/accounts`
pub(super) async fn remove_accounts_from_list(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
    Body(whom): Body<Whom>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Lists))?;
    lists::remove(&api.ctx, &who.actor, id, &whom.people()).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v1/timelines/list/:id`
pub(super) async fn show_list_timeline(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ListId>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    who.require(Scope::Read(Area::Lists))?;
    let list = lists::one(&api.ctx, who.actor.id, id).await?;
    let posts = reading::of_list(&api.ctx, &list, paged.page).await?;
    timelines::answer(&api, &paged, timelines::whole(posts)).await
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Title => ApiError::field("title", Wrong::Invalid, error.to_string()),
            ListError::TooMany => ApiError::Impossible(error.to_string()),
            // As Mastodon answers for people who are not followed.
            ListError::NoSuchList | ListError::NotFollowed => ApiError::NotFound,
            ListError::Store(inner) => inner.into(),
        }
    }
}
