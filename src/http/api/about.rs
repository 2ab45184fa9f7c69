//! What this server says about itself: rules, peers, figures; its directory, and what is popular here.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::ActorKind;
use crate::domain::ids::{ActorId, first_id_at};
use crate::services::{domain_rules, reading, tags};

use super::Api;
use super::auth::{SignedIn, Viewer};
use super::body::{Id, Number, Query};
use super::entities::about::{DomainBlock, Language, Text, Week};
use super::entities::account::{Account, escape};
use super::entities::status::Status;
use super::entities::tag::WholeTag;
use super::entities::{Empty, Nothing};
use super::error::{ApiError, ApiResult};
use super::openapi::All;

/// What is popular is looked for among posts of so many days.
const POPULAR: Duration = Duration::from_hours(24 * 7);
/// Servers that one search answers.
const PEERS: usize = 10;
/// People of the directory that can be paged through.
const DIRECTORY: i64 = 200;

/// `GET /api/v1/instance/rules`: none can be written down yet
pub(super) async fn list_rules() -> Json<Empty> {
    Json(Empty)
}

/// `GET /api/v1/instance/peers`
pub(super) async fn list_peers(State(api): State<Api>) -> ApiResult<All<String>> {
    Ok(All(reading::peers(&api.ctx).await?))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Begun {
    q: String,
}

/// `GET /api/v1/peers/search?q=`: those whose name begins so; none where nothing is said
pub(super) async fn search_peers(
    State(api): State<Api>,
    Query(begun): Query<Begun>,
) -> ApiResult<All<String>> {
    let wanted = begun.q.trim().to_lowercase();
    if wanted.is_empty() {
        return Ok(All(Vec::new()));
    }
    let mut found = reading::peers(&api.ctx).await?;
    found.retain(|host| host.starts_with(&wanted));
    found.truncate(PEERS);
    Ok(All(found))
}

/// `GET /api/v1/instance/activity`: the last twelve weeks, this one first. Who posted counts as logged in.
pub(super) async fn show_activity(State(api): State<Api>) -> ApiResult<All<Week>> {
    let weeks = reading::weeks(&api.ctx).await?;
    Ok(weeks.iter().map(Week::from).collect())
}

/// `GET /api/v1/instance/domain_blocks`
pub(super) async fn list_instance_domain_blocks(
    State(api): State<Api>,
) -> ApiResult<All<DomainBlock>> {
    let rules = domain_rules::list(&api.ctx).await?;
    Ok(rules.iter().filter_map(DomainBlock::of).collect())
}

/// `GET /api/v1/instance/extended_description`
pub(super) async fn show_extended_description(State(api): State<Api>) -> Json<Text> {
    let text = escape(&api.about.description);
    Json(Text::of(format!("<p>{text}</p>")))
}

/// `GET /api/v1/instance/privacy_policy`: what there is to say stands on the page about this server
pub(super) async fn show_privacy_policy(State(api): State<Api>) -> Json<Text> {
    let address = escape(&api.ctx.uris.at("/about"));
    Json(Text::of(format!(
        "<p><a href=\"{address}\">{address}</a></p>"
    )))
}

/// `GET /api/v1/instance/terms_of_service`, `…/terms_of_service/:date`: there are none, as with a Mastodon without them
pub(super) async fn show_terms() -> Result<Json<Text>, ApiError> {
    Err(ApiError::NotFound)
}

/// The same by date.
pub(super) async fn show_terms_of(Id(_): Id<String>) -> Result<Json<Text>, ApiError> {
    Err(ApiError::NotFound)
}

/// `GET /api/v1/instance/languages`: those that the settings name
pub(super) async fn list_languages(State(api): State<Api>) -> All<Language> {
    let codes = api.about.languages.iter();
    codes.map(|code| Language::of(code)).collect()
}

/// `GET /api/v1/instance/translation_languages`: nothing is translated here
pub(super) async fn list_translation_languages() -> Json<Nothing> {
    Json(Nothing {})
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Part {
    offset: Number,
    limit: Number,
}

impl Part {
    fn bounds(&self, usual: i64) -> (usize, usize) {
        let limit = self.limit.0.unwrap_or(usual).clamp(1, 80);
        let offset = self.offset.0.unwrap_or_default().clamp(0, DIRECTORY);
        (
            usize::try_from(offset).unwrap_or_default(),
            usize::try_from(limit).unwrap_or_default(),
        )
    }
}

/// `GET /api/v1/directory?offset=&limit=`: people of this server who want to be found
pub(super) async fn show_directory(
    State(api): State<Api>,
    viewer: Viewer,
    Query(part): Query<Part>,
) -> ApiResult<All<Account>> {
    let (offset, limit) = part.bounds(40);
    let viewer = viewer.with(Scope::Read(Area::Accounts));
    let found = reading::directory(&api.ctx, ActorKind::Person, offset + limit).await?;
    let found = reading::wanted(&api.ctx, viewer, found).await?;
    let desk = api.desk(found.iter()).await?;
    let shown = found.iter().skip(offset);
    Ok(shown.map(|actor| Account::of(actor, &desk)).collect())
}

/// `GET /api/v1/trends/tags`, `/api/v1/trends`: those most used here
pub(super) async fn list_popular_tags(
    State(api): State<Api>,
    viewer: Viewer,
    Query(part): Query<Part>,
) -> ApiResult<All<WholeTag>> {
    let (offset, limit) = part.bounds(10);
    let viewer = viewer.with(Scope::Read(Area::Follows));
    let most = i64::try_from(offset + limit).unwrap_or(DIRECTORY);
    let mut items = Vec::new();
    for name in tags::most_used(&api.ctx, most).await?.iter().skip(offset) {
        items.push(super::tags::whole(&api, viewer, name).await?);
    }
    Ok(All(items))
}

/// `GET /api/v1/trends/statuses`
pub(super) async fn list_popular_statuses(
    State(api): State<Api>,
    viewer: Viewer,
    Query(part): Query<Part>,
) -> ApiResult<All<Status>> {
    let (offset, limit) = part.bounds(20);
    let viewer = viewer.with(Scope::Read(Area::Statuses));
    let since = first_id_at(api.ctx.now().minus(POPULAR));
    let most = i64::try_from(offset + limit).unwrap_or(DIRECTORY);
    let found = reading::popular(&api.ctx, viewer, (since, most)).await?;
    let desk = api.desk_for_posts(&found).await?;
    let shown = found.iter().skip(offset);
    Ok(shown.map(|view| Status::of(view, &desk)).collect())
}

/// `GET /api/v2/suggestions`, `/api/v1/suggestions`: who fits whom is no matter of this list
pub(super) async fn list_suggestions(who: SignedIn) -> ApiResult<Json<Empty>> {
    who.require(Scope::Read(Area::Accounts))?;
    Ok(Json(Empty))
}

/// `DELETE /api/v1/suggestions/:id`: it is not there, as was asked for
pub(super) async fn dismiss_suggestion(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Accounts))?;
    super::accounts::find(&api, id).await?;
    Ok(Json(Nothing {}))
}
