//! Lanes: everything one actor sends to one inbox, in order. A worker leases a lane, sends, and settles it.
//!
//! Lock order on PostgreSQL: the actor (enqueue only), then lanes in order of their ids. A delivery is inserted only
//! under its lane's lock, and a lane is put to sleep only under it, so that none is overlooked.

mod settle;

pub(super) use settle::wake_at;
pub use settle::{Change, Outcome, Settled, settle};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::RunQueryDsl;

use super::backend::PerDb;
use super::schema::{actors, deliveries, hosts, lanes};
use super::{Conn, Error, Result};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActivityId, ActorId};
use crate::domain::outgoing::Variant;

/// Due lanes looked at for each lane that may be claimed: how far a claim sees past hosts that are busy.
const SIGHT: i64 = 8;

/// Who may send from a lane, and until when. `until` is unlike that of any other claim of the same holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The process.
    pub holder: i64,
    pub until: Timestamp,
}

/// How much a claim takes.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Lanes in all.
    pub lanes: i64,
    /// Leased lanes of one host, those leased before among them.
    pub per_host: i64,
}

/// A lane that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub id: i64,
    pub actor: ActorId,
    pub inbox: String,
    pub host: String,
}

/// A delivery that its lane may send now, or that holds it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub lane: i64,
    pub id: i64,
    pub activity: ActivityId,
    pub variant: Variant,
    /// Tries so far.
    pub attempts: i64,
    pub blocking: bool,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
}

#[derive(QueryableByName)]
struct LaneRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    actor_id: i64,
    #[diesel(sql_type = Text)]
    inbox: String,
    #[diesel(sql_type = Text)]
    host: String,
}

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    lane_id: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    activity_id: i64,
    #[diesel(sql_type = Text)]
    variant: String,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = Bool)]
    blocking: bool,
    #[diesel(sql_type = BigInt)]
    due_at: i64,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
}

/// Lanes that are due and free, in order of waking: of each host no more than it may still have leased.
const CHOICE: &str = "WITH busy AS ( \
        SELECT host, count(*) AS n FROM lanes WHERE leased_until > 0 AND leased_until > $1 GROUP BY host), \
    due AS ( \
        SELECT id, host, wake_at FROM lanes WHERE wake_at <= $1 AND leased_until <= $1 \
        AND host NOT IN (SELECT host FROM busy WHERE n >= $2) ORDER BY wake_at LIMIT $3), \
    ranked AS ( \
        SELECT id, host, wake_at, row_number() OVER (PARTITION BY host ORDER BY wake_at, id) AS n FROM due), \
    chosen AS ( \
        SELECT r.id FROM ranked r LEFT JOIN busy b ON b.host = r.host \
        WHERE r.n + COALESCE(b.n, 0) <= $2 ORDER BY r.wake_at, r.id LIMIT $4)";

/// Leases lanes that have something to send at `now`, the longest waiting first.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Conn, now: Timestamp, lease: Lease, share: Share) -> Result<Vec<Lane>> {
    let bound = |sql: String| {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(now.micros())
            .bind::<BigInt, _>(share.per_host)
            .bind::<BigInt, _>(share.lanes.saturating_mul(SIGHT))
            .bind::<BigInt, _>(share.lanes)
            .bind::<BigInt, _>(lease.until.micros())
            .bind::<BigInt, _>(lease.holder)
    };
    let query = PerDb {
        sqlite: bound(format!(
            "{CHOICE} UPDATE lanes SET leased_until = $5, holder = $6 WHERE id IN (SELECT id FROM chosen) \
             RETURNING id, actor_id, inbox, host"
        )),
        // What another worker or an enqueuer holds is left to the next claim.
        pg: bound(format!(
            "{CHOICE}, free AS MATERIALIZED ( \
                SELECT l.id FROM lanes l JOIN chosen c ON c.id = l.id \
                WHERE l.wake_at <= $1 AND l.leased_until <= $1 FOR UPDATE OF l SKIP LOCKED) \
             UPDATE lanes SET leased_until = $5, holder = $6 FROM free WHERE lanes.id = free.id \
             RETURNING lanes.id, lanes.actor_id, lanes.inbox, lanes.host"
        )),
    };
    let rows: Vec<LaneRow> = query.load(tx).await?;
    Ok(rows
        .into_iter()
        .map(|row| Lane {
            id: row.id,
            actor: ActorId(row.actor_id),
            inbox: row.inbox,
            host: row.host,
        })
        .collect())
}

