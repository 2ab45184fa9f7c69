//! Streams as server-sent events: one on each connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::super::Api;
use super::super::error::{ApiError, ApiResult};
use super::Caller;
use super::channel::Channel;

/// How often a line is sent that says nothing.
const THUMP: Duration = Duration::from_secs(15);

/// `GET /api/v1/streaming/{user,public,hashtag,list,direct}`
pub(super) async fn open_one(
    State(api): State<Api>,
    Path(name): Path<String>,
    caller: Caller,
) -> ApiResult<Response> {
    open(&api, &name, caller).await
}

/// `GET /api/v1/streaming/{user/notification,public/local,public/remote,hashtag/local}`
pub(super) async fn open_two(
    State(api): State<Api>,
    Path((first, second)): Path<(String, String)>,
    caller: Caller,
) -> ApiResult<Response> {
    open(&api, &format!("{first}:{second}"), caller).await
}

/// `GET /api/v1/streaming/public/{local,remote}/media`
pub(super) async fn open_three(
    State(api): State<Api>,
    Path((first, second, third)): Path<(String, String, String)>,
    caller: Caller,
) -> ApiResult<Response> {
    open(&api, &format!("{first}:{second}:{third}"), caller).await
}

async fn open(api: &Api, name: &str, caller: Caller) -> ApiResult<Response> {
    let name = if caller.asked.only_media.0 && name.starts_with("public") {
        format!("{name}:media")
    } else {
        name.to_owned()
    };
    let channel =
        Channel::parse(&name, &caller.asked.tag, &caller.asked.list).map_err(|error| {
            match error {
                // Here the name is part of the address.
                ApiError::Field("stream", ..) => ApiError::NotFound,
                other => other,
            }
        })?;
    if !caller.who.scopes.allow(channel.scope()) {
        return Err(ApiError::OutOfScope);
    }
    let seat = api.hub.join(api, &caller.who, caller.token).await?;
    seat.listen(&channel);
    let told = stream::unfold(seat, async |mut seat| {
        let told = seat.told.recv().await?;
        let event = Event::default().event(told.event).data(&*told.payload);
        Some((Ok::<_, Infallible>(event), seat))
    });
    let alive = KeepAlive::new().interval(THUMP).text("thump");
    Ok(Sse::new(told).keep_alive(alive).into_response())
}
