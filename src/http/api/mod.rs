//! The client API: Mastodon's REST API, with events and groups added (contract, "The client API's own part").
//!
//! Here belongs reading a request, asking `services` and writing the answer: one file for each group of endpoints, the
//! shapes in `entities/`. Rules, queries and what may be seen do not belong here. A new endpoint is also a line in
//! `docs/api.md`.

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
mod paging;
mod policy;
mod polls;
mod push;
mod quotes;
mod reactions;
mod relations;
mod reports;
mod routes_relations;
mod scheduled;
mod search;
mod settings;
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
use axum::routing::{any, delete, get, patch, post, put};
use ipnet::IpNet;

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
        proxies: app.config.server.trusted_proxies.clone().into(),
    };
    Router::new()
        .merge(of_accounts())
        .merge(of_statuses())
        .merge(of_lists())
        .merge(of_pictures())
        .merge(of_events())
        .merge(of_the_server())
        .merge(of_apps())
        .merge(routes_relations::routes())
        .merge(streaming::routes())
        .route("/api/{*rest}", any(async || ApiError::NotFound))
        // Set before the layer, so that the layer also sees the methods that a browser asks with beforehand.
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(middleware::from_fn(cors::allow))
        .with_state(api)
}

fn of_accounts() -> Router<Api> {
    Router::new()
        .route(
            "/api/v1/accounts/verify_credentials",
            get(accounts::verify_credentials),
        )
        .route(
            "/api/v1/accounts/update_credentials",
            patch(account_update::update_credentials),
        )
        .route("/api/v1/accounts/lookup", get(accounts::lookup_account))
        .route("/api/v1/accounts/search", get(accounts::search_accounts))
        .route(
            "/api/v1/accounts/relationships",
            get(follows::list_relationships),
        )
        .route("/api/v1/accounts/{id}", get(accounts::show_account))
        .route(
            "/api/v1/accounts/{id}/statuses",
            get(accounts::list_account_statuses),
        )
        .route(
            "/api/v1/accounts/{id}/followers",
            get(accounts::list_followers),
        )
        .route(
            "/api/v1/accounts/{id}/following",
            get(accounts::list_following),
        )
        .route(
            "/api/v1/accounts/{id}/follow",
            post(follows::follow_account),
        )
        .route(
            "/api/v1/accounts/{id}/unfollow",
            post(follows::unfollow_account),
        )
        .route(
            "/api/v1/follow_requests",
            get(follows::list_follow_requests),
        )
        .route(
            "/api/v1/follow_requests/{id}/authorize",
            post(follows::authorize_follow_request),
        )
        .route(
            "/api/v1/follow_requests/{id}/reject",
            post(follows::reject_follow_request),
        )
}

fn of_statuses() -> Router<Api> {
    Router::new()
        .route("/api/v1/statuses", post(status_write::create_status))
        .route(
            "/api/v1/statuses/{id}",
            get(statuses::show_status)
                .put(status_write::update_status)
                .delete(status_write::delete_status),
        )
        .route("/api/v1/statuses/{id}/context", get(statuses::show_context))
        .route("/api/v1/statuses/{id}/source", get(statuses::show_source))
        .route("/api/v1/statuses/{id}/quotes", get(quotes::list_quotes))
        .route(
            "/api/v1/statuses/{id}/quotes/{quoting}/revoke",
            post(quotes::revoke_quote),
        )
        .route(
            "/api/v1/statuses/{id}/interaction_policy",
            put(quotes::update_interaction_policy),
        )
        .route("/api/v1/polls/{id}", get(polls::show_poll))
        .route("/api/v1/polls/{id}/votes", post(polls::vote_in_poll))
        .route(
            "/api/v1/statuses/{id}/favourited_by",
            get(statuses::list_favourited_by),
        )
        .route(
            "/api/v1/statuses/{id}/reblogged_by",
            get(statuses::list_reblogged_by),
        )
        .route(
            "/api/v1/statuses/{id}/favourite",
            post(reactions::favourite_status),
        )
        .route(
            "/api/v1/statuses/{id}/unfavourite",
            post(reactions::unfavourite_status),
        )
        .route(
            "/api/v1/statuses/{id}/reblog",
            post(reactions::reblog_status),
        )
        .route(
            "/api/v1/statuses/{id}/unreblog",
            post(reactions::unreblog_status),
        )
}

fn of_pictures() -> Router<Api> {
    Router::new()
        .route("/api/v1/media", post(media::create_media))
        .route("/api/v2/media", post(media::create_media))
        .route(
            "/api/v1/media/{id}",
            get(media::show_media)
                .put(media::update_media)
                .delete(media::delete_media),
        )
        .route(
            "/api/v1/profile/avatar",
            delete(account_update::delete_avatar),
        )
        .route(
            "/api/v1/profile/header",
            delete(account_update::delete_header),
        )
}

fn of_lists() -> Router<Api> {
    Router::new()
        .route("/api/v1/timelines/home", get(timelines::show_home))
        .route("/api/v1/timelines/public", get(timelines::show_public))
        .route("/api/v1/timelines/tag/{tag}", get(timelines::show_tag))
        .route(
            "/api/v1/notifications",
            get(notifications::list_notifications),
        )
        .route(
            "/api/v1/notifications/{id}",
            get(notifications::show_notification),
        )
        .route("/api/v2/search", get(search::search))
}

fn of_events() -> Router<Api> {
    Router::new()
        .route(
            "/api/v1/events",
            get(events::list_events).post(event_write::create_event),
        )
        .route(
            "/api/v1/events/{id}",
            get(events::show_event).delete(event_write::delete_event),
        )
        .route("/api/v1/events/{id}/join", post(event_write::join_event))
        .route("/api/v1/events/{id}/leave", post(event_write::leave_event))
        .route(
            "/api/v1/events/{id}/invite",
            post(event_write::invite_to_event),
        )
        .route("/api/v1/events/{id}/attendees", get(events::list_attendees))
        .route(
            "/api/v1/events/{id}/attendees/{account}/{verdict}",
            post(event_write::settle_attendee),
        )
        .route("/api/v1/groups", get(groups::list_groups))
        .route("/api/v1/groups/{id}", get(groups::show_group))
}

fn of_apps() -> Router<Api> {
    Router::new()
        .route("/api/v1/apps", post(oauth::create_app))
        .route("/api/v1/apps/verify_credentials", get(oauth::verify_app))
        .route("/oauth/token", post(oauth::create_token))
        .route("/oauth/revoke", post(oauth::revoke_token))
        .route(
            "/oauth/userinfo",
            get(oauth::show_userinfo).post(oauth::show_userinfo),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(oauth::show_metadata),
        )
}

fn of_the_server() -> Router<Api> {
    Router::new()
        .route("/api/v1/instance", get(instance::show_instance_v1))
        .route("/api/v2/instance", get(instance::show_instance_v2))
        // As `Mastodon.py` asks for them.
        .route("/api/v1/instance/", get(instance::show_instance_v1))
        .route("/api/v2/instance/", get(instance::show_instance_v2))
        .route("/api/v1/custom_emojis", get(empty::nothing_for_anyone))
        .route("/api/v1/announcements", get(empty::nothing))
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
