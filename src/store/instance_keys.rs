//! Keys of the instance that belong to no actor.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::push::VapidPair;

use super::Conn;
use super::backend::Both;
use super::error::Result;
use super::schema::instance_keys;

const VAPID: &str = "vapid";

/// The pair by which push services know this instance.
///
/// # Errors
/// When the database fails.
pub async fn find_vapid(c: &mut Conn) -> Result<Option<VapidPair>> {
    let found: Option<(Vec<u8>, Vec<u8>)> = instance_keys::table
        .find(VAPID)
        .select((instance_keys::public, instance_keys::private))
        .first(c)
        .await
        .optional()?;
    Ok(found.map(|(public, private)| VapidPair { public, private }))
}

/// Keeps the pair; the one that is there already stays.
///
/// # Errors
/// When the database fails.
pub async fn insert_vapid(c: &mut Conn, pair: &VapidPair, now: Timestamp) -> Result<()> {
    Both(
        diesel::insert_into(instance_keys::table)
            .values((
                instance_keys::purpose.eq(VAPID),
                instance_keys::public.eq(&pair.public),
                instance_keys::private.eq(&pair.private),
                instance_keys::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}
