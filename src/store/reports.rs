//! What moderators were told.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, ReportId};
use crate::domain::report::{Report, ReportCategory};

use super::Conn;
use super::backend::{Both, MultiBackend};
use super::error::{Error, Result, word};
use super::schema::reports;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reports, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct ReportRow {
    id: i64,
    uri: String,
    local: bool,
    reporter_id: i64,
    target_id: i64,
    category: String,
    comment: String,
    posts: String,
    rules: String,
    forwarded: bool,
    created_at: i64,
    resolved_at: Option<i64>,
}

impl TryFrom<ReportRow> for Report {
    type Error = Error;

    fn try_from(row: ReportRow) -> Result<Report> {
        Ok(Report {
            id: ReportId(row.id),
            uri: row.uri,
            local: row.local,
            reporter: ActorId(row.reporter_id),
            target: ActorId(row.target_id),
            category: word("reports.category", ReportCategory::parse(&row.category))?,
            comment: row.comment,
            posts: word("reports.posts", serde_json::from_str(&row.posts).ok())?,
            rules: word("reports.rules", serde_json::from_str(&row.rules).ok())?,
            forwarded: row.forwarded,
            created_at: Timestamp::from_micros(row.created_at),
            resolved_at: row.resolved_at.map(Timestamp::from_micros),
        })
    }
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// Adds a report; `false` when one with its uri is there.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, report: &Report) -> Result<bool> {
    let row = ReportRow {
        id: report.id.0,
        uri: report.uri.clone(),
        local: report.local,
        reporter_id: report.reporter.0,
        target_id: report.target.0,
        category: report.category.as_str().to_owned(),
        comment: report.comment.clone(),
        posts: json(&report.posts),
        rules: json(&report.rules),
        forwarded: report.forwarded,
        created_at: report.created_at.micros(),
        resolved_at: report.resolved_at.map(Timestamp::micros),
    };
    let new = Both(
        diesel::insert_into(reports::table)
            .values(row)
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(new > 0)
}

/// Open reports, oldest first, after `after`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_open(c: &mut Conn, after: Option<ReportId>, limit: i64) -> Result<Vec<Report>> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::resolved_at.is_null())
        .filter(reports::id.gt(after.map_or(0, |id| id.0)))
        .order(reports::id)
        .limit(limit)
        .select(ReportRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// How many open reports `reporter` has made since `since`: floods are cut off.
///
/// # Errors
/// When the database fails.
pub async fn count_since(c: &mut Conn, reporter: ActorId, since: Timestamp) -> Result<i64> {
    Ok(reports::table
        .filter(reports::reporter_id.eq(reporter.0))
        .filter(reports::created_at.gt(since.micros()))
        .count()
        .get_result(c)
        .await?)
}

/// A moderator has dealt with it; `false` when it is not there or was dealt with.
///
/// # Errors
/// When the database fails.
pub async fn resolve(c: &mut Conn, id: ReportId, now: Timestamp) -> Result<bool> {
    let done = diesel::update(
        reports::table
            .find(id.0)
            .filter(reports::resolved_at.is_null()),
    )
    .set(reports::resolved_at.eq(Some(now.micros())))
    .execute(c)
    .await?;
    Ok(done > 0)
}
