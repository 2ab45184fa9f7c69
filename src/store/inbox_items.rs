//! Received activities: verified, acknowledged, and waiting for their effect, or done.
//!
//! A row is the promise behind a 202. It is unique on (actor, key), so that a copy has no second effect, and it is
//! marked done in the transaction of its effect. The text stands in a table of its own, so that the rows that stay stay
//! small.

mod parked;
mod waiting;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::InboxItemId;

use super::Conn;
use super::backend::{Both, MultiBackend, PerDb, padded};
use super::conn::insert_many;
use super::error::Result;
use super::schema::{inbox_bodies, inbox_items};

pub use parked::{ParkedItem, drop_parked, list_parked, rearm, remove_old};
pub use waiting::count_waiting;

/// A received activity that waits for its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    pub id: InboxItemId,
    pub actor_uri: String,
    /// The activity's id, or a hash of its body where it has none.
    pub key: String,
    /// The JSON as it came.
    pub body: String,
    pub received_at: Timestamp,
    /// Failed tries so far.
    pub attempts: i64,
}

#[derive(QueryableByName)]
#[diesel(table_name = inbox_items, check_for_backend(MultiBackend))]
struct ItemRow {
    id: i64,
    actor_uri: String,
    key: String,
    received_at: i64,
    attempts: i64,
    #[diesel(sql_type = Text)]
    body: String,
}

impl From<ItemRow> for InboxItem {
    fn from(row: ItemRow) -> Self {
        InboxItem {
            id: InboxItemId(row.id),
            actor_uri: row.actor_uri,
            key: row.key,
            body: row.body,
            received_at: Timestamp::from_micros(row.received_at),
            attempts: row.attempts,
        }
    }
}

/// A process's hold on what it works on, so that no other does the same.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    pub until: Timestamp,
    /// The process's own number.
    pub holder: i64,
}

/// What became of a received activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is new, and held by the lease if one was asked for.
    New,
    /// A parked copy of it waits again.
    Armed,
    /// It was stored before.
    Known,
}

/// How a new item begins.
#[derive(Debug, Clone, Copy)]
pub enum Begins {
    /// It waits for whoever claims it.
    Waiting,
    Held(Lease),
    /// Its effect is in the same transaction.
    Done,
}

/// A verified activity to be stored.
#[derive(Debug)]
pub struct NewItem {
    pub item: InboxItem,
    pub host: String,
    pub begins: Begins,
}

/// Stores verified activities. Says of each what became of it.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, new: &[NewItem]) -> Result<Vec<Inserted>> {
    let stored = insert_rows(c, new).await?;
    let fresh = new
        .iter()
        .zip(&stored)
        .filter(|(new, is_new)| **is_new && !matches!(new.begins, Begins::Done));
    let bodies: Vec<_> = fresh
        .map(|(new, _)| {
            (
                inbox_bodies::item_id.eq(new.item.id.0),
                inbox_bodies::body.eq(new.item.body.clone()),
            )
        })
        .collect();
    insert_many!(c, inbox_bodies::table, bodies)?;
    let mut became = Vec::with_capacity(new.len());
    for (new, is_new) in new.iter().zip(stored) {
        became.push(if is_new {
            Inserted::New
        } else if arm(c, &new.item).await? {
            Inserted::Armed
        } else {
            Inserted::Known
        });
    }
    Ok(became)
}

/// Of each whether it was not there before.
async fn insert_rows(c: &mut Conn, new: &[NewItem]) -> Result<Vec<bool>> {
    let row = |new: &NewItem| {
        let item = &new.item;
        let received_at = item.received_at.micros();
        let (leased_until, holder) = match new.begins {
            Begins::Held(lease) => (lease.until.micros(), lease.holder),
            Begins::Waiting | Begins::Done => (0, 0),
        };
        let done_at = matches!(new.begins, Begins::Done).then_some(received_at);
        (
            inbox_items::id.eq(item.id.0),
            inbox_items::actor_uri.eq(item.actor_uri.clone()),
            inbox_items::key.eq(item.key.clone()),
            inbox_items::host.eq(new.host.clone()),
            inbox_items::received_at.eq(received_at),
            inbox_items::attempts.eq(0),
            inbox_items::due_at.eq(received_at),
            inbox_items::leased_until.eq(leased_until),
            inbox_items::holder.eq(holder),
            inbox_items::done_at.eq(done_at),
        )
    };
    match c {
        Conn::Pg(pg) => {
            let stored: Vec<i64> = diesel::insert_into(inbox_items::table)
                .values(new.iter().map(row).collect::<Vec<_>>())
                .on_conflict_do_nothing()
                .returning(inbox_items::id)
                .get_results(pg)
                .await?;
            Ok(new
                .iter()
                .map(|new| stored.contains(&new.item.id.0))
                .collect())
        }
        sqlite @ Conn::Sqlite(..) => {
            let mut stored = Vec::with_capacity(new.len());
            for new in new {
                let one = Both(
                    diesel::insert_into(inbox_items::table)
                        .values(row(new))
                        .on_conflict_do_nothing(),
                );
                stored.push(one.execute(sqlite).await? > 0);
            }
            Ok(stored)
        }
    }
}

