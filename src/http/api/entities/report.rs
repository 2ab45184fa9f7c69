//! `Report`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::actor::Actor;
use crate::domain::ids::PostId;
use crate::domain::report::{self, ReportCategory};
use crate::http::api::openapi::shapes;

use super::Desk;
use super::account::Account;

/// A report as its author sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Report {
    id: String,
    action_taken: bool,
    #[schema(schema_with = shapes::null, required)]
    action_taken_at: Option<()>,
    #[schema(schema_with = shapes::word::<ReportCategory>)]
    category: &'static str,
    comment: String,
    forwarded: bool,
    #[schema(format = DateTime)]
    created_at: String,
    status_ids: Vec<String>,
    rule_ids: Vec<String>,
    #[schema(schema_with = shapes::null, required)]
    collection_ids: Option<()>,
    target_account: Account,
}

impl Report {
    pub(in crate::http::api) fn of(
        made: &report::Report,
        (target, posts): (&Actor, &[PostId]),
        desk: &Desk<'_>,
    ) -> Report {
        Report {
            id: made.id.to_string(),
            action_taken: false,
            action_taken_at: None,
            category: made.category.as_str(),
            comment: made.comment.clone(),
            forwarded: made.forwarded,
            created_at: made.created_at.rfc3339_millis(),
            status_ids: posts.iter().map(ToString::to_string).collect(),
            rule_ids: made.rules.clone(),
            collection_ids: None,
            target_account: Account::of(target, desk),
        }
    }
}
