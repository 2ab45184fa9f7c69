//! Reading accounts: one's own, others', their posts and lists.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::ActorId;
use crate::services::StoreError;
use crate::services::reading::{self, Listed, PostView};
use crate::services::settings;

use super::Api;
use super::auth::{SignedIn, Viewer};
use super::body::{Flag, Id, Many, Number, Query};
use super::entities::Empty;
use super::entities::account::Account;
use super::entities::status::Status;
use super::error::{ApiError, ApiResult};
use super::openapi::All;
use super::paging::{Listing, Paged, Span};

/// Things asked for by their ids at once.
pub(super) const SEVERAL: usize = 40;
/// Requests to follow are counted up to here.
const REQUESTS: i64 = 100;

/// The active actor with this key.
pub(super) async fn find(api: &Api, id: ActorId) -> ApiResult<Actor> {
    reading::actor(&api.ctx, id)
        .await?
        .ok_or(ApiError::NotFound)
}

/// `GET /api/v1/accounts/verify_credentials`
pub(super) async fn verify_credentials(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Account>> {
    who.require(Scope::Profile)?;
    own(&api, &who.actor).await
}

/// A person's own account as they see it.
pub(super) async fn own(api: &Api, person: &Actor) -> ApiResult<Json<Account>> {
    let requests = reading::follow_requests(&api.ctx, person.id, None, REQUESTS).await?;
    let requests = i64::try_from(requests.len()).unwrap_or(REQUESTS);
    let view = reading::profile(&api.ctx, Some(person.id), person.clone()).await?;
    let defaults = settings::preferences(&api.ctx, person.id).await?;
    let mut desk = api.desk(view.organizers.iter()).await?;
    Ok(Json(Account::own(&view, (requests, &defaults), &mut desk)))
}

/// Several things by their ids.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Several {
    id: Many<Number>,
}

impl Several {
    /// The ids, at most `most`.
    pub(super) fn ids(self, most: usize) -> impl Iterator<Item = i64> {
        self.id.0.into_iter().filter_map(|id| id.0).take(most)
    }
}

/// `GET /api/v1/accounts?id[]=`: those that there are
pub(super) async fn list_accounts(
    State(api): State<Api>,
    _: Viewer,
    Query(several): Query<Several>,
) -> ApiResult<All<Account>> {
    let ids: Vec<ActorId> = several.ids(SEVERAL).map(ActorId).collect();
    let found = reading::actors_by_id(&api.ctx, &ids).await?;
    let desk = api.desk(found.iter()).await?;
    let shown = found.iter().map(|actor| Account::of(actor, &desk));
    Ok(shown.collect())
}

