//! From a verified request to a promise: activities that come at the same time are stored by one transaction, with
//! their effects as far as these are known. The others go on to the worker of this process without being read again.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::worker::{self, LEASE};
use crate::domain::clock::Timestamp;
use crate::federation::activities::work::Meaning;
use crate::federation::activities::{Outcome, Refused};
use crate::services::Ctx;
use crate::store::inbox_items::{self, Begins, InboxItem, Inserted, Lease, NewItem};
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
    door: mpsc::UnboundedSender<(Arriving, Teller)>,
    passage: Passage,
}

/// Tells the request what became of what it brought.
type Teller = oneshot::Sender<store::Result<Inserted>>;

/// A verified activity that is not stored yet.
pub(super) struct Arriving {
    pub(super) item: InboxItem,
    pub(super) host: String,
    pub(super) activity: IncomingActivity,
    /// What it does, where that can be done at once.
    pub(super) meaning: Option<Meaning>,
}

/// The way to the worker of this process.
#[derive(Debug, Clone)]
struct Passage {
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

impl Intake {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is being stored must not end with the request that brought it"
    )]
    pub(in crate::federation) fn new(ctx: Ctx) -> Self {
        let (door, mut arrivals) = mpsc::unbounded_channel();
        let passage = Passage {
            worker: Arc::default(),
            room: Arc::new(Semaphore::new(ROOM)),
        };
        let to_worker = passage.clone();
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(TOGETHER);
            while arrivals.recv_many(&mut batch, TOGETHER).await > 0 {
                let (arriving, tell): (Vec<_>, Vec<Teller>) = batch.drain(..).unzip();
                let stored = Box::pin(take_in(&ctx, &to_worker, arriving)).await;
                for (tell, inserted) in tell.into_iter().zip(stored) {
                    // Who brought it may have gone away.
                    let _: Result<_, _> = tell.send(inserted);
                }
            }
        });
        Intake { door, passage }
    }

    /// Makes the caller, with the process's own number, the one who works on what comes from now on.
    pub(super) fn listen(&self, holder: i64) -> mpsc::UnboundedReceiver<Task> {
        let (to, tasks) = mpsc::unbounded_channel();
        let worker = self.passage.worker.lock();
        *worker.unwrap_or_else(PoisonError::into_inner) = Some(Listener { to, holder });
        tasks
    }

    /// Stores an item and returns once it is durable.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn store(&self, arriving: Arriving) -> store::Result<Inserted> {
        let (tell, hear) = oneshot::channel();
        self.door
            .send((arriving, tell))
            .map_err(|_gone| store::Error::NotCommitted)?;
        hear.await.map_err(|_gone| store::Error::NotCommitted)?
    }
}

/// Where an item goes that waits: to the worker of this process, which holds it from the beginning, if there is one with
/// room for it.
struct Onward(Option<(Listener, OwnedSemaphorePermit)>);

impl Passage {
    fn for_item(&self, item: &InboxItem) -> Onward {
        let worker = self.worker.lock();
        let listener = worker.unwrap_or_else(PoisonError::into_inner).clone();
        let bytes = u32::try_from(item.body.len() + EACH).unwrap_or(u32::MAX);
        Onward(
            listener
                .filter(|listener| !listener.to.is_closed())
                .zip(Arc::clone(&self.room).try_acquire_many_owned(bytes).ok()),
        )
    }
}

impl Onward {
    fn begins(&self, received_at: Timestamp) -> Begins {
        match &self.0 {
            None => Begins::Waiting,
            Some((listener, _)) => Begins::Held(Lease {
                until: received_at.plus(LEASE),
                holder: listener.holder,
            }),
        }
    }

    /// Sends on what is stored, or rings for whoever claims it.
    fn go(self, ctx: &Ctx, item: InboxItem, activity: IncomingActivity) {
        let Some((listener, room)) = self.0 else {
            ctx.wake.inbox.notify_one();
            return;
        };
        let task = Task {
            item: InboxItem {
                body: String::new(),
                ..item
            },
            activity: Some(activity),
            room: Some(room),
        };
        // When the worker has ended meanwhile, the next one finds the item in the database.
        drop(listener.to.send(task));
    }
}

/// Stores activities that came together. Says of each what became of it.
async fn take_in(
    ctx: &Ctx,
    passage: &Passage,
    arriving: Vec<Arriving>,
) -> Vec<store::Result<Inserted>> {
    let (mut new, mut rest) = (Vec::new(), Vec::new());
    for one in arriving {
        let onward = match &one.meaning {
            Some(_) => Onward(None),
            None => passage.for_item(&one.item),
        };
        new.push(NewItem {
            begins: match &one.meaning {
                Some(_) => Begins::Done,
                None => onward.begins(one.item.received_at),
            },
            item: one.item,
            host: one.host,
        });
        rest.push((one.activity, one.meaning, onward));
    }
    let meanings: Vec<_> = rest
        .iter()
        .map(|(_, meaning, _)| meaning.as_ref())
        .collect();
    let stored = if let Ok(stored) = insert(ctx, &new, &meanings).await {
        stored.into_iter().map(Ok).collect()
    } else {
        // An effect stands in the way: the worker, which can give each its own transaction, has to do them.
        for (new, (_, meaning, onward)) in new.iter_mut().zip(&mut rest) {
            if meaning.take().is_some() {
                *onward = passage.for_item(&new.item);
                new.begins = onward.begins(new.item.received_at);
            }
        }
        insert_without_effects(ctx, &new).await
    };
    for ((new, (activity, meaning, onward)), inserted) in new.into_iter().zip(rest).zip(&stored) {
        match inserted {
            Ok(Inserted::New) if meaning.is_none() => onward.go(ctx, new.item, activity),
            Ok(Inserted::Armed) => ctx.wake.inbox.notify_one(),
            _ => {}
        }
    }
    stored
}

async fn insert(
    ctx: &Ctx,
    new: &[NewItem],
    meanings: &[Option<&Meaning>],
) -> Result<Vec<Inserted>, Refused> {
    let (stored, outcomes) = ctx
        .transact(async |tx| {
            let stored = inbox_items::insert(tx, new).await?;
            let mut outcomes: Vec<Outcome> = Vec::with_capacity(new.len());
            for (meaning, inserted) in meanings.iter().zip(&stored) {
                if let (Some(meaning), Inserted::New) = (meaning, inserted) {
                    outcomes.push(meaning.apply(ctx, tx).await?);
                }
            }
            Ok::<_, Refused>((stored, outcomes))
        })
        .await?;
    for outcome in outcomes {
        worker::count(outcome);
    }
    Ok(stored)
}

async fn insert_without_effects(ctx: &Ctx, new: &[NewItem]) -> Vec<store::Result<Inserted>> {
    let plainly = async |new: &[NewItem]| {
        ctx.store
            .transaction(async |tx| inbox_items::insert(tx, new).await)
            .await
    };
    match plainly(new).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if new.len() == 1 => vec![Err(error)],
        // One of them may be what the database cannot take.
        Err(_) => {
            let mut stored = Vec::with_capacity(new.len());
            for one in new {
                let inserted = plainly(std::slice::from_ref(one)).await;
                stored.push(inserted.map(|one| one.first().copied().unwrap_or(Inserted::Known)));
            }
            stored
        }
    }
}
