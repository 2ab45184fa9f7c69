//! How much a delivery costs. By hand: `cargo test --release --lib pace -- --ignored --nocapture`.

use std::time::Instant;

use super::kit::{Kit, SENDER, activity};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::Receivers;
use crate::store::queue_kit::{self, SomeActor, TestDb};

/// User and system time of this process so far, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

async fn add_followers(kit: &Kit, followers: i64, hosts: i64) {
    for start in (0..followers).step_by(1_000) {
        kit.write(async |tx| {
            for id in (start..followers.min(start + 1_000)).map(|n| n + 1_000) {
                let host = format!("h{}.example", id % hosts);
                let actor = SomeActor {
                    id,
                    local: false,
                    host: &host,
                    inbox: format!("https://{host}/{id}"),
                    shared_inbox: Some(format!("https://{host}/inbox")),
                };
                queue_kit::insert_actor(tx, &actor).await?;
                queue_kit::insert_follow(tx, id, SENDER, "accepted").await?;
            }
            Ok(())
        })
        .await;
    }
}

async fn measure(kit: Kit, what: &str) {
    add_followers(&kit, 100_000, 2_000).await;
    let followers = Receivers {
        followers_of: vec![ActorId(SENDER)],
        ..Receivers::default()
    };
    let body = format!("{{\"content\":\"{}\"}}", "x".repeat(1_700));
    for round in ["new lanes", "known lanes", "known lanes"] {
        let mut post = activity(&kit.ctx, SENDER, "word", followers.clone());
        post.uri = format!("https://kith.example/{}", post.id);
        post.object_uri = Some(post.uri.clone());
        post.bodies[0].1.clone_from(&body);
        let begun = Instant::now();
        let count = kit.send(post).await;
        println!(
            "{what}: enqueue to {count} inboxes of 100,000 followers, {round}: {:?}",
            begun.elapsed()
        );
    }
    for round in ["three in each lane", "one in each lane"] {
        let waiting = kit.queued().await.len();
        let (begun, before) = (Instant::now(), cpu());
        kit.work().await;
        let (took, spent) = (begun.elapsed().as_secs_f64(), cpu() - before);
        let each = |seconds: f64| seconds * 1e6 / f64::from(u32::try_from(waiting).unwrap());
        println!(
            "{what}: {waiting} delivered, {round}: {took:.2} s; each {:.0} us of time, {:.0} us of our CPU",
            each(took),
            each(spent)
        );
        let mut post = activity(&kit.ctx, SENDER, "last", followers.clone());
        post.bodies[0].1.clone_from(&body);
        if round.starts_with("three") {
            kit.send(post).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run by hand in release"]
async fn pace_on_sqlite() {
    Box::pin(measure(Kit::on(TestDb::sqlite().await).await, "SQLite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run by hand in release"]
async fn pace_on_postgres() {
    if let Some(db) = TestDb::postgres().await {
        Box::pin(measure(Kit::on(db).await, "PostgreSQL")).await;
    }
}
