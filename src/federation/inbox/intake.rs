//! From a verified request to a promise: activities that come at the same time are stored by one transaction, and go on
//! to the worker of this process without being read again.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::worker::LEASE;
use crate::services::Ctx;
use crate::store::inbox_items::{self, InboxItem, Inserted, Lease, NewItem};
use crate::store::{self};
use crate::wire::activitystreams::activity::IncomingActivity;

/// Activities stored by one transaction.
const TOGETHER: usize = 64;
/// Bytes of activities that may be on their way to the worker or wait there. More is left to the database.
const ROOM: usize = 16 * 1024 * 1024;
/// What an item takes besides its text.
const EACH: usize = 1024;

/// The way in. Cheap to clone; ends with its last clone.
#[derive(Debug, Clone)]
pub(in crate::federation) struct Intake {
    door: mpsc::UnboundedSender<Arrival>,
    worker: Arc<Mutex<Option<Listener>>>,
    room: Arc<Semaphore>,
}

/// The worker of this process.
#[derive(Debug, Clone)]
struct Listener {
    to: mpsc::UnboundedSender<Task>,
    /// The process's own number.
    holder: i64,
}

/// An item to work on.
#[derive(Debug)]
pub(super) struct Task {
    /// Its body is empty where `activity` is at hand.
    pub(super) item: InboxItem,
    pub(super) activity: Option<IncomingActivity>,
    /// Given back when the item is done.
    pub(super) room: Option<OwnedSemaphorePermit>,
}

impl From<InboxItem> for Task {
    fn from(item: InboxItem) -> Self {
        Task {
            item,
            activity: None,
            room: None,
        }
    }
}

struct Arrival {
    new: NewItem,
    /// Where it goes once it is stored; nowhere without a worker and room.
    then: Option<(Listener, Task)>,
    tell: oneshot::Sender<store::Result<Inserted>>,
}

impl Intake {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is being stored must not end with the request that brought it"
    )]
    pub(in crate::federation) fn new(ctx: Ctx) -> Self {
        let (door, arrivals) = mpsc::unbounded_channel();
        tokio::spawn(store_all(ctx, arrivals));
        Intake {
            door,
            worker: Arc::default(),
            room: Arc::new(Semaphore::new(ROOM)),
        }
    }

    /// Makes the caller, with the process's own number, the one who works on what comes from now on.
    pub(super) fn listen(&self, holder: i64) -> mpsc::UnboundedReceiver<Task> {
        let (to, tasks) = mpsc::unbounded_channel();
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        *worker = Some(Listener { to, holder });
        tasks
    }

    /// Stores an item and returns once it is durable.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn store(
        &self,
        item: InboxItem,
        host: &str,
        activity: IncomingActivity,
    ) -> store::Result<Inserted> {
        let then = self.next(&item, activity);
        let lease = then.as_ref().map(|(worker, _)| Lease {
            until: item.received_at.plus(LEASE),
            holder: worker.holder,
        });
        let new = NewItem {
            item,
            host: host.to_owned(),
            lease,
        };
        let (tell, hear) = oneshot::channel();
        let arrival = Arrival { new, then, tell };
        self.door
            .send(arrival)
            .map_err(|_gone| store::Error::NotCommitted)?;
        hear.await.map_err(|_gone| store::Error::NotCommitted)?
    }

    fn next(&self, item: &InboxItem, activity: IncomingActivity) -> Option<(Listener, Task)> {
        let worker = self
            .worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .filter(|worker| !worker.to.is_closed())?;
        let bytes = u32::try_from(item.body.len() + EACH).ok()?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(bytes).ok()?;
        let item = InboxItem {
            body: String::new(),
            ..item.clone()
        };
        let task = Task {
            item,
            activity: Some(activity),
            room: Some(room),
        };
        Some((worker, task))
    }
}

async fn store_all(ctx: Ctx, mut arrivals: mpsc::UnboundedReceiver<Arrival>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while arrivals.recv_many(&mut batch, TOGETHER).await > 0 {
        let (new, rest): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|arrival| (arrival.new, (arrival.then, arrival.tell)))
            .unzip();
        let stored = match insert(&ctx, &new).await {
            Ok(stored) => stored.into_iter().map(Ok).collect(),
            Err(error) if new.len() == 1 => vec![Err(error)],
            // One of them may be what the database cannot take.
            Err(_) => each(&ctx, &new).await,
        };
        for ((then, tell), inserted) in rest.into_iter().zip(stored) {
            match (&inserted, then) {
                // When the worker has ended meanwhile, the next one finds the item in the database.
                (Ok(Inserted::New), Some((worker, task))) => drop(worker.to.send(task)),
                (Ok(Inserted::New | Inserted::Armed), _) => ctx.wake.inbox.notify_one(),
                _ => {}
            }
            // Who brought it may have gone away.
            let _ = tell.send(inserted);
        }
    }
}

async fn each(ctx: &Ctx, new: &[NewItem]) -> Vec<store::Result<Inserted>> {
    let mut stored = Vec::with_capacity(new.len());
    for one in new {
        let inserted = insert(ctx, std::slice::from_ref(one)).await;
        stored.push(inserted.map(|one| one.first().copied().unwrap_or(Inserted::Known)));
    }
    stored
}

async fn insert(ctx: &Ctx, new: &[NewItem]) -> store::Result<Vec<Inserted>> {
    ctx.store
        .transaction(async |tx| inbox_items::insert(tx, new).await)
        .await
}
