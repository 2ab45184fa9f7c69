//! Deliveries that wait in the queue when the server starts, timed until all have arrived.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Map, json};
use tokio::net::TcpListener;

use super::Options;
use super::instance::Instance;
use super::measure::{self, ceiling, each_us, percentile, rate};
use super::people;
use super::report::Report;
use super::sink::Sink;
use crate::app::App;
use crate::domain::audience::Audience;
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::FollowId;
use crate::domain::interaction::Policy;
use crate::federation::signatures::{Algorithm, PrivateKey};
use crate::services::post::{self, Draft};
use crate::store::{self, follows};

const SENDERS: usize = 20;
const HOSTS: usize = 100;
/// Longest silence before the rest is given up.
const PATIENCE: Duration = Duration::from_secs(30);
const TEXT: &str = "The hall opens at ten on Saturday. We meet at the door, climb until one and eat in the garden. \
    Whoever has never done it is welcome: two of us bring spare shoes and have time to show the first moves. ";

pub(super) async fn run(instance: &Instance, options: &Options) -> anyhow::Result<Vec<Report>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let hosts = HOSTS.min(options.count());
    let hosts: Vec<String> = (0..hosts)
        .map(|n| format!("h{n}.localhost:{port}"))
        .collect();
    let app = instance.open(instance.configure(&hosts)?).await?;
    let count = fill(&app, &hosts, options.count()).await?;
    app.leave().await?;
    drop(app);
    let before = signatures()?;

    let sink = Sink::on(listener);
    let server = instance.serve().await?;
    ensure!(
        sink.until(count, PATIENCE).await,
        "{} of {count} deliveries arrived",
        sink.total()
    );
    while instance.waiting().await?.deliveries.due > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // All of the process's life, its start too: the worker begins before the first request could be answered.
    let us = each_us(measure::cpu(server.pid)?, count);
    let rss_mib = measure::anonymous_mib(server.pid)?;
    let database_cpu = instance.database_cpu();
    drop(server);
    let after = signatures()?;
    let bound = f64::midpoint(before, after);

    let arrived = sink.arrived.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(
        arrived.distinct.len() == count && arrived.total == count,
        "{} deliveries arrived, {} of them distinct, where {count} were due",
        arrived.total,
        arrived.distinct.len()
    );
    let reached: HashSet<&str> = arrived.distinct.iter().map(|(host, _)| &**host).collect();
    let first = arrived.at.first().context("something arrived")?;
    let mut since: Vec<Duration> = arrived
        .at
        .iter()
        .map(|at| at.duration_since(*first))
        .collect();
    since.sort_unstable();
    let mut details = Map::new();
    for (name, value) in [
        ("deliveries", json!(count)),
        ("senders", json!(SENDERS)),
        ("hosts", json!(reached.len())),
        (
            "ceiling_is",
            json!("bare RSA-2048 signatures, before and after"),
        ),
        ("ceilings", json!([before, after])),
        (
            "p50_and_p99_are",
            json!("when so many had arrived, from the first on"),
        ),
        (
            "database_cpu_us_per_op",
            json!(database_cpu.map(|cpu| each_us(cpu, count))),
        ),
    ] {
        details.insert(name.to_owned(), value);
    }
    let value = rate(us, count);
    Ok(vec![Report {
        name: "deliver",
        value,
        unit: "deliveries/s/core",
        ceiling: bound,
        ratio: value / bound,
        cpu_us_per_op: us,
        p50_ms: percentile(&since, 50),
        p99_ms: percentile(&since, 99),
        rss_mib,
        database: instance.database(),
        details,
    }])
}

/// How many RSA-2048 signatures a core makes in a second.
fn signatures() -> anyhow::Result<f64> {
    let key = PrivateKey::generate(Algorithm::Rsa)?;
    let message = [b'x'; 300];
    ceiling(|| {
        std::hint::black_box(key.sign(&message)?);
        Ok(())
    })
}

/// Has posts published to followers on all hosts: at least `wanted` deliveries, whose number it answers.
async fn fill(app: &App, hosts: &[String], wanted: usize) -> anyhow::Result<usize> {
    let senders = people::locals(app, SENDERS.min(wanted.div_ceil(hosts.len()))).await?;
    let followers = people::remotes(app, hosts.len(), hosts).await?;
    let now = app.ctx.now();
    for sender in &senders {
        app.ctx
            .store
            .transaction(async |tx| -> store::Result<()> {
                for person in &followers {
                    let id = app.ctx.id();
                    let follow = Follow {
                        id: FollowId(id),
                        follower: person.actor.id,
                        target: sender.id,
                        uri: format!("{}/follows/{id}", person.actor.uri),
                        asked_by: AskedBy::Follow,
                        state: FollowState::Accepted,
                        role: MemberRole::Follower,
                        created_at: now,
                    };
                    follows::insert(tx, &follow).await?;
                }
                Ok(())
            })
            .await?;
    }
    let draft = Draft {
        text: TEXT.repeat(2),
        audience: Audience::Public,
        warning: String::new(),
        sensitive: false,
        language: None,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: Vec::new(),
    };
    let mut count = 0;
    for sender in senders.iter().cycle() {
        if count >= wanted {
            break;
        }
        post::publish(&app.ctx, sender, &draft).await?;
        count += hosts.len();
    }
    Ok(count)
}
