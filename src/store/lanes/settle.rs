//! What became of a lane's deliveries, written for many lanes at once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Lease, lock};
use crate::domain::clock::Timestamp;
use crate::store::backend::padded;
use crate::store::schema::{deliveries, hosts, lanes};
use crate::store::{Conn, Result};

const CHUNK: usize = 500;

/// What is done with one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was delivered, or given up for good.
    Remove(i64),
    /// It is tried again at `due_at`.
    Retry {
        id: i64,
        /// Tries so far.
        attempts: i64,
        due_at: Timestamp,
        blocking: bool,
        reason: &'static str,
    },
    /// It is given up for now.
    Park {
        id: i64,
        attempts: i64,
        reason: &'static str,
    },
}

/// The end of a lane's lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub lane: i64,
    pub lease: Lease,
    pub changes: Vec<Change>,
    /// Nothing of this lane will be delivered: whatever it holds is removed.
    pub clear: bool,
    /// Its host may be paused: then it sleeps as long as that.
    pub heed_pause: bool,
    /// Not woken before this.
    pub not_before: Option<Timestamp>,
}

/// What a batch led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Deliveries removed from lanes that were cleared.
    pub cleared: usize,
    /// One of the lanes has more to send at once.
    pub more: bool,
}

/// Applies the changes, gives back the leases, and sets when each lane wakes next. A lease that somebody else took over
/// meanwhile is left alone.
///
/// # Errors
/// When the database fails; nothing of the batch is kept then.
pub async fn settle(tx: &mut Conn, batch: &[Settled], now: Timestamp) -> Result<Outcome> {
    let mut ids: Vec<i64> = batch.iter().map(|settled| settled.lane).collect();
    ids.sort_unstable();
    ids.dedup();
    for chunk in ids.chunks(CHUNK) {
        lock(tx, chunk).await?;
    }
    apply(tx, batch, now).await?;
    let cleared = clear(tx, batch).await?;
    let mut leases: Vec<i64> = batch.iter().map(|s| s.lease.until.micros()).collect();
    leases.sort_unstable();
    leases.dedup();
    let mut holders: Vec<i64> = batch.iter().map(|s| s.lease.holder).collect();
    holders.dedup();
    let mut more = false;
    for chunk in ids.chunks(CHUNK) {
        let wake: Vec<i64> = diesel::update(
            lanes::table
                .filter(lanes::id.eq_any(padded(chunk.iter().copied())))
                .filter(lanes::leased_until.eq_any(padded(leases.iter().copied())))
                .filter(lanes::holder.eq_any(padded(holders.iter().copied()))),
        )
        .set((lanes::leased_until.eq(0), lanes::wake_at.eq(wake_at!(now))))
        .returning(lanes::wake_at)
        .get_results(tx)
        .await?;
        more |= wake.iter().any(|at| *at <= now.micros());
    }
    heed_pauses(tx, batch).await?;
    for settled in batch {
        if let Some(until) = settled.not_before {
            diesel::update(
                lanes::table
                    .filter(lanes::id.eq(settled.lane))
                    .filter(lanes::wake_at.lt(until.micros())),
            )
            .set(lanes::wake_at.eq(until.micros()))
            .execute(tx)
            .await?;
        }
    }
    Ok(Outcome { cleared, more })
}

/// Asks the hosts and not the caller, who may have looked before a host came back: lanes and hosts are written by many.
async fn heed_pauses(tx: &mut Conn, batch: &[Settled]) -> Result<()> {
    let heeding = batch.iter().filter(|settled| settled.heed_pause);
    let ids: Vec<i64> = heeding.map(|settled| settled.lane).collect();
    for chunk in ids.chunks(CHUNK) {
        let paused = hosts::table
            .filter(hosts::host.eq(lanes::host))
            .filter(hosts::paused_until.gt(lanes::wake_at));
        diesel::update(
            lanes::table
                .filter(lanes::id.eq_any(padded(chunk.iter().copied())))
                .filter(diesel::dsl::exists(paused)),
        )
        .set(
            lanes::wake_at.eq(diesel::dsl::sql::<diesel::sql_types::BigInt>(
                "(SELECT h.paused_until FROM hosts h WHERE h.host = lanes.host)",
            )),
        )
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// The rule of `domain::lane::next` as an expression over the lane's remaining rows: the earliest due among the first
/// that may go or blocks, and those before it, which stepped aside.
macro_rules! wake_at {
    ($now:expr) => {
        diesel::dsl::sql::<diesel::sql_types::BigInt>(
            "COALESCE((SELECT min(d.due_at) FROM deliveries d WHERE d.lane_id = lanes.id AND d.parked_at IS NULL \
             AND d.seq <= COALESCE((SELECT h.seq FROM deliveries h WHERE h.lane_id = lanes.id AND h.parked_at IS NULL \
             AND (h.blocking OR h.due_at <= ",
        )
        .bind::<diesel::sql_types::BigInt, _>($now.micros())
        .sql(") ORDER BY h.seq LIMIT 1), 9223372036854775807)), 9223372036854775807)")
    };
}
pub(in crate::store) use wake_at;

async fn apply(tx: &mut Conn, batch: &[Settled], now: Timestamp) -> Result<()> {
    let mut removed = Vec::new();
    for change in batch.iter().flat_map(|settled| &settled.changes) {
        match *change {
            Change::Remove(id) => removed.push(id),
            Change::Retry {
                id,
                attempts,
                due_at,
                blocking,
                reason,
            } => {
                // Where its host died meanwhile it is parked, and comes back with the host.
                diesel::update(deliveries::table.find(id))
                    .filter(deliveries::parked_at.is_null())
                    .set((
                        deliveries::attempts.eq(attempts),
                        deliveries::due_at.eq(due_at.micros()),
                        deliveries::blocking.eq(blocking),
                        deliveries::reason.eq(reason),
                    ))
                    .execute(tx)
                    .await?;
            }
            Change::Park {
                id,
                attempts,
                reason,
            } => {
                diesel::update(deliveries::table.find(id))
                    .set((
                        deliveries::attempts.eq(attempts),
                        deliveries::parked_at.eq(now.micros()),
                        deliveries::reason.eq(reason),
                    ))
                    .execute(tx)
                    .await?;
            }
        }
    }
    for chunk in removed.chunks(CHUNK) {
        diesel::delete(
            deliveries::table.filter(deliveries::id.eq_any(padded(chunk.iter().copied()))),
        )
        .execute(tx)
        .await?;
    }
    Ok(())
}

async fn clear(tx: &mut Conn, batch: &[Settled]) -> Result<usize> {
    let lanes: Vec<i64> = batch.iter().filter(|s| s.clear).map(|s| s.lane).collect();
    let mut count = 0;
    for chunk in lanes.chunks(CHUNK) {
        count += diesel::delete(
            deliveries::table.filter(deliveries::lane_id.eq_any(padded(chunk.iter().copied()))),
        )
        .execute(tx)
        .await?;
    }
    Ok(count)
}
