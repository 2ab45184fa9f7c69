//! `V2::Filter`, `FilterKeyword`, `FilterStatus`, `FilterResult`, and `V1::Filter`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::filter::{self, FilterAction, FilterContext, Keyword, Match};
use crate::domain::ids::{PostId, RowId};
use crate::http::api::openapi::shapes;

/// A filter; inside a status without what it is made of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct Filter {
    id: String,
    title: String,
    #[schema(schema_with = shapes::word_list::<FilterContext>)]
    context: Vec<&'static str>,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    #[serde(rename = "filter_action")]
    #[schema(schema_with = shapes::word::<FilterAction>)]
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    keywords: Option<Vec<FilterKeyword>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    statuses: Option<Vec<FilterStatus>>,
}

/// A word of a filter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterKeyword {
    id: String,
    keyword: String,
    whole_word: bool,
}

/// A post of a filter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterStatus {
    id: String,
    status_id: String,
}

/// What of a filter fits a status.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterResult {
    filter: Filter,
    #[schema(required)]
    keyword_matches: Option<Vec<String>>,
    #[schema(required)]
    status_matches: Option<Vec<String>>,
}

/// A filter as it was before version 2: one for each keyword.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct FilterV1 {
    id: String,
    phrase: String,
    #[schema(schema_with = shapes::word_list::<FilterContext>)]
    context: Vec<&'static str>,
    whole_word: bool,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    irreversible: bool,
}

fn contexts(filter: &filter::Filter) -> Vec<&'static str> {
    filter
        .contexts
        .iter()
        .map(|context: &FilterContext| context.as_str())
        .collect()
}

impl Filter {
    /// With everything it is made of.
    pub(in crate::http::api) fn whole(filter: &filter::Filter) -> Filter {
        Filter {
            keywords: Some(filter.keywords.iter().map(FilterKeyword::from).collect()),
            statuses: Some(filter.posts.iter().map(FilterStatus::from).collect()),
            ..Filter::named(filter)
        }
    }

    fn named(filter: &filter::Filter) -> Filter {
        Filter {
            id: filter.id.to_string(),
            title: filter.title.clone(),
            context: contexts(filter),
            expires_at: filter.ends_at.map(Timestamp::rfc3339_millis),
            action: filter.action.as_str(),
            keywords: None,
            statuses: None,
        }
    }
}

impl From<&Keyword> for FilterKeyword {
    fn from(keyword: &Keyword) -> Self {
        FilterKeyword {
            id: keyword.id.to_string(),
            keyword: keyword.text.clone(),
            whole_word: keyword.whole_word,
        }
    }
}

impl From<&(RowId, PostId)> for FilterStatus {
    fn from((row, post): &(RowId, PostId)) -> Self {
        FilterStatus {
            id: row.to_string(),
            status_id: post.to_string(),
        }
    }
}

impl From<&(filter::Filter, Match)> for FilterResult {
    fn from((filter, found): &(filter::Filter, Match)) -> Self {
        let posts: Vec<String> = found.posts.iter().map(ToString::to_string).collect();
        FilterResult {
            filter: Filter::named(filter),
            keyword_matches: (!found.keywords.is_empty()).then(|| found.keywords.clone()),
            status_matches: (!posts.is_empty()).then_some(posts),
        }
    }
}

impl FilterV1 {
    pub(in crate::http::api) fn of(filter: &filter::Filter, keyword: &Keyword) -> FilterV1 {
        FilterV1 {
            id: keyword.id.to_string(),
            phrase: keyword.text.clone(),
            context: contexts(filter),
            whole_word: keyword.whole_word,
            expires_at: filter.ends_at.map(Timestamp::rfc3339_millis),
            irreversible: filter.action == FilterAction::Hide,
        }
    }
}
