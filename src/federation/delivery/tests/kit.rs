//! A server with a clock that stands still, and peers that answer as they are told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use secrecy::ExposeSecret;
use tokio::sync::{Notify, watch};
use url::Url;

use super::super::{Keyring, NoRefresh, Post, Settings, Ways, Worker};
use crate::config::Config;
use crate::domain::clock::{Clock, FixedClock, Timestamp};
use crate::domain::delivery::TimeScale;
use crate::domain::ids::{ActivityId, ActorId, IdMaker};
use crate::domain::moderation::{DomainAction, DomainRules, FederationMode};
use crate::domain::outgoing::{Outgoing, Receivers, Variant};
use crate::domain::uris::{Uris, authority};
use crate::federation::signatures::{Algorithm, PrivateKey};
use crate::net::{Answer, FetchError};
use crate::services::{Cached, Ctx, Random, Wake};
use crate::store::deliveries::{Enqueue, enqueue};
use crate::store::queue_kit::{self, SomeActor, TestDb};
use crate::store::{self, Store};

/// The local actor that sends.
pub(super) const SENDER: i64 = 1;

/// What a peer does with a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    Answers(u16),
    AsksForPatience(u64),
    IsDown,
    IsBusyHere,
    /// Answers only once [`Peers::let_go`] is called.
    Hangs,
    /// Takes only RFC 9421; anything else gets this status.
    WantsNew(u16),
    /// Takes only what is signed as the refusal asks, with its nonce.
    Asks,
}

/// One request that a peer received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) inbox: String,
    pub(super) body: String,
    pub(super) new_signature: bool,
}

/// All other servers.
#[derive(Default)]
pub(super) struct Peers {
    manners: Mutex<HashMap<String, Manner>>,
    received: Mutex<Vec<Received>>,
    let_go: Notify,
    at_once: AtomicUsize,
    pub(super) most_at_once: AtomicUsize,
}

impl Peers {
    /// How `host` answers from now on. Without this it says 202.
    pub(super) fn set(&self, host: &str, manner: Manner) {
        self.manners.lock().unwrap().insert(host.to_owned(), manner);
    }

    /// How requests for which `inbox` holds are answered: more than a word about the whole host.
    pub(super) fn set_body(&self, body: &str, manner: Manner) {
        self.set(body, manner);
    }

    pub(super) fn let_go(&self) {
        self.let_go.notify_waiters();
    }

