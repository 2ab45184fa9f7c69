//! The durable outgoing queue, where it is filled: one row for each inbox, in the transaction that caused it.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::backend::padded;
use super::conn::insert_many;
use super::receivers::{self, Destination};
use super::schema::{activity_bodies, actors, deliveries, hosts, lanes, receipts};
use super::{Conn, Result, activities};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActivityId, ActorId, IdMaker};
use crate::domain::moderation::DomainRules;
use crate::domain::outgoing::{Outgoing, Variant};

/// Rows a statement.
const CHUNK: usize = 500;
/// The software that gets [`Variant::Mobilizon`].
const MOBILIZON: &str = "mobilizon";

/// What enqueueing takes besides the activity itself.
#[derive(Debug, Clone, Copy)]
pub struct Enqueue<'a> {
    pub now: Timestamp,
    pub ids: &'a IdMaker,
    /// Blocked hosts get nothing.
    pub rules: &'a DomainRules,
}

/// Stores `outgoing` and a delivery to every inbox of its receivers, behind what its actor sent there before.
/// Returns the number of deliveries. Ring `wake.deliveries` after the commit.
///
/// Enqueueing for one actor is serialised from here to the end of the transaction.
///
/// # Errors
/// [`super::Error::Duplicate`] when the activity was stored before.
pub async fn enqueue(tx: &mut Conn, outgoing: &Outgoing, how: Enqueue<'_>) -> Result<usize> {
    activities::insert(tx, outgoing, how.now).await?;
    let to = receivers::resolve(tx, &outgoing.receivers, how.rules).await?;
    deliver(tx, outgoing, to, how).await
}

async fn deliver(
    tx: &mut Conn,
    outgoing: &Outgoing,
    to: Vec<Destination>,
    how: Enqueue<'_>,
) -> Result<usize> {
    if to.is_empty() {
        return Ok(0);
    }
    let seq = take_seq(tx, outgoing.actor).await?;
    let open = open_lanes(tx, outgoing.actor, &to, how).await?;
    let special = wants_mobilizon(tx, outgoing.id, &to).await?;
    let now = how.now.micros();
    let mut count = 0;
    for chunk in open.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(lane, host)| {
                let variant = if special.contains(host) {
                    Variant::Mobilizon
                } else {
                    Variant::Standard
                };
                (
                    deliveries::id.eq(how.ids.next(how.now)),
                    deliveries::lane_id.eq(*lane),
                    deliveries::seq.eq(seq),
                    deliveries::activity_id.eq(outgoing.id.0),
                    deliveries::variant.eq(variant.as_str()),
                    deliveries::attempts.eq(0_i64),
                    deliveries::blocking.eq(true),
                    deliveries::due_at.eq(now),
                    deliveries::created_at.eq(now),
                )
            })
            .collect();
        count += insert_many!(tx, deliveries::table, rows)?;
    }
    if let Some(object) = &outgoing.object_uri {
        keep_receipts(tx, object, to, how.now).await?;
    }
    Ok(count)
}

/// The next number of `actor`'s activities; others who enqueue for it wait until this transaction ends.
async fn take_seq(tx: &mut Conn, actor: ActorId) -> Result<i64> {
    Ok(diesel::update(actors::table.find(actor.0))
        .set(actors::out_seq.eq(actors::out_seq + 1))
        .returning(actors::out_seq)
        .get_result(tx)
        .await?)
}

/// The lanes from `actor` to these inboxes, made where missing, locked against [`super::lanes::settle`] and due now.
async fn open_lanes(
    tx: &mut Conn,
    actor: ActorId,
    to: &[Destination],
    how: Enqueue<'_>,
) -> Result<Vec<(i64, String)>> {
    let mut open = Vec::with_capacity(to.len());
    let mut old = Vec::new();
    for chunk in to.chunks(CHUNK) {
        let known: Vec<(String, i64)> = lanes::table
            .filter(lanes::actor_id.eq(actor.0))
            .filter(lanes::inbox.eq_any(chunk.iter().map(|d| d.inbox.as_str())))
            .select((lanes::inbox, lanes::id))
            .load(tx)
            .await?;
        let known: HashMap<String, i64> = known.into_iter().collect();
        let mut missing = Vec::new();
        for destination in chunk {
            let id = if let Some(id) = known.get(&destination.inbox) {
                old.push(*id);
                *id
            } else {
                let id = how.ids.next(how.now);
                missing.push((
                    lanes::id.eq(id),
                    lanes::actor_id.eq(actor.0),
                    lanes::inbox.eq(destination.inbox.clone()),
                    lanes::host.eq(destination.host.clone()),
                    lanes::wake_at.eq(how.now.micros()),
                    lanes::leased_until.eq(0_i64),
                    lanes::holder.eq(0_i64),
                ));
                id
            };
            open.push((id, destination.host.clone()));
        }
        if !missing.is_empty() {
            insert_many!(tx, lanes::table, missing)?;
        }
    }
    old.sort_unstable();
    for chunk in old.chunks(CHUNK) {
        super::lanes::lock(tx, chunk).await?;
        diesel::update(
            lanes::table
                .filter(lanes::id.eq_any(padded(chunk.iter().copied())))
                .filter(lanes::wake_at.gt(how.now.micros())),
        )
        .set(lanes::wake_at.eq(how.now.micros()))
        .execute(tx)
        .await?;
    }
    Ok(open)
}

