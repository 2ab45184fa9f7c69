//! A claim: lanes that are due, what each may send, and what the health of its host and our rules allow.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::delivery::Admission;
use crate::federation::signatures::Generation;
use crate::store::hosts::{self, Peer};
use crate::store::lanes::{self, Head, Lane, Lease, Share};
use crate::store::{self, parked};

use super::bodies::Bodies;
use super::lane::{Job, Office, Plan};
use super::{EACH, SLOW_TRIES};

/// How long a host in doubt waits while many others hang.
const CROWDED: std::time::Duration = std::time::Duration::from_secs(5);

/// Claims lanes and plans the work on each. If that fails after the claim, the lanes are given back.
pub(super) async fn claim(
    office: &Office,
    bodies: &Bodies,
    lease: Lease,
    share: Share,
) -> store::Result<Vec<Job>> {
    let store = &office.ctx.store;
    let now = office.ctx.now();
    if !lanes::is_any_due(&mut *store.reader().await?, now).await? {
        return Ok(Vec::new());
    }
    let claimed: Vec<Lane> = store
        .transaction(async |tx| lanes::claim(tx, now, lease, share).await)
        .await?;
    if claimed.is_empty() {
        return Ok(Vec::new());
    }
    let planned = Box::pin(plan(office, bodies, lease, &claimed)).await;
    if planned.is_err() {
        give_back(office, lease, &claimed).await;
    }
    planned
}

async fn give_back(office: &Office, lease: Lease, claimed: &[Lane]) {
    let batch: Vec<_> = claimed
        .iter()
        .map(|lane| super::report::Report::new(lane, lease).settled())
        .collect();
    let now = office.ctx.now();
    let batch = &batch;
    let given: store::Result<lanes::Outcome> = office
        .ctx
        .store
        .transaction(async |tx| lanes::settle(tx, batch, now).await)
        .await;
    if let Err(error) = given {
        tracing::warn!(%error, "claimed lanes were not given back; their leases end by themselves");
    }
}

async fn plan(
    office: &Office,
    bodies: &Bodies,
    lease: Lease,
    claimed: &[Lane],
) -> store::Result<Vec<Job>> {
    let now = office.ctx.now();
    let mut reader = office.ctx.store.reader().await?;
    let heads = lanes::load_heads(&mut reader, lease, now, EACH).await?;
    let bodies = Arc::new(bodies.load(&mut reader, &heads).await?);
    let mut names: Vec<&str> = claimed.iter().map(|lane| lane.host.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let peers = hosts::list_among(&mut reader, &names).await?;
    drop(reader);

    let mut by_lane: HashMap<i64, Vec<Head>> = HashMap::new();
    for head in heads {
        by_lane.entry(head.lane).or_default().push(head);
    }
    let mut by_host: BTreeMap<&str, Vec<&Lane>> = BTreeMap::new();
    for lane in claimed {
        by_host.entry(&lane.host).or_default().push(lane);
    }
    let mut jobs = Vec::with_capacity(claimed.len());
    for (host, of_host) in by_host {
        let peer = peers.get(host).cloned().unwrap_or_default();
        let mut plans = admit(office, host, &peer).await?;
        for lane in of_host {
            let heads = by_lane.remove(&lane.id).unwrap_or_default();
            let plan = plans.next(heads.is_empty());
            jobs.push(Job {
                lane: lane.clone(),
                lease,
                heads,
                bodies: Arc::clone(&bodies),
                plan,
                generation: peer.generation.as_deref().and_then(Generation::parse),
                troubled: peer.health.failures > 0,
            });
        }
    }
    Ok(jobs)
}

/// What the lanes of one host do.
enum Plans {
    All(Plan),
    /// The first that has something to send probes; the others wait for what comes of it.
    One,
}

impl Plans {
    fn next(&mut self, is_empty: bool) -> Plan {
        match *self {
            Plans::All(plan) => plan,
            Plans::One if is_empty => Plan::Pause,
            Plans::One => {
                *self = Plans::All(Plan::Pause);
                Plan::Probe
            }
        }
    }
}

/// Asks the rules and the host's health. What holds for all its lanes is written for all at once.
async fn admit(office: &Office, host: &str, peer: &Peer) -> store::Result<Plans> {
    let ctx = &office.ctx;
    if ctx.rules.get().is_blocked(host) {
        return Ok(Plans::All(Plan::Drop));
    }
    let now = ctx.now();
    match peer.health.admit(now, ctx.scale) {
        // Hosts that failed last time wait while many hang, so that those which answer find room.
        Admission::Open if peer.health.failures > 0 && office.slow.count() > SLOW_TRIES / 2 => {
            Ok(Plans::All(Plan::Sleep(now.plus(ctx.scale.apply(CROWDED)))))
        }
        Admission::Open => Ok(Plans::All(Plan::Send)),
        Admission::Dead => {
            ctx.store
                .transaction(async |tx| parked::park_host(tx, host, now).await)
                .await?;
            Ok(Plans::All(Plan::Rest))
        }
        Admission::Wait(until) => {
            ctx.store
                .transaction(async |tx| lanes::postpone_host(tx, host, until).await)
                .await?;
            Ok(Plans::All(Plan::Pause))
        }
        Admission::Probe(until) => {
            let seen = peer.health.paused_until;
            let taken = ctx
                .store
                .transaction(async |tx| -> store::Result<bool> {
                    let taken = hosts::take_probe(tx, host, seen, until).await?;
                    lanes::postpone_host(tx, host, until).await?;
                    Ok(taken)
                })
                .await?;
            Ok(if taken {
                Plans::One
            } else {
                Plans::All(Plan::Pause)
            })
        }
    }
}
