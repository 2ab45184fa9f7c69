//! `kith queue`: what waits and what was given up.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Common, print};
use crate::app::App;
use crate::domain::clock::Timestamp;
use crate::services::health;
use crate::store::parked::Which;
use crate::store::{self, Error};

/// Parked items printed at most, of each kind.
const SHOWN: i64 = 200;
/// Rows changed in one transaction.
const AT_ONCE: i64 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum Queue {
    /// Show counts, troubled hosts, and what is parked with its reason
    Show,
    /// Try parked deliveries and received activities again
    Retry(Host),
    /// Remove parked deliveries and received activities
    Drop(Host),
}

#[derive(Debug, Args)]
pub(super) struct Host {
    /// Only those of this host
    #[arg(long)]
    host: Option<String>,
}

/// A parked item as it is printed.
#[derive(Debug, Serialize)]
struct Shown {
    direction: &'static str,
    host: String,
    activity: String,
    reason: String,
    since: String,
}

/// A host that is not sent to for now.
#[derive(Debug, Serialize)]
struct Troubled {
    host: String,
    failures: i64,
    paused_until: Option<String>,
    dead_since: Option<String>,
}

impl Queue {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        let (word, (inbox, deliveries)) = match self {
            Queue::Show => return show(app, common).await,
            Queue::Retry(which) => ("tried again", retry(app, which.host.as_deref()).await?),
            Queue::Drop(which) => ("removed", remove(app, which.host.as_deref()).await?),
        };
        if common.json {
            return print::json(&serde_json::json!({ "inbox": inbox, "deliveries": deliveries }));
        }
        print::line(&format!(
            "{inbox} received activities and {deliveries} deliveries are {word}."
        ))
    }
}

async fn show(app: &App, common: &Common) -> anyhow::Result<()> {
    let counts = health::counts(&app.ctx).await?;
    let now = app.ctx.now();
    let mut reader = app.ctx.store.reader().await?;
    let incoming = store::inbox_items::list_parked(&mut reader, SHOWN).await?;
    let outgoing = store::parked::list(&mut reader, 0, SHOWN).await?;
    let hosts = store::hosts::list_troubled(&mut reader, now, "", SHOWN).await?;
    let incoming = incoming.into_iter().map(|item| Shown {
        direction: "in",
        host: host_of(&item.actor_uri),
        activity: item.key,
        reason: item.reason,
        since: item.parked_at.rfc3339(),
    });
    let parked: Vec<Shown> = incoming
        .chain(outgoing.into_iter().map(|item| Shown {
            direction: "out",
            host: item.host,
            activity: item.activity_uri,
            reason: item.reason,
            since: item.parked_at.rfc3339(),
        }))
        .collect();
    let troubled: Vec<Troubled> = hosts
        .into_iter()
        .map(|peer| Troubled {
            failures: peer.health.failures,
            paused_until: Some(peer.health.paused_until)
                .filter(|until| *until > now)
                .map(Timestamp::rfc3339),
            dead_since: peer.health.dead_at.map(Timestamp::rfc3339),
            host: peer.host,
        })
        .collect();
    if common.json {
        return print::json(&serde_json::json!({
            "inbox": counts.inbox, "deliveries": counts.deliveries, "jobs": counts.jobs, "hosts": troubled, "parked": parked,
        }));
    }
    let (inbox, out, jobs) = (counts.inbox, counts.deliveries, counts.jobs);
    print::line(&format!(
        "Received: {} waiting, {} parked",
        inbox.waiting, inbox.parked
    ))?;
    print::line(&format!(
        "Deliveries: {} due, {} delayed, {} parked",
        out.due, out.delayed, out.parked
    ))?;
    print::line(&format!("Jobs: {} due, {} parked", jobs.due, jobs.parked))?;
    print_lists(troubled, parked)
}

fn print_lists(troubled: Vec<Troubled>, parked: Vec<Shown>) -> anyhow::Result<()> {
    if !troubled.is_empty() {
        let rows: Vec<_> = troubled
            .into_iter()
            .map(|host| {
                let state = match (host.dead_since, host.paused_until) {
                    (Some(since), _) => format!("dead since {since}"),
                    (None, Some(until)) => format!("paused until {until}"),
                    (None, None) => String::new(),
                };
                [host.host, host.failures.to_string(), state]
            })
            .collect();
        print::table(["HOST", "FAILURES", "STATE"], &rows)?;
    }
    if parked.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = parked
        .into_iter()
        .map(|one| {
            [
                one.direction.to_owned(),
                one.host,
                one.since,
                one.reason,
                one.activity,
            ]
        })
        .collect();
    print::table(["WAY", "HOST", "SINCE", "REASON", "ACTIVITY"], &rows)
}

fn host_of(uri: &str) -> String {
    let url = uri.parse::<url::Url>().ok();
    url.as_ref()
        .and_then(crate::domain::uris::authority)
        .unwrap_or_default()
}

async fn retry(app: &App, host: Option<&str>) -> Result<(usize, usize), Error> {
    let (ctx, now) = (&app.ctx, app.ctx.now());
    let inbox = ctx
        .store
        .transaction(async |tx| store::inbox_items::rearm(tx, host, now).await)
        .await?;
    let which = host.map_or(Which::All, Which::Host);
    let mut sent = 0;
    loop {
        let some = ctx
            .store
            .transaction(async |tx| store::parked::send_again(tx, which, now, AT_ONCE).await)
            .await?;
        if some == 0 {
            return Ok((inbox, sent));
        }
        sent += some;
    }
}

async fn remove(app: &App, host: Option<&str>) -> Result<(usize, usize), Error> {
    let ctx = &app.ctx;
    let inbox = ctx
        .store
        .transaction(async |tx| store::inbox_items::drop_parked(tx, host).await)
        .await?;
    let which = host.map_or(Which::All, Which::Host);
    let mut removed = 0;
    loop {
        let some = ctx
            .store
            .transaction(async |tx| store::parked::discard(tx, which, AT_ONCE).await)
            .await?;
        if some == 0 {
            return Ok((inbox, removed));
        }
        removed += some;
    }
}