/// `GET /api/v1/accounts/:id/identity_proofs`: an empty list, as Mastodon answers since 3.5
pub(super) async fn list_identity_proofs(
    State(api): State<Api>,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Empty>> {
    find(&api, id).await?;
    Ok(Json(Empty))
}

/// An account as the viewer sees it.
pub(super) async fn shown(
    api: &Api,
    viewer: Option<ActorId>,
    actor: Actor,
) -> ApiResult<Json<Account>> {
    let view = reading::profile(&api.ctx, viewer, actor).await?;
    let mut desk = api.desk(view.organizers.iter()).await?;
    Ok(Json(Account::profile(&view, &mut desk)))
}

/// `GET /api/v1/accounts/:id`
pub(super) async fn show_account(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Account>> {
    let actor = find(&api, id).await?;
    shown(&api, viewer.with(Scope::Read(Area::Accounts)), actor).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Lookup {
    acct: String,
}

/// `GET /api/v1/accounts/lookup?acct=`: who is known here by that handle; nothing is fetched.
pub(super) async fn lookup_account(
    State(api): State<Api>,
    viewer: Viewer,
    Query(asked): Query<Lookup>,
) -> ApiResult<Json<Account>> {
    let actor = reading::find_actor(&api.ctx, &asked.acct)
        .await?
        .ok_or(ApiError::NotFound)?;
    shown(&api, viewer.with(Scope::Read(Area::Accounts)), actor).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    resolve: Flag,
    limit: Number,
}

/// `GET /api/v1/accounts/search?q=&resolve=&limit=`
pub(super) async fn search_accounts(
    State(api): State<Api>,
    who: SignedIn,
    Query(asked): Query<Search>,
) -> ApiResult<All<Account>> {
    who.require(Scope::Read(Area::Accounts))?;
    let limit = asked.limit.0.unwrap_or(20).clamp(1, 40);
    let found = search(&api, Some(&who), &asked.q, (asked.resolve.0, limit)).await?;
    let desk = api.desk(found.iter()).await?;
    let shown = found.iter().map(|actor| Account::of(actor, &desk));
    Ok(shown.collect())
}

/// People and groups that fit `text`; a whole handle comes first, and is looked up elsewhere when `resolve` says so.
pub(super) async fn search(
    api: &Api,
    who: Option<&SignedIn>,
    text: &str,
    (resolve, limit): (bool, i64),
) -> ApiResult<Vec<Actor>> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::Malformed("q is missing"));
    }
    let asker = if resolve { who } else { None };
    let exact = if text.trim_start_matches('@').contains('@') || text.starts_with('@') {
        api.finder(asker).handle(text).await?
    } else {
        None
    };
    // A handle with its host fits no name; its first part does.
    let (part, _) = text
        .trim_start_matches('@')
        .split_once('@')
        .unwrap_or((text, ""));
    let mut found: Vec<Actor> = exact.into_iter().collect();
    for actor in reading::search(&api.ctx, who.map(|who| who.actor.id), part, limit).await? {
        if found.iter().all(|known| known.id != actor.id) {
            found.push(actor);
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Which {
    exclude_replies: Flag,
    exclude_reblogs: Flag,
    only_media: Flag,
    pinned: Flag,
    /// Only posts with this hashtag.
    tagged: String,
}

impl Which {
    fn wants(&self, view: &PostView) -> bool {
        let post = &view.post;
        let tag = self.tagged.trim_start_matches('#').to_lowercase();
        !(self.exclude_reblogs.0 && post.boost_of.is_some()
            || self.exclude_replies.0 && post.in_reply_to_uri.is_some()
            || self.only_media.0 && post.attachments.is_none()
            || !tag.is_empty() && !view.tags.contains(&tag))
    }
}

/// `GET /api/v1/accounts/:id/statuses`
pub(super) async fn list_account_statuses(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<ActorId>,
    Query(which): Query<Which>,
    paged: Paged,
) -> ApiResult<Listing<Status>> {
    let author = find(&api, id).await?;
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let (posts, span) = if which.pinned.0 {
        (reading::pinned(&api.ctx, viewer, author.id).await?, None)
    } else {
        let found = reading::by_author(&api.ctx, viewer, author.id, paged.wider()).await?;
        paged.pick(found, |view| view.post.id.0, |view| which.wants(view))
    };
    let desk = api.desk_for_posts(&posts).await?;
    let items = posts.iter().map(|view| Status::of(view, &desk)).collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/accounts/:id/followers`
pub(super) async fn list_followers(
    State(api): State<Api>,
    Id(id): Id<ActorId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    let of = find(&api, id).await?.id;
    let found = reading::followers(&api.ctx, of, paged.page.max, paged.page.limit).await;
    list(&api, &paged, found).await
}

/// `GET /api/v1/accounts/:id/following`
pub(super) async fn list_following(
    State(api): State<Api>,
    Id(id): Id<ActorId>,
    paged: Paged,
) -> ApiResult<Listing<Account>> {
    let of = find(&api, id).await?.id;
    let found = reading::following(&api.ctx, of, paged.page.max, paged.page.limit).await;
    list(&api, &paged, found).await
}

/// A page of accounts.
pub(super) async fn list(
    api: &Api,
    paged: &Paged,
    found: Result<Vec<Listed>, StoreError>,
) -> ApiResult<Listing<Account>> {
    let found = found?;
    let span = Span::of(&found, |listed| listed.key);
    let desk = api.desk(found.iter().map(|listed| &listed.actor)).await?;
    let items = found
        .iter()
        .map(|listed| Account::of(&listed.actor, &desk))
        .collect();
    Ok(paged.answer(items, span))
}
