//! How this instance is doing, in numbers.

use serde::Serialize;

use crate::store::{self, Error};

use super::Ctx;

/// The counts of `GET /health`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub inbox: Inbox,
    pub deliveries: Deliveries,
    pub jobs: Jobs,
}

/// Received activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Inbox {
    /// Acknowledged, and their effect not done yet.
    pub waiting: i64,
    /// Set aside after failures.
    pub parked: i64,
}

/// Outgoing activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// Could be attempted now, or are under way.
    pub due: i64,
    /// Wait for their next attempt.
    pub delayed: i64,
    /// Given up for now.
    pub parked: i64,
    pub hosts_paused: i64,
    pub hosts_dead: i64,
}

/// Background work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Jobs {
    pub due: i64,
    pub parked: i64,
}

/// Counts everything that waits.
///
/// # Errors
/// When the database fails.
pub async fn counts(ctx: &Ctx) -> Result<Counts, Error> {
    let now = ctx.now();
    let mut c = ctx.store.reader().await?;
    let (waiting, parked) = store::inbox_items::counts(&mut c).await?;
    let inbox = Inbox { waiting, parked };
    let queue = store::deliveries::count(&mut c).await?;
    let due = store::deliveries::count_due(&mut c, now).await?;
    let (hosts_paused, hosts_dead) = store::hosts::count_troubled(&mut c, now).await?;
    let deliveries = Deliveries {
        due: due.min(queue.waiting),
        delayed: (queue.waiting - due).max(0),
        parked: queue.parked,
        hosts_paused,
        hosts_dead,
    };
    let (due, parked) = store::jobs::counts(&mut c, now).await?;
    Ok(Counts {
        inbox,
        deliveries,
        jobs: Jobs { due, parked },
    })
}

/// Writes one small row and waits until it is durable: the database takes work.
///
/// # Errors
/// When it does not.
pub async fn can_write(ctx: &Ctx, process: i64) -> Result<(), Error> {
    let now = ctx.now();
    ctx.store
        .transaction(async |tx| store::signals::keep_process(tx, process, now).await)
        .await
        .map(|_kept| ())
}
