//! An instance with a store of its own, and its pages.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

use crate::app::{App, Surroundings};
use crate::auth::token::Token;
use crate::config::Config;
use crate::domain::actor::{Actor, ActorKind, Role};
use crate::domain::audience::Audience;
use crate::domain::clock::{FixedClock, Timestamp};
use crate::domain::event::{Event, EventStatus, EventVisibility, JoinMode};
use crate::domain::ids::{AccountId, ActorId, EventId, PostId, SessionId};
use crate::domain::interaction::Policy;
use crate::domain::post::Post;
use crate::http::web::{
    Older, PageResult, SignedIn, Viewer, routes, show_event, show_group, show_post, show_profile,
};
use crate::http::{AppState, error};
use crate::services::Ctx;
use crate::services::session::Visit;
use crate::store::Store;

pub(in crate::http::web) const DOMAIN: &str = "kith.example";

/// The moment at which all tests look.
pub(super) fn now() -> Timestamp {
    Timestamp::parse("2026-05-04T09:00:00Z").unwrap()
}

pub(super) struct Kit {
    pub(super) app: AppState,
    viewer: Option<ActorId>,
    /// Goes with the last kit.
    folder: Arc<tempfile::TempDir>,
}

/// An answer, read to its end.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Page {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Kit {
    pub(super) async fn new() -> Kit {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kith.db").display());
        let store = Store::open(&url).await.unwrap();
        let mut config = Config::minimal(DOMAIN, folder.path());
        config.instance.name = "Werkhof Friends".into();
        config.instance.description = "For everyone who works at the Werkhof in Berlin: meet the \
            person behind the desk plant, over climbing, cooking and board games."
            .into();
        config.instance.contact = Some("hello@kith.example".into());
        Kit {
            app: AppState(Arc::new(app(config, store).await)),
            viewer: None,
            folder: Arc::new(folder),
        }
    }

    /// The same instance, looked at by somebody who is signed in.
    pub(super) fn seen_by(&self, viewer: ActorId) -> Kit {
        Kit {
            app: self.app.clone(),
            viewer: Some(viewer),
            folder: Arc::clone(&self.folder),
        }
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.app.ctx
    }

    pub(super) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(self.viewer, &self.app)
            .layer(from_fn_with_state(self.app.clone(), error::pages))
            .with_state(self.app.clone())
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Page {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

async fn app(config: Config, store: Store) -> App {
    let around = Surroundings {
        clock: Arc::new(FixedClock::at(now())),
        ..Surroundings::default()
    };
    App::with_store(config, store, around).await.unwrap()
}

/// The pages with those that share their address with documents.
fn router(viewer: Option<ActorId>, app: &AppState) -> Router<AppState> {
    type Name = Path<String>;
    routes(app)
        .route(
            "/people/{name}",
            get(
                async move |State(app): State<AppState>,
                            Path(name): Name,
                            Query(older): Query<Older>|
                            -> PageResult {
                    show_profile(&app, &standing_in(viewer), &name, older).await
                },
            ),
        )
        .route(
            "/groups/{name}",
            get(
                async move |State(app): State<AppState>,
                            Path(name): Name,
                            Query(older): Query<Older>|
                            -> PageResult {
                    show_group(&app, &standing_in(viewer), &name, older).await
                },
            ),
        )
        .route(
            "/events/{id}",
            get(
                async move |State(app): State<AppState>, Path(id): Path<EventId>| -> PageResult {
                    show_event(&app, &standing_in(viewer), id).await
                },
            ),
        )
        .route(
            "/posts/{id}",
            get(
                async move |State(app): State<AppState>, Path(id): Path<PostId>| -> PageResult {
                    show_post(&app, &standing_in(viewer), id).await
                },
            ),
        )
}

/// Somebody who is signed in as `viewer`.
fn standing_in(viewer: Option<ActorId>) -> Viewer {
    let visit = viewer.map(|id| Visit {
        session: SessionId(1),
        account: AccountId(1),
        actor: some_actor(id.0, "looking"),
        role: Role::Member,
    });
    let cookie = Token::generate(&mut StdRng::seed_from_u64(1));
    visit.map_or_else(Viewer::default, |visit| {
        SignedIn::new(visit, &cookie).into()
    })
}

/// A person of this instance who said nothing yet.
pub(in crate::http::web) fn some_actor(id: i64, handle: &str) -> Actor {
    let uri = format!("https://{DOMAIN}/people/{handle}");
    Actor {
        id: ActorId(id),
        kind: ActorKind::Person,
        local: true,
        handle: handle.into(),
        host: DOMAIN.into(),
        handle_confirmed: true,
        name: String::new(),
        summary: String::new(),
        summary_source: None,
        url: Some(uri.clone()),
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(format!("https://{DOMAIN}/inbox")),
        outbox: Some(format!("{uri}/outbox")),
        followers: Some(format!("{uri}/followers")),
        following: Some(format!("{uri}/following")),
        featured: None,
        icon: None,
        image: None,
        manually_approves: false,
        discoverable: true,
        indexable: true,
        accepts_joins: false,
        created_at: Timestamp::parse("2025-11-03T08:00:00Z").unwrap(),
        updated_at: Timestamp::parse("2025-11-03T08:00:00Z").unwrap(),
        fetched_at: Timestamp::default(),
        suspended_at: None,
        gone_at: None,
        uri,
    }
}

/// A public event with nothing said about it.
pub(in crate::http::web) fn some_event() -> Event {
    Event {
        id: EventId(900),
        uri: format!("https://{DOMAIN}/events/900"),
        url: None,
        local: true,
        host: ActorId(10),
        organizer: None,
        title: "Bouldering".into(),
        summary: String::new(),
        content: String::new(),
        source: None,
        language: None,
        starts_at: Timestamp::parse("2026-05-12T17:00:00Z").unwrap(),
        ends_at: None,
        timezone: "Europe/Berlin".into(),
        place: None,
        online_url: None,
        capacity: None,
        seats_taken: 0,
        going: 0,
        join_mode: JoinMode::Free,
        visibility: EventVisibility::Public,
        status: EventStatus::Confirmed,
        published_at: Timestamp::parse("2026-05-01T10:00:00Z").unwrap(),
        edited_at: None,
    }
}

/// A public post of a local person.
pub(super) fn some_post(id: i64, author: ActorId, content: &str) -> Post {
    Post {
        id: PostId(id),
        uri: format!("https://{DOMAIN}/posts/{id}"),
        url: None,
        local: true,
        kind: "Note".into(),
        author,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: PostId(id),
        event: None,
        group: None,
        title: String::new(),
        content: content.into(),
        source: None,
        warning: String::new(),
        sensitive: false,
        language: Some("en".into()),
        audience: Audience::Public,
        attachments: None,
        policy: Policy::default(),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: Timestamp::parse("2026-05-03T16:20:00Z").unwrap(),
        edited_at: None,
    }
}
