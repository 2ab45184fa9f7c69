//! Streams over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{HOST, SEC_WEBSOCKET_PROTOCOL};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use kith::http::router;
use kith::http::serve::serve;

use crate::kit::{DOMAIN, TestKit};

const PATIENCE: Duration = Duration::from_secs(20);

/// The instance's own listener.
struct Listening {
    address: SocketAddr,
    _server: JoinSet<()>,
}

impl Listening {
    async fn start(kit: &TestKit) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = JoinSet::new();
        server.spawn(serve(
            listener,
            router(kit.state()),
            kit.app.stop.subscribe(),
        ));
        Listening {
            address,
            _server: server,
        }
    }

    async fn open(&self, query: &str, protocol: Option<&str>) -> Result<Socket, Error> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let address = format!("ws://{DOMAIN}/api/v1/streaming?{query}");
        let mut request = address.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::from_static(DOMAIN));
        if let Some(protocol) = protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol.parse().unwrap());
        }
        let (socket, _) = client_async(request, stream).await?;
        Ok(Socket(socket))
    }

    /// The code with which a socket is refused.
    async fn refusal(&self, query: &str) -> u16 {
        match self.open(query, None).await {
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(other) => panic!("{other}"),
            Ok(_) => 101,
        }
    }
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn says(&mut self, what: Value) {
        self.0.send(Message::text(what.to_string())).await.unwrap();
    }

    /// The next message that is no ping.
    async fn hears(&mut self) -> Value {
        loop {
            let next = timeout(PATIENCE, self.0.next())
                .await
                .expect("a message in time");
            match next.expect("an open stream").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next event, and what it carries.
    async fn event(&mut self) -> (Value, String, Value) {
        let message = self.hears().await;
        let payload = message["payload"].as_str().unwrap();
        // The payload of a deletion is a bare id.
        let payload = serde_json::from_str(payload).unwrap();
        let event = message["event"].as_str().unwrap().to_owned();
        (message["stream"].clone(), event, payload)
    }

    async fn ends(mut self) -> bool {
        timeout(PATIENCE, async {
            loop {
                match self.0.next().await {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return true,
                    Some(Ok(_)) => {}
                }
            }
        })
        .await
        .unwrap_or(false)
    }
}

both_backends! {
    async fn a_home_stream_tells_of_posts_edits_deletions_and_notifications(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let stranger = kit.client("stranger").await;
        ada.follows(&eve.actor).await;
        let query = format!("access_token={}&stream=user", ada.token());
        let mut socket = here.open(&query, None).await.unwrap();
        stranger.says("nobody asked").await;
        let post = eve.says("hello").await;
        let (stream, event, status) = socket.event().await;
        assert_eq!((stream, event.as_str()), (json!(["user"]), "update"));
        assert_eq!((&status["id"], &status["content"]), (&json!(post), &json!("<p>hello</p>")));
        let path = format!("/api/v1/statuses/{post}");
        kit.clock.advance(Duration::from_secs(2));
        assert_eq!(eve.ask(axum::http::Method::PUT, &path, json!({"status": "hello again"})).await.0, 200);
        let (_, event, status) = socket.event().await;
        assert_eq!((event.as_str(), &status["content"]), ("status.update", &json!("<p>hello again</p>")));
        assert_eq!(eve.ask(axum::http::Method::DELETE, &path, json!({})).await.0, 200);
        let (_, event, id) = socket.event().await;
        assert_eq!((event.as_str(), id.to_string()), ("delete", post));
        let own = ada.says("mine").await;
        let (_, _, status) = socket.event().await;
        assert_eq!(status["id"], json!(own));
        eve.post(&format!("/api/v1/statuses/{own}/favourite"), json!({})).await;
        let (_, event, told) = socket.event().await;
        assert_eq!((event.as_str(), &told["type"]), ("notification", &json!("favourite")));
        assert_eq!(told["account"]["id"], json!(eve.id()));
    }

    async fn what_a_timeline_does_not_show_no_stream_tells(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        ada.follows(&eve.actor).await;
        ada.follows(&bob.actor).await;
        ada.post(&format!("/api/v1/accounts/{}/mute", bob.id()), json!({})).await;
        let mut socket = here.open(&format!("access_token={}", ada.token()), None).await.unwrap();
        for stream in ["user", "public"] {
            socket.says(json!({"type": "subscribe", "stream": stream})).await;
        }
        // Answered in order: when this is refused, those stand.
        socket.says(json!({"type": "subscribe", "stream": "nonsense"})).await;
        assert_eq!(socket.hears().await["status"], 400);
        bob.says("you do not hear me").await;
        eve.posts(json!({"status": "a secret", "visibility": "direct"})).await;
        let kept = eve.posts(json!({"status": "for followers", "visibility": "private"})).await;
        let (stream, _, status) = socket.event().await;
        assert_eq!((stream, &status["id"]), (json!(["user"]), &json!(kept)));
        let open = eve.says("for all").await;
        let mut told = [socket.event().await, socket.event().await];
        told.sort_by_key(|(stream, ..)| stream.to_string());
        assert_eq!((&told[0].0, &told[1].0), (&json!(["public"]), &json!(["user"])));
        assert!(told.iter().all(|(_, _, status)| status["id"] == json!(open)));
    }

    async fn hashtags_lists_and_conversations_have_streams(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        ada.follows(&eve.actor).await;
        let list = ada.post("/api/v1/lists", json!({"title": "Climbers"})).await["id"].clone();
        let list = list.as_str().unwrap();
        ada.post(&format!("/api/v1/lists/{list}/accounts"), json!({"account_ids": [eve.id()]})).await;
        let mut socket = here.open(&format!("access_token={}", ada.token()), None).await.unwrap();
        socket.says(json!({"type": "subscribe", "stream": "hashtag", "tag": "#Climb"})).await;
        socket.says(json!({"type": "subscribe", "stream": "list", "list": list})).await;
        socket.says(json!({"type": "subscribe", "stream": "direct"})).await;
        socket.says(json!({"type": "sing"})).await;
        assert_eq!(socket.hears().await["status"], 400);
        eve.says("up we #climb").await;
        let mut streams = vec![socket.event().await.0, socket.event().await.0];
        streams.sort_by_key(Value::to_string);
        assert_eq!(streams, [json!(["hashtag", "climb"]), json!(["list", list])]);
        eve.posts(json!({"status": "@ada psst", "visibility": "direct"})).await;
        let (stream, event, conversation) = socket.event().await;
        assert_eq!((stream, event.as_str()), (json!(["direct"]), "conversation"));
        assert_eq!(conversation["accounts"][0]["id"], json!(eve.id()));
        socket.says(json!({"type": "unsubscribe", "stream": "list", "list": list})).await;
        socket.says(json!({"type": "subscribe", "stream": ""})).await;
        assert_eq!(socket.hears().await["status"], 400);
        eve.says("once more #climb").await;
        assert_eq!(socket.event().await.0, json!(["hashtag", "climb"]));
        let bare = eve.says("without a tag").await;
        let next = eve.says("and with #climb").await;
        let told = socket.event().await;
        assert_eq!((told.0, &told.2["id"]), (json!(["hashtag", "climb"]), &json!(next)), "not {bare}");
    }

    async fn a_stream_ends_with_its_token(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        ada.follows(&eve.actor).await;
        let query = format!("access_token={}&stream=user", ada.token());
        let mut socket = here.open(&query, None).await.unwrap();
        eve.says("one").await;
        assert_eq!(socket.event().await.1, "update");
        kith::services::accounts::suspend(&kit.app.ctx, ada.actor.id).await.unwrap();
        eve.says("two").await;
        assert!(socket.ends().await);
        assert_eq!(here.refusal(&query).await, 401);
    }

    async fn a_stream_needs_a_token_that_may_read_it(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let ada = kit.client_with("ada", "write read:notifications").await;
        assert_eq!(here.refusal("stream=public").await, 401);
        assert_eq!(here.refusal("stream=user&access_token=kith_no").await, 401);
        let token = format!("access_token={}", ada.token());
        assert_eq!(here.refusal(&format!("{token}&stream=user")).await, 403);
        assert_eq!(here.refusal(&format!("{token}&stream=all")).await, 422);
        let mut socket = here.open("", Some(ada.token())).await.unwrap();
        socket.says(json!({"type": "subscribe", "stream": "public"})).await;
        assert!(socket.hears().await["error"].as_str().unwrap().contains("scopes"));
        socket.says(json!({"type": "subscribe", "stream": "user:notification"})).await;
        socket.says(json!("x".repeat(100))).await;
        assert_eq!(socket.hears().await["status"], 400);
        let eve = kit.client("eve").await;
        eve.follows(&ada.actor).await;
        let (stream, event, told) = socket.event().await;
        assert_eq!((stream, event.as_str()), (json!(["user:notification"]), "notification"));
        assert_eq!(told["type"], "follow");
        // Longer than any message that is understood.
        let _ = socket.0.send(Message::text("x".repeat(100_000))).await;
        assert!(socket.ends().await);
    }

    async fn one_person_has_only_so_many_streams(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let ada = kit.client("ada").await;
        let query = format!("access_token={}&stream=user", ada.token());
        let mut open = Vec::new();
        for _ in 0..16 {
            open.push(here.open(&query, None).await.unwrap());
        }
        assert_eq!(here.refusal(&query).await, 429);
        open.pop();
        let freed = async {
            while here.open(&query, None).await.is_err() {}
        };
        assert!(timeout(PATIENCE, freed).await.is_ok());
    }

    async fn events_are_sent_by_the_server_too(kit: TestKit) {
        let here = Listening::start(&kit).await;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        assert_eq!(ada.code("/api/v1/streaming/nothing").await, 404);
        assert_eq!(ada.code("/api/v1/streaming/hashtag").await, 422);
        assert_eq!(kit.get("/api/v1/streaming/public").await.status, 401);
        assert_eq!(kit.get("/api/v1/streaming/health").await.text(), "OK");
        let mut stream = TcpStream::connect(here.address).await.unwrap();
        let request = format!(
            "GET /api/v1/streaming/public/local HTTP/1.1\r\nHost: {DOMAIN}\r\nAuthorization: Bearer {}\r\n\r\n",
            ada.token()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut seen = String::new();
        let read = async {
            let mut posted = false;
            while let Some(line) = lines.next_line().await.unwrap() {
                seen.push_str(&line);
                seen.push('\n');
                // The answer begins when the seat is taken.
                if line.is_empty() && !posted {
                    posted = true;
                    eve.says("over the wire").await;
                }
                if line.contains("over the wire") {
                    return;
                }
            }
        };
        timeout(PATIENCE, read).await.expect("the event in time");
        assert!(seen.contains("text/event-stream"), "{seen}");
        assert!(seen.contains("event: update"), "{seen}");
    }
}
