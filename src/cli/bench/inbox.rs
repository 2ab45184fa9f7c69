//! Received activities: signed beforehand, sent as fast as they are taken, and timed until all have had their effect.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};
use url::Url;

use super::instance::{Instance, Server};
use super::measure::{self, ceiling, each_us, percentile, rate};
use super::people::{self, Remote};
use super::report::Report;
use super::{Options, load};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::interaction::Policy;
use crate::domain::notification::NotificationKind;
use crate::domain::post::Post;
use crate::federation::signatures::{Here, Presented, RequestParts};
use crate::services::post::{self, Draft};
use crate::store::notifications::{self, Wanted};
use crate::store::timelines::Page;
use crate::wire::activitystreams::activity::IncomingActivity;

const ACTORS: usize = 1_000;
const HOSTS: usize = 200;
const LOCALS: usize = 50;
/// Of ten activities eight are posts, one is a like, one asks to follow.
const MIX: &str = "80 % Create(Note) with a mention, 10 % Like, 10 % Follow";
/// Longest wait for effects after the last answer.
const PATIENCE: Duration = Duration::from_mins(2);

/// What the activities are made of.
struct Scene {
    people: Vec<Actor>,
    posts: Vec<Post>,
    remotes: Vec<Remote>,
}

/// A signed request in parts.
struct Signed {
    headers: HeaderMap,
    body: Vec<u8>,
    remote: usize,
}

pub(super) async fn run(instance: &Instance, options: &Options) -> anyhow::Result<Vec<Report>> {
    let config = instance.configure(&[])?;
    let app = instance.open(config.clone()).await?;
    let scene = set(&app).await?;
    let signed = sign(&app, &scene, options.count())?;
    let bound = ceiling_of(&app, &scene, &signed)?;
    let raw: Vec<Bytes> = signed.iter().map(raw).collect();
    drop(signed);
    app.leave().await?;
    drop(app);

    let server = instance.serve_idle().await?;
    let (cpu, database) = (measure::cpu(server.pid)?, instance.database_cpu());
    let begun = Instant::now();
    let sent = load::send(instance.listen, Arc::new(raw), (options.connections(), 202)).await?;
    until_done(instance).await?;
    let elapsed = begun.elapsed();
    let taken = measure::cpu(server.pid)?.saturating_sub(cpu);
    let database = instance
        .database_cpu()
        .zip(database)
        .map(|(after, before)| after.saturating_sub(before));
    let rss_mib = measure::anonymous_mib(server.pid)?;
    let mut details = effects(instance, &scene, options.count()).await?;
    describe(&mut details, &server, (elapsed, sent.elapsed));
    if let Some(database) = database {
        let us = each_us(database, options.count());
        details.insert("database_cpu_us_per_op".to_owned(), json!(us));
    }
    let us = each_us(taken, options.count());
    let value = rate(us, options.count());
    Ok(vec![Report {
        name: "inbox",
        value,
        unit: "activities/s/core",
        ceiling: bound,
        ratio: value / bound,
        cpu_us_per_op: us,
        p50_ms: percentile(&sent.latencies, 50),
        p99_ms: percentile(&sent.latencies, 99),
        rss_mib,
        database: instance.database(),
        details,
    }])
}

async fn set(app: &App) -> anyhow::Result<Scene> {
    let people = people::locals(app, LOCALS).await?;
    let mut posts = Vec::new();
    for person in &people {
        let draft = Draft {
            text: "What do you do at the weekend?".to_owned(),
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
        posts.push(post::publish(&app.ctx, person, &draft).await?);
    }
    // Nobody listens there: everything about these actors is in the store.
    let hosts: Vec<String> = (0..HOSTS).map(|n| format!("h{n}.localhost:9")).collect();
    let remotes = people::remotes(app, ACTORS, &hosts).await?;
    Ok(Scene {
        people,
        posts,
        remotes,
    })
}

fn sign(app: &App, scene: &Scene, count: usize) -> anyhow::Result<Vec<Signed>> {
    let inbox = Url::parse(&app.ctx.uris.at("/inbox"))?;
    (0..count)
        .zip((0..scene.remotes.len()).cycle())
        .map(|(number, remote)| {
            let from = scene.remotes.get(remote).context("there are actors")?;
            let body = serde_json::to_vec(&activity(app, scene, (number, &from.actor)))?;
            let headers =
                from.signer
                    .sign_draft(&Method::POST, &inbox, Some(&body), app.ctx.now())?;
            Ok(Signed {
                headers,
                body,
                remote,
            })
        })
        .collect()
}

/// The activity with this number: each actor sends each kind, and no two mean the same.
fn activity(app: &App, scene: &Scene, (number, from): (usize, &Actor)) -> Value {
    let round = number / scene.remotes.len();
    let person = scene.people.get((number + round) % scene.people.len());
    let liked = scene.posts.get(round % scene.posts.len());
    let id = format!("{}/activities/{number}", from.uri);
    match ((number + round) % 10, person, liked) {
        (8, _, Some(liked)) => json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Like", "actor": from.uri,
            "object": liked.uri,
        }),
        (9, _, _) => {
            // An actor comes here once in ten rounds: another person each time.
            let person = scene.people.get(round / 10 % scene.people.len());
            json!({
                "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Follow", "actor": from.uri,
                "object": person.map(|person| &person.uri),
            })
        }
        (_, Some(person), _) => create(from, person, (&id, &app.ctx.now().rfc3339())),
        _ => Value::Null,
    }
}

