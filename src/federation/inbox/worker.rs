//! The worker that turns stored activities into their effects, for each actor in order.
//!
//! Most items come from the requests of this process (`intake`), those that could not have their effect at once. What
//! other processes stored, what was put off, and what
//! was left over at the last end is claimed from the database. Each item is prepared by itself; those that are ready get
//! their effect together, in one transaction.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

use super::intake::Task;
use super::lanes::Lanes;
use crate::domain::ids::InboxItemId;
use crate::federation::Federation;
use crate::federation::activities::work::{self, Prepared};
use crate::federation::activities::{Outcome, Trouble};
use crate::store::inbox_items::{self, InboxItem, Lease};
use crate::store::{self};
use crate::telemetry::metrics::INBOX_ACTIVITIES;

/// Items claimed at once.
const BATCH: i64 = 256;
/// Items of different actors worked on at the same time.
const AT_ONCE: usize = 256;
/// Items that get their effect in one transaction.
const TOGETHER: usize = 64;
/// Done items whose bodies are dropped together.
const BODIES: usize = 256;
/// How long a process holds what it works on.
pub(super) const LEASE: Duration = Duration::from_secs(50);
/// The longest pause between two looks into the database; a bell ends it early.
const PAUSE: Duration = Duration::from_secs(1);
/// Waits after a failure that may pass; then the item is parked.
const WAITS: [u64; 4] = [5, 30, 120, 600];

/// Works until told to stop.
pub struct Worker {
    federation: Arc<Federation>,
    /// The process's own number.
    holder: i64,
    fresh: mpsc::UnboundedReceiver<Task>,
    stop: watch::Receiver<bool>,
    lanes: Lanes,
    /// Nothing that uses the database is awaited outside of it: a future that is not polled may hold the writer.
    running: FuturesUnordered<Pin<Box<dyn Future<Output = Ended> + Send>>>,
    /// Items being worked on.
    busy: usize,
    /// Those of them that wait for a transaction, and whether one is under way. Two at a time would wait for each other:
    /// many activities are about the same post.
    ready: Vec<Ready>,
    applying: bool,
    /// Whether there may be something to claim, and whether that is under way.
    look: bool,
    claiming: bool,
    /// Done items whose bodies are still stored.
    done: Vec<InboxItemId>,
}

/// An item whose effect is known; the memory it takes is given back with it.
struct Ready(Prepared, Option<OwnedSemaphorePermit>);

/// Something that was going on and has come to its end.
enum Ended {
    Prepared(Box<Ready>),
    /// It could not be prepared.
    Failed(InboxItem, Verdict),
    Applied(Vec<(InboxItem, Verdict)>),
    Claim(store::Result<Vec<InboxItem>>),
    Housekeeping,
}

/// What follows for the actor's next items.
enum Verdict {
    Done,
    /// Parked: out of the way.
    Parked,
    /// It waits in the database, and all that follows it as well.
    Waits,
}

impl Worker {
    #[must_use]
    pub fn new(federation: Federation, holder: i64, stop: watch::Receiver<bool>) -> Self {
        Worker {
            fresh: federation.intake.listen(holder),
            federation: Arc::new(federation),
            holder,
            stop,
            lanes: Lanes::default(),
            running: FuturesUnordered::new(),
            busy: 0,
            ready: Vec::new(),
            applying: false,
            look: true,
            claiming: false,
            done: Vec::new(),
        }
    }

    /// Runs until `stop` turns true; what was begun is finished first.
    pub async fn run(mut self) {
        let ctx = self.federation.ctx.clone();
        if ctx.store.kind() == store::DatabaseKind::Sqlite {
            // This is the only process: what a dead one held is free.
            release(&self.federation, None).await;
        }
        let pause = ctx.scale.apply(PAUSE).max(Duration::from_millis(20));
        let mut clock = tokio::time::interval(pause);
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !*self.stop.borrow() {
            self.begin();
            tokio::select! {
                Some(ended) = self.running.next(), if !self.running.is_empty() => self.end(ended),
                Some(task) = self.fresh.recv() => self.lanes.push(task),
                () = ctx.wake.inbox.notified() => self.look = true,
                _ = clock.tick() => {
                    self.look = true;
                    self.drop_bodies();
                }
                _ = self.stop.changed() => {}
            }
        }
        self.fresh.close();
        self.drop_bodies();
        while let Some(ended) = self.running.next().await {
            // What is ready stays in the database; what is being applied is finished.
            drop(ended);
        }
        release(&self.federation, Some(self.holder)).await;
    }

