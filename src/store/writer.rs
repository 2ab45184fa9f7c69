//! SQLite's one writer: many units of work share one commit, so that a durable write stays cheap.
//!
//! The connection keeps one outer `BEGIN IMMEDIATE` open; each unit is a savepoint on its caller's task, and the
//! caller hears of success only after the shared `COMMIT`. That commit happens when nobody waits, at
//! [`UNITS`] units, or [`PATIENCE`] after the first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use tokio::sync::{Mutex, Notify, oneshot};

use super::conn::Conn;
use super::error::{Error, Result};
use super::transaction::Unit;

const UNITS: usize = 64;
const PATIENCE: Duration = Duration::from_millis(5);

#[derive(Clone)]
pub(super) struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    desk: Mutex<Desk>,
    waiting: AtomicUsize,
    opened: Notify,
}

struct Desk {
    conn: Conn,
    batch: Option<Batch>,
    /// A unit began and has not ended: its caller went away in the middle.
    in_unit: bool,
}

struct Batch {
    since: Instant,
    units: usize,
    hear: Vec<oneshot::Sender<bool>>,
}

/// Counts a caller among the waiting, also when it gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Writer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the committer belongs to the writer and ends with it"
    )]
    pub(super) fn new(conn: Conn) -> Self {
        let shared = Arc::new(Shared {
            desk: Mutex::new(Desk {
                conn,
                batch: None,
                in_unit: false,
            }),
            waiting: AtomicUsize::new(0),
            opened: Notify::new(),
        });
        tokio::spawn(commit_left_open(Arc::downgrade(&shared)));
        Writer { shared }
    }

    /// Runs one unit and returns once it is durable. A dropped future leaves nothing behind.
    pub(super) async fn run<T, E, F>(&self, unit: &F) -> std::result::Result<T, E>
    where
        F: for<'c> Unit<'c, std::result::Result<T, E>>,
        E: From<Error>,
    {
        let waiting = Waiting::new(&self.shared.waiting);
        let mut desk = self.shared.desk.lock().await;
        drop(waiting);
        desk.begin_unit().await?;
        let outcome = unit(&mut desk.conn).await;
        desk.end_unit(outcome.is_ok()).await?;
        let (tell, hear) = oneshot::channel();
        let must_hear = outcome.is_ok();
        if let (true, Some(batch)) = (must_hear, desk.batch.as_mut()) {
            batch.units += 1;
            batch.hear.push(tell);
        }
        if self.shared.waiting.load(Ordering::SeqCst) == 0
            || desk.batch.as_ref().is_some_and(Batch::is_ripe)
        {
            desk.commit().await;
        } else {
            self.shared.opened.notify_one();
        }
        drop(desk);
        if must_hear && !hear.await.unwrap_or(false) {
            return Err(Error::NotCommitted.into());
        }
        outcome
    }
}

impl Batch {
    fn is_ripe(&self) -> bool {
        self.units >= UNITS || self.since.elapsed() >= PATIENCE
    }
}

impl Desk {
    async fn begin_unit(&mut self) -> Result<()> {
        if self.in_unit {
            self.end_unit(false).await?;
        }
        if self.batch.is_none() {
            self.conn.say("BEGIN IMMEDIATE").await?;
            self.batch = Some(Batch {
                since: Instant::now(),
                units: 0,
                hear: Vec::new(),
            });
        }
        match self.conn.say("SAVEPOINT unit").await {
            Ok(()) => {
                self.in_unit = true;
                Ok(())
            }
            Err(error) => {
                self.abandon().await;
                Err(error.into())
            }
        }
    }

    async fn end_unit(&mut self, keep: bool) -> Result<()> {
        let undone = if keep {
            Ok(())
        } else {
            self.conn.say("ROLLBACK TO unit").await
        };
        let ended = match undone {
            Ok(()) => self.conn.say("RELEASE unit").await,
            error => error,
        };
        self.in_unit = false;
        if let Err(error) = ended {
            // SQLite gives up the whole transaction on a full disk: everyone in this batch has lost.
            self.abandon().await;
            return Err(error.into());
        }
        Ok(())
    }

    async fn commit(&mut self) {
        let Some(batch) = self.batch.take() else {
            return;
        };
        let done = on_disk(self.conn.say("COMMIT")).await;
        if let Err(error) = &done {
            tracing::error!(%error, units = batch.units, "a shared commit failed");
            let _ = self.conn.batch_execute("ROLLBACK").await;
        }
        for tell in batch.hear {
            let _ = tell.send(done.is_ok());
        }
    }

    async fn abandon(&mut self) {
        let _ = self.conn.batch_execute("ROLLBACK").await;
        self.in_unit = false;
        if let Some(batch) = self.batch.take() {
            for tell in batch.hear {
                let _ = tell.send(false);
            }
        }
    }
}

/// Awaits what waits for the disk, and lets the other tasks of this thread go on elsewhere meanwhile.
async fn on_disk<T>(write: impl Future<Output = T>) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    let runtime = Handle::current();
    if runtime.runtime_flavor() == RuntimeFlavor::MultiThread {
        tokio::task::block_in_place(|| runtime.block_on(write))
    } else {
        write.await
    }
}

/// Commits what was left open because the last one in the queue went away.
async fn commit_left_open(shared: std::sync::Weak<Shared>) {
    loop {
        let Some(alive) = shared.upgrade() else {
            return;
        };
        // Wakes now and then although nothing was opened, to notice that the writer is gone.
        let _ = tokio::time::timeout(Duration::from_secs(1), alive.opened.notified()).await;
        tokio::time::sleep(PATIENCE).await;
        let mut desk = alive.desk.lock().await;
        if desk.in_unit {
            let _ = desk.end_unit(false).await;
        }
        if desk.batch.as_ref().is_some_and(Batch::is_ripe) {
            desk.commit().await;
        }
    }
}
