//! The home timeline of somebody who follows many, in a large database.

use std::sync::Arc;

use serde_json::{Map, json};

use super::instance::Instance;
use super::measure::{self, each_us, percentile, rate};
use super::report::Report;
use super::{Options, load, people};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::{FollowId, PostId};
use crate::domain::interaction::Policy;
use crate::domain::post::Post;
use crate::store::{self, follows, posts};

const AUTHORS: usize = 5_000;
const FOLLOWED: usize = 500;
const POSTS: usize = 1_000_000;
/// Posts written in one transaction.
const TOGETHER: usize = 5_000;
/// Hosts that the authors are spread over.
const HOSTS: usize = 50;
/// Connections while latency is measured: no request waits for another.
const ALONE: usize = 1;

pub(super) async fn run(instance: &Instance, options: &Options) -> anyhow::Result<Vec<Report>> {
    let app = instance.open(instance.configure(&[])?).await?;
    let (reader, token) = people::with_token(&app, "reader").await?;
    let middle = fill(&app, &reader).await?;
    app.leave().await?;
    drop(app);
    let server = instance.serve_idle().await?;
    let host = &instance.domain;
    let least = vec![load::get(host, "/robots.txt", "*/*"); options.count()];
    let before = measure::cpu(server.pid)?;
    load::send(instance.listen, Arc::new(least), (ALONE, 200)).await?;
    let least = measure::cpu(server.pid)?.saturating_sub(before);
    let bound = rate(each_us(least, options.count()), options.count());
    let mut reports = Vec::new();
    for (name, path) in [
        ("home.newest", "/api/v1/timelines/home?limit=20".to_owned()),
        (
            "home.older",
            format!("/api/v1/timelines/home?limit=20&max_id={}", middle.0),
        ),
    ] {
        let request = load::get_as(host, &path, &token);
        // The first reads fill the cache of pages, as those of the day before would have.
        load::send(
            instance.listen,
            Arc::new(vec![request.clone(); 50]),
            (ALONE, 200),
        )
        .await?;
        let requests = Arc::new(vec![request; options.count()]);
        let before = measure::cpu(server.pid)?;
        let sent = load::send(instance.listen, requests, (ALONE, 200)).await?;
        let us = each_us(
            measure::cpu(server.pid)?.saturating_sub(before),
            options.count(),
        );
        let value = rate(us, options.count());
        let mut details = Map::new();
        for (name, value) in [
            ("posts", json!(POSTS)),
            ("authors", json!(AUTHORS)),
            ("followed", json!(FOLLOWED)),
            ("p95_ms", json!(percentile(&sent.latencies, 95))),
            ("answer_bytes", json!(sent.answer_bytes)),
            ("ceiling_is", json!("/robots.txt on the same server")),
        ] {
            details.insert(name.to_owned(), value);
        }
        reports.push(Report {
            name,
            value,
            unit: "requests/s/core",
            ceiling: bound,
            ratio: value / bound,
            cpu_us_per_op: us,
            p50_ms: percentile(&sent.latencies, 50),
            p99_ms: percentile(&sent.latencies, 99),
            rss_mib: measure::anonymous_mib(server.pid)?,
            database: instance.database(),
            details,
        });
    }
    Ok(reports)
}

/// Writes the authors, whom the reader follows, and the posts; answers a post from the middle.
async fn fill(app: &App, reader: &Actor) -> anyhow::Result<PostId> {
    let hosts: Vec<String> = (0..HOSTS)
        .map(|number| format!("peer{number}.example"))
        .collect();
    let authors = people::remotes(app, AUTHORS, &hosts).await?;
    let now = app.ctx.now();
    app.ctx
        .store
        .transaction(async |tx| -> store::Result<()> {
            for author in authors.iter().take(FOLLOWED) {
                let id = app.ctx.id();
                let follow = Follow {
                    id: FollowId(id),
                    follower: reader.id,
                    target: author.actor.id,
                    uri: app.ctx.uris.under(&reader.uri, "follows", id),
                    asked_by: AskedBy::Follow,
                    state: FollowState::Accepted,
                    role: MemberRole::Member,
                    created_at: now,
                };
                follows::insert(tx, &follow).await?;
            }
            Ok(())
        })
        .await?;
    let mut middle = PostId(0);
    let numbers: Vec<usize> = (0..POSTS).collect();
    for some in numbers.chunks(TOGETHER) {
        let written: Vec<Post> = some
            .iter()
            .zip(
                authors
                    .iter()
                    .cycle()
                    .skip(some.first().map_or(0, |n| n % AUTHORS)),
            )
            .map(|(number, author)| post(app, &author.actor, *number))
            .collect();
        if some.contains(&(POSTS / 2)) {
            middle = written.last().map_or(middle, |post| post.id);
        }
        app.ctx
            .store
            .transaction(async |tx| -> store::Result<()> {
                for post in &written {
                    posts::insert(tx, post, &[], &[]).await?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(middle)
}

fn post(app: &App, author: &Actor, number: usize) -> Post {
    let id = PostId(app.ctx.id());
    Post {
        id,
        uri: format!("{}/statuses/{number}", author.uri),
        url: None,
        local: false,
        kind: "Note".to_owned(),
        author: author.id,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: id,
        event: None,
        group: None,
        title: String::new(),
        content: format!("<p>Post {number}: the hall opens at ten, and we bring bread.</p>"),
        source: None,
        warning: String::new(),
        sensitive: false,
        language: Some("en".to_owned()),
        audience: Audience::Public,
        attachments: None,
        policy: Policy::default(),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: app.ctx.now(),
        edited_at: None,
    }
}
