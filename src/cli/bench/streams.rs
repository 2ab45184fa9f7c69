//! A post on its way to many open streams.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Map, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::instance::Instance;
use super::measure::{self, each_us, percentile};
use super::report::Report;
use super::{Options, load, people};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::FollowId;
use crate::store::{self, follows};

const POSTS: usize = 10;
/// Longest way of a post.
const PATIENCE: Duration = Duration::from_secs(30);
/// What opens the event of a post in a stream.
const UPDATE: &[u8] = b"event: update";

/// When a stream told of a post.
type Told = mpsc::UnboundedReceiver<Instant>;

/// `options.connections` listeners, each a person of their own who follows the author.
pub(super) async fn run(instance: &Instance, options: &Options) -> anyhow::Result<Vec<Report>> {
    let listeners = options.connections();
    let app = instance.open(instance.configure(&[])?).await?;
    let (author, token) = people::with_token(&app, "author").await?;
    let tokens = audience(&app, &author, listeners).await?;
    app.leave().await?;
    drop(app);
    let ceiling = bare(listeners).await?;
    let server = instance.serve_idle().await?;
    let mut streams = JoinSet::new();
    let (tell, mut told) = mpsc::unbounded_channel();
    for token in tokens {
        let request = load::get_as(&instance.domain, "/api/v1/streaming/user", &token);
        let mut stream = TcpStream::connect(instance.listen).await?;
        stream.write_all(&request).await?;
        let mut head = [0; 1024];
        let read = stream.read(&mut head).await?;
        if !head
            .get(..read)
            .is_some_and(|head| head.starts_with(b"HTTP/1.1 200"))
        {
            bail!("a stream is not opened");
        }
        streams.spawn(listen(stream, tell.clone()));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each_kib =
        (measure::anonymous_mib(server.pid)? - server.idle_mib) * 1024.0 / amount(listeners);
    let before = measure::cpu(server.pid)?;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for number in 0..POSTS {
        let body = format!("status=Post+{number}");
        let request = load::post_as(&instance.domain, "/api/v1/statuses", &token, &body);
        let begun = Instant::now();
        load::fetch(instance.listen, &request).await?;
        let ways = gather(&mut told, listeners, begun).await?;
        first.extend(ways.first().copied());
        last.extend(ways.last().copied());
    }
    let cpu = measure::cpu(server.pid)?.saturating_sub(before);
    last.sort_unstable();
    let value = percentile(&last, 50);
    let mut details = Map::new();
    for (name, value) in [
        ("listeners", json!(listeners)),
        ("posts", json!(POSTS)),
        ("kib_per_listener", json!(each_kib)),
        ("first_ms", json!(percentile(&first, 50))),
        (
            "ceiling_is",
            json!("as many bytes written to as many bare connections"),
        ),
    ] {
        details.insert(name.to_owned(), value);
    }
    Ok(vec![Report {
        name: "streams",
        value,
        unit: "ms to the last listener",
        ceiling,
        ratio: ceiling / value.max(f64::EPSILON),
        cpu_us_per_op: each_us(cpu, POSTS * listeners),
        p50_ms: value,
        p99_ms: percentile(&last, 99),
        rss_mib: measure::anonymous_mib(server.pid)?,
        database: instance.database(),
        details,
    }])
}

fn amount(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

/// People who follow `author`, by their tokens.
async fn audience(app: &App, author: &Actor, count: usize) -> anyhow::Result<Vec<String>> {
    let mut tokens = Vec::with_capacity(count);
    let people = people::with_tokens(app, count).await?;
    app.ctx
        .store
        .transaction(async |tx| -> store::Result<()> {
            for (person, _) in &people {
                let id = app.ctx.id();
                let follow = Follow {
                    id: FollowId(id),
                    follower: person.id,
                    target: author.id,
                    uri: app.ctx.uris.under(&person.uri, "follows", id),
                    asked_by: AskedBy::Follow,
                    state: FollowState::Accepted,
                    role: MemberRole::Member,
                    created_at: app.ctx.now(),
                };
                follows::insert(tx, &follow).await?;
            }
            Ok(())
        })
        .await?;
    tokens.extend(people.into_iter().map(|(_, token)| token));
    Ok(tokens)
}

async fn listen(mut stream: TcpStream, tell: mpsc::UnboundedSender<Instant>) -> anyhow::Result<()> {
    let mut kept: Vec<u8> = Vec::new();
    loop {
        if stream.read_buf(&mut kept).await? == 0 {
            return Ok(());
        }
        let seen = kept
            .windows(UPDATE.len())
            .filter(|part| *part == UPDATE)
            .count();
        for _ in 0..seen {
            tell.send(Instant::now())?;
        }
        // An event may be split between its name's letters.
        let rest = kept
            .len()
            .saturating_sub(if seen > 0 { 0 } else { UPDATE.len() });
        kept.drain(..rest);
    }
}

/// How long a post took to each listener, shortest first.
async fn gather(told: &mut Told, count: usize, begun: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut ways = Vec::with_capacity(count);
    while ways.len() < count {
        let next = tokio::time::timeout(PATIENCE, told.recv()).await;
        let at = next
            .context("a stream does not tell of a post")?
            .context("every stream ended")?;
        ways.push(at.saturating_duration_since(begun));
    }
    ways.sort_unstable();
    Ok(ways)
}

/// The least it takes: as many bytes to as many connections, in milliseconds.
async fn bare(count: usize) -> anyhow::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (tell, mut told) = mpsc::unbounded_channel();
    let (mut out, mut streams) = (Vec::with_capacity(count), JoinSet::new());
    for _ in 0..count {
        let stream = TcpStream::connect(address).await?;
        out.push(listener.accept().await?.0);
        streams.spawn(listen(stream, tell.clone()));
    }
    let mut event = UPDATE.to_vec();
    event.resize(2_048, b' ');
    let begun = Instant::now();
    for stream in &mut out {
        stream.write_all(&event).await?;
    }
    let ways = gather(&mut told, count, begun).await?;
    Ok(percentile(&ways, 100))
}
