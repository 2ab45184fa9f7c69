//! For tests of the queue: fresh databases, and rows that other rooms write in earnest.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::schema::{activities, actor_keys, actors, deliveries, follows, lanes};
use super::{Conn, Result, Store};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;

/// A database of its own for one test; it goes when this is dropped.
pub(crate) struct TestDb {
    pub(crate) store: Store,
    url: String,
    _folder: Option<tempfile::TempDir>,
    postgres: Option<(String, String)>,
}

impl TestDb {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kith.db").display());
        TestDb {
            store: Store::open(&url).await.unwrap(),
            url,
            _folder: Some(folder),
            postgres: None,
        }
    }

    /// `None`, with a word on the terminal, where no PostgreSQL is given for tests.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by the environment where PostgreSQL is"
    )]
    pub(crate) async fn postgres() -> Option<Self> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(admin) = std::env::var("KITH_TEST_POSTGRES") else {
            eprintln!("skipped: KITH_TEST_POSTGRES is not set");
            return None;
        };
        let name = format!(
            "kith_queue_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        run_there(
            &admin,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        run_there(&admin, &format!("CREATE DATABASE {name}")).await;
        let (server, _) = admin.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}");
        Some(TestDb {
            store: Store::open(&url).await.unwrap(),
            url,
            _folder: None,
            postgres: Some((admin, name)),
        })
    }

    /// The same database as another process would see it: through connections of its own. SQLite has one process.
    pub(crate) async fn open_again(&self) -> Store {
        match self.postgres {
            Some(_) => Store::open(&self.url).await.unwrap(),
            None => self.store.clone(),
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Some((admin, name)) = self.postgres.take() else {
            return;
        };
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(run_there(
                &admin,
                &format!("DROP DATABASE {name} WITH (FORCE)"),
            ));
        });
        let _ = gone.join();
    }
}

async fn run_there(admin: &str, sql: &str) {
    let mut connection = AsyncPgConnection::establish(admin).await.unwrap();
    connection.batch_execute(sql).await.unwrap();
}

/// An actor as far as deliveries care.
#[derive(Debug, Clone)]
pub(crate) struct SomeActor<'a> {
    pub(crate) id: i64,
    pub(crate) local: bool,
    /// Of its handle.
    pub(crate) host: &'a str,
    pub(crate) inbox: String,
    pub(crate) shared_inbox: Option<String>,
}

pub(crate) async fn insert_actor(tx: &mut Conn, actor: &SomeActor<'_>) -> Result<()> {
    diesel::insert_into(actors::table)
        .values((
            (
                actors::id.eq(actor.id),
                actors::uri.eq(format!("https://{}/people/{}", actor.host, actor.id)),
                actors::kind.eq("Person"),
                actors::local.eq(actor.local),
                actors::handle.eq(format!("p{}", actor.id)),
                actors::host.eq(actor.host),
                actors::handle_confirmed.eq(true),
                actors::name.eq(""),
                actors::summary.eq(""),
            ),
            (
                actors::inbox.eq(&actor.inbox),
                actors::shared_inbox.eq(actor.shared_inbox.as_deref()),
                actors::manually_approves.eq(false),
                actors::discoverable.eq(true),
                actors::indexable.eq(true),
                actors::accepts_joins.eq(false),
                actors::out_seq.eq(0),
                actors::created_at.eq(0),
                actors::updated_at.eq(0),
                actors::fetched_at.eq(0),
            ),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn insert_key(tx: &mut Conn, actor: i64, private: &[u8]) -> Result<()> {
    diesel::insert_into(actor_keys::table)
        .values((
            actor_keys::id.eq(actor),
            actor_keys::actor_id.eq(actor),
            actor_keys::uri.eq(format!("https://kith.example/people/{actor}#main-key")),
            actor_keys::algorithm.eq("ed25519"),
            actor_keys::public.eq(&[0_u8; 32][..]),
            actor_keys::private.eq(Some(private)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn insert_follow(
    tx: &mut Conn,
    follower: i64,
    target: i64,
    state: &str,
) -> Result<()> {
    diesel::insert_into(follows::table)
        .values((
            follows::id.eq(follower * 1_000 + target),
            follows::follower_id.eq(follower),
            follows::target_id.eq(target),
            follows::uri.eq(format!("https://follow.example/{follower}/{target}")),
            follows::asked_by.eq("Follow"),
            follows::state.eq(state),
            follows::role.eq("follower"),
            follows::created_at.eq(0),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(crate) async fn set_suspended(tx: &mut Conn, actor: i64) -> Result<()> {
    diesel::update(actors::table.find(actor))
        .set(actors::suspended_at.eq(1))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether the actor is gone, and its shared inbox.
pub(crate) async fn reachability(c: &mut Conn, actor: i64) -> (bool, Option<String>) {
    let (gone, shared): (Option<i64>, Option<String>) = actors::table
        .find(actor)
        .select((actors::gone_at, actors::shared_inbox))
        .first(c)
        .await
        .unwrap();
    (gone.is_some(), shared)
}

/// What is queued for each inbox: uris of activities in order, with their variants.
pub(crate) async fn queued(c: &mut Conn) -> Vec<(String, String, String)> {
    deliveries::table
        .inner_join(lanes::table.on(lanes::id.eq(deliveries::lane_id)))
        .inner_join(activities::table.on(activities::id.eq(deliveries::activity_id)))
        .order((lanes::inbox, deliveries::seq))
        .select((lanes::inbox, activities::uri, deliveries::variant))
        .load(c)
        .await
        .unwrap()
}

/// Whether nothing is due at `now` and nobody works on any lane.
pub(crate) async fn is_quiet(c: &mut Conn, now: Timestamp) -> bool {
    let busy: i64 = lanes::table
        .filter(
            lanes::wake_at
                .le(now.micros())
                .or(lanes::leased_until.gt(0)),
        )
        .count()
        .get_result(c)
        .await
        .unwrap();
    busy == 0
}

/// When the lane to `inbox` wakes.
pub(crate) async fn wakes_at(c: &mut Conn, actor: ActorId, inbox: &str) -> Timestamp {
    let at: i64 = lanes::table
        .filter(lanes::actor_id.eq(actor.0))
        .filter(lanes::inbox.eq(inbox))
        .select(lanes::wake_at)
        .first(c)
        .await
        .unwrap();
    Timestamp::from_micros(at)
}
