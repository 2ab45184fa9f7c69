//! Writes what lanes report, many in one transaction, so that the database costs little for each delivery.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::domain::clock::Timestamp;
use crate::services::Ctx;
use crate::store::lanes::{Settled, settle};
use crate::store::{self, hosts, receivers};

use super::report::Report;

/// Lanes that make a transaction worth it.
const ENOUGH: usize = 64;
/// Lanes that one transaction takes at most.
const MOST: usize = 256;
/// How long the first waits for company.
const COMPANY: Duration = Duration::from_millis(5);
/// How often, and after which pause, a batch is tried again while the database is in trouble.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// A report, and whom to tell once it is durable.
pub(super) type Note = (Report, oneshot::Sender<()>);

/// Settles until every sender is gone.
pub(super) async fn run(ctx: Ctx, mut notes: mpsc::Receiver<Note>) {
    while let Some(first) = notes.recv().await {
        let mut reports = Vec::with_capacity(ENOUGH);
        let mut waiting = Vec::with_capacity(ENOUGH);
        let deadline = Instant::now() + COMPANY;
        let mut next = Some(first);
        while let Some((report, tell)) = next {
            reports.push(report);
            waiting.push(tell);
            next = if reports.len() < ENOUGH {
                timeout_at(deadline, notes.recv()).await.unwrap_or(None)
            } else if reports.len() < MOST {
                notes.try_recv().ok()
            } else {
                None
            };
        }
        Box::pin(write(&ctx, &reports)).await;
        for tell in waiting {
            // The lane's task may have been given up meanwhile.
            let _ = tell.send(());
        }
    }
}

/// What was learned about hosts comes first: whoever sees that a lane is free again, or the queue empty, finds it.
async fn write(ctx: &Ctx, reports: &[Report]) {
    let told = tell_hosts(ctx, reports).await;
    let batch: Vec<Settled> = reports.iter().map(Report::settled).collect();
    if let Err(error) = persist(ctx, &batch).await {
        tracing::error!(%error, lanes = batch.len(), "results of deliveries were not kept as one; trying one by one");
        for settled in &batch {
            // What cannot be kept is sent again when its lease ends: twice rather than never.
            if let Err(error) = persist(ctx, std::slice::from_ref(settled)).await {
                tracing::error!(%error, lane.id = settled.lane, "the result of a delivery was not kept");
            }
        }
    }
    // If the database was away, it may be back.
    if told.is_err()
        && let Err(error) = tell_hosts(ctx, reports).await
    {
        tracing::error!(%error, "what was learned about other servers was not kept");
    }
}

async fn persist(ctx: &Ctx, batch: &[Settled]) -> store::Result<()> {
    let mut tries = 0;
    loop {
        let now = ctx.now();
        let done = ctx
            .store
            .transaction(async |tx| settle(tx, batch, now).await)
            .await;
        tries += 1;
        match done {
            Ok(outcome) => {
                if outcome.more {
                    ctx.wake.deliveries.notify_one();
                }
                if outcome.cleared > 0 {
                    metrics::counter!("kith_deliveries_total", "outcome" => "dropped")
                        .increment(u64::try_from(outcome.cleared).unwrap_or(0));
                }
                return Ok(());
            }
            Err(error) if tries < TRIES && error.is_outage() => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

/// Health, signatures and gone inboxes. Apart from the lanes, and in order of the hosts: others lock them in that order.
async fn tell_hosts(ctx: &Ctx, reports: &[Report]) -> store::Result<()> {
    let mut by_host: BTreeMap<&str, Vec<&Report>> = BTreeMap::new();
    for report in reports.iter().filter(|report| report.concerns_host()) {
        by_host.entry(&report.host).or_default();
    }
    for report in reports {
        // Once one of a host's lanes has something to tell, all count, in the order they ended.
        if let Some(of_host) = by_host.get_mut(report.host.as_str()) {
            of_host.push(report);
        }
    }
    let gone: Vec<&str> = reports.iter().filter_map(|r| r.gone.as_deref()).collect();
    if by_host.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let (now, by_host, gone) = (ctx.now(), &by_host, &gone);
    ctx.store
        .transaction(async |tx| -> store::Result<()> {
            for inbox in gone {
                receivers::mark_gone(tx, inbox, now).await?;
            }
            for (host, of_host) in by_host {
                tell(tx, host, of_host, (now, ctx.scale)).await?;
            }
            Ok(())
        })
        .await?;
    // A host that is back has lanes to wake.
    ctx.wake.deliveries.notify_one();
    Ok(())
}

async fn tell(
    tx: &mut store::Conn,
    host: &str,
    reports: &[&Report],
    at: (Timestamp, crate::domain::delivery::TimeScale),
) -> store::Result<()> {
    let tries: Vec<bool> = reports.iter().flat_map(|r| &r.tries).copied().collect();
    if tries.contains(&false) || reports.iter().any(|r| r.troubled) {
        hosts::note_tries(tx, host, &tries, at).await?;
    }
    if let Some(learned) = reports.iter().rev().find_map(|r| r.learned) {
        hosts::remember_generation(tx, host, Some(learned.as_str())).await?;
    }
    Ok(())
}
