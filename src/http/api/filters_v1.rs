//! Filters as they were before version 2: each keyword is one, with the key of the keyword.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::filter::{Filter, FilterAction, FilterContext};
use crate::domain::ids::RowId;
use crate::services::filters::{self, FilterDraft, KeywordChange};

use super::Api;
use super::auth::SignedIn;
use super::body::{Body, Flag, Id, Many, Number};
use super::entities::Nothing;
use super::entities::filter::FilterV1;
use super::error::{ApiError, ApiResult};
use super::filters::{contexts, lasting};
use super::openapi::{All, inputs};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewFilterV1)]
pub(super) struct Asked {
    phrase: Option<String>,
    #[schema(schema_with = inputs::words_or_null::<FilterContext>)]
    context: Option<Many<String>>,
    irreversible: Option<Flag>,
    whole_word: Option<Flag>,
    expires_in: Option<Number>,
}

impl Asked {
    fn draft(self, id: Option<RowId>) -> ApiResult<FilterDraft> {
        let action = |flag: Flag| {
            if flag.0 {
                FilterAction::Hide
            } else {
                FilterAction::Warn
            }
        };
        Ok(FilterDraft {
            title: self.phrase.clone(),
            contexts: self.context.map(|c| contexts(&c.0)).transpose()?,
            action: self.irreversible.map(action),
            lasting: self.expires_in.map(lasting),
            keywords: vec![KeywordChange {
                id,
                text: self.phrase,
                whole_word: self.whole_word.map(|flag| flag.0),
                remove: false,
            }],
        })
    }
}

fn one(filter: &Filter, id: RowId) -> ApiResult<Json<FilterV1>> {
    let found = filter.keywords.iter().find(|keyword| keyword.id == id);
    Ok(Json(FilterV1::of(filter, found.ok_or(ApiError::NotFound)?)))
}

/// `GET /api/v1/filters`
pub(super) async fn list_filters_v1(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<All<FilterV1>> {
    who.require(Scope::Read(Area::Filters))?;
    let found = filters::all(&api.ctx, who.actor.id).await?;
    let each = found.iter().flat_map(|filter| {
        let keywords = filter.keywords.iter();
        keywords.map(move |keyword| FilterV1::of(filter, keyword))
    });
    Ok(each.collect())
}

/// `GET /api/v1/filters/:id`
pub(super) async fn show_filter_v1(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<FilterV1>> {
    who.require(Scope::Read(Area::Filters))?;
    one(
        &filters::with_keyword(&api.ctx, who.actor.id, id).await?,
        id,
    )
}

/// `POST /api/v1/filters`
pub(super) async fn create_filter_v1(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<FilterV1>> {
    who.require(Scope::Write(Area::Filters))?;
    let made = filters::create(&api.ctx, &who.actor, &asked.draft(None)?).await?;
    let keyword = made.keywords.first().ok_or(ApiError::NotFound)?;
    Ok(Json(FilterV1::of(&made, keyword)))
}

/// `PUT /api/v1/filters/:id`
pub(super) async fn update_filter_v1(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<FilterV1>> {
    who.require(Scope::Write(Area::Filters))?;
    let filter = filters::with_keyword(&api.ctx, who.actor.id, id).await?;
    let mut draft = asked.draft(Some(id))?;
    // The name of a filter of several words is not that of one of them.
    if filter.keywords.len() > 1 {
        draft.title = None;
    }
    let changed = filters::change(&api.ctx, &who.actor, filter.id, &draft).await?;
    one(&changed, id)
}

/// `DELETE /api/v1/filters/:id`: with its last keyword a filter goes
pub(super) async fn delete_filter_v1(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Filters))?;
    let filter = filters::with_keyword(&api.ctx, who.actor.id, id).await?;
    if filter.keywords.len() == 1 && filter.posts.is_empty() {
        filters::delete(&api.ctx, &who.actor, filter.id).await?;
        return Ok(Json(Nothing {}));
    }
    let draft = FilterDraft {
        keywords: vec![KeywordChange {
            id: Some(id),
            text: None,
            whole_word: None,
            remove: true,
        }],
        ..FilterDraft::default()
    };
    filters::change(&api.ctx, &who.actor, filter.id, &draft).await?;
    Ok(Json(Nothing {}))
}
