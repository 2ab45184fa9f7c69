//! Received activities that were set aside, for the admin.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::InboxItemId;
use crate::store::Conn;
use crate::store::error::Result;
use crate::store::schema::{inbox_bodies, inbox_items};

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

/// Removes items that were parked before `before`, with a record of how many of which host. At most `limit` at once;
/// returns how many. A copy that still comes is taken like a new one.
///
/// # Errors
/// When the database fails.
pub async fn remove_old(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    let old: Vec<(i64, String)> = inbox_items::table
        .filter(inbox_items::parked_at.lt(before.micros()))
        .order(inbox_items::parked_at)
        .limit(limit)
        .select((inbox_items::id, inbox_items::host))
        .load(c)
        .await?;
    let mut by_host: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, host) in &old {
        *by_host.entry(host).or_default() += 1;
    }
    for (host, count) in by_host {
        tracing::info!(
            peer.domain = host,
            count,
            "received activities that stayed parked were removed"
        );
    }
    let ids: Vec<i64> = old.into_iter().map(|(id, _)| id).collect();
    diesel::delete(inbox_bodies::table.filter(inbox_bodies::item_id.eq_any(&ids)))
        .execute(c)
        .await?;
    Ok(
        diesel::delete(inbox_items::table.filter(inbox_items::id.eq_any(&ids)))
            .execute(c)
            .await?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::inbox_items::{Begins, InboxItem, Inserted, NewItem, insert, park};
    use crate::store::queue_kit::TestDb;
    use crate::store::{self, Unit};

    const DAY: i64 = 24 * 60 * 60;

    fn item(id: i64, copy_of: i64) -> NewItem {
        NewItem {
            item: InboxItem {
                id: InboxItemId(id),
                actor_uri: "https://a.example/users/carla".to_owned(),
                key: format!("https://a.example/{copy_of}"),
                body: "{}".to_owned(),
                received_at: Timestamp::from_secs(DAY),
                attempts: 0,
            },
            host: "a.example".to_owned(),
            begins: Begins::Waiting,
        }
    }

    async fn write<T, F>(db: &TestDb, unit: F) -> T
    where
        F: for<'c> Unit<'c, Result<T>>,
    {
        let done: store::Result<T> = db.store.transaction(unit).await;
        done.unwrap()
    }

    async fn what_stayed_parked_is_forgotten_and_a_copy_taken_anew(db: TestDb) {
        write(&db, async |tx| {
            insert(tx, &[item(1, 1), item(2, 2), item(3, 3)]).await?;
            park(tx, InboxItemId(1), Timestamp::from_secs(DAY), "old").await?;
            park(tx, InboxItemId(2), Timestamp::from_secs(3 * DAY), "new").await
        })
        .await;
        let before = Timestamp::from_secs(2 * DAY);
        assert_eq!(
            write(&db, async |tx| remove_old(tx, before, 10).await).await,
            1
        );
        assert_eq!(
            write(&db, async |tx| remove_old(tx, before, 10).await).await,
            0
        );
        let copies = write(&db, async |tx| {
            insert(tx, &[item(4, 1), item(5, 2), item(6, 3)]).await
        })
        .await;
        assert_eq!(copies, [Inserted::New, Inserted::Armed, Inserted::Known]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_stayed_parked_is_forgotten_and_a_copy_taken_anew_on_sqlite() {
        Box::pin(what_stayed_parked_is_forgotten_and_a_copy_taken_anew(
            TestDb::sqlite().await,
        ))
        .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_stayed_parked_is_forgotten_and_a_copy_taken_anew_on_postgres() {
        if let Some(db) = TestDb::postgres().await {
            Box::pin(what_stayed_parked_is_forgotten_and_a_copy_taken_anew(db)).await;
        }
    }
}
