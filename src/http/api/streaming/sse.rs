//! Streams as server-sent events: one on each connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{MatchedPath, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::Api;
use super::super::error::{ApiError, ApiResult};
use super::super::openapi::{Answers, Operation};
use super::channel::Channel;
use super::{Caller, PREFIX};

/// How often a line is sent that says nothing.
const THUMP: Duration = Duration::from_secs(15);

/// A stream, and nothing else on the connection.
#[derive(Debug)]
pub(super) struct Events(Response);

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answers for Events {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers(
            200,
            json!({
                "description": "Events, as they happen.",
                "content": { "text/event-stream": { "schema": { "type": "string" } } },
            }),
        );
    }
}

/// `GET /api/v1/streaming/…`: the address is the name of the stream, with slashes in place of colons
pub(super) async fn stream(
    State(api): State<Api>,
    address: MatchedPath,
    caller: Caller,
) -> ApiResult<Events> {
    let name = address.as_str().strip_prefix(PREFIX).unwrap_or_default();
    open(&api, &name.replace('/', ":"), caller).await
}

async fn open(api: &Api, name: &str, caller: Caller) -> ApiResult<Events> {
    let name = if caller.asked.only_media.0 && name.starts_with("public") {
        format!("{name}:media")
    } else {
        name.to_owned()
    };
    let channel = Channel::parse(&name, &caller.asked.tag, &caller.asked.list)?;
    if !caller.who.scopes.allow(channel.scope()) {
        return Err(ApiError::OutOfScope);
    }
    let seat = api.hub.join(api, &caller.who, caller.token).await?;
    seat.listen(&channel);
    let told = futures_util::stream::unfold(seat, async |mut seat| {
        let told = seat.told.recv().await?;
        let event = Event::default().event(told.event).data(&*told.payload);
        Some((Ok::<_, Infallible>(event), seat))
    });
    let alive = KeepAlive::new().interval(THUMP).text("thump");
    let events = Sse::new(told).keep_alive(alive);
    Ok(Events(events.into_response()))
}
