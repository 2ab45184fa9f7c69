//! What is gone: ids that answer 410, and ids whose late copies are not taken.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;

use super::backend::Both;
use super::error::Result;
use super::schema::{activities, deliveries, receipts, tombstones};
use super::{Conn, erasure};

/// Something that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    pub uri: String,
    /// Its ActivityStreams type.
    pub former_type: String,
    /// Anybody could read it, so anybody may know that it is gone.
    pub public: bool,
    pub deleted_at: Timestamp,
}

/// Remembers that something of this instance is gone; the first record stays. Who had it is remembered until [`close`].
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, gone: &Tombstone) -> Result<()> {
    put(c, gone, true).await
}

/// Remembers that something elsewhere is gone; the first record stays.
///
/// # Errors
/// When the database fails.
pub async fn remember(c: &mut Conn, gone: &Tombstone) -> Result<()> {
    put(c, gone, false).await
}

async fn put(c: &mut Conn, gone: &Tombstone, open: bool) -> Result<()> {
    Both(
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::uri.eq(&gone.uri),
                tombstones::former_type.eq(&gone.former_type),
                tombstones::public.eq(gone.public),
                tombstones::deleted_at.eq(gone.deleted_at.micros()),
                tombstones::open.eq(open),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The record for an id.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, uri: &str) -> Result<Option<Tombstone>> {
    let row: Option<(String, String, bool, i64)> = tombstones::table
        .find(uri)
        .select((
            tombstones::uri,
            tombstones::former_type,
            tombstones::public,
            tombstones::deleted_at,
        ))
        .first(c)
        .await
        .optional()?;
    Ok(row.map(|(uri, former_type, public, deleted_at)| Tombstone {
        uri,
        former_type,
        public,
        deleted_at: Timestamp::from_micros(deleted_at),
    }))
}

/// When a deletion is over (rulings 25).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// What was deleted before this, and whose Delete no inbox waits for any more.
    pub settled_before: Timestamp,
    /// What was deleted before this, whoever still waits.
    pub any_before: Timestamp,
}

/// Ends at most `limit` deletions that are over: who had it is forgotten, and of an actor the keys. The uri stays.
/// Returns how many; call again until it returns none.
///
/// # Errors
/// When the database fails.
pub async fn close(tx: &mut Conn, over: Over, limit: i64) -> Result<usize> {
    // A Delete has its object's id with `#delete`.
    let waiting = activities::table
        .inner_join(deliveries::table.on(deliveries::activity_id.eq(activities::id)))
        .filter(activities::uri.eq(tombstones::uri.concat("#delete")));
    let uris: Vec<String> = tombstones::table
        .filter(tombstones::open)
        .filter(tombstones::deleted_at.lt(over.settled_before.micros()))
        .filter(
            tombstones::deleted_at
                .lt(over.any_before.micros())
                .or(diesel::dsl::not(diesel::dsl::exists(waiting))),
        )
        .order(tombstones::deleted_at)
        .limit(limit)
        .select(tombstones::uri)
        .load(tx)
        .await?;
    for uri in &uris {
        diesel::delete(receipts::table.filter(receipts::object_uri.eq(uri)))
            .execute(tx)
            .await?;
        erasure::forget_sender(tx, uri).await?;
        diesel::update(tombstones::table.find(uri))
            .set(tombstones::open.eq(false))
            .execute(tx)
            .await?;
    }
    Ok(uris.len())
}
