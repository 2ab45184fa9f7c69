//! The client API: Mastodon's REST API, with events and groups added (contract, "The client API's own part").
//!
//! Here belongs reading a request, asking `services` and writing the answer: one file for each group of endpoints, the
//! shapes in `entities/`, the addresses in `routes/`. Rules, queries and what may be seen do not belong here. A new
//! endpoint is also a line in `docs/api.md`; its description follows from its types (`openapi/`).

mod about;
mod account_update;
mod accounts;
mod auth;
mod body;
mod caches;
mod cors;
mod empty;
mod entities;
mod error;
mod event_write;
mod events;
mod filters;
mod filters_v1;
mod follows;
mod grouped;
mod groups;
mod instance;
mod keep;
mod lists;
mod media;
mod multipart;
mod notifications;
mod oauth;
mod openapi;
mod paging;
mod policy;
mod policy_v1;
mod polls;
mod profile;
mod push;
mod quotes;
mod reactions;
mod relations;
mod reports;
mod routes;
mod scheduled;
mod search;
mod settings;
mod sign_up;
mod status_write;
mod statuses;
mod streaming;
mod tags;
#[cfg(test)]
mod tests;
mod timelines;
mod tree;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::any;
use ipnet::IpNet;

use crate::auth::password::Passwords;
use crate::domain::actor::Actor;
use crate::federation::Federation;
use crate::media::Pictures;
use crate::push::Pusher;
use crate::services::Ctx;
use crate::services::reading::{EventView, PostView};
use crate::services::seen::Seen;

use self::auth::SignedIn;
use self::caches::Caches;
use self::entities::Desk;
use self::entities::instance::About;
use self::error::{ApiError, ApiResult};
use self::routes::all_routes;
use self::streaming::hub::Hub;
use super::AppState;
use super::finding::Finder;

/// What the handlers of the API share.
#[derive(Debug, Clone)]
struct Api {
    ctx: Ctx,
    federation: Federation,
    about: Arc<About>,
    caches: Caches,
    seen: Seen,
    /// The way out for push messages.
    pusher: Arc<Pusher>,
    /// Who listens to streams.
    hub: Hub,
    pictures: Pictures,
    passwords: Passwords,
    /// Who may say where a request comes from.
    proxies: Arc<[IpNet]>,
}

/// Everything under `/api/`, for merging into the server's router.
///
/// The caller bounds the size and the time of a request; every answer, errors too, is JSON.
pub fn routes(app: &AppState) -> Router<AppState> {
    let api = Api {
        ctx: app.ctx.clone(),
        federation: app.federation.clone(),
        about: Arc::new(About::of(app)),
        caches: Caches::new(app.counts.clone()),
        seen: app.seen.clone(),
        pusher: Arc::clone(&app.pusher),
        hub: Hub::new(app.stop.subscribe()),
        pictures: app.pictures.clone(),
        passwords: app.passwords.clone(),
        proxies: app.config.server.trusted_proxies.clone().into(),
    };
    all_routes()
        .into_router()
        .route("/api/{*rest}", any(async || ApiError::NotFound))
        // Set before the layer, so that the layer also sees the methods that a browser asks with beforehand.
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(middleware::from_fn(cors::allow))
        .with_state(api)
}

impl Api {
    /// Finds things for `who`, and for strangers what is known here.
    fn finder(&self, who: Option<&SignedIn>) -> Finder<'_> {
        Finder {
            ctx: &self.ctx,
            federation: &self.federation,
            viewer: who.map(|who| who.actor.id),
        }
    }

    /// A desk for entities in which these people appear.
    async fn desk<'a>(&self, people: impl Iterator<Item = &'a Actor>) -> ApiResult<Desk<'_>> {
        let ids = people.map(|actor| actor.id);
        Ok(Desk {
            uris: &self.ctx.uris,
            caches: &self.caches,
            counts: self.caches.counts(&self.ctx, ids).await?,
        })
    }

    async fn desk_for_posts(&self, posts: &[PostView]) -> ApiResult<Desk<'_>> {
        self.desk(posts.iter().flat_map(people_of_post)).await
    }

    async fn desk_for_events(&self, events: &[EventView]) -> ApiResult<Desk<'_>> {
        self.desk(events.iter().flat_map(people_of_event)).await
    }
}

/// Those whose accounts stand in a status.
fn people_of_post(view: &PostView) -> impl Iterator<Item = &Actor> {
    let inner = view.boosted.as_deref().map(|inner| &inner.author);
    let shown = view.boosted.as_deref().unwrap_or(view);
    let quoted = shown.quote.as_ref().and_then(|quote| quote.post.as_deref());
    std::iter::once(&view.author)
        .chain(inner)
        .chain(quoted.map(|quoted| &quoted.author))
}

/// Those whose accounts stand in an event.
fn people_of_event(view: &EventView) -> impl Iterator<Item = &Actor> {
    std::iter::once(&view.host).chain(view.organizer.as_ref())
}
