//! The worker: claims lanes when something is due, works on many at a time, stops when told to.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::domain::clock::Timestamp;
use crate::services::Ctx;
use crate::store::lanes::{self, Lease, Share};
use crate::store::{self};

use super::bodies::Bodies;
use super::keyring::Keyring;
use super::lane::{Job, Office, Slow, work};
use super::settler::{self, Note};
use super::{LEASE, Post, Refresh, SLOW_TRIES, triage};
use crate::federation::generations::Generations;

/// The shortest and the longest pause between two looks at the queue. A bell ends it early.
const SOON: Duration = Duration::from_millis(280);
const LATE: Duration = Duration::from_secs(2);
/// How long deliveries on their way may take when the process stops, and writing their results after that.
const FAREWELL: Duration = Duration::from_secs(18);
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How much a worker does at once.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The process's own number; no other running process has it.
    pub holder: i64,
    /// Lanes worked on at the same time, not counting those whose host takes longer than a second to answer.
    pub in_flight: usize,
    /// Of these, lanes to one host. Counted over all processes.
    pub per_host: usize,
    /// Lanes claimed at once.
    pub batch: usize,
}

impl Settings {
    /// The defaults, for the process with this number.
    #[must_use]
    pub fn new(holder: i64) -> Self {
        Settings {
            holder,
            in_flight: 128,
            per_host: 4,
            batch: 96,
        }
    }
}

/// Delivers what is in the queue.
pub struct Worker {
    office: Arc<Office>,
    bodies: Bodies,
    settings: Settings,
    last_lease: AtomicI64,
}

/// Lanes being worked on.
#[derive(Default)]
struct Running {
    /// Each ends with its host.
    tasks: JoinSet<String>,
    by_host: HashMap<String, usize>,
}

impl Worker {
    /// `stop` turns true when the process is to end; [`Worker::run`] returns some time after that.
    #[must_use]
    pub fn new(ctx: Ctx, ways: Ways, settings: Settings, stop: watch::Receiver<bool>) -> Self {
        Worker {
            bodies: Bodies::new(),
            settings,
            last_lease: AtomicI64::new(0),
            office: Arc::new(Office {
                generations: Generations::new(ctx.clone()),
                ctx,
                post: ways.post,
                refresh: ways.refresh,
                keys: ways.keys,
                stop,
                slow: Slow::default(),
            }),
        }
    }

    /// Works until told to stop, then ends what is on its way (at most 20 s) and gives back its leases. If this future is
    /// dropped instead, everything unsettled is sent again when the leases end.
    pub async fn run(&self) {
        let (notes, inbox) = mpsc::channel(self.settings.in_flight.max(1));
        let mut settler = JoinSet::new();
        settler.spawn(settler::run(self.office.ctx.clone(), inbox));
        self.release().await;
        let mut running = Running::default();
        Box::pin(self.serve(&mut running, &notes)).await;
        drop(notes);
        let ending = async { while running.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, ending).await.is_err() {
            tracing::warn!("some deliveries were still on their way; they are sent again later");
        }
        running.tasks.shutdown().await;
        let settled = tokio::time::timeout(LAST_WORDS, settler.join_next()).await;
        if settled.is_err() {
            tracing::warn!("some results of deliveries were not kept; those are sent again later");
        }
        self.release().await;
    }

    async fn serve(&self, running: &mut Running, notes: &mpsc::Sender<Note>) {
        let mut stop = self.office.stop.clone();
        let mut pause = SOON;
        let mut look = true;
        while !*stop.borrow() {
            let room = self.settings.in_flight + self.office.slow.count().min(SLOW_TRIES);
            let free = room.saturating_sub(running.tasks.len());
            // Claims are worth their price when they may take many.
            if look && (free * 4 >= self.settings.in_flight || running.tasks.is_empty()) {
                let asked = free.min(self.settings.batch);
                let got = self.claim(asked).await;
                look = got.len() >= asked;
                pause = if got.is_empty() {
                    (pause * 2).min(LATE)
                } else {
                    SOON
                };
                for job in got {
                    running.start(&self.office, job, notes.clone());
                }
                continue;
            }
            let ctx = &self.office.ctx;
            let nap = ctx
                .scale
                .apply(pause.mul_f64(0.72 + 0.28 * ctx.random.unit()));
            tokio::select! {
                Some(ended) = running.tasks.join_next() => {
                    look |= running.ended(ended.ok(), self.settings.per_host);
                    while let Some(ended) = running.tasks.try_join_next() {
                        look |= running.ended(ended.ok(), self.settings.per_host);
                    }
                }
                () = ctx.wake.deliveries.notified() => look = true,
                () = self.office.slow.more.notified() => {}
                () = tokio::time::sleep(nap) => look = true,
                _ = stop.changed() => {}
            }
        }
    }

    async fn claim(&self, lanes: usize) -> Vec<Job> {
        let share = Share {
            lanes: i64::try_from(lanes).unwrap_or(i64::MAX),
            per_host: i64::try_from(self.settings.per_host).unwrap_or(i64::MAX),
        };
        let claimed = Box::pin(triage::claim(
            &self.office,
            &self.bodies,
            self.next_lease(),
            share,
        ));
        match claimed.await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::error!(%error, "the delivery queue cannot be read");
                tokio::time::sleep(LATE).await;
                Vec::new()
            }
        }
    }

    /// A lease unlike any other of this process: its end tells the lanes of one claim from those of another.
    fn next_lease(&self) -> Lease {
        let end = self.office.ctx.now().plus(LEASE).micros();
        let last = self
            .last_lease
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
                Some(end.max(last + 1))
            })
            .unwrap_or_default();
        Lease {
            holder: self.settings.holder,
            until: Timestamp::from_micros(end.max(last + 1)),
        }
    }

    async fn release(&self) {
        let holder = self.settings.holder;
        let done: store::Result<usize> = self
            .office
            .ctx
            .store
            .transaction(async |tx| lanes::release(tx, holder).await)
            .await;
        if let Err(error) = done {
            tracing::warn!(%error, "leases were not given back; they end by themselves");
        }
    }
}

/// How a worker reaches others.
#[derive(Clone)]
pub struct Ways {
    pub post: Arc<dyn Post>,
    pub refresh: Arc<dyn Refresh>,
    pub keys: Keyring,
}

impl Running {
    fn start(&mut self, office: &Arc<Office>, job: Job, notes: mpsc::Sender<Note>) {
        *self.by_host.entry(job.lane.host.clone()).or_default() += 1;
        let office = Arc::clone(office);
        self.tasks.spawn(async move {
            let host = job.lane.host.clone();
            let report = Box::pin(work(&office, job)).await;
            let (tell, hear) = oneshot::channel();
            // The settler outlives all lanes; if it does not, the lease ends by itself.
            if notes.send((report, tell)).await.is_ok() {
                let _ = hear.await;
            }
            host
        });
    }

    /// Whether the queue should be looked at because a lane ended: its host has a place again.
    fn ended(&mut self, host: Option<String>, per_host: usize) -> bool {
        // A task that panicked is not counted off by name; its host's count heals when nothing runs.
        let Some(host) = host else {
            return true;
        };
        if self.tasks.is_empty() {
            self.by_host.clear();
            return true;
        }
        let Some(count) = self.by_host.get_mut(&host) else {
            return false;
        };
        let was_full = *count >= per_host;
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.by_host.remove(&host);
        }
        was_full
    }
}
