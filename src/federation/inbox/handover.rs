//! The short way from a request to the worker of the same process: what was just stored need not be read again.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::worker::LEASE;
use crate::domain::clock::Timestamp;
use crate::store::inbox_items::{InboxItem, Lease};
use crate::wire::activitystreams::activity::IncomingActivity;

/// Bytes of activities that may be on their way or wait for their turn in memory. More is left to the database.
const ROOM: usize = 16 * 1024 * 1024;
/// What an item takes besides its text.
const EACH: usize = 1024;

/// Where requests put what they have stored. Without a worker in this process nothing is taken.
#[derive(Debug, Clone)]
pub(in crate::federation) struct Handover {
    worker: Arc<Mutex<Option<Listener>>>,
    room: Arc<Semaphore>,
}

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
    /// Given back when the item is dropped.
    _room: Option<OwnedSemaphorePermit>,
}

impl From<InboxItem> for Task {
    fn from(item: InboxItem) -> Self {
        Task {
            item,
            activity: None,
            _room: None,
        }
    }
}

/// An item that is being stored. Dropped, also because its client went away in the middle, it reaches the worker, who
/// finds out whether it stands in the database.
#[derive(Debug)]
pub(super) struct Handing {
    worker: Listener,
    task: Option<Task>,
}

impl Handover {
    pub(in crate::federation) fn new() -> Self {
        Handover {
            worker: Arc::default(),
            room: Arc::new(Semaphore::new(ROOM)),
        }
    }

    /// Makes the caller the one who gets everything from now on.
    pub(super) fn listen(&self, holder: i64) -> mpsc::UnboundedReceiver<Task> {
        let (to, tasks) = mpsc::unbounded_channel();
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        *worker = Some(Listener { to, holder });
        tasks
    }

    /// Takes an item over, if there is a worker and room.
    pub(super) fn take(&self, item: &InboxItem, activity: IncomingActivity) -> Option<Handing> {
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
        Some(Handing {
            worker,
            task: Some(Task {
                item,
                activity: Some(activity),
                _room: Some(room),
            }),
        })
    }
}

impl Handing {
    /// The hold that the worker has on it from the beginning.
    pub(super) fn lease(&self, now: Timestamp) -> Lease {
        Lease {
            until: now.plus(LEASE),
            holder: self.worker.holder,
        }
    }

    /// It turned out not to be new: the worker is not bothered.
    pub(super) fn forget(mut self) -> Option<Self> {
        self.task = None;
        None
    }
}

impl Drop for Handing {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            // When the worker has ended meanwhile, the next one finds the item in the database.
            let _ = self.worker.to.send(task);
        }
    }
}
