//! The worker that turns stored activities into their effects, for each actor in order.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use crate::domain::ids::InboxItemId;
use crate::federation::Federation;
use crate::federation::activities::{self, Trouble};
use crate::store::inbox_items::{self, InboxItem};
use crate::store::{self};

/// Items taken at once.
const BATCH: i64 = 256;
/// Actors worked on at the same time.
const AT_ONCE: usize = 32;
const LEASE: Duration = Duration::from_secs(50);
/// The longest pause between two looks; a bell ends it early.
const PAUSE: Duration = Duration::from_secs(1);
/// Waits after a failure that may pass; then the item is parked.
const WAITS: [u64; 4] = [5, 30, 120, 600];

/// Works until told to stop.
pub struct Worker {
    federation: Federation,
    /// The process's own number.
    holder: i64,
    stop: watch::Receiver<bool>,
}

impl Worker {
    #[must_use]
    pub fn new(federation: Federation, holder: i64, stop: watch::Receiver<bool>) -> Self {
        Worker {
            federation,
            holder,
            stop,
        }
    }

    /// Runs until `stop` turns true; what was begun is finished first.
    pub async fn run(mut self) {
        if self.federation.ctx.store.kind() == store::DatabaseKind::Sqlite {
            // This is the only process: what a dead one held is free.
            self.release(None).await;
        }
        while !*self.stop.borrow() {
            match self.round().await {
                Ok(0) => self.rest().await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the inbox cannot be worked on");
                    self.rest().await;
                }
            }
        }
        self.release(Some(self.holder)).await;
    }

    async fn rest(&mut self) {
        let ctx = self.federation.ctx.clone();
        tokio::select! {
            () = ctx.wake.inbox.notified() => {}
            () = tokio::time::sleep(ctx.scale.apply(PAUSE).max(Duration::from_millis(20))) => {}
            _ = self.stop.changed() => {}
        }
    }

    async fn release(&self, holder: Option<i64>) {
        let ctx = &self.federation.ctx;
        let done = ctx
            .store
            .transaction(async |tx| inbox_items::release(tx, holder).await)
            .await;
        if let Err(error) = done {
            tracing::warn!(%error, "leases on received activities could not be given back; they end by themselves");
        }
    }

    /// Takes a batch and works it off. Answers how many items there were.
    async fn round(&mut self) -> store::Result<usize> {
        let ctx = self.federation.ctx.clone();
        let (now, holder) = (ctx.now(), self.holder);
        let lease = now.plus(LEASE);
        let items = ctx
            .store
            .transaction(async |tx| inbox_items::claim(tx, now, lease, holder, BATCH).await)
            .await?;
        let taken = items.len();
        let mut lanes: HashMap<String, Vec<InboxItem>> = HashMap::new();
        for item in items {
            lanes.entry(item.actor_uri.clone()).or_default().push(item);
        }
        let mut waiting = lanes.into_values();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(lane) = waiting.next()
            {
                running.push(lane_of(&self.federation, lane));
            }
            if running.next().await.is_none() {
                return Ok(taken);
            }
        }
    }
}

/// One actor's items, in order. After one that has to wait, the rest wait as well.
async fn lane_of(federation: &Federation, lane: Vec<InboxItem>) {
    let mut left: HashSet<InboxItemId> = lane.iter().map(|item| item.id).collect();
    for item in &lane {
        match activities::process(federation, item).await {
            Ok(outcome) => {
                left.remove(&item.id);
                metrics::counter!(crate::telemetry::metrics::INBOX_ACTIVITIES, "outcome" => outcome.as_str()).increment(1);
            }
            Err(trouble) => {
                if set_aside(federation, item, &trouble).await {
                    left.remove(&item.id);
                } else {
                    break;
                }
            }
        }
    }
    if !left.is_empty() {
        let left: Vec<InboxItemId> = left.into_iter().collect();
        let released = federation
            .ctx
            .store
            .transaction(async |tx| inbox_items::release_items(tx, &left).await)
            .await;
        if let Err(error) = released {
            tracing::warn!(%error, "leases on received activities could not be given back; they end by themselves");
        }
    }
}

/// Parks an item that cannot be processed (true: the next may go on), or puts it off (false).
async fn set_aside(federation: &Federation, item: &InboxItem, trouble: &Trouble) -> bool {
    let ctx = &federation.ctx;
    let now = ctx.now();
    let reason = trouble.to_string();
    let tries = usize::try_from(item.attempts).unwrap_or(usize::MAX);
    let wait = WAITS.get(tries).filter(|_| trouble.is_temporary());
    let outage = trouble.is_outage();
    let done: store::Result<()> = ctx
        .store
        .transaction(async |tx| match wait {
            // The database itself was in trouble: that says nothing about the item.
            _ if outage => inbox_items::release_items(tx, &[item.id]).await,
            Some(seconds) => {
                let due = now.plus(ctx.scale.apply(Duration::from_secs(*seconds)));
                inbox_items::put_off(tx, item.id, due, &reason).await
            }
            None => inbox_items::park(tx, item.id, now, &reason).await,
        })
        .await;
    if let Err(error) = done {
        tracing::warn!(%error, "a received activity could not be put off; its lease ends by itself");
        return false;
    }
    let parked = wait.is_none() && !outage;
    if parked {
        tracing::info!(actor.uri = %item.actor_uri, activity.key = %item.key, %reason, "a received activity is parked");
    }
    parked
}
