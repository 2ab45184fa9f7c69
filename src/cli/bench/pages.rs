//! What is read most: an actor's document, and the profile page of somebody with fields and posts.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, json};

use super::Options;
use super::instance::{Instance, Server};
use super::measure::{self, each_us, percentile, rate};
use super::report::Report;
use super::{load, people};
use crate::app::App;
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::interaction::Policy;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::services::post::{self, Draft};
use crate::services::profile::{self, Changes};

const POSTS: usize = 20;

pub(super) async fn run(instance: &Instance, options: &Options) -> anyhow::Result<Vec<Report>> {
    let app = instance.open(instance.configure(&[])?).await?;
    fill(&app).await?;
    app.leave().await?;
    drop(app);
    let server = instance.serve_idle().await?;
    let host = &instance.domain;
    // The least a request costs in this server: a fixed text through the same layers.
    let least = load::get(host, "/robots.txt", "*/*");
    let (least, _, _) = measured(instance, &server, (least, options)).await?;
    let bound = rate(least, options.count());
    let mut reports = Vec::new();
    for (name, accept) in [
        ("pages.actor", "application/activity+json"),
        ("pages.profile", "text/html"),
    ] {
        let request = load::get(host, "/people/person0", accept);
        let (us, sent, database) = measured(instance, &server, (request, options)).await?;
        let value = rate(us, options.count());
        let mut details = Map::new();
        for (name, value) in [
            ("path", json!("/people/person0")),
            ("accept", json!(accept)),
            ("answer_bytes", json!(sent.answer_bytes)),
            ("posts", json!(POSTS)),
            ("ceiling_is", json!("/robots.txt on the same server")),
            ("elapsed_s", json!(sent.elapsed.as_secs_f64())),
            ("database_cpu_us_per_op", json!(database)),
            ("start_ms", json!(server.start.as_secs_f64() * 1000.0)),
            ("idle_mib", json!(server.idle_mib)),
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

/// The server's and the database's CPU time for each of many equal requests, in microseconds.
async fn measured(
    instance: &Instance,
    server: &Server,
    (request, options): (Bytes, &Options),
) -> anyhow::Result<(f64, load::Outcome, Option<f64>)> {
    let requests = Arc::new(vec![request; options.count()]);
    let (cpu, database) = (measure::cpu(server.pid)?, instance.database_cpu());
    let sent = load::send(instance.listen, requests, (options.connections(), 200)).await?;
    let us = each_us(
        measure::cpu(server.pid)?.saturating_sub(cpu),
        options.count(),
    );
    let database = instance
        .database_cpu()
        .zip(database)
        .map(|(after, before)| each_us(after.saturating_sub(before), options.count()));
    Ok((us, sent, database))
}

async fn fill(app: &App) -> anyhow::Result<()> {
    let people = people::locals(app, 1).await?;
    let field = |kind: FieldKind, value: &str| ProfileField {
        kind,
        name: kind.label().unwrap_or("Likes").to_owned(),
        value: value.to_owned(),
        audience: FieldAudience::Everyone,
    };
    let changes = Changes {
        summary: Some("I **climb**, bake bread and look for people to do both with.".to_owned()),
        fields: Some(vec![
            field(FieldKind::Pronouns, "they/them"),
            field(FieldKind::Headline, "Engineer"),
            field(FieldKind::Place, "Berlin"),
            field(FieldKind::Languages, "German, English"),
            field(FieldKind::Custom, "Bouldering"),
        ]),
        ..Changes::default()
    };
    for person in &people {
        profile::update(&app.ctx, person, &changes).await?;
        for number in 0..POSTS {
            let draft = Draft {
                text: format!(
                    "Post {number}: the *hall* opens at ten, see https://hall.example/ #bouldering"
                ),
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
            post::publish(&app.ctx, person, &draft).await?;
        }
    }
    Ok(())
}
