//! Filters, version 2.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::filter::{self, FilterAction, FilterContext};
use crate::domain::ids::{FilterId, PostId, RowId};
use crate::services::filters::{self, FilterDraft, FilterError, KeywordChange};

use super::auth::SignedIn;
use super::body::{Body, Flag, Id, Many, Number};
use super::entities::Nothing;
use super::entities::filter::{Filter, FilterKeyword, FilterStatus};
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::{All, inputs, shapes};
use super::{Api, statuses};

/// The longest that a filter lasts, in seconds.
const LONGEST: i64 = 100 * 366 * 86_400;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewFilter)]
pub(super) struct Asked {
    title: Option<String>,
    #[schema(schema_with = inputs::words_or_null::<FilterContext>)]
    context: Option<Many<String>>,
    #[schema(schema_with = shapes::wish::<FilterAction>)]
    filter_action: Option<String>,
    /// Seconds; empty for ever.
    expires_in: Option<Number>,
    keywords_attributes: Many<AskedKeyword>,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewFilterKeyword)]
pub(super) struct AskedKeyword {
    id: Number,
    keyword: Option<String>,
    whole_word: Option<Flag>,
    #[serde(rename = "_destroy")]
    destroy: Flag,
}

/// The contexts that are named.
///
/// # Errors
/// A field error for one that is not known.
pub(super) fn contexts(words: &[String]) -> ApiResult<Vec<FilterContext>> {
    let mut found = Vec::new();
    for word in words {
        let context = FilterContext::parse(word).ok_or_else(|| {
            let known = "a context is home, notifications, public, thread or account";
            ApiError::field("context", Wrong::Invalid, known)
        })?;
        if !found.contains(&context) {
            found.push(context);
        }
    }
    Ok(found)
}

