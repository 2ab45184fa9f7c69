//! Other servers' inboxes, all of them one listener: what arrives is counted and answered with 202.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const TAKEN: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// What arrived so far.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    pub(super) total: usize,
    /// Host and id of each activity.
    pub(super) distinct: HashSet<(String, String)>,
    /// When, for each in turn.
    pub(super) at: Vec<Instant>,
}

/// The listener; it ends when dropped.
pub(super) struct Sink {
    pub(super) arrived: Arc<Mutex<Arrived>>,
    _accepting: JoinSet<()>,
}

#[derive(Deserialize)]
struct Activity {
    id: String,
}

impl Sink {
    pub(super) fn on(listener: TcpListener) -> Self {
        let arrived = Arc::new(Mutex::new(Arrived::default()));
        let counted = Arc::clone(&arrived);
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut lines = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                lines.spawn(serve(stream, Arc::clone(&counted)));
            }
        });
        Sink {
            arrived,
            _accepting: accepting,
        }
    }

    pub(super) fn total(&self) -> usize {
        self.arrived
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }

    /// Waits until `count` have arrived, or nothing has for `patience`. Answers whether all did.
    pub(super) async fn until(&self, count: usize, patience: Duration) -> bool {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let total = self.total();
            if total >= count {
                return true;
            }
            if total != last {
                (last, since) = (total, Instant::now());
            } else if since.elapsed() > patience {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn serve(mut stream: TcpStream, arrived: Arc<Mutex<Arrived>>) {
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    loop {
        while let Some((host, body)) = take(&mut buffer) {
            if let Ok(activity) = serde_json::from_slice::<Activity>(&body) {
                let mut arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
                arrived.total += 1;
                arrived.distinct.insert((host, activity.id));
                arrived.at.push(Instant::now());
            }
            if stream.write_all(TAKEN).await.is_err() {
                return;
            }
        }
        if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
            return;
        }
    }
}

/// Takes one whole request out of `buffer`: its host and body.
fn take(buffer: &mut BytesMut) -> Option<(String, BytesMut)> {
    let end = buffer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(buffer.get(..end)?).into_owned();
    let field = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = field("content-length")?.parse().ok()?;
    if buffer.len() < end + length {
        return None;
    }
    let _head = buffer.split_to(end);
    Some((field("host").unwrap_or_default(), buffer.split_to(length)))
}