/// Lets the parked copy of an activity wait again.
async fn arm(c: &mut Conn, copy: &InboxItem) -> Result<bool> {
    let parked = inbox_items::table
        .filter(
            inbox_items::actor_uri
                .eq(&copy.actor_uri)
                .and(inbox_items::key.eq(&copy.key)),
        )
        .filter(inbox_items::parked_at.is_not_null());
    let armed = diesel::update(parked)
        .set((
            inbox_items::parked_at.eq(None::<i64>),
            inbox_items::reason.eq(None::<String>),
            inbox_items::attempts.eq(0),
            inbox_items::due_at.eq(copy.received_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(armed > 0)
}

/// Whether something of this actor waits for its effect.
///
/// # Errors
/// When the database fails.
pub async fn has_waiting(c: &mut Conn, actor_uri: &str) -> Result<bool> {
    let waiting = inbox_items::table
        .filter(inbox_items::actor_uri.eq(actor_uri))
        .filter(inbox_items::done_at.is_null())
        .filter(inbox_items::parked_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(waiting))
        .get_result(c)
        .await?)
}

/// Takes the oldest waiting items, with a lease: at most `limit`, of actors that nobody else holds.
///
/// The lease only keeps two processes from doing the same work; the order within an actor is kept by
/// [`lock_heads`], which every effect starts with.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    c: &mut Conn,
    now: Timestamp,
    lease: Lease,
    limit: i64,
) -> Result<Vec<InboxItem>> {
    const HEAD: &str = "UPDATE inbox_items SET leased_until = $1, holder = $2 WHERE id IN (SELECT i.id FROM inbox_items i \
        WHERE i.done_at IS NULL AND i.parked_at IS NULL AND i.leased_until <= $3 AND NOT EXISTS (SELECT 1 FROM inbox_items e \
        WHERE e.actor_uri = i.actor_uri AND e.done_at IS NULL AND e.parked_at IS NULL AND e.id <= i.id \
        AND (e.due_at > $3 OR e.leased_until > $3)) ORDER BY i.id LIMIT $4";
    const TAIL: &str = " RETURNING id, actor_uri, key, received_at, attempts, \
        (SELECT b.body FROM inbox_bodies b WHERE b.item_id = inbox_items.id) AS body";
    let bound = |sql: String| {
        diesel::sql_query(sql)
            .bind::<BigInt, _>(lease.until.micros())
            .bind::<BigInt, _>(lease.holder)
            .bind::<BigInt, _>(now.micros())
            .bind::<BigInt, _>(limit)
    };
    let rows: Vec<ItemRow> = PerDb {
        sqlite: bound(format!("{HEAD}){TAIL}")),
        pg: bound(format!("{HEAD} FOR UPDATE SKIP LOCKED){TAIL}")),
    }
    .load(c)
    .await?;
    let mut items: Vec<InboxItem> = rows.into_iter().map(InboxItem::from).collect();
    items.sort_by_key(|item| item.id);
    Ok(items)
}

/// Of `ids` those that are the oldest waiting item of their actor, locked until the transaction ends where the database
/// has several writers.
///
/// # Errors
/// When the database fails.
pub async fn lock_heads(c: &mut Conn, ids: &[InboxItemId]) -> Result<Vec<InboxItemId>> {
    let ids = ids.iter().map(|id| id.0);
    let waiting = diesel::alias!(inbox_items as waiting);
    // Asked of each item by itself: as a join it would read everything that was ever received.
    let oldest = waiting
        .filter(
            waiting
                .field(inbox_items::actor_uri)
                .eq(inbox_items::actor_uri),
        )
        .filter(waiting.field(inbox_items::done_at).is_null())
        .filter(waiting.field(inbox_items::parked_at).is_null())
        .order(waiting.field(inbox_items::id))
        .select(waiting.field(inbox_items::id))
        .limit(1)
        .single_value();
    let heads = inbox_items::table
        .filter(inbox_items::id.eq_any(padded(ids)))
        .filter(inbox_items::done_at.is_null())
        .filter(inbox_items::parked_at.is_null())
        .filter(inbox_items::id.nullable().eq(oldest))
        .order(inbox_items::id)
        .select(inbox_items::id);
    let found: Vec<i64> = match c {
        Conn::Pg(pg) => heads.for_update().load(pg).await?,
        sqlite @ Conn::Sqlite(..) => heads.load(sqlite).await?,
    };
    Ok(found.into_iter().map(InboxItemId).collect())
}

/// Marks items as done. Called in the transaction of their effects; the bodies are dropped afterwards, many at once.
/// Answers how many there were that were not done before: where some are missing, the effects must not stand.
///
/// # Errors
/// When the database fails.
pub async fn finish(c: &mut Conn, ids: &[InboxItemId], now: Timestamp) -> Result<usize> {
    let ids = padded(ids.iter().map(|id| id.0));
    let open = inbox_items::table
        .filter(inbox_items::id.eq_any(&ids))
        .filter(inbox_items::done_at.is_null());
    Ok(diesel::update(open)
        .set(inbox_items::done_at.eq(Some(now.micros())))
        .execute(c)
        .await?)
}

/// Drops the bodies of these items, which are done.
///
/// # Errors
/// When the database fails.
pub async fn drop_bodies(c: &mut Conn, done: &[InboxItemId]) -> Result<()> {
    let ids = padded(done.iter().map(|id| id.0));
    diesel::delete(inbox_bodies::table.filter(inbox_bodies::item_id.eq_any(&ids)))
        .execute(c)
        .await?;
    Ok(())
}

/// Drops bodies that are not needed, which a process that ended has left. At most `limit` at once; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn drop_left_bodies(c: &mut Conn, limit: i64) -> Result<usize> {
    let waiting = inbox_items::table
        .filter(inbox_items::id.eq(inbox_bodies::item_id))
        .filter(inbox_items::done_at.is_null());
    let left: Vec<i64> = inbox_bodies::table
        .filter(diesel::dsl::not(diesel::dsl::exists(waiting)))
        .limit(limit)
        .select(inbox_bodies::item_id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(inbox_bodies::table.filter(inbox_bodies::item_id.eq_any(&left)))
            .execute(c)
            .await?,
    )
}