/// How long a filter lasts; `None` is for ever.
pub(super) fn lasting(asked: Number) -> Option<Duration> {
    let seconds = asked.0.filter(|seconds| (1..=LONGEST).contains(seconds))?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

impl From<AskedKeyword> for KeywordChange {
    fn from(asked: AskedKeyword) -> Self {
        KeywordChange {
            id: asked.id.0.map(RowId),
            text: asked.keyword,
            whole_word: asked.whole_word.map(|flag| flag.0),
            remove: asked.destroy.0,
        }
    }
}

impl Asked {
    fn draft(self) -> ApiResult<FilterDraft> {
        let action = match self.filter_action.as_deref() {
            None | Some("") => None,
            Some(word) => Some(FilterAction::parse(word).ok_or_else(|| {
                let known = "a filter_action is warn, hide or blur";
                ApiError::field("filter_action", Wrong::Invalid, known)
            })?),
        };
        Ok(FilterDraft {
            title: self.title,
            contexts: self.context.map(|c| contexts(&c.0)).transpose()?,
            action,
            lasting: self.expires_in.map(lasting),
            keywords: self
                .keywords_attributes
                .0
                .into_iter()
                .map(KeywordChange::from)
                .collect(),
        })
    }
}

fn whole(filter: &filter::Filter) -> Json<Filter> {
    Json(Filter::whole(filter))
}

/// `GET /api/v2/filters`
pub(super) async fn list_filters(State(api): State<Api>, who: SignedIn) -> ApiResult<All<Filter>> {
    who.require(Scope::Read(Area::Filters))?;
    let found = filters::all(&api.ctx, who.actor.id).await?;
    Ok(found.iter().map(Filter::whole).collect())
}

/// `POST /api/v2/filters`
pub(super) async fn create_filter(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Filter>> {
    who.require(Scope::Write(Area::Filters))?;
    let made = filters::create(&api.ctx, &who.actor, &asked.draft()?).await?;
    Ok(whole(&made))
}

/// `GET /api/v2/filters/:id`
pub(super) async fn show_filter(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
) -> ApiResult<Json<Filter>> {
    who.require(Scope::Read(Area::Filters))?;
    Ok(whole(&filters::one(&api.ctx, who.actor.id, id).await?))
}

/// `PUT /api/v2/filters/:id`
pub(super) async fn update_filter(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Filter>> {
    who.require(Scope::Write(Area::Filters))?;
    let changed = filters::change(&api.ctx, &who.actor, id, &asked.draft()?).await?;
    Ok(whole(&changed))
}

/// `DELETE /api/v2/filters/:id`
pub(super) async fn delete_filter(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Filters))?;
    filters::delete(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v2/filters/:filter_id/keywords`
pub(super) async fn list_filter_keywords(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
) -> ApiResult<All<FilterKeyword>> {
    who.require(Scope::Read(Area::Filters))?;
    let filter = filters::one(&api.ctx, who.actor.id, id).await?;
    Ok(filter.keywords.iter().map(FilterKeyword::from).collect())
}

/// `POST /api/v2/filters/:filter_id/keywords`
pub(super) async fn create_filter_keyword(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
    Body(asked): Body<AskedKeyword>,
) -> ApiResult<Json<FilterKeyword>> {
    who.require(Scope::Write(Area::Filters))?;
    let change = KeywordChange {
        id: None,
        remove: false,
        ..KeywordChange::from(asked)
    };
    let filter = change_keyword(&api, &who, id, change).await?;
    let newest = filter.keywords.iter().max_by_key(|keyword| keyword.id);
    let newest = newest.ok_or(ApiError::NotFound)?;
    Ok(Json(FilterKeyword::from(newest)))
}

async fn change_keyword(
    api: &Api,
    who: &SignedIn,
    id: FilterId,
    change: KeywordChange,
) -> ApiResult<filter::Filter> {
    let draft = FilterDraft {
        keywords: vec![change],
        ..FilterDraft::default()
    };
    Ok(filters::change(&api.ctx, &who.actor, id, &draft).await?)
}

fn keyword(filter: &filter::Filter, id: RowId) -> ApiResult<Json<FilterKeyword>> {
    let found = filter.keywords.iter().find(|keyword| keyword.id == id);
    Ok(Json(FilterKeyword::from(found.ok_or(ApiError::NotFound)?)))
}

/// `GET /api/v2/filters/keywords/:id`
pub(super) async fn show_filter_keyword(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<FilterKeyword>> {
    who.require(Scope::Read(Area::Filters))?;
    keyword(
        &filters::with_keyword(&api.ctx, who.actor.id, id).await?,
        id,
    )
}

/// `PUT /api/v2/filters/keywords/:id`
pub(super) async fn update_filter_keyword(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
    Body(asked): Body<AskedKeyword>,
) -> ApiResult<Json<FilterKeyword>> {
    who.require(Scope::Write(Area::Filters))?;
    let filter = filters::with_keyword(&api.ctx, who.actor.id, id).await?;
    let change = KeywordChange {
        id: Some(id),
        remove: false,
        ..KeywordChange::from(asked)
    };
    keyword(&change_keyword(&api, &who, filter.id, change).await?, id)
}

/// `DELETE /api/v2/filters/keywords/:id`
pub(super) async fn delete_filter_keyword(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Filters))?;
    let filter = filters::with_keyword(&api.ctx, who.actor.id, id).await?;
    let change = KeywordChange {
        id: Some(id),
        text: None,
        whole_word: None,
        remove: true,
    };
    change_keyword(&api, &who, filter.id, change).await?;
    Ok(Json(Nothing {}))
}

/// `GET /api/v2/filters/:filter_id/statuses`
pub(super) async fn list_filter_statuses(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
) -> ApiResult<All<FilterStatus>> {
    who.require(Scope::Read(Area::Filters))?;
    let filter = filters::one(&api.ctx, who.actor.id, id).await?;
    Ok(filter.posts.iter().map(FilterStatus::from).collect())
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewFilterStatus)]
pub(super) struct AskedPost {
    status_id: Number,
}

/// `POST /api/v2/filters/:filter_id/statuses`
pub(super) async fn create_filter_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<FilterId>,
    Body(asked): Body<AskedPost>,
) -> ApiResult<Json<FilterStatus>> {
    who.require(Scope::Write(Area::Filters))?;
    let post = asked.status_id.0.ok_or(ApiError::NotFound)?;
    let post = statuses::find(&api, Some(who.actor.id), PostId(post))
        .await?
        .post
        .id;
    let filter = filters::add_post(&api.ctx, &who.actor, id, post).await?;
    let found = filter.posts.iter().find(|(_, kept)| *kept == post);
    Ok(Json(FilterStatus::from(found.ok_or(ApiError::NotFound)?)))
}

/// `GET /api/v2/filters/statuses/:id`
pub(super) async fn show_filter_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<FilterStatus>> {
    who.require(Scope::Read(Area::Filters))?;
    let filter = filters::with_post(&api.ctx, who.actor.id, id).await?;
    let found = filter.posts.iter().find(|(row, _)| *row == id);
    Ok(Json(FilterStatus::from(found.ok_or(ApiError::NotFound)?)))
}

/// `DELETE /api/v2/filters/statuses/:id`
pub(super) async fn delete_filter_status(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Filters))?;
    filters::remove_post(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        let (field, wrong) = match error {
            FilterError::Title => ("title", Wrong::Invalid),
            FilterError::NoContext => ("context", Wrong::Blank),
            FilterError::Keyword => ("keyword", Wrong::Invalid),
            FilterError::TooMany => return ApiError::Impossible(error.to_string()),
            FilterError::NoSuchFilter => return ApiError::NotFound,
            FilterError::Store(inner) => return inner.into(),
        };
        ApiError::field(field, wrong, error.to_string())
    }
}
