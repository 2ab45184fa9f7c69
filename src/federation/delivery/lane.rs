//! The work on one lane while its lease lasts: one delivery after the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{Notify, watch};
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::delivery::{Outcome, Tried, Verdict, judge};
use crate::domain::ids::ActivityId;
use crate::domain::lane::{Next, Waiting, next};
use crate::domain::outgoing::Variant;
use crate::federation::generations::Generations;
use crate::federation::signatures::{Generation, Signer};
use crate::services::Ctx;
use crate::store::lanes::{Change, Head, Lane, Lease};

use super::attempt::{Habit, Letter, Means, Sent};
use super::keyring::{Keyring, KeyringError};
use super::report::Report;
use super::{Post, Refresh, SLOW, START};

/// When something is tried again that we were too busy for.
const BUSY: Duration = Duration::from_secs(2);
/// The shortest wait after a failure, whatever the server asks for.
const BREATH: Duration = Duration::from_secs(1);

/// What all lanes of a worker share.
pub(super) struct Office {
    pub ctx: Ctx,
    pub generations: Generations,
    pub post: Arc<dyn Post>,
    pub refresh: Arc<dyn Refresh>,
    pub keys: Keyring,
    pub stop: watch::Receiver<bool>,
    pub slow: Slow,
}

/// Tries that take long.
#[derive(Debug, Default)]
pub(super) struct Slow {
    count: AtomicUsize,
    /// Rung when there is one more.
    pub more: Notify,
}

/// One slow try; counted off when dropped.
struct SlowTry<'a>(&'a Slow);

impl Slow {
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Awaits a try, and counts it as slow once it has taken that long.
    async fn watch(&self, attempt: impl Future<Output = Sent>) -> Sent {
        let mut attempt = Box::pin(attempt);
        match tokio::time::timeout(SLOW, &mut attempt).await {
            Ok(sent) => sent,
            Err(_slow) => {
                let _counted = self.enter();
                attempt.await
            }
        }
    }

    fn enter(&self) -> SlowTry<'_> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.more.notify_one();
        SlowTry(self)
    }
}

impl Drop for SlowTry<'_> {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is done with a claimed lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Send,
    /// Send one thing, to see whether the host is back.
    Probe,
    /// Wait until then.
    Sleep(Timestamp),
    /// Wait as long as the host is paused.
    Pause,
    /// Its deliveries were parked; only the lease is given back.
    Rest,
    /// Nothing may be sent to this host.
    Drop,
}

/// A claimed lane and all that is needed to work on it.
pub(super) struct Job {
    pub lane: Lane,
    pub lease: Lease,
    pub heads: Vec<Head>,
    pub bodies: Arc<HashMap<(ActivityId, Variant), Bytes>>,
    pub plan: Plan,
    pub generation: Option<Generation>,
    pub troubled: bool,
}

/// The lane in the middle of the work.
struct Run<'a> {
    office: &'a Office,
    job: &'a Job,
    url: Url,
    signer: Arc<Signer>,
    habit: Habit,
    report: Report,
}

/// Whether the lane goes on to its next delivery.
#[derive(PartialEq, Eq)]
enum Step {
    On,
    Enough,
}

/// Sends what the lane holds, in order, until it has to wait, the lease is used up, or the process stops.
pub(super) async fn work(office: &Office, job: Job) -> Report {
    let mut report = Report::new(&job.lane, job.lease);
    report.troubled = job.troubled;
    match job.plan {
        Plan::Send | Plan::Probe => Box::pin(prepare(office, &job, report)).await,
        Plan::Sleep(until) => {
            report.sleep_until(until);
            report
        }
        Plan::Pause => {
            report.pause();
            report
        }
        Plan::Rest => report,
        Plan::Drop => {
            tracing::info!(
                peer.domain = job.lane.host,
                inbox = job.lane.inbox,
                "deliveries to a blocked server were dropped"
            );
            report.clear();
            report
        }
    }
}

async fn prepare(office: &Office, job: &Job, mut report: Report) -> Report {
    let signer = match office.keys.signer(job.lane.actor).await {
        Ok(signer) => signer,
        Err(KeyringError::Store(error)) => {
            tracing::error!(%error, "no key could be loaded; deliveries wait");
            report.sleep_until(office.ctx.now().plus(BUSY));
            return report;
        }
        Err(error) => {
            tracing::error!(actor.id = %job.lane.actor, %error, "an actor cannot sign; its deliveries are parked");
            return park_all(job, report, "the sender has no usable key");
        }
    };
    let Ok(url) = Url::parse(&job.lane.inbox) else {
        return park_all(job, report, "the inbox is no address");
    };
    let habit = Habit {
        known: job.generation,
        learned: None,
    };
    let run = Run {
        office,
        job,
        url,
        signer,
        habit,
        report,
    };
    run.through().await
}

