//! Requests made beforehand, sent over keep-alive connections as fast as they are answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What came of a load.
pub(super) struct Outcome {
    /// From the first byte of a request to the last of its answer, sorted.
    pub(super) latencies: Vec<Duration>,
    pub(super) elapsed: Duration,
    /// Bytes of one answer, with its head.
    pub(super) answer_bytes: usize,
}

/// Sends every one of `requests`, each connection the next one of its own once the last is answered.
///
/// # Errors
/// When an answer is not `status`.
pub(super) async fn send(
    to: SocketAddr,
    requests: Arc<Vec<Bytes>>,
    (connections, status): (usize, u16),
) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for first in 0..connections {
        let requests = Arc::clone(&requests);
        running.spawn(async move {
            let mut line = Line::open(to).await?;
            let mut latencies = Vec::new();
            for request in requests.iter().skip(first).step_by(connections) {
                let begun = Instant::now();
                line.ask(request, status).await?;
                latencies.push(begun.elapsed());
            }
            anyhow::Ok((latencies, line.last))
        });
    }
    let (mut latencies, mut answer_bytes) = (Vec::new(), 0);
    while let Some(done) = running.join_next().await {
        let (some, size) = done??;
        latencies.extend(some);
        answer_bytes = answer_bytes.max(size);
    }
    let elapsed = begun.elapsed();
    latencies.sort_unstable();
    Ok(Outcome {
        latencies,
        elapsed,
        answer_bytes,
    })
}

/// A GET of `path`.
pub(super) fn get(host: &str, path: &str, accept: &str) -> Bytes {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: {accept}\r\n\r\n").into()
}

/// A GET of `path` by who has this token.
pub(super) fn get_as(host: &str, path: &str, token: &str) -> Bytes {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n").into()
}

/// A form sent to `path` by who has this token.
pub(super) fn post_as(host: &str, path: &str, token: &str, form: &str) -> Bytes {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    )
    .into()
}

/// The body of one answer with status 200.
pub(super) async fn fetch(to: SocketAddr, request: &Bytes) -> anyhow::Result<Vec<u8>> {
    let mut line = Line::open(to).await?;
    line.ask(request, 200).await
}

/// A connection.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    last: usize,
}

impl Line {
    async fn open(to: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Line {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
            last: 0,
        })
    }

    /// Sends a request and reads its answer, whose body it returns.
    async fn ask(&mut self, request: &Bytes, status: u16) -> anyhow::Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            let Some(head) = self.buffer.windows(4).position(|end| end == b"\r\n\r\n") else {
                continue;
            };
            let (head, body) = self
                .buffer
                .split_at_checked(head + 4)
                .context("the answer has no end")?;
            let length = check(head, status)?;
            if body.len() >= length {
                self.last = head.len() + length;
                return Ok(body.to_vec());
            }
        }
    }
}

/// The length of the body, if the answer is the one expected.
fn check(head: &[u8], status: u16) -> anyhow::Result<usize> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    if first.split(' ').nth(1) != Some(status.to_string().as_str()) {
        bail!("the server answered `{first}` where {status} was due");
    }
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())
            .flatten()
    });
    Ok(length.unwrap_or(0))
}
