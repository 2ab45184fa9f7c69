//! Received activities that were set aside, for the admin.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::InboxItemId;
use crate::store::Conn;
use crate::store::error::Result;
use crate::store::schema::inbox_items;

/// A parked item, for the admin.
#[derive(Debug, Clone)]
pub struct ParkedItem {
    pub id: InboxItemId,
    pub actor_uri: String,
    pub key: String,
    pub reason: String,
    pub parked_at: Timestamp,
}

/// Parked items, latest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_parked(c: &mut Conn, limit: i64) -> Result<Vec<ParkedItem>> {
    type Row = (i64, String, String, Option<String>, Option<i64>);
    let rows: Vec<Row> = inbox_items::table
        .filter(inbox_items::parked_at.is_not_null())
        .order(inbox_items::parked_at.desc())
        .limit(limit)
        .select((
            inbox_items::id,
            inbox_items::actor_uri,
            inbox_items::key,
            inbox_items::reason,
            inbox_items::parked_at,
        ))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, actor_uri, key, reason, parked_at)| ParkedItem {
            id: InboxItemId(id),
            actor_uri,
            key,
            reason: reason.unwrap_or_default(),
            parked_at: Timestamp::from_micros(parked_at.unwrap_or_default()),
        })
        .collect())
}

/// Arms parked items again: all of them, or those of one host.
///
/// # Errors
/// When the database fails.
pub async fn rearm(c: &mut Conn, host: Option<&str>, now: Timestamp) -> Result<usize> {
    let parked = inbox_items::table.filter(inbox_items::parked_at.is_not_null());
    let fresh = (
        inbox_items::parked_at.eq(None::<i64>),
        inbox_items::attempts.eq(0),
        inbox_items::due_at.eq(now.micros()),
    );
    Ok(match host {
        Some(host) => {
            diesel::update(parked.filter(inbox_items::host.eq(host)))
                .set(fresh)
                .execute(c)
                .await?
        }
        None => diesel::update(parked).set(fresh).execute(c).await?,
    })
}

/// Removes parked items: all of them, or those of one host.
///
/// # Errors
/// When the database fails.
pub async fn drop_parked(c: &mut Conn, host: Option<&str>) -> Result<usize> {
    let parked = inbox_items::table.filter(inbox_items::parked_at.is_not_null());
    Ok(match host {
        Some(host) => {
            diesel::delete(parked.filter(inbox_items::host.eq(host)))
                .execute(c)
                .await?
        }
        None => diesel::delete(parked).execute(c).await?,
    })
}