/// Puts an item off until `due`, after a failure that may pass.
///
/// # Errors
/// When the database fails.
pub async fn put_off(c: &mut Conn, id: InboxItemId, due: Timestamp, reason: &str) -> Result<()> {
    diesel::update(inbox_items::table.find(id.0))
        .set((
            inbox_items::attempts.eq(inbox_items::attempts + 1),
            inbox_items::due_at.eq(due.micros()),
            inbox_items::leased_until.eq(0),
            inbox_items::reason.eq(Some(reason)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Sets an item aside with its reason, for the admin to see; a copy of it arms it again.
///
/// # Errors
/// When the database fails.
pub async fn park(c: &mut Conn, id: InboxItemId, now: Timestamp, reason: &str) -> Result<()> {
    diesel::update(inbox_items::table.find(id.0))
        .set((
            inbox_items::parked_at.eq(Some(now.micros())),
            inbox_items::leased_until.eq(0),
            inbox_items::reason.eq(Some(reason)),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives back what a process held, or (on SQLite, at start) what any process held.
///
/// # Errors
/// When the database fails.
pub async fn release(c: &mut Conn, holder: Option<i64>) -> Result<usize> {
    let held = inbox_items::table.filter(
        inbox_items::leased_until
            .gt(0)
            .and(inbox_items::done_at.is_null()),
    );
    Ok(match holder {
        Some(holder) => {
            diesel::update(held.filter(inbox_items::holder.eq(holder)))
                .set(inbox_items::leased_until.eq(0))
                .execute(c)
                .await?
        }
        None => {
            diesel::update(held)
                .set(inbox_items::leased_until.eq(0))
                .execute(c)
                .await?
        }
    })
}

/// Gives back the leases of these items.
///
/// # Errors
/// When the database fails.
pub async fn release_items(c: &mut Conn, ids: &[InboxItemId]) -> Result<()> {
    let ids = padded(ids.iter().map(|id| id.0));
    diesel::update(inbox_items::table.filter(inbox_items::id.eq_any(&ids)))
        .set(inbox_items::leased_until.eq(0))
        .execute(c)
        .await?;
    Ok(())
}

/// How many wait, and how many are parked.
///
/// # Errors
/// When the database fails.
pub async fn counts(c: &mut Conn) -> Result<(i64, i64)> {
    let waiting = count_waiting(c).await?;
    let parked: i64 = inbox_items::table
        .filter(inbox_items::done_at.is_null())
        .filter(inbox_items::parked_at.is_not_null())
        .count()
        .get_result(c)
        .await?;
    Ok((waiting, parked))
}

/// Forgets marks older than `before`. At most `limit` at once.
///
/// # Errors
/// When the database fails.
pub async fn forget_done(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old: Vec<i64> = inbox_items::table
        .filter(inbox_items::done_at.lt(before.micros()))
        .limit(limit)
        .select(inbox_items::id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(inbox_items::table.filter(inbox_items::id.eq_any(&old)))
            .execute(c)
            .await?,
    )
}
