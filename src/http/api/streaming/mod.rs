//! Streams: what happens is told at once, over a WebSocket or as server-sent events.
//!
//! A connection takes a seat in the [`hub::Hub`] and names the [`channel::Channel`]s it listens to. One task of the
//! process reads the news and asks, for each listener, the timeline whether the post stands in it (`rounds`).

mod channel;
pub(super) mod hub;
mod rounds;
mod socket;
mod sse;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::Area;
use crate::auth::token::{Token, TokenHash};
use crate::services::session;

use super::Api;
use super::auth::bearer;
use super::body::Query;
use super::error::ApiError;
use super::openapi::{Asks, Operation, Routes, doc};

/// Where streams are.
const PREFIX: &str = "/api/v1/streaming/";

/// Streams that have an address of their own, by what follows the common part of it.
const ADDRESSES: [(&str, &str, &str, Area); 12] = [
    (
        "user",
        "stream_user",
        "Your home timeline and what you are told",
        Area::Statuses,
    ),
    (
        "user/notification",
        "stream_notifications",
        "What you are told",
        Area::Notifications,
    ),
    ("public", "stream_public", "Public posts", Area::Statuses),
    (
        "public/media",
        "stream_public_media",
        "Public posts with files",
        Area::Statuses,
    ),
    (
        "public/local",
        "stream_public_local",
        "Public posts from here",
        Area::Statuses,
    ),
    (
        "public/local/media",
        "stream_public_local_media",
        "Public posts from here, with files",
        Area::Statuses,
    ),
    (
        "public/remote",
        "stream_public_remote",
        "Public posts from elsewhere",
        Area::Statuses,
    ),
    (
        "public/remote/media",
        "stream_public_remote_media",
        "Public posts from elsewhere, with files",
        Area::Statuses,
    ),
    (
        "hashtag",
        "stream_hashtag",
        "Public posts with the hashtag `tag`",
        Area::Statuses,
    ),
    (
        "hashtag/local",
        "stream_hashtag_local",
        "Public posts from here with the hashtag `tag`",
        Area::Statuses,
    ),
    (
        "list",
        "stream_list",
        "Posts of the list `list`",
        Area::Lists,
    ),
    (
        "direct",
        "stream_direct",
        "Your conversations",
        Area::Statuses,
    ),
];

pub(super) fn routes() -> Routes {
    let socket = doc("Open a WebSocket, on which streams are asked for and left")
        .reads(Area::Statuses)
        .fails(&[422, 429]);
    let mut routes = Routes::of("Streams")
        .get("/api/v1/streaming", socket::open_stream, socket)
        .slashed("/api/v1/streaming", socket::open_stream)
        .get(
            "/api/v1/streaming/health",
            async || "OK",
            doc("Whether streams are open").named("show_streaming_health"),
        );
    for (path, name, summary, area) in ADDRESSES {
        let told = doc(summary).named(name).reads(area).fails(&[422, 429]);
        routes = routes.get(&format!("{PREFIX}{path}"), sse::stream, told);
    }
    routes
}

/// What stands in the address of a stream.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct Asked {
    /// The token, where no header can be set.
    access_token: String,
    /// The first stream of a WebSocket, like `public:local`.
    stream: String,
    /// A hashtag.
    tag: String,
    /// The id of a list.
    list: String,
    /// Of the public streams: only posts with files.
    only_media: super::body::Flag,
}

/// Who wants to listen. Browsers cannot set headers on a WebSocket: here alone the token may also stand in the address or
/// in place of a protocol.
struct Caller {
    who: session::SignedIn,
    token: TokenHash,
    /// The protocol that was a token; the answer has to repeat it.
    protocol: Option<Arc<str>>,
    asked: Asked,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, api).await?;
        let protocol = parts
            .headers
            .get("sec-websocket-protocol")
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
            .filter(|value| !value.is_empty());
        let named = |text: &str| text.parse::<Token>().ok();
        let token = bearer(&parts.headers)
            .or_else(|| named(&asked.access_token))
            .or_else(|| protocol.and_then(named))
            .ok_or(ApiError::BadToken)?
            .hash();
        let who = session::by_token(&api.ctx, &token).await?;
        let who = who.ok_or(ApiError::BadToken)?;
        api.seen.note(&api.ctx, who.account).await;
        Ok(Caller {
            who,
            token,
            protocol: protocol.filter(|text| named(text).is_some()).map(Arc::from),
            asked,
        })
    }
}

impl Asks for Caller {
    fn describe(operation: &mut Operation<'_>) {
        operation.signs_in();
        operation.takes_query::<Asked>();
    }
}
