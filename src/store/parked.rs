//! Deliveries that were given up for now: kept for a while, visible, sent again when somebody or something says so.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::lanes::{lock, lock_host, wake_at};
use super::schema::{activities, deliveries, hosts, lanes};
use super::{Conn, Result};
use crate::domain::clock::Timestamp;
use crate::domain::delivery::{DEAD_HOST, SILENT};
use crate::domain::ids::ActorId;

const CHUNK: usize = 500;

/// One parked delivery, for the admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    pub id: i64,
    pub activity_uri: String,
    pub actor: ActorId,
    pub inbox: String,
    pub host: String,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub parked_at: Timestamp,
    pub reason: String,
}

/// Which parked deliveries are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    All,
    /// Those to this host.
    Host(&'a str),
    One(i64),
}

/// Parked deliveries with an id above `after`, in order of their ids; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, after: i64, limit: i64) -> Result<Vec<Parked>> {
    type Row = (
        (i64, i64, i64, Option<i64>, Option<String>),
        String,
        (i64, String, String),
    );
    let rows: Vec<Row> = deliveries::table
        .inner_join(lanes::table.on(lanes::id.eq(deliveries::lane_id)))
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .filter(deliveries::parked_at.is_not_null())
        .filter(deliveries::id.gt(after))
        .order(deliveries::id)
        .limit(limit)
        .select((
            (
                deliveries::id,
                deliveries::attempts,
                deliveries::created_at,
                deliveries::parked_at,
                deliveries::reason,
            ),
            activities::uri,
            (lanes::actor_id, lanes::inbox, lanes::host),
        ))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(
            |((id, attempts, created, parked, reason), uri, (actor, inbox, host))| Parked {
                id,
                activity_uri: uri,
                actor: ActorId(actor),
                inbox,
                host,
                attempts,
                created_at: Timestamp::from_micros(created),
                parked_at: Timestamp::from_micros(parked.unwrap_or_default()),
                reason: reason.unwrap_or_default(),
            },
        )
        .collect())
}

/// Puts at most `limit` parked deliveries back into their lanes, due now, with a schedule of their own.
/// Returns how many; call again until it returns none.
///
/// # Errors
/// When the database fails.
pub async fn send_again(
    tx: &mut Conn,
    which: Which<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<usize> {
    let mut query = deliveries::table
        .inner_join(lanes::table.on(lanes::id.eq(deliveries::lane_id)))
        .filter(deliveries::parked_at.is_not_null())
        .into_boxed();
    query = match which {
        Which::All => query,
        Which::Host(host) => query.filter(lanes::host.eq(host)),
        Which::One(id) => query.filter(deliveries::id.eq(id)),
    };
    let found: Vec<(i64, i64)> = query
        .order(deliveries::id)
        .limit(limit)
        .select((deliveries::id, deliveries::lane_id))
        .load(tx)
        .await?;
    let (ids, mut lane_ids): (Vec<i64>, Vec<i64>) = found.into_iter().unzip();
    lane_ids.sort_unstable();
    lane_ids.dedup();
    for chunk in lane_ids.chunks(CHUNK) {
        lock(tx, chunk).await?;
    }
    for chunk in ids.chunks(CHUNK) {
        diesel::update(deliveries::table.filter(deliveries::id.eq_any(chunk)))
            .set(afresh(now))
            .execute(tx)
            .await?;
    }
    for chunk in lane_ids.chunks(CHUNK) {
        diesel::update(lanes::table.filter(lanes::id.eq_any(chunk)))
            .set(lanes::wake_at.eq(wake_at!(now)))
            .execute(tx)
            .await?;
    }
    Ok(ids.len())
}

/// Removes at most `limit` parked deliveries because the admin said so. Returns how many; call again until it returns
/// none.
///
/// # Errors
/// When the database fails.
pub async fn discard(tx: &mut Conn, which: Which<'_>, limit: i64) -> Result<usize> {
    let mut query = deliveries::table
        .inner_join(lanes::table.on(lanes::id.eq(deliveries::lane_id)))
        .filter(deliveries::parked_at.is_not_null())
        .into_boxed();
    query = match which {
        Which::All => query,
        Which::Host(host) => query.filter(lanes::host.eq(host)),
        Which::One(id) => query.filter(deliveries::id.eq(id)),
    };
    let ids: Vec<i64> = query
        .order(deliveries::id)
        .limit(limit)
        .select(deliveries::id)
        .load(tx)
        .await?;
    for chunk in ids.chunks(CHUNK) {
        diesel::delete(deliveries::table.filter(deliveries::id.eq_any(chunk)))
            .execute(tx)
            .await?;
    }
    Ok(ids.len())
}

/// Removes at most `limit` deliveries that were parked before `before`, with a line in the log for each.
/// Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let rows: Vec<(i64, Option<String>, String, String)> = deliveries::table
        .inner_join(lanes::table.on(lanes::id.eq(deliveries::lane_id)))
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .filter(deliveries::parked_at.lt(before.micros()))
        .order(deliveries::parked_at)
        .limit(limit)
        .select((
            deliveries::id,
            deliveries::reason,
            activities::uri,
            lanes::inbox,
        ))
        .load(tx)
        .await?;
    for (_, reason, activity, inbox) in &rows {
        tracing::info!(
            activity.uri = activity,
            inbox,
            reason = reason.as_deref().unwrap_or_default(),
            "a parked delivery was removed"
        );
    }
    let ids: Vec<i64> = rows.into_iter().map(|row| row.0).collect();
    for chunk in ids.chunks(CHUNK) {
        diesel::delete(deliveries::table.filter(deliveries::id.eq_any(chunk)))
            .execute(tx)
            .await?;
    }
    Ok(ids.len())
}

