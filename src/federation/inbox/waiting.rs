//! How much may wait in all: beyond that nothing more is taken until some of it is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Rejected;
use crate::config::Limits;
use crate::store::{self, Store, inbox_items};

/// How often is counted, and how often while it may soon be too much.
const CALM: Duration = Duration::from_secs(10);
const CLOSE: Duration = Duration::from_secs(1);
/// When others may come again.
const LATER: Duration = Duration::from_mins(1);

/// Counts what waits, seldom, and in between adds what comes. Cheap to clone; clones share the count.
#[derive(Clone)]
pub struct Waiting {
    limit: i64,
    /// Never less than what waits, as far as this process brought it.
    estimate: Arc<AtomicI64>,
    counted_at: Arc<Mutex<Option<Instant>>>,
}

impl Waiting {
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Waiting {
            limit: i64::from(limits.inbox_waiting),
            estimate: Arc::default(),
            counted_at: Arc::default(),
        }
    }

    /// Lets one more in, if there is room.
    ///
    /// # Errors
    /// [`Rejected::Full`] where there is none, [`Rejected::Store`] when the database cannot be asked.
    pub(super) async fn admit(&self, store: &Store) -> Result<(), Rejected> {
        self.count(store).await?;
        if self.estimate.load(Ordering::Relaxed) >= self.limit {
            return Err(Rejected::Full { retry_after: LATER });
        }
        self.estimate.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts anew if it is time and nobody else is counting.
    async fn count(&self, store: &Store) -> store::Result<()> {
        let Ok(mut counted_at) = self.counted_at.try_lock() else {
            return Ok(());
        };
        let often = if self.estimate.load(Ordering::Relaxed) < self.limit / 2 {
            CALM
        } else {
            CLOSE
        };
        if counted_at.is_some_and(|at| at.elapsed() < often) {
            return Ok(());
        }
        let mut reader = store.reader().await?;
        let waiting = inbox_items::count_waiting(&mut reader).await?;
        self.estimate.store(waiting, Ordering::Relaxed);
        *counted_at = Some(Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::ids::InboxItemId;
    use crate::store::inbox_items::{Begins, InboxItem, NewItem};
    use crate::store::queue_kit::TestDb;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn limited(to: u32) -> Waiting {
        let mut config =
            crate::config::Config::minimal("kith.example", std::path::Path::new("/nowhere"));
        config.limits.inbox_waiting = to;
        Waiting::new(&config.limits)
    }

    fn item(id: i64) -> NewItem {
        NewItem {
            item: InboxItem {
                id: InboxItemId(id),
                actor_uri: "https://a.example/users/carla".to_owned(),
                key: format!("https://a.example/{id}"),
                body: "{}".to_owned(),
                received_at: NOW,
                attempts: 0,
            },
            host: "a.example".to_owned(),
            begins: Begins::Waiting,
        }
    }

    async fn nothing_more_is_let_in_until_some_is_done(db: TestDb) {
        let (store, waiting) = (&db.store, limited(3));
        store
            .transaction(async |tx| inbox_items::insert(tx, &[item(1), item(2)]).await)
            .await
            .unwrap();
        assert!(waiting.admit(store).await.is_ok());
        let full = waiting.admit(store).await;
        assert_eq!(full.unwrap_err().status(), (503, Some(60)));
        let parked: store::Result<()> = store
            .transaction(async |tx| inbox_items::park(tx, InboxItemId(1), NOW, "no").await)
            .await;
        parked.unwrap();
        let done: store::Result<usize> = store
            .transaction(async |tx| inbox_items::finish(tx, &[InboxItemId(2)], NOW).await)
            .await;
        assert_eq!(done.unwrap(), 1);
        // It is counted again soon.
        let room = async {
            while waiting.admit(store).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), room).await;
        found.expect("room for more");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_more_is_let_in_until_some_is_done_on_sqlite() {
        Box::pin(nothing_more_is_let_in_until_some_is_done(
            TestDb::sqlite().await,
        ))
        .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_more_is_let_in_until_some_is_done_on_postgres() {
        if let Some(db) = TestDb::postgres().await {
            Box::pin(nothing_more_is_let_in_until_some_is_done(db)).await;
        }
    }
}