    /// Takes what was received so far.
    pub(super) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    /// Takes what was received so far: the bodies.
    pub(super) fn take_bodies(&self) -> Vec<String> {
        self.take().into_iter().map(|r| r.body).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    fn manner(&self, host: &str, body: &str) -> Manner {
        let manners = self.manners.lock().unwrap();
        let found = manners.get(body).or_else(|| manners.get(host));
        found.copied().unwrap_or(Manner::Answers(202))
    }
}

#[async_trait]
impl Post for Peers {
    async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Answer, FetchError> {
        assert!(headers.contains_key("signature"));
        let host = authority(url).unwrap();
        let received = Received {
            inbox: url.to_string(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            new_signature: headers.contains_key("signature-input"),
        };
        let manner = self.manner(&host, &received.body);
        let is_new = received.new_signature;
        let input = headers.get("signature-input").cloned();
        self.received.lock().unwrap().push(received);
        let running = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(running, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let answer = |status, seconds: Option<u64>| {
            Ok(Answer {
                status,
                retry_after: seconds.map(Duration::from_secs),
                accept_signature: None,
            })
        };
        let result = match manner {
            Manner::Answers(status) => answer(status, None),
            Manner::AsksForPatience(seconds) => answer(429, Some(seconds)),
            Manner::IsDown => Err(FetchError::Network("down".into())),
            Manner::IsBusyHere => Err(FetchError::Busy),
            Manner::WantsNew(status) => answer(if is_new { 202 } else { status }, None),
            Manner::Asks => {
                let input = input.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
                let asked =
                    input.starts_with(r#"q=("@authority" "#) && input.contains(r#";nonce="n1""#);
                Ok(Answer {
                    status: if asked { 202 } else { 401 },
                    retry_after: None,
                    accept_signature: Some(
                        r#"q=("@authority");created;nonce="n1""#.parse().unwrap(),
                    ),
                })
            }
            Manner::Hangs => {
                self.let_go.notified().await;
                answer(202, None)
            }
        };
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

#[derive(Debug)]
struct Middle;

impl Random for Middle {
    fn fill(&self, bytes: &mut [u8]) {
        // A half, read as a number: no jitter.
        bytes.fill(0);
        if let Some(last) = bytes.last_mut() {
            *last = 0x80;
        }
    }
}

pub(super) struct Kit {
    pub(super) db: TestDb,
    pub(super) ctx: Ctx,
    pub(super) clock: Arc<FixedClock>,
    pub(super) peers: Arc<Peers>,
}

impl Kit {
    pub(super) async fn on(db: TestDb) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp::from_secs(1_800_000_000)));
        let ctx = context(db.store.clone(), clock.clone(), 1);
        let kit = Kit {
            db,
            ctx,
            clock,
            peers: Arc::default(),
        };
        kit.add_sender(SENDER).await;
        kit
    }

    pub(super) async fn add_sender(&self, id: i64) {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let der = key.to_pkcs8().unwrap().expose_secret().to_vec();
        let actor = SomeActor {
            id,
            local: true,
            host: "kith.example",
            inbox: format!("https://kith.example/people/{id}/inbox"),
            shared_inbox: None,
        };
        let (actor, der) = (&actor, &der);
        self.write(async |tx| {
            queue_kit::insert_actor(tx, actor).await?;
            queue_kit::insert_key(tx, id, der).await
        })
        .await;
    }

    /// A remote actor whose inbox is `https://{host}/{id}`.
    pub(super) async fn add_remote(&self, id: i64, host: &str, shared: Option<&str>) {
        self.add(SomeActor {
            id,
            local: false,
            host,
            inbox: format!("https://{host}/{id}"),
            shared_inbox: shared.map(str::to_owned),
        })
        .await;
    }

    pub(super) async fn add(&self, actor: SomeActor<'_>) {
        let actor = &actor;
        self.write(async |tx| queue_kit::insert_actor(tx, actor).await)
            .await;
    }

    pub(super) async fn write<T, F>(&self, unit: F) -> T
    where
        F: for<'c> store::Unit<'c, store::Result<T>>,
    {
        self.ctx.store.transaction(unit).await.unwrap()
    }

    /// Sends `word`, which is its whole body, to these actors.
    pub(super) async fn say(&self, word: &str, to: &[i64]) -> usize {
        let to = Receivers::only(to.iter().copied().map(ActorId));
        self.send(activity(&self.ctx, SENDER, word, to)).await
    }

    pub(super) async fn send(&self, outgoing: Outgoing) -> usize {
        let (ctx, outgoing) = (&self.ctx, &outgoing);
        let rules = ctx.rules.get();
        let rules = &*rules;
        let how = Enqueue {
            now: ctx.now(),
            ids: &ctx.ids,
            rules,
        };
        self.write(async |tx| enqueue(tx, outgoing, how).await)
            .await
    }

    pub(super) fn worker(&self) -> (Worker, watch::Sender<bool>) {
        worker(&self.ctx, &self.peers, 1)
    }

    /// Lets a worker do all that can be done now.
    pub(super) async fn work(&self) {
        loop {
            let (worker, stop) = self.worker();
            let watching = async {
                self.until_quiet().await;
                stop.send(true).unwrap();
            };
            tokio::join!(worker.run(), watching);
            // What was learned about hosts last may have woken some of their lanes.
            if self.is_quiet().await {
                return;
            }
        }
    }

    async fn is_quiet(&self) -> bool {
        let mut reader = self.ctx.store.reader().await.unwrap();
        queue_kit::is_quiet(&mut reader, self.ctx.now()).await
    }

    pub(super) async fn until_quiet(&self) {
        let quiet = async {
            loop {
                if self.is_quiet().await {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), quiet)
            .await
            .expect("the queue comes to rest");
    }

    /// Waits until the peers have received `count` requests since they were last asked.
    pub(super) async fn until_received(&self, count: usize) {
        let enough = async {
            while self.peers.count() < count {
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), enough)
            .await
            .expect("the peers receive that many");
    }

    /// What is queued: inbox and word.
    pub(super) async fn queued(&self) -> Vec<(String, String)> {
        let rows = queue_kit::queued(&mut self.ctx.store.reader().await.unwrap()).await;
        rows.into_iter()
            .map(|(inbox, uri, _)| (inbox, uri.rsplit('/').next().unwrap().to_owned()))
            .collect()
    }

    pub(super) async fn parked(&self) -> Vec<String> {
        let mut reader = self.ctx.store.reader().await.unwrap();
        let parked = store::parked::list(&mut reader, 0, 100).await.unwrap();
        parked.into_iter().map(|p| p.reason).collect()
    }

    pub(super) fn minutes(&self, count: u64) {
        self.clock.advance(Duration::from_mins(count));
    }

    pub(super) fn block(&self, domain: &str) {
        self.ctx.rules.set(DomainRules::new(
            FederationMode::Open,
            [(domain.to_owned(), DomainAction::Block)],
        ));
    }
}

pub(super) fn worker(ctx: &Ctx, peers: &Arc<Peers>, holder: i64) -> (Worker, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let ways = Ways {
        post: peers.clone(),
        refresh: Arc::new(NoRefresh),
        keys: Keyring::new(ctx.store.clone()),
    };
    let settings = Settings::new(holder);
    (Worker::new(ctx.clone(), ways, settings, stopped), stop)
}

pub(super) fn context(store: Store, clock: Arc<dyn Clock>, node: i64) -> Ctx {
    let config = Config::minimal("kith.example", std::path::Path::new("/nowhere"));
    Ctx {
        store,
        uris: Arc::new(Uris::new("https", "kith.example")),
        clock,
        random: Arc::new(Middle),
        ids: Arc::new(IdMaker::new(node)),
        wake: Arc::new(Wake::default()),
        scale: TimeScale(1.0),
        limits: Arc::new(config.limits),
        instance: ActorId(SENDER),
        rules: Arc::new(Cached::new(DomainRules::default())),
    }
}

/// An activity whose body is `word`, as is the end of its id.
pub(super) fn activity(ctx: &Ctx, actor: i64, word: &str, receivers: Receivers) -> Outgoing {
    Outgoing {
        id: ActivityId(ctx.id()),
        uri: format!("https://kith.example/people/{actor}/{word}"),
        actor: ActorId(actor),
        kind: "Create",
        object_uri: None,
        receivers,
        subjects: vec![ActorId(actor), ActorId(actor)],
        bodies: vec![(Variant::Standard, word.to_owned())],
        listed: true,
    }
}

/// Each test once on either database.
macro_rules! on_both {
    ($(async fn $name:ident($kit:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn body($kit: Kit) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                Box::pin(body(Kit::on(TestDb::sqlite().await).await)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(db) = TestDb::postgres().await {
                    Box::pin(body(Kit::on(db).await)).await;
                }
            }
        }
    )+};
}
pub(super) use on_both;