/// Parks everything that waits for `host`, if it is dead. Returns how many deliveries.
///
/// # Errors
/// When the database fails.
pub async fn park_host(tx: &mut Conn, host: &str, now: Timestamp) -> Result<usize> {
    // The host may have come back since the caller looked; whoever revives it changes this row first.
    let dead = diesel::update(hosts::table.find(host).filter(hosts::dead_at.is_not_null()))
        .set(hosts::dead_at.eq(hosts::dead_at))
        .execute(tx)
        .await?;
    if dead == 0 {
        return Ok(0);
    }
    lock_host(tx, host).await?;
    let count = diesel::update(
        deliveries::table
            .filter(deliveries::parked_at.is_null())
            .filter(
                deliveries::lane_id
                    .eq_any(lanes::table.filter(lanes::host.eq(host)).select(lanes::id)),
            ),
    )
    .set((
        deliveries::parked_at.eq(now.micros()),
        deliveries::reason.eq(DEAD_HOST),
    ))
    .execute(tx)
    .await?;
    diesel::update(lanes::table.filter(lanes::host.eq(host)))
        .set(lanes::wake_at.eq(i64::MAX))
        .execute(tx)
        .await?;
    Ok(count)
}

/// Puts what was parked because `host` was dead or silent back into its lanes, due now. Returns how many deliveries.
///
/// # Errors
/// When the database fails.
pub async fn unpark_host(tx: &mut Conn, host: &str, now: Timestamp) -> Result<usize> {
    lock_host(tx, host).await?;
    let count = diesel::update(
        deliveries::table
            .filter(deliveries::reason.eq_any([DEAD_HOST, SILENT]))
            .filter(deliveries::parked_at.is_not_null())
            .filter(
                deliveries::lane_id
                    .eq_any(lanes::table.filter(lanes::host.eq(host)).select(lanes::id)),
            ),
    )
    .set(afresh(now))
    .execute(tx)
    .await?;
    diesel::update(lanes::table.filter(lanes::host.eq(host)))
        .set(lanes::wake_at.eq(wake_at!(now)))
        .execute(tx)
        .await?;
    Ok(count)
}

#[derive(AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
struct Afresh {
    attempts: i64,
    blocking: bool,
    due_at: i64,
    created_at: i64,
    parked_at: Option<i64>,
    reason: Option<String>,
}

/// A delivery as if it were enqueued at `now`; it keeps its place in the lane.
fn afresh(now: Timestamp) -> Afresh {
    Afresh {
        attempts: 0,
        blocking: true,
        due_at: now.micros(),
        created_at: now.micros(),
        parked_at: None,
        reason: None,
    }
}
