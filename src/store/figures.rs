//! Counting what happened here.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;

use super::Conn;
use super::error::Result;
use super::schema::{accounts, actors, posts};

/// Posts of local people with ids in a span, boosts not counted, and how many people wrote them.
///
/// # Errors
/// When the database fails.
pub async fn count_posts(c: &mut Conn, (since, until): (i64, i64)) -> Result<(i64, i64)> {
    Ok(posts::table
        .filter(posts::id.ge(since).and(posts::id.lt(until)))
        .filter(posts::local.eq(true).and(posts::boost_of_id.is_null()))
        .select((count_star(), count(posts::actor_id).aggregate_distinct()))
        .first(c)
        .await?)
}

/// Accounts made within a span.
///
/// # Errors
/// When the database fails.
pub async fn count_accounts(c: &mut Conn, (since, until): (Timestamp, Timestamp)) -> Result<i64> {
    Ok(accounts::table
        .filter(accounts::created_at.ge(since.micros()))
        .filter(accounts::created_at.lt(until.micros()))
        .count()
        .get_result(c)
        .await?)
}

/// Hosts of remote actors, in order. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_hosts(c: &mut Conn, limit: i64) -> Result<Vec<String>> {
    Ok(actors::table
        .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
        .select(actors::host)
        .distinct()
        .order(actors::host)
        .limit(limit)
        .load(c)
        .await?)
}
