//! A server that speaks just enough HTTP.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a peer does with a request.
pub(super) enum Reply {
    /// These bytes, then the next request on the same connection.
    Bytes(Vec<u8>),
    /// A head, then the same piece for ever with a pause before each.
    Endless {
        head: String,
        piece: Vec<u8>,
        pause: Duration,
    },
    /// The connection is closed without a word.
    Close,
}

/// A request as it came: head and body as text.
pub(super) struct Seen(String);

impl Seen {
    pub(super) fn path(&self) -> &str {
        self.0.split(' ').nth(1).unwrap()
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

pub(super) struct Peer {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Peer {
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    pub(super) async fn serving(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let peer = Peer {
            port,
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let (seen, connections) = (Arc::clone(&peer.seen), Arc::clone(&peer.connections));
        let handler = Arc::new(handler);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                tokio::spawn(converse(stream, Arc::clone(&handler), Arc::clone(&seen)));
            }
        });
        peer
    }

    pub(super) fn host(&self) -> String {
        format!("peer.localhost:{}", self.port)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn converse(
    mut stream: TcpStream,
    handler: Arc<impl Fn(&Seen) -> Reply>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    while let Some(request) = receive(&mut stream).await {
        seen.lock().unwrap().push(request.clone());
        match handler(&Seen(request)) {
            Reply::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Endless { head, piece, pause } => {
                let _ = stream.write_all(head.as_bytes()).await;
                loop {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&piece).await.is_err() {
                        return;
                    }
                }
            }
            Reply::Close => return,
        }
    }
}

async fn receive(stream: &mut TcpStream) -> Option<String> {
    let mut got = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&got).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        match stream.read(&mut piece).await {
            Ok(n) if n > 0 => got.extend_from_slice(&piece[..n]),
            _ => return None,
        }
    }
}

/// A complete answer with a length.
pub(super) fn answer(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    Reply::Bytes([head.as_bytes(), body].concat())
}
