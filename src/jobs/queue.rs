//! Jobs that wait in the database: taken with a lease, tried again after a failure, parked in the end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::domain::delivery::wait_after;
use crate::services::{poll, push, quote};
use crate::store::jobs::{JobRow, Share};
use crate::store::{self, Error};
use crate::telemetry::metrics::{JOB_SECONDS, JOBS};

use super::polls::{ClosePoll, SharePollTotals};
use super::quotes::VerifyQuote;
use super::scheduled::PublishScheduledPost;
use super::send_mail::SendMail;
use super::send_push::SendPush;

/// How often is looked when no bell rings.
const EVERY: Duration = Duration::from_secs(5);
/// Another process takes a job over after this.
const LEASE: Duration = Duration::from_mins(5);
/// The longest that one job may take; well within its lease.
const LONGEST: Duration = Duration::from_mins(4);
/// Jobs taken at once.
const AT_ONCE: i64 = 4;
/// Jobs that wait for servers that others choose.
const OUTSIDE: &[&str] = &[push::JOB, quote::VERIFY, poll::CLOSE];
/// Those under way at once: some of the servers are slow.
const OUTSIDE_AT_ONCE: i64 = 16;
/// Tries before a job is parked.
const TRIES: i64 = 10;
/// How long the job at hand may take once the process is to end.
const FAREWELL: Duration = Duration::from_secs(20);

/// Why a job did not do its work. It is tried again.
pub type JobError = anyhow::Error;

/// One kind of job. Whatever it does, it may do twice.
#[async_trait]
pub trait Job: Send + Sync {
    /// Its name in kebab-case, as it stands in the rows; never renamed while rows may exist.
    fn kind(&self) -> &'static str;

    /// Does the work that `payload` (JSON) asks for.
    async fn run(&self, app: &App, payload: &str) -> Result<(), JobError>;
}

/// Every kind of job there is.
#[must_use]
pub fn kinds() -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(SendMail),
        Arc::new(PublishScheduledPost),
        Arc::new(ClosePoll),
        Arc::new(SharePollTotals),
        Arc::new(SendPush),
        Arc::new(VerifyQuote),
    ]
}

/// Does all work that is due now and answers how much it was; for tests and for the end of a command.
///
/// # Errors
/// When the database fails.
pub async fn run_due(app: &App) -> Result<usize, Error> {
    let mut done = 0;
    loop {
        let jobs = claim(app, (Share::All, AT_ONCE)).await?;
        if jobs.is_empty() {
            return Ok(done);
        }
        for row in jobs {
            work(app, &kinds(), &row).await;
            done += 1;
        }
    }
}

/// Works on jobs that wait for other servers, until the process ends. Beside the other jobs, so that a slow server holds up
/// no mail.
pub(super) async fn run_outside(app: Arc<App>, kinds: Vec<Arc<dyn Job>>) {
    let mut stop = app.stop.subscribe();
    while !*stop.borrow() {
        let taken = take(&app, (Share::Only(OUTSIDE), OUTSIDE_AT_ONCE)).await;
        if taken.is_empty() {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = app.ctx.wake.outside.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        // None takes longer than a process may take to end.
        join_all(taken.iter().map(|row| work(&app, &kinds, row))).await;
    }
}

/// Works on all other jobs until the process ends.
pub(super) async fn run(app: Arc<App>, kinds: Vec<Arc<dyn Job>>) {
    let mut stop = app.stop.subscribe();
    while !*stop.borrow() {
        let taken = take(&app, (Share::Without(OUTSIDE), AT_ONCE)).await;
        if taken.is_empty() {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                () = app.ctx.wake.jobs.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        for row in taken {
            // Those that are not begun are taken over when their lease ends.
            if *stop.borrow() {
                return;
            }
            let work = work(&app, &kinds, &row);
            let ending = async {
                let _ = stop.wait_for(|stop| *stop).await;
                tokio::time::sleep(FAREWELL).await;
            };
            tokio::select! {
                () = work => {}
                () = ending => return,
            }
        }
    }
}

/// Due jobs; none when the database fails.
async fn take(app: &App, which: (Share, i64)) -> Vec<JobRow> {
    claim(app, which).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "jobs could not be taken");
        Vec::new()
    })
}

async fn claim(app: &App, (share, limit): (Share, i64)) -> Result<Vec<JobRow>, Error> {
    let now = app.ctx.now();
    app.ctx
        .store
        .transaction(async |tx| store::jobs::claim(tx, share, (now, now.plus(LEASE)), limit).await)
        .await
}

async fn work(app: &App, kinds: &[Arc<dyn Job>], row: &JobRow) {
    let Some(job) = kinds.iter().find(|job| job.kind() == row.kind) else {
        tracing::error!(job.kind = %row.kind, "a job is of a kind that this version does not know");
        return note(
            app,
            row,
            Some("this version does not know this kind of job"),
        )
        .await;
    };
    let started = Instant::now();
    let outcome = match timeout(LONGEST, job.run(app, &row.payload)).await {
        Ok(outcome) => outcome.map_err(|error| format!("{error:#}")),
        Err(_late) => Err("it took too long".to_owned()),
    };
    metrics::histogram!(JOB_SECONDS, "job" => job.kind()).record(started.elapsed().as_secs_f64());
    let word = if outcome.is_ok() { "done" } else { "failed" };
    metrics::counter!(JOBS, "job" => job.kind(), "outcome" => word).increment(1);
    if let Err(reason) = &outcome {
        tracing::info!(
            job.kind = job.kind(),
            attempts = row.attempts + 1,
            reason,
            "a job failed"
        );
    }
    note(app, row, outcome.err().as_deref()).await;
}

/// Writes down how a job ended; `failure` is the reason why it did not work.
async fn note(app: &App, row: &JobRow, failure: Option<&str>) {
    let now = app.ctx.now();
    let tries = row.attempts + 1;
    let wait = app.ctx.scale.apply(wait_after(tries));
    let noted: Result<(), Error> = app
        .ctx
        .store
        .transaction(async |tx| match failure {
            None => store::jobs::finish(tx, row.id).await,
            Some(reason) if tries >= TRIES => store::jobs::park(tx, row.id, now, reason).await,
            Some(reason) => store::jobs::put_off(tx, row.id, now.plus(wait), reason).await,
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the end of a job could not be noted; it runs again");
    }
}
