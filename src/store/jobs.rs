//! Work to do later, or slowly: a kind and its payload, once each.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;

use super::Conn;
use super::backend::{Both, MultiBackend, PerDb};
use super::error::Result;
use super::schema::jobs;

/// A job that a worker has taken.
#[derive(Debug, Clone, QueryableByName, Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(MultiBackend))]
pub struct JobRow {
    pub id: i64,
    /// The job's name in kebab-case.
    pub kind: String,
    /// JSON.
    pub payload: String,
    pub attempts: i64,
}

/// Adds a job; the same kind and payload waits only once.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    c: &mut Conn,
    id: i64,
    kind: &str,
    payload: &str,
    due: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(jobs::table)
            .values((
                jobs::id.eq(id),
                jobs::kind.eq(kind),
                jobs::payload.eq(payload),
                jobs::attempts.eq(0),
                jobs::due_at.eq(due.micros()),
                jobs::leased_until.eq(0),
                jobs::created_at.eq(due.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Which jobs a worker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    All,
    /// Those of some kinds.
    Only(&'static [&'static str]),
    /// All but those of some kinds.
    Without(&'static [&'static str]),
}

impl Share {
    /// A condition on `jobs.kind`. The kinds are words of this program.
    fn condition(self) -> String {
        match self {
            Share::All => "TRUE".to_owned(),
            Share::Only(kinds) => format!("kind IN ('{}')", kinds.join("', '")),
            Share::Without(kinds) => format!("kind NOT IN ('{}')", kinds.join("', '")),
        }
    }
}

/// Takes due jobs, oldest first, with a lease.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    c: &mut Conn,
    share: Share,
    (now, lease): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<JobRow>> {
    const HEAD: &str = "UPDATE jobs SET leased_until = $1 WHERE id IN (SELECT id FROM jobs WHERE parked_at IS NULL AND due_at <= $2 \
        AND leased_until <= $2 AND ";
    const ORDER: &str = " ORDER BY due_at, id LIMIT $3";
    const TAIL: &str = " RETURNING id, kind, payload, attempts";
    let condition = share.condition();
    let bound = |lock: &str| {
        diesel::sql_query(format!("{HEAD}{condition}{ORDER}{lock}){TAIL}"))
            .bind::<BigInt, _>(lease.micros())
            .bind::<BigInt, _>(now.micros())
            .bind::<BigInt, _>(limit)
    };
    let mut taken: Vec<JobRow> = PerDb {
        sqlite: bound(""),
        pg: bound(" FOR UPDATE SKIP LOCKED"),
    }
    .load(c)
    .await?;
    // `RETURNING` has no order.
    taken.sort_unstable_by_key(|row| row.id);
    Ok(taken)
}

/// Removes a job that is done.
///
/// # Errors
/// When the database fails.
pub async fn finish(c: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(jobs::table.find(id)).execute(c).await?;
    Ok(())
}

/// Puts a job off after a failure.
///
/// # Errors
/// When the database fails.
pub async fn put_off(c: &mut Conn, id: i64, due: Timestamp, reason: &str) -> Result<()> {
    diesel::update(jobs::table.find(id))
        .set((
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::due_at.eq(due.micros()),
            jobs::leased_until.eq(0),
            jobs::reason.eq(Some(reason)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Sets a job aside with its reason.
///
/// # Errors
/// When the database fails.
pub async fn park(c: &mut Conn, id: i64, now: Timestamp, reason: &str) -> Result<()> {
    diesel::update(jobs::table.find(id))
        .set((
            jobs::parked_at.eq(Some(now.micros())),
            jobs::leased_until.eq(0),
            jobs::reason.eq(Some(reason)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// How many are due, and how many are parked.
///
/// # Errors
/// When the database fails.
pub async fn counts(c: &mut Conn, now: Timestamp) -> Result<(i64, i64)> {
    let due: i64 = jobs::table
        .filter(jobs::parked_at.is_null().and(jobs::due_at.le(now.micros())))
        .count()
        .get_result(c)
        .await?;
    let parked: i64 = jobs::table
        .filter(jobs::parked_at.is_not_null())
        .count()
        .get_result(c)
        .await?;
    Ok((due, parked))
}

/// Moves a job that waits, or waits again after having been set aside.
///
/// # Errors
/// When the database fails.
pub async fn move_to(c: &mut Conn, kind: &str, payload: &str, due: Timestamp) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::kind.eq(kind).and(jobs::payload.eq(payload))))
        .set(jobs::due_at.eq(due.micros()))
        .execute(c)
        .await?;
    Ok(())
}
