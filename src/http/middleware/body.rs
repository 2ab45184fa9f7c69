//! How large a request may be, how slowly it may come, and how much of all of them is held in memory.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

use crate::config::Limits;
use crate::http::{AppState, HttpError};

/// Bytes of request bodies that may be in memory at once, over all requests.
pub const HELD_BYTES: usize = 64 * 1024 * 1024;
/// How long a client may take before and between parts of a body, besides what its length allows.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// The slowest client that is waited for, in bytes a second, once it has begun.
const SLOWEST: u64 = 8 * 1024;

/// What the layer knows.
#[derive(Clone)]
pub struct BodyLimits {
    pub app: AppState,
    /// [`HELD_BYTES`] of them.
    pub held: Arc<Semaphore>,
    /// [`PATIENCE`]; tests have less.
    pub patience: Duration,
}

/// Answers 413 at once where `Content-Length` says that the body is too large, else as soon as it is; 408 where it
/// comes too slowly; 503 where too much is held already.
pub async fn body(State(limits): State<BodyLimits>, request: Request, next: Next) -> Response {
    let cap = cap(&limits.app.config.limits, &request);
    match announced(request.headers()) {
        Ok(length) if length.is_none_or(|length| length <= cap) => {}
        Ok(_) => return HttpError::plain(StatusCode::PAYLOAD_TOO_LARGE).into_response(),
        Err(error) => return error.into_response(),
    }
    let ledger = Arc::new(Ledger::default());
    let request = request.map(|inner| {
        Body::new(Watched {
            inner,
            cap,
            received: 0,
            patience: limits.patience,
            timer: None,
            held: Arc::clone(&limits.held),
            ledger: Arc::clone(&ledger),
        })
    });
    let response = next.run(request).await;
    match ledger.verdict() {
        Some(error) if !response.status().is_success() => error.into_response(),
        _ => response,
    }
}

/// Where pictures are uploaded they fit in, with the rest of their form. Only `multipart/form-data` carries any.
fn cap(limits: &Limits, request: &Request) -> u64 {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let is_multipart = media_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| {
            text.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/")
        });
    let pictures = match request.uri().path() {
        _ if !is_multipart => 0,
        "/api/v1/media" | "/api/v2/media" => 1,
        "/api/v1/accounts/update_credentials" | "/api/v1/profile" => 2,
        // A preview of their own that apps send along; it is read over.
        path if path.starts_with("/api/v1/media/") => 1,
        _ => 0,
    };
    (limits.body_bytes + pictures * limits.image_bytes) as u64
}

fn announced(headers: &HeaderMap) -> Result<Option<u64>, HttpError> {
    let Some(length) = headers.get(header::CONTENT_LENGTH) else {
        return Ok(None);
    };
    let length = length.to_str().ok().and_then(|text| text.parse().ok());
    length
        .map(Some)
        .ok_or_else(|| HttpError::plain(StatusCode::BAD_REQUEST))
}

/// What became of a body. Holds the room for its bytes until the request is answered.
#[derive(Default)]
struct Ledger {
    fault: AtomicU8,
    room: Mutex<Option<OwnedSemaphorePermit>>,
}

/// Why a body was cut off.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[repr(u8)]
enum Fault {
    #[error("the body is too large")]
    Large = 1,
    #[error("the body came too slowly")]
    Slow = 2,
    #[error("too many bodies are held")]
    Full = 3,
}

impl Ledger {
    fn fail(&self, fault: Fault) -> axum::Error {
        self.fault.store(fault as u8, Ordering::Relaxed);
        axum::Error::new(fault)
    }

    fn keep(&self, permit: OwnedSemaphorePermit) {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        match room.as_mut() {
            Some(held) => held.merge(permit),
            None => *room = Some(permit),
        }
    }

    fn verdict(&self) -> Option<HttpError> {
        match self.fault.load(Ordering::Relaxed) {
            1 => Some(HttpError::plain(StatusCode::PAYLOAD_TOO_LARGE)),
            2 => Some(HttpError::plain(StatusCode::REQUEST_TIMEOUT)),
            3 => Some(HttpError::unavailable()),
            _ => None,
        }
    }
}

/// A request body that ends with an error when it grows too large or too old.
struct Watched {
    inner: Body,
    cap: u64,
    received: u64,
    patience: Duration,
    /// When the first part was asked for, and the timer.
    timer: Option<(Instant, Pin<Box<Sleep>>)>,
    held: Arc<Semaphore>,
    ledger: Arc<Ledger>,
}

impl Watched {
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let patience = self.patience;
        let (_, timer) = self.timer.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(tokio::time::sleep_until(now + patience)))
        });
        timer.as_mut().poll(cx).is_ready()
    }

    fn take(&mut self, bytes: &Bytes) -> Result<(), Fault> {
        let length = bytes.len() as u64;
        self.received += length;
        if self.received > self.cap {
            return Err(Fault::Large);
        }
        let permits = u32::try_from(length).ok().ok_or(Fault::Large)?;
        let permit = Arc::clone(&self.held).try_acquire_many_owned(permits);
        self.ledger.keep(permit.ok().ok_or(Fault::Full)?);
        if let Some((begun, timer)) = &mut self.timer {
            let earned = Duration::from_secs(self.received / SLOWEST);
            timer.as_mut().reset(*begun + self.patience + earned);
        }
        Ok(())
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.is_late(cx) {
            return Poll::Ready(Some(Err(self.ledger.fail(Fault::Slow))));
        }
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            other => return Poll::Ready(other),
        };
        if let Some(bytes) = frame.data_ref()
            && let Err(fault) = self.take(&bytes.clone())
        {
            return Poll::Ready(Some(Err(self.ledger.fail(fault))));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
