//! How often something was tried, over all processes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;

use super::Conn;
use super::error::{Error, Result};
use super::schema::throttles;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub count: i64,
    /// When the first of them was.
    pub since: Timestamp,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    since: i64,
}

/// Counts one more of `key`; counting begins anew when the first was before `begun_after`.
///
/// # Errors
/// When the database fails.
pub async fn count(
    c: &mut Conn,
    key: &str,
    now: Timestamp,
    begun_after: Timestamp,
) -> Result<Counted> {
    const SQL: &str = "INSERT INTO throttles (key, since, count) VALUES ($1, $2, 1) ON CONFLICT (key) DO UPDATE SET \
        count = CASE WHEN throttles.since <= $3 THEN 1 ELSE throttles.count + 1 END, \
        since = CASE WHEN throttles.since <= $3 THEN $2 ELSE throttles.since END RETURNING count, since";
    let rows: Vec<Row> = diesel::sql_query(SQL)
        .bind::<Text, _>(key)
        .bind::<BigInt, _>(now.micros())
        .bind::<BigInt, _>(begun_after.micros())
        .load(c)
        .await?;
    let row = rows.into_iter().next().ok_or(Error::Unreadable {
        column: "throttles.count",
    })?;
    Ok(Counted {
        count: row.count,
        since: Timestamp::from_micros(row.since),
    })
}

/// Forgets what was counted of a key.
///
/// # Errors
/// When the database fails.
pub async fn reset(c: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(throttles::table.find(key))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes what began before `before`. At most `limit` rows.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old: Vec<String> = throttles::table
        .filter(throttles::since.lt(before.micros()))
        .order(throttles::since)
        .limit(limit)
        .select(throttles::key)
        .load(c)
        .await?;
    Ok(
        diesel::delete(throttles::table.filter(throttles::key.eq_any(old)))
            .execute(c)
            .await?,
    )
}