/// Whether [`claim`] may find anything. Cheap.
///
/// # Errors
/// When the database fails.
pub async fn is_any_due(c: &mut Conn, now: Timestamp) -> Result<bool> {
    let found: Option<i64> = lanes::table
        .filter(lanes::wake_at.le(now.micros()))
        .filter(lanes::leased_until.le(now.micros()))
        .select(lanes::id)
        .first(c)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Of every lane claimed with `lease`, the first `each` deliveries that may be sent at `now` or hold up what follows.
/// In order of the lanes' ids, then of writing. Deliveries that stepped aside are left out until they are due.
///
/// # Errors
/// [`Error::Unreadable`] for a variant that this version does not know.
pub async fn load_heads(
    c: &mut Conn,
    lease: Lease,
    now: Timestamp,
    each: i64,
) -> Result<Vec<Head>> {
    const COLUMNS: &str =
        "d.lane_id, d.id, d.activity_id, d.variant, d.attempts, d.blocking, d.due_at, d.created_at";
    const FIRST: &str = "FROM deliveries x WHERE x.lane_id = l.id AND x.parked_at IS NULL \
        AND (x.blocking OR x.due_at <= $1) ORDER BY x.seq LIMIT $2";
    const MINE: &str =
        "l.leased_until > 0 AND l.leased_until = $3 AND l.holder = $4 ORDER BY l.id, d.seq";
    let bound = |sql: String| {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(now.micros())
            .bind::<BigInt, _>(each)
            .bind::<BigInt, _>(lease.until.micros())
            .bind::<BigInt, _>(lease.holder)
    };
    let rows: Vec<HeadRow> = PerDb {
        sqlite: bound(format!(
            "SELECT {COLUMNS} FROM lanes l JOIN deliveries d ON d.id IN (SELECT x.id {FIRST}) WHERE {MINE}"
        )),
        pg: bound(format!(
            "SELECT {COLUMNS} FROM lanes l CROSS JOIN LATERAL (SELECT x.* {FIRST}) d WHERE {MINE}"
        )),
    }
    .load(c)
    .await?;
    rows.into_iter().map(Head::try_from).collect()
}

impl TryFrom<HeadRow> for Head {
    type Error = Error;

    fn try_from(row: HeadRow) -> Result<Self> {
        Ok(Head {
            lane: row.lane_id,
            id: row.id,
            activity: ActivityId(row.activity_id),
            variant: Variant::parse(&row.variant).ok_or(Error::Unreadable {
                column: "deliveries.variant",
            })?,
            attempts: row.attempts,
            blocking: row.blocking,
            due_at: Timestamp::from_micros(row.due_at),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// Locks lanes, which must be in order of their ids, until the transaction ends. SQLite has one writer anyway.
pub(super) async fn lock(tx: &mut Conn, ids: &[i64]) -> Result<()> {
    if let Conn::Pg(pg) = tx {
        lanes::table
            .filter(lanes::id.eq_any(ids))
            .order(lanes::id)
            .select(lanes::id)
            .for_update()
            .load::<i64>(pg)
            .await?;
    }
    Ok(())
}

/// Gives back every lease of `holder`: at its end, or left over from its last run. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn release(tx: &mut Conn, holder: i64) -> Result<usize> {
    Ok(diesel::update(
        lanes::table
            .filter(lanes::leased_until.gt(0))
            .filter(lanes::holder.eq(holder)),
    )
    .set(lanes::leased_until.eq(0))
    .execute(tx)
    .await?)
}

/// Lets the lanes of `host` sleep until `until` at least: it is paused.
///
/// # Errors
/// When the database fails.
pub async fn postpone_host(tx: &mut Conn, host: &str, until: Timestamp) -> Result<usize> {
    lock_host(tx, host).await?;
    Ok(diesel::update(
        lanes::table
            .filter(lanes::host.eq(host))
            .filter(lanes::wake_at.lt(until.micros())),
    )
    .set(lanes::wake_at.eq(until.micros()))
    .execute(tx)
    .await?)
}

/// Wakes the sleeping lanes of `host` that hold anything: it is back. What waits for another try still waits.
///
/// # Errors
/// When the database fails.
pub async fn wake_host(tx: &mut Conn, host: &str, now: Timestamp) -> Result<usize> {
    lock_host(tx, host).await?;
    Ok(diesel::update(
        lanes::table
            .filter(lanes::host.eq(host))
            .filter(lanes::wake_at.gt(now.micros()))
            .filter(lanes::wake_at.lt(i64::MAX)),
    )
    .set(lanes::wake_at.eq(now.micros()))
    .execute(tx)
    .await?)
}

pub(super) async fn lock_host(tx: &mut Conn, host: &str) -> Result<()> {
    if let Conn::Pg(pg) = tx {
        lanes::table
            .filter(lanes::host.eq(host))
            .order(lanes::id)
            .select(lanes::id)
            .for_update()
            .load::<i64>(pg)
            .await?;
    }
    Ok(())
}

/// Removes at most `limit` empty lanes of hosts that died before `before`. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_dead(tx: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let idle: Vec<(i64, i64)> = lanes::table
        .inner_join(hosts::table.on(hosts::host.eq(lanes::host)))
        .filter(hosts::dead_at.lt(before.micros()))
        .filter(lanes::wake_at.eq(i64::MAX))
        .order(lanes::id)
        .limit(limit)
        .select((lanes::id, lanes::actor_id))
        .load(tx)
        .await?;
    let (ids, mut actors): (Vec<i64>, Vec<i64>) = idle.into_iter().unzip();
    actors.sort_unstable();
    actors.dedup();
    // Nobody enqueues for these actors while their lanes are taken away.
    for actor in actors {
        diesel::update(actors::table.find(actor))
            .set(actors::out_seq.eq(actors::out_seq))
            .execute(tx)
            .await?;
    }
    Ok(diesel::delete(
        lanes::table
            .filter(lanes::id.eq_any(ids))
            .filter(diesel::dsl::not(diesel::dsl::exists(
                deliveries::table.filter(deliveries::lane_id.eq(lanes::id)),
            ))),
    )
    .execute(tx)
    .await?)
}