/// The hosts among `to` that get the Mobilizon rendering, if the activity has one.
async fn wants_mobilizon(
    tx: &mut Conn,
    activity: ActivityId,
    to: &[Destination],
) -> Result<HashSet<String>> {
    let has_body: Option<i64> = activity_bodies::table
        .find((activity.0, Variant::Mobilizon.as_str()))
        .select(activity_bodies::activity_id)
        .first(tx)
        .await
        .optional()?;
    let mut found = HashSet::new();
    if has_body.is_none() {
        return Ok(found);
    }
    for chunk in to.chunks(CHUNK) {
        let some: Vec<String> = hosts::table
            .filter(hosts::host.eq_any(chunk.iter().map(|d| d.host.as_str())))
            .filter(hosts::software.eq(MOBILIZON))
            .select(hosts::host)
            .load(tx)
            .await?;
        found.extend(some);
    }
    Ok(found)
}

/// Remembers who was sent `object`: its Update and Delete go to the same.
async fn keep_receipts(
    tx: &mut Conn,
    object: &str,
    to: Vec<Destination>,
    now: Timestamp,
) -> Result<()> {
    let mut rest = to.into_iter();
    loop {
        let rows: Vec<_> = rest
            .by_ref()
            .take(CHUNK)
            .map(|destination| {
                (
                    receipts::object_uri.eq(object.to_owned()),
                    receipts::inbox.eq(destination.inbox),
                    receipts::host.eq(destination.host),
                    receipts::at.eq(now.micros()),
                )
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        insert_many!(tx, receipts::table, rows)?;
    }
}

/// The hosts that were sent `object`, in order of their names; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_receiving_hosts(c: &mut Conn, object: &str, limit: i64) -> Result<Vec<String>> {
    Ok(receipts::table
        .filter(receipts::object_uri.eq(object))
        .select(receipts::host)
        .distinct()
        .order(receipts::host)
        .limit(limit)
        .load(c)
        .await?)
}

/// What waits, for `/health` and `queue show`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueState {
    /// Deliveries that will be tried by themselves.
    pub waiting: i64,
    /// Deliveries given up for now.
    pub parked: i64,
    /// When the oldest waiting one was enqueued.
    pub oldest: Option<Timestamp>,
}

/// Counts the whole queue: reads every waiting row, so ask seldom.
///
/// # Errors
/// When the database fails.
pub async fn count(c: &mut Conn) -> Result<QueueState> {
    let (waiting, oldest): (i64, Option<i64>) = deliveries::table
        .filter(deliveries::parked_at.is_null())
        .select((
            diesel::dsl::count_star(),
            diesel::dsl::min(deliveries::created_at),
        ))
        .first(c)
        .await?;
    let parked = deliveries::table
        .filter(deliveries::parked_at.is_not_null())
        .count()
        .get_result(c)
        .await?;
    Ok(QueueState {
        waiting,
        parked,
        oldest: oldest.map(Timestamp::from_micros),
    })
}

/// How many deliveries wait in lanes that could be worked on at `now`, those under way included.
///
/// # Errors
/// When the database fails.
pub async fn count_due(c: &mut Conn, now: Timestamp) -> Result<i64> {
    let awake = lanes::table
        .filter(
            lanes::wake_at
                .le(now.micros())
                .or(lanes::leased_until.gt(now.micros())),
        )
        .select(lanes::id);
    Ok(deliveries::table
        .filter(deliveries::parked_at.is_null())
        .filter(deliveries::lane_id.eq_any(awake))
        .count()
        .get_result(c)
        .await?)
}
