//! Reporting somebody to the moderators.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::{ActorId, PostId};
use crate::domain::report::ReportCategory;
use crate::services::report::{self, MAX_RULES, NewReport, ReportError};

use super::auth::SignedIn;
use super::body::{Body, Flag, Many, Number};
use super::entities::report::Report;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;
use super::{Api, accounts, statuses};

/// Longest name of a rule.
const RULE: usize = 20;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewReport)]
pub(super) struct Asked {
    account_id: Number,
    status_ids: Many<Number>,
    rule_ids: Many<Number>,
    comment: String,
    forward: Flag,
    #[schema(schema_with = shapes::wish::<ReportCategory>)]
    category: Option<String>,
}

fn category(asked: &Asked) -> ApiResult<ReportCategory> {
    match asked.category.as_deref() {
        None | Some("") if !asked.rule_ids.0.is_empty() => Ok(ReportCategory::Violation),
        None | Some("") => Ok(ReportCategory::Other),
        Some(word) => ReportCategory::parse(word).ok_or_else(|| {
            let known = "a category is spam, legal, violation or other";
            ApiError::field("category", Wrong::Invalid, known)
        }),
    }
}

/// `POST /api/v1/reports`
pub(super) async fn create_report(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Report>> {
    who.require(Scope::Write(Area::Reports))?;
    let id = asked.account_id.0.ok_or(ApiError::NotFound)?;
    let target = accounts::find(&api, ActorId(id)).await?;
    if target.id == who.actor.id {
        return Err(ApiError::NotAllowed);
    }
    if asked.status_ids.0.len() > report::MAX_POSTS {
        return Err(ReportError::TooManyPosts.into());
    }
    let mut posts = Vec::new();
    for id in asked.status_ids.0.iter().filter_map(|id| id.0) {
        // One reports only what one may see.
        let view = statuses::find(&api, Some(who.actor.id), PostId(id)).await?;
        posts.push(view.post.id);
    }
    posts.sort_unstable();
    posts.dedup();
    let rules: Vec<String> = asked
        .rule_ids
        .0
        .iter()
        .filter_map(|id| id.0.map(|id| id.to_string()))
        .filter(|text| text.len() <= RULE)
        .take(MAX_RULES)
        .collect();
    let new = NewReport {
        category: category(&asked)?,
        comment: asked.comment.clone(),
        posts: posts.clone(),
        rules,
        forward: asked.forward.0,
    };
    let made = report::report(&api.ctx, &who.actor, &target, &new).await?;
    let desk = api.desk(std::iter::once(&target)).await?;
    Ok(Json(Report::of(&made, (&target, &posts), &desk)))
}

impl From<ReportError> for ApiError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::CommentTooLong => {
                ApiError::field("comment", Wrong::TooLong, error.to_string())
            }
            ReportError::TooManyPosts => {
                ApiError::field("status_ids", Wrong::Invalid, error.to_string())
            }
            ReportError::NoSuchPost => ApiError::NotFound,
            ReportError::TooMany => ApiError::Impossible(error.to_string()),
            ReportError::Store(inner) => inner.into(),
        }
    }
}
