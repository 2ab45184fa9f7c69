//! A whole instance in process, on a database of its own.
//!
//! What belongs here: starting it, asking it things, and builders for people, groups and what they do. What does not:
//! assertions about one feature, which stand in its test.

pub(crate) mod browser;
mod client;
mod database;
mod described;
mod remote;
mod reply;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

use kith::app::{App, Surroundings};
use kith::config::Config;
use kith::domain::actor::{Actor, Role};
use kith::domain::clock::{Clock, FixedClock, SystemClock, Timestamp};
use kith::domain::keys::KeyPair;
use kith::federation::keys::generate_pairs;
use kith::http::{AppState, router};
use kith::services::accounts::{self, JoinMode, NewGroup, NewPerson};
use kith::services::{Chance, SystemRandom};
use kith::store;

pub(crate) use browser::{Browser, PASSWORD};
pub(crate) use database::{Backend, Database};
use described::{Answered, Described};
pub(crate) use reply::Reply;

/// The domain of the instance under test.
pub(crate) const DOMAIN: &str = "kith.test";

/// Runs a test on SQLite and, where `KITH_TEST_POSTGRES` says where one is, on PostgreSQL:
/// `both_backends!(async fn it_works(kit: TestKit) { … });`
macro_rules! both_backends {
    ($(async fn $name:ident($kit:ident: TestKit) $body:block)+) => {$(
        async fn $name($kit: $crate::kit::TestKit) $body

        mod $name {
            use crate::kit::{Backend, TestKit};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(TestKit::on(Backend::Sqlite).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(kit) = TestKit::on(Backend::Postgres).await {
                    super::$name(kit).await;
                }
            }
        }
    )+};
}

/// What differs from the usual instance under test.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) backend: Backend,
    /// The machine's clock instead of one that stands still.
    pub(crate) real_time: bool,
    pub(crate) configure: fn(&mut Config),
}

/// An instance under test.
pub(crate) struct TestKit {
    pub(crate) app: Arc<App>,
    /// Moves when told to; of no effect with `real_time`.
    pub(crate) clock: Arc<FixedClock>,
    router: Router,
    // Last, so that it goes when nobody uses it any more.
    database: Database,
}

impl TestKit {
    /// The usual instance: `https://kith.test`, a clock that stands still, no loops running.
    pub(crate) async fn on(backend: Backend) -> Option<TestKit> {
        TestKit::start(Setup {
            backend,
            real_time: false,
            configure: |_config| {},
        })
        .await
    }

    /// `None` where the database is not there.
    pub(crate) async fn start(setup: Setup) -> Option<TestKit> {
        let database = Database::fresh(setup.backend).await?;
        let mut config = Config::minimal(DOMAIN, database.folder());
        (setup.configure)(&mut config);
        let clock = Arc::new(FixedClock::at(
            Timestamp::parse("2026-06-01T12:00:00Z").unwrap(),
        ));
        let around = Surroundings {
            clock: if setup.real_time {
                Arc::new(SystemClock)
            } else {
                Arc::clone(&clock) as Arc<dyn Clock>
            },
            random: Arc::new(SystemRandom),
        };
        let store = database.open().await;
        let app = Arc::new(App::with_store(config, store, around).await.unwrap());
        Some(TestKit {
            router: router(AppState(Arc::clone(&app))),
            app,
            clock,
            database,
        })
    }

    /// Settings with which a command finds the same database.
    pub(crate) fn settings_file(&self) -> std::path::PathBuf {
        let file = self.database.folder().join("kith.toml");
        let url = self.database.url();
        let text = format!("[instance]\ndomain = \"{DOMAIN}\"\n[database]\nurl = \"{url}\"\n");
        std::fs::write(&file, text).unwrap();
        file
    }

    /// What handlers are given, for routers of a test's own.
    pub(crate) fn state(&self) -> AppState {
        AppState(Arc::clone(&self.app))
    }