/// A mention, in the shape and size of Mastodon's.
fn create(from: &Actor, person: &Actor, (id, now): (&str, &str)) -> Value {
    let note = format!("{id}/note");
    let everyone = "https://www.w3.org/ns/activitystreams#Public";
    let content = format!(
        "<p><span class=\"h-card\" translate=\"no\"><a href=\"{0}\" class=\"u-url mention\">@<span>{1}</span></a></span> \
         the climbing hall opens at ten on Saturday, and there is a table for six in the garden afterwards. \
         Shall we meet at the door, or is half an hour later better for those who come by train?</p>",
        person.uri, person.handle
    );
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", {
            "ostatus": "http://ostatus.org#", "atomUri": "ostatus:atomUri", "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
            "conversation": "ostatus:conversation", "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount",
        }],
        "id": id, "type": "Create", "actor": from.uri, "published": now, "to": [everyone],
        "cc": [from.followers, person.uri],
        "object": {
            "id": note, "type": "Note", "summary": null, "inReplyTo": null, "published": now, "url": note,
            "attributedTo": from.uri, "to": [everyone], "cc": [from.followers, person.uri], "sensitive": false,
            "atomUri": note, "inReplyToAtomUri": null, "content": content, "contentMap": {"en": content},
            "attachment": [], "tag": [{"type": "Mention", "href": person.uri, "name": person.full_handle()}],
        },
    })
}

/// The same requests verified and parsed in memory, one after the other: what the inbox cannot do without.
fn ceiling_of(app: &App, scene: &Scene, signed: &[Signed]) -> anyhow::Result<f64> {
    let here = Here {
        scheme: app.ctx.uris.scheme(),
        host: app.ctx.uris.domain(),
    };
    let now = app.ctx.now();
    let mut next = signed.iter().cycle();
    ceiling(|| {
        let one = next.next().context("there are requests")?;
        let parts = RequestParts {
            method: "POST",
            target: "/inbox",
            headers: &one.headers,
            body: &one.body,
        };
        let from = scene.remotes.get(one.remote).context("there are actors")?;
        Presented::read(&parts, &here, now)?.verify(from.signer.key().public())?;
        std::hint::black_box(IncomingActivity::parse(&one.body)?);
        Ok(())
    })
}

fn raw(signed: &Signed) -> Bytes {
    let mut request = BytesMut::with_capacity(signed.body.len() + 1024);
    request.put_slice(b"POST /inbox HTTP/1.1\r\n");
    for (name, value) in &signed.headers {
        request.put_slice(name.as_str().as_bytes());
        request.put_slice(b": ");
        request.put_slice(value.as_bytes());
        request.put_slice(b"\r\n");
    }
    let length = format!("content-length: {}\r\n\r\n", signed.body.len());
    request.put_slice(length.as_bytes());
    request.put_slice(&signed.body);
    request.freeze()
}

async fn until_done(instance: &Instance) -> anyhow::Result<()> {
    let begun = Instant::now();
    while instance.waiting().await?.inbox.waiting > 0 {
        ensure!(
            begun.elapsed() < PATIENCE,
            "activities still wait for their effect"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Counts what was done, in the store.
async fn effects(
    instance: &Instance,
    scene: &Scene,
    count: usize,
) -> anyhow::Result<Map<String, Value>> {
    let app = instance.open(instance.configure(&[])?).await?;
    let (mut mentions, mut likes, mut follows) = (0, 0, 0);
    let mut reader = app.ctx.store.reader().await?;
    for person in &scene.people {
        let page = Page::first(1_000_000);
        for told in notifications::list(&mut reader, person.id, Wanted::default(), page).await? {
            match told.kind {
                NotificationKind::Mention => mentions += 1,
                NotificationKind::Favourite => likes += 1,
                NotificationKind::FollowRequest => follows += 1,
                _ => {}
            }
        }
    }
    drop(reader);
    app.leave().await?;
    let all: usize = mentions + likes + follows;
    ensure!(all == count, "{count} activities had {all} effects");
    let mut details = Map::new();
    details.insert(
        "effects".to_owned(),
        json!({"mentions": mentions, "likes": likes, "follows": follows, "waiting": 0}),
    );
    Ok(details)
}

fn describe(
    details: &mut Map<String, Value>,
    server: &Server,
    (elapsed, answered): (Duration, Duration),
) {
    for (name, value) in [
        ("mix", json!(MIX)),
        ("actors", json!(ACTORS)),
        ("hosts", json!(HOSTS)),
        ("ceiling_is", json!("verifying and parsing in memory")),
        ("answered_after_s", json!(answered.as_secs_f64())),
        ("done_after_s", json!(elapsed.as_secs_f64())),
        ("start_ms", json!(server.start.as_secs_f64() * 1000.0)),
        ("idle_mib", json!(server.idle_mib)),
    ] {
        details.insert(name.to_owned(), value);
    }
}
