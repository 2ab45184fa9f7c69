//! An instance with a few people, and an app for each of them.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, response};
use serde_json::Value;
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

use crate::app::{App, Surroundings};
use crate::config::Config;
use crate::domain::actor::{Actor, Role};
use crate::domain::clock::{FixedClock, Timestamp};
use crate::domain::keys::KeyPair;
use crate::federation::keys::generate_pairs;
use crate::http::{AppState, router};
use crate::services::SystemRandom;
use crate::services::accounts::{self, JoinMode, NewGroup, NewPerson};
use crate::store::Store;

use super::described::{Answered, Described};

pub(super) const DOMAIN: &str = "kith.example";

pub(super) struct Kit {
    pub(super) app: AppState,
    router: Router,
    _folder: tempfile::TempDir,
}

/// What somebody's app sends requests with.
pub(super) struct Client<'k> {
    kit: &'k Kit,
    token: Option<String>,
    /// The person; strangers have none.
    actor: Option<Actor>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) json: Value,
}

/// What a request carries.
pub(super) enum Sent<'a> {
    Nothing,
    Form(&'a str),
    Json(Value),
}

/// Keys take long to make; in these tests nobody minds sharing them.
fn pairs() -> [KeyPair; 2] {
    static PAIRS: OnceLock<[KeyPair; 2]> = OnceLock::new();
    PAIRS.get_or_init(|| generate_pairs().unwrap()).clone()
}

impl Kit {
    pub(super) async fn new() -> Kit {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kith.db").display());
        let store = Store::open(&url).await.unwrap();
        let mut config = Config::minimal(DOMAIN, folder.path());
        config.instance.name = "Werkhof Friends".into();
        let now = Timestamp::parse("2026-05-04T09:00:00Z").unwrap();
        let around = Surroundings {
            clock: Arc::new(FixedClock::at(now)),
            random: Arc::new(SystemRandom),
        };
        let app = App::with_store(config, store, around).await.unwrap();
        let app = AppState(Arc::new(app));
        Kit {
            router: router(app.clone()),
            app,
            _folder: folder,
        }
    }

    /// A new person with an app that may do everything.
    pub(super) async fn person(&self, handle: &str) -> Client<'_> {
        self.person_with(handle, "read write follow").await
    }

    pub(super) async fn person_with(&self, handle: &str, scopes: &str) -> Client<'_> {
        let new = NewPerson {
            handle: handle.into(),
            email: format!("{handle}@mail.example"),
            password_hash: None,
            role: Role::Member,
            name: String::new(),
        };
        let (actor, account) = accounts::create_person(&self.app.ctx, new, pairs())
            .await
            .unwrap();
        let scopes = scopes.parse().unwrap();
        let token = accounts::create_token(&self.app.ctx, account.id, &scopes).await;
        Client {
            kit: self,
            token: Some(token.unwrap().expose().to_owned()),
            actor: Some(actor),
        }
    }

    pub(super) async fn group(&self, handle: &str, organizer: &Client<'_>) -> Actor {
        let new = NewGroup {
            handle: handle.into(),
            name: handle.into(),
            organizer: organizer.actor.as_ref().unwrap().id,
            join: JoinMode::Open,
        };
        accounts::create_group(&self.app.ctx, new, pairs())
            .await
            .unwrap()
    }

    pub(super) fn stranger(&self) -> Client<'_> {
        self.bearer(None)
    }

    pub(super) fn bearer(&self, token: Option<&str>) -> Client<'_> {
        Client {
            kit: self,
            token: token.map(str::to_owned),
            actor: None,
        }
    }
}

impl Client<'_> {
    pub(super) fn id(&self) -> String {
        self.actor.as_ref().unwrap().id.to_string()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, Sent::Nothing).await
    }

    pub(super) async fn post(&self, path: &str) -> Reply {
        self.send(Method::POST, path, Sent::Nothing).await
    }

    pub(super) async fn form(&self, path: &str, form: &str) -> Reply {
        self.send(Method::POST, path, Sent::Form(form)).await
    }

    pub(super) async fn json(&self, path: &str, json: Value) -> Reply {
        self.send(Method::POST, path, Sent::Json(json)).await
    }

    pub(super) async fn send(&self, method: Method, path: &str, sent: Sent<'_>) -> Reply {
        self.send_with(method, path, sent, None).await
    }

    pub(super) async fn send_with(
        &self,
        method: Method,
        path: &str,
        sent: Sent<'_>,
        key: Option<&str>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", DOMAIN);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let (kind, body) = match sent {
            Sent::Nothing => (None, String::new()),
            Sent::Form(form) => (
                Some("application/x-www-form-urlencoded; charset=utf-8"),
                form.to_owned(),
            ),
            Sent::Json(json) => (Some("application/json"), json.to_string()),
        };
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body)).unwrap();
        self.kit.answer(request).await
    }

    /// Posts, and answers the id.
    pub(super) async fn says(&self, form: &str) -> String {
        let reply = self.form("/api/v1/statuses", form).await;
        assert_eq!(reply.status, 200, "{:?}", reply.json);
        reply.text("id")
    }

    pub(super) async fn follows(&self, other: &Client<'_>) {
        let path = format!("/api/v1/accounts/{}/follow", other.id());
        assert_eq!(self.post(&path).await.status, 200);
    }
}

impl Kit {
    async fn pass(&self, request: Request<Body>) -> (response::Parts, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, to_bytes(body, usize::MAX).await.unwrap())
    }

    /// What the server says of itself.
    async fn described(&self) -> &'static Described {
        static DESCRIBED: OnceCell<Described> = OnceCell::const_new();
        let asked = DESCRIBED.get_or_init(async || {
            let ask = Request::get("/api/openapi.json").header("host", DOMAIN);
            let (_, text) = self.pass(ask.body(Body::empty()).unwrap()).await;
            Described::new(serde_json::from_slice(&text).unwrap())
        });
        asked.await
    }

    pub(super) async fn answer(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let (parts, bytes) = self.pass(request).await;
        if Described::covers(&path) {
            let kind = parts.headers.get("content-type");
            self.described().await.check(Answered {
                method: &method,
                path: &path,
                status: parts.status.as_u16(),
                kind: kind.map_or("", |kind| kind.to_str().unwrap()),
                body: &bytes,
            });
        }
        Reply {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }
}

impl Reply {
    pub(super) fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_default().to_owned()
    }

    /// The ids of a list.
    pub(super) fn ids(&self) -> Vec<String> {
        let list = self.json.as_array().expect("a list was answered");
        let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
        list.iter().map(id).collect()
    }

    /// The path and query of a neighbour in the `Link` header.
    pub(super) fn link(&self, rel: &str) -> Option<String> {
        let header = self.headers.get("link")?.to_str().unwrap();
        let wanted = format!("rel=\"{rel}\"");
        let part = header.split(", ").find(|part| part.ends_with(&wanted))?;
        let (address, _) = part.trim_start_matches('<').split_once('>')?;
        address
            .strip_prefix(&format!("https://{DOMAIN}"))
            .map(str::to_owned)
    }
}
