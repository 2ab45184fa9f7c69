//! What is gone: ids that answer 410, and ids whose late copies are not taken.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;

use super::Conn;
use super::backend::Both;
use super::error::Result;
use super::schema::tombstones;

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

/// Remembers that something is gone; the first record stays.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, gone: &Tombstone) -> Result<()> {
    Both(
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::uri.eq(&gone.uri),
                tombstones::former_type.eq(&gone.former_type),
                tombstones::public.eq(gone.public),
                tombstones::deleted_at.eq(gone.deleted_at.micros()),
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