fn park_all(job: &Job, mut report: Report, reason: &'static str) -> Report {
    for head in &job.heads {
        report.change(Change::Park {
            id: head.id,
            attempts: head.attempts,
            reason,
        });
    }
    report
}

impl Run<'_> {
    async fn through(mut self) -> Report {
        let begun = Instant::now();
        let mut waiting = self.job.heads.clone();
        loop {
            let order = waiting.iter().map(|head| Waiting {
                due_at: head.due_at,
                blocking: head.blocking,
            });
            // What is to be tried again was taken out; if that holds up the lane, the work has ended.
            let Next::Send(position) = next(order, self.office.ctx.now()) else {
                break;
            };
            if begun.elapsed() >= START || *self.office.stop.borrow() {
                break;
            }
            let head = waiting.remove(position);
            if self.send(head).await == Step::Enough {
                break;
            }
        }
        self.report.learned = self.habit.learned;
        self.report
    }

    /// Tries one delivery.
    async fn send(&mut self, head: Head) -> Step {
        let (ctx, lane) = (&self.office.ctx, &self.job.lane);
        if ctx.rules.get().is_blocked(&lane.host) {
            self.report.clear();
            return Step::Enough;
        }
        let Some(body) = self.job.bodies.get(&(head.activity, head.variant)) else {
            tracing::warn!(activity.id = %head.activity, "a delivery has no body and is dropped");
            self.report.change(Change::Remove(head.id));
            return Step::On;
        };
        let letter = Letter {
            url: &self.url,
            host: &lane.host,
            body,
            signer: &self.signer,
        };
        let means = Means {
            ctx,
            generations: &self.office.generations,
            post: &*self.office.post,
            refresh: &*self.office.refresh,
        };
        let attempt = means.attempt(&letter, &mut self.habit);
        let sent = self.office.slow.watch(attempt).await;
        match sent {
            Sent::Busy => self.wait_for_turn(head),
            Sent::Came(outcome) => self.came(head, outcome),
        }
    }

    fn wait_for_turn(&mut self, head: Head) -> Step {
        let ctx = &self.office.ctx;
        self.report.change(Change::Retry {
            id: head.id,
            attempts: head.attempts,
            due_at: ctx.now().plus(ctx.scale.apply(BUSY)),
            blocking: head.blocking,
            reason: "waiting for a free connection",
        });
        Step::Enough
    }

    fn came(&mut self, mut head: Head, outcome: Outcome) -> Step {
        let ctx = &self.office.ctx;
        if outcome != Outcome::Forbidden {
            self.report.tries.push(!outcome.is_host_failure());
        }
        let now = ctx.now();
        head.attempts += 1;
        let tried = Tried {
            attempts: head.attempts,
            created_at: head.created_at,
        };
        let verdict = judge(outcome, tried, now, ctx.random.unit(), ctx.scale);
        note(&self.job.lane, head, outcome, verdict);
        match verdict {
            Verdict::Delivered | Verdict::Stop(_) => {
                self.report.change(Change::Remove(head.id));
                Step::On
            }
            Verdict::Park(reason) => {
                self.report.change(Change::Park {
                    id: head.id,
                    attempts: head.attempts,
                    reason,
                });
                Step::On
            }
            Verdict::Gone => {
                self.report.gone = Some(self.job.lane.inbox.clone());
                self.report.clear();
                Step::Enough
            }
            Verdict::Retry { at, blocking } => {
                self.report.change(Change::Retry {
                    id: head.id,
                    attempts: head.attempts,
                    due_at: at.max(now.plus(BREATH)),
                    blocking,
                    reason: reason(outcome),
                });
                if blocking || self.job.plan == Plan::Probe {
                    Step::Enough
                } else {
                    Step::On
                }
            }
        }
    }
}

fn reason(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::TimedOut => "no answer in time",
        Outcome::Unreachable => "no connection",
        Outcome::Forbidden => "this address may not be contacted",
        Outcome::Answered { status: 429, .. } => "the server asks for patience",
        Outcome::Answered { .. } => "the server has a problem",
    }
}

/// Counts every result; records those by which a delivery ends without having arrived.
fn note(lane: &Lane, head: Head, outcome: Outcome, verdict: Verdict) {
    let (word, ended) = match verdict {
        Verdict::Delivered => ("delivered", None),
        Verdict::Retry { .. } => ("retry", None),
        Verdict::Stop(reason) => ("stopped", Some(reason)),
        Verdict::Gone => ("gone", Some("the inbox is gone")),
        Verdict::Park(reason) => ("parked", Some(reason)),
    };
    metrics::counter!("kith_deliveries_total", "outcome" => word).increment(1);
    if let Some(reason) = ended {
        tracing::info!(
            activity.id = %head.activity,
            peer.domain = lane.host,
            inbox = lane.inbox,
            attempts = head.attempts,
            ?outcome,
            reason,
            "a delivery ended without arriving"
        );
    }
}
