//! Streams over a WebSocket: many on one connection, asked for and left in messages.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, interval, timeout};

use crate::auth::scope::Scopes;

use super::super::Api;
use super::super::error::{ApiError, ApiResult};
use super::super::openapi::{Answers, Operation};
use super::Caller;
use super::channel::Channel;
use super::hub::{Seat, Told};

/// Longest message of a client, in bytes.
const MESSAGE: usize = 4 * 1024;
/// What a connection holds for reading and for writing, in bytes.
const BUFFER: usize = 2 * 1024;
/// How often a client is asked whether it is there.
const PING: Duration = Duration::from_secs(30);
/// A client that has said nothing for so long, not even that it is there, is gone.
const SILENCE: Duration = Duration::from_secs(90);
/// How long one message may take on its way.
const SEND: Duration = Duration::from_secs(20);

/// From here on it is a WebSocket.
#[derive(Debug)]
pub(super) struct Opened(Response);

impl IntoResponse for Opened {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answers for Opened {
    fn describe(operation: &mut Operation<'_>) {
        operation.fails(400);
        operation.answers(
            101,
            json!({ "description": "From here on it is a WebSocket." }),
        );
    }
}

/// `GET /api/v1/streaming`
pub(super) async fn open_stream(
    State(api): State<Api>,
    caller: Caller,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult<Opened> {
    let upgrade = upgrade
        .ok()
        .ok_or(ApiError::Malformed("this address speaks WebSocket"))?;
    let first = match caller.asked.stream.as_str() {
        "" => None,
        stream => Some(Channel::parse(
            stream,
            &caller.asked.tag,
            &caller.asked.list,
        )?),
    };
    if let Some(channel) = &first {
        allow(&caller.who.scopes, channel)?;
    }
    let seat = api.hub.join(&api, &caller.who, caller.token).await?;
    if let Some(channel) = first {
        seat.listen(&channel);
    }
    let upgrade = match &caller.protocol {
        Some(protocol) => upgrade.protocols([protocol.to_string()]),
        None => upgrade,
    };
    let scopes = caller.who.scopes;
    let answer = upgrade
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .on_upgrade(move |socket| talk(socket, seat, scopes));
    Ok(Opened(answer))
}

fn allow(scopes: &Scopes, channel: &Channel) -> ApiResult<()> {
    if scopes.allow(channel.scope()) {
        Ok(())
    } else {
        Err(ApiError::OutOfScope)
    }
}

/// What a client may say.
#[derive(Debug, Deserialize)]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    stream: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    list: ListName,
}

/// Programs write ids of lists as text and as numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum ListName {
    #[default]
    None,
    Text(String),
    Number(i64),
}

async fn talk(mut socket: WebSocket, mut seat: Seat, scopes: Scopes) {
    let mut ping = interval(PING);
    ping.reset();
    let mut heard = Instant::now();
    loop {
        let answer = tokio::select! {
            told = seat.told.recv() => match told {
                Some(told) => Some(line(&told)),
                // The hub sent it away: too slow, revoked, or the process ends.
                None => break,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    heard = Instant::now();
                    hear(&seat, &scopes, &text).map(|text| Message::Text(text.into()))
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    None
                }
            },
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE {
                    return;
                }
                Some(Message::Ping(Vec::new().into()))
            }
        };
        if let Some(message) = answer
            && !matches!(timeout(SEND, socket.send(message)).await, Ok(Ok(())))
        {
            return;
        }
    }
    let away = CloseFrame {
        code: axum::extract::ws::close_code::AWAY,
        reason: "come again".into(),
    };
    let _ = timeout(SEND, socket.send(Message::Close(Some(away)))).await;
}

fn line(told: &Told) -> Message {
    let line = json!({"stream": told.stream, "event": told.event, "payload": &*told.payload});
    Message::Text(line.to_string().into())
}

/// Does what a client asks for; returns what is wrong with it.
fn hear(seat: &Seat, scopes: &Scopes, text: &str) -> Option<String> {
    let refused = |why: &str| Some(json!({"error": why, "status": 400}).to_string());
    let Ok(said) = serde_json::from_str::<Said>(text) else {
        return refused("this is no message that is understood here");
    };
    let list = match said.list {
        ListName::None => String::new(),
        ListName::Text(text) => text,
        ListName::Number(id) => id.to_string(),
    };
    let Ok(channel) = Channel::parse(&said.stream, &said.tag, &list) else {
        return refused("there is no such stream");
    };
    match said.kind.as_str() {
        "subscribe" if allow(scopes, &channel).is_err() => {
            refused("this stream is outside the authorized scopes")
        }
        "subscribe" if !seat.listen(&channel) => refused("too many streams"),
        "subscribe" => None,
        "unsubscribe" => {
            seat.leave(&channel);
            None
        }
        _ => refused("a message says subscribe or unsubscribe"),
    }
}
