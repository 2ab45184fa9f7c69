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

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use serde::Deserialize;

use crate::auth::token::{Token, TokenHash};
use crate::services::session;

use super::Api;
use super::auth::bearer;
use super::body::Query;
use super::error::ApiError;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/api/v1/streaming", get(socket::open))
        // With the slash that some programs add.
        .route("/api/v1/streaming/", get(socket::open))
        .route("/api/v1/streaming/health", get(async || "OK"))
        .route("/api/v1/streaming/{a}", get(sse::open_one))
        .route("/api/v1/streaming/{a}/{b}", get(sse::open_two))
        .route("/api/v1/streaming/{a}/{b}/{c}", get(sse::open_three))
}

/// What stands in the address of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    access_token: String,
    stream: String,
    tag: String,
    list: String,
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