    /// Asks for `path` as a program without preferences.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Asks for `path` as an app that holds `token`.
    pub(crate) async fn get_as(&self, path: &str, token: &str) -> Reply {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends JSON, with the token of an app if there is one.
    pub(crate) async fn post_json(
        &self,
        path: &str,
        token: Option<&str>,
        json: &serde_json::Value,
    ) -> Reply {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(json.to_string())).unwrap())
            .await
    }

    /// Sends a request through all middleware; `Host` is added where it is missing.
    /// What the API answers is compared with its description.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        static DESCRIBED: OnceCell<Described> = OnceCell::const_new();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let reply = send_to(self.router.clone(), request).await;
        if Described::covers(&path) {
            let described = DESCRIBED.get_or_init(async || {
                let ask = Request::get("/api/openapi.json").body(Body::empty());
                let reply = send_to(self.router.clone(), ask.unwrap()).await;
                Described::new(reply.json())
            });
            described.await.check(Answered {
                method: &method,
                path: &path,
                status: reply.status.as_u16(),
                kind: reply.header("content-type"),
                body: &reply.body,
            });
        }
        reply
    }

    /// A person called `handle` who logs in with [`PASSWORD`].
    pub(crate) async fn member(&self, handle: &str) -> Actor {
        let hash = self.hash(PASSWORD).await;
        self.create(handle, Some(hash), Role::Member).await
    }

    /// A member who may do more.
    pub(crate) async fn member_with_role(&self, handle: &str, role: Role) -> Actor {
        let hash = self.hash(PASSWORD).await;
        self.create(handle, Some(hash), role).await
    }

    /// What is stored of a password.
    pub(crate) async fn hash(&self, password: &str) -> String {
        let mut rng = Chance(&*self.app.ctx.random);
        self.app.passwords.hash(password, &mut rng).await.unwrap()
    }

    /// A person called `handle` who cannot log in.
    pub(crate) async fn person(&self, handle: &str) -> Actor {
        self.create(handle, None, Role::Member).await
    }

    async fn create(&self, handle: &str, password_hash: Option<String>, role: Role) -> Actor {
        let person = NewPerson {
            handle: handle.to_owned(),
            email: format!("{handle}@people.test"),
            password_hash,
            role,
            name: String::new(),
        };
        let made = accounts::create_person(&self.app.ctx, person, some_pairs()).await;
        made.unwrap().0
    }

    /// An `Authorization` header with all that an app may be allowed.
    pub(crate) async fn token(&self, person: &Actor) -> String {
        let mut reader = self.app.ctx.store.reader().await.unwrap();
        let account = store::accounts::find_by_actor(&mut reader, person.id).await;
        drop(reader);
        let scopes = "read write".parse().unwrap();
        let made = accounts::create_token(&self.app.ctx, account.unwrap().unwrap().id, &scopes);
        format!("Bearer {}", made.await.unwrap().expose())
    }

    /// An open group called `handle`, organized by `organizer`.
    pub(crate) async fn group(&self, handle: &str, organizer: &Actor) -> Actor {
        let group = NewGroup {
            handle: handle.to_owned(),
            name: format!("The {handle}"),
            organizer: organizer.id,
            join: JoinMode::Open,
        };
        let made = accounts::create_group(&self.app.ctx, group, some_pairs()).await;
        made.unwrap()
    }
}

/// Sends a request to a router; `Host` is added where it is missing.
pub(crate) async fn send_to(router: Router, mut request: Request<Body>) -> Reply {
    let host = HeaderValue::from_static(DOMAIN);
    request.headers_mut().entry(header::HOST).or_insert(host);
    Reply::read(router.oneshot(request).await.unwrap()).await
}

/// Keys for everybody: making new ones for each takes too long.
pub(crate) fn some_pairs() -> [KeyPair; 2] {
    static PAIRS: OnceLock<[KeyPair; 2]> = OnceLock::new();
    PAIRS.get_or_init(|| generate_pairs().unwrap()).clone()
}