    /// Begins as much as there is room for.
    fn begin(&mut self) {
        while let Ok(task) = self.fresh.try_recv() {
            self.lanes.push(task);
        }
        while self.busy < AT_ONCE
            && let Some(task) = self.lanes.begin()
        {
            self.busy += 1;
            self.run_beside(prepare(Arc::clone(&self.federation), task));
        }
        if !self.applying && !self.ready.is_empty() {
            self.applying = true;
            let batch = self.next_batch();
            self.run_beside(apply(Arc::clone(&self.federation), batch));
        }
        if self.look && !self.claiming && self.lanes.len() < AT_ONCE {
            (self.look, self.claiming) = (false, true);
            self.run_beside(claim(Arc::clone(&self.federation), self.holder));
        }
    }

    /// What gets its effect together: light items, or a heavy one by itself.
    fn next_batch(&mut self) -> Vec<Ready> {
        let light = self.ready.iter().take(TOGETHER);
        let count = light.take_while(|Ready(one, _)| !one.is_heavy()).count();
        self.ready.drain(..count.max(1)).collect()
    }

    fn run_beside(&mut self, work: impl Future<Output = Ended> + Send + 'static) {
        self.running.push(Box::pin(work));
    }

    fn end(&mut self, ended: Ended) {
        match ended {
            Ended::Prepared(ready) => self.ready.push(*ready),
            Ended::Failed(item, verdict) => self.settle(&item, &verdict),
            Ended::Applied(settled) => {
                self.applying = false;
                for (item, verdict) in settled {
                    self.settle(&item, &verdict);
                }
            }
            Ended::Claim(Ok(items)) => {
                self.claiming = false;
                self.look |= !items.is_empty();
                for item in items {
                    self.lanes.push(item.into());
                }
            }
            Ended::Claim(Err(error)) => {
                self.claiming = false;
                tracing::error!(%error, "the inbox cannot be worked on");
            }
            Ended::Housekeeping => {}
        }
    }

    fn settle(&mut self, item: &InboxItem, verdict: &Verdict) {
        self.busy -= 1;
        match verdict {
            Verdict::Waits => {
                let ids = self.lanes.stopped(&item.actor_uri, item.id);
                self.run_beside(give_back(Arc::clone(&self.federation), ids));
            }
            Verdict::Parked => self.lanes.settled(&item.actor_uri, item.id),
            Verdict::Done => {
                self.lanes.settled(&item.actor_uri, item.id);
                self.done.push(item.id);
                if self.done.len() >= BODIES {
                    self.drop_bodies();
                }
            }
        }
    }

    fn drop_bodies(&mut self) {
        if !self.done.is_empty() {
            let done = std::mem::take(&mut self.done);
            self.run_beside(drop_bodies(Arc::clone(&self.federation), done));
        }
    }
}

async fn claim(federation: Arc<Federation>, holder: i64) -> Ended {
    let ctx = &federation.ctx;
    let now = ctx.now();
    let lease = Lease {
        until: now.plus(LEASE),
        holder,
    };
    let claimed = ctx
        .store
        .transaction(async |tx| inbox_items::claim(tx, now, lease, BATCH).await)
        .await;
    Ended::Claim(claimed)
}

async fn prepare(federation: Arc<Federation>, task: Task) -> Ended {
    match work::ready(&federation, task.item, task.activity).await {
        Ok(prepared) => Ended::Prepared(Box::new(Ready(prepared, task.room))),
        Err((item, trouble)) => {
            let verdict = set_aside(&federation, &item, &trouble).await;
            Ended::Failed(item, verdict)
        }
    }
}

