//! A router over the documents of a small instance, and askers that count as checked.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::request::Parts;
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;

use crate::app::App;
use crate::config::Config;
use crate::http::AppState;
use crate::http::ap::asker::Asker;
use crate::http::ap::{actor_document, event_document, post_document, routes};
use crate::net::{Client, NetSettings};
use crate::services::documents::Owner;
use crate::services::documents::kit::{DOMAIN, Kit};

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The state of handlers over `kit`.
pub(super) async fn app(kit: &Kit, authorized_fetch: bool) -> AppState {
    let mut config = Config::minimal(DOMAIN, std::path::Path::new("/nowhere"));
    config.federation.authorized_fetch = authorized_fetch;
    let settings = NetSettings::for_domain(DOMAIN, "Kith tests");
    let client = Client::new(settings, kit.clock.clone()).unwrap();
    let app = App::assemble(config, kit.ctx.clone(), (client, 1)).await;
    AppState(Arc::new(app.unwrap()))
}

/// Every address, also those that have a page besides.
pub(super) fn router(app: AppState) -> Router {
    async fn person(State(app): State<AppState>, Path(name): Path<String>, p: Parts) -> Response {
        actor_document(&app, &p, Owner::Person(&name)).await
    }
    async fn group(State(app): State<AppState>, Path(name): Path<String>, p: Parts) -> Response {
        actor_document(&app, &p, Owner::Group(&name)).await
    }
    async fn event(State(app): State<AppState>, Path(id): Path<String>, p: Parts) -> Response {
        event_document(&app, &p, &id).await
    }
    async fn post(State(app): State<AppState>, Path(id): Path<String>, p: Parts) -> Response {
        post_document(&app, &p, &id).await
    }
    routes()
        .route("/people/{name}", get(person))
        .route("/groups/{name}", get(group))
        .route("/events/{id}", get(event))
        .route("/posts/{id}", get(post))
        .with_state(app)
}

/// A GET of `path`, by somebody on `host` whose signature was checked, or by a stranger.
pub(super) async fn ask(router: &Router, path: &str, host: Option<&str>) -> Answer {
    let mut request = Request::get(path).header("host", DOMAIN);
    if let Some(host) = host {
        request = request.extension(Asker::server_of(&format!("https://{host}/actor")));
    }
    send(router, request.body(Body::empty()).unwrap()).await
}

pub(super) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}
