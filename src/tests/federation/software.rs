//! What other servers run, and what they are sent for it.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use kith::domain::clock::Timestamp;
use kith::domain::event::{EventVisibility, JoinMode};
use kith::domain::follow::{FollowState, MemberRole};
use kith::services::event::{self, EventDraft};
use kith::store::{self, hosts};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::kit::{Backend, Setup, TestKit};

static PORT: AtomicU16 = AtomicU16::new(0);

fn host() -> String {
    format!("mobilizon.localhost:{}", PORT.load(Ordering::SeqCst))
}

/// A server that says of itself what stands in `software`, at `document`.
async fn serve(document: String, software: Value) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    PORT.store(listener.local_addr().unwrap().port(), Ordering::SeqCst);
    let rel = "http://nodeinfo.diaspora.software/ns/schema/2.0";
    let href = document.replace("HOST", &host());
    let links = json!({"links": [{"rel": rel, "href": href}]});
    let info = json!({"version": "2.0", "software": software, "protocols": ["activitypub"]});
    let app = Router::new()
        .route("/.well-known/nodeinfo", get(async move || Json(links)))
        .route("/nodeinfo/2.0", get(async move || Json(info)));
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
    tokio::spawn(async move { axum::serve(listener, app).await });
}

async fn kit(backend: Backend) -> Option<TestKit> {
    let kit = TestKit::start(Setup {
        backend,
        real_time: false,
        configure: |config| config.federation.loopback_hosts = vec![host()],
    })
    .await?;
    // It took a delivery.
    let ctx = &kit.app.ctx;
    let known: store::Result<()> = ctx
        .store
        .transaction(async |tx| hosts::remember_generation(tx, &host(), Some("draft")).await)
        .await;
    known.unwrap();
    Some(kit)
}

async fn software(kit: &TestKit) -> Option<String> {
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    hosts::find(&mut reader, &host())
        .await
        .unwrap()
        .unwrap()
        .software
}

async fn learned(kit: &TestKit) -> usize {
    kit.app.federation.learn_software().await.unwrap()
}

async fn a_mobilizon_gets_its_own_rendering(backend: Backend) {
    serve(
        "http://HOST/nodeinfo/2.0".to_owned(),
        json!({"name": "Mobilizon", "version": "5.1.0"}),
    )
    .await;
    let Some(kit) = kit(backend).await else {
        return;
    };
    let ada = kit.person("ada").await;
    let club = kit.group("club", &ada).await;
    let mo = kit.remote("mo", &host()).await;
    kit.join(&mo, &club, (FollowState::Accepted, MemberRole::Member))
        .await;
    assert_eq!(software(&kit).await, None);
    assert_eq!(learned(&kit).await, 1);
    assert_eq!(software(&kit).await.as_deref(), Some("mobilizon"));
    assert_eq!(learned(&kit).await, 0, "it is known for a week");
    let draft = EventDraft {
        group: Some(club.id),
        title: "Breakfast".to_owned(),
        description: String::new(),
        starts_at: Timestamp::parse("2030-05-01T08:00:00Z").unwrap(),
        ends_at: None,
        timezone: "Europe/Berlin".to_owned(),
        place: None,
        online_url: None,
        capacity: None,
        join_mode: JoinMode::Free,
        visibility: EventVisibility::Public,
        language: None,
    };
    event::publish(&kit.app.ctx, &ada, &draft).await.unwrap();
    let due = kit.due().await;
    assert_eq!(
        due[0].1["object"]["actor"], ada.uri,
        "which others are not sent"
    );
    kit.clock.advance(Duration::from_hours(8 * 24));
    assert_eq!(learned(&kit).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mobilizon_gets_its_own_rendering_on_sqlite() {
    a_mobilizon_gets_its_own_rendering(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mobilizon_gets_its_own_rendering_on_postgres() {
    a_mobilizon_gets_its_own_rendering(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_origin_says_of_a_server_counts_for_nothing() {
    serve(
        "https://elsewhere.example/nodeinfo/2.0".to_owned(),
        json!({"name": "mobilizon", "version": "1"}),
    )
    .await;
    let kit = kit(Backend::Sqlite).await.unwrap();
    assert_eq!(learned(&kit).await, 1);
    assert_eq!(software(&kit).await, None);
    assert_eq!(learned(&kit).await, 0, "it is left alone for a day");
    kit.clock.advance(Duration::from_hours(25));
    assert_eq!(learned(&kit).await, 1);
}