async fn apply(federation: Arc<Federation>, batch: Vec<Ready>) -> Ended {
    let batch: Vec<Prepared> = batch.into_iter().map(|Ready(one, _room)| one).collect();
    if batch.len() > 1
        && let Some(outcomes) = work::together(&federation, &batch).await
    {
        let items = batch.into_iter().map(|prepared| prepared.item);
        let settled = items.zip(outcomes.into_iter().map(judged)).collect();
        return Ended::Applied(settled);
    }
    Ended::Applied(one_by_one(&federation, batch).await)
}

async fn one_by_one(federation: &Federation, batch: Vec<Prepared>) -> Vec<(InboxItem, Verdict)> {
    let mut settled = Vec::with_capacity(batch.len());
    for prepared in batch {
        let verdict = match work::alone(federation, &prepared).await {
            Ok(outcome) => judged(outcome),
            Err(trouble) => set_aside(federation, &prepared.item, &trouble).await,
        };
        settled.push((prepared.item, verdict));
    }
    settled
}

fn judged(outcome: Outcome) -> Verdict {
    count(outcome);
    match outcome {
        Outcome::Elsewhere => Verdict::Waits,
        Outcome::Done | Outcome::Ignored => Verdict::Done,
    }
}

/// Counts what became of an activity.
pub(super) fn count(outcome: Outcome) {
    metrics::counter!(INBOX_ACTIVITIES, "outcome" => outcome.as_str()).increment(1);
}

async fn give_back(federation: Arc<Federation>, ids: Vec<InboxItemId>) -> Ended {
    let released = federation
        .ctx
        .store
        .transaction(async |tx| inbox_items::release_items(tx, &ids).await)
        .await;
    if let Err(error) = released {
        tracing::warn!(%error, "leases on received activities could not be given back; they end by themselves");
    }
    Ended::Housekeeping
}

async fn drop_bodies(federation: Arc<Federation>, done: Vec<InboxItemId>) -> Ended {
    let dropped = federation
        .ctx
        .store
        .transaction(async |tx| inbox_items::drop_bodies(tx, &done).await)
        .await;
    if let Err(error) = dropped {
        tracing::warn!(%error, "bodies of finished activities are left to the cleaning");
    }
    Ended::Housekeeping
}

/// Gives back what this process held, or (`None`) what any process held.
async fn release(federation: &Federation, holder: Option<i64>) {
    let done = federation
        .ctx
        .store
        .transaction(async |tx| inbox_items::release(tx, holder).await)
        .await;
    if let Err(error) = done {
        tracing::warn!(%error, "leases on received activities could not be given back; they end by themselves");
    }
}

/// Parks an item that cannot be processed, or puts it off.
async fn set_aside(federation: &Federation, item: &InboxItem, trouble: &Trouble) -> Verdict {
    let ctx = &federation.ctx;
    let now = ctx.now();
    let reason = trouble.to_string();
    let tries = usize::try_from(item.attempts).unwrap_or(usize::MAX);
    let wait = WAITS.get(tries).filter(|_| trouble.is_temporary());
    // The database itself was in trouble: that says nothing about the item.
    if trouble.is_outage() {
        return Verdict::Waits;
    }
    let done: store::Result<()> = ctx
        .store
        .transaction(async |tx| match wait {
            Some(seconds) => {
                let due = now.plus(ctx.scale.apply(Duration::from_secs(*seconds)));
                inbox_items::put_off(tx, item.id, due, &reason).await
            }
            None => inbox_items::park(tx, item.id, now, &reason).await,
        })
        .await;
    if let Err(error) = done {
        tracing::warn!(%error, "a received activity could not be put off; its lease ends by itself");
        return Verdict::Waits;
    }
    if wait.is_some() {
        return Verdict::Waits;
    }
    tracing::info!(actor.uri = %item.actor_uri, activity.key = %item.key, %reason, "a received activity is parked");
    Verdict::Parked
}
