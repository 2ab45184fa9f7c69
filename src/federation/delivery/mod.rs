//! Delivering what local actors say: the worker that takes lanes from the queue, signs, sends and settles.
//!
//! What belongs here: the order of one try (which signature, what after a refusal), how many run at once, and how
//! their results reach the queue. What does not: the queue itself (`store`), the rules for when to try again and when
//! to leave a host alone (`domain::delivery`, `domain::lane`), and the HTTP client (`net`).
//!
//! A delivery is removed only after its answer, so after a crash some arrive twice, with the same id. Order is kept for
//! each actor and inbox, because a lane has one lease-holder who sends one thing after the other.

mod attempt;
mod bodies;
mod keyring;
mod lane;
mod refresh;
mod report;
mod settler;
#[cfg(test)]
mod tests;
mod triage;
mod worker;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use crate::net::{Answer, Client, FetchError};

pub use keyring::{Keyring, KeyringError};
pub use worker::{Settings, Ways, Worker};

/// How long a lane is leased; another process takes over after that.
const LEASE: Duration = Duration::from_secs(45);
/// The longest one try may take, with its second signature and the refresh of the receiver.
const TRY: Duration = Duration::from_secs(30);
/// How long after the claim a lane starts another try: what is left of the lease must suffice for it.
const START: Duration = Duration::from_secs(10);
/// A try that takes longer than this no longer counts against those that are quick: it makes room for another lane, so
/// that hosts which hang do not delay those which answer.
const SLOW: Duration = Duration::from_secs(1);
/// How many tries may be slow at once; the guarded client takes no more than 512 deliveries in all.
const SLOW_TRIES: usize = 384;
/// Deliveries taken from a lane in one lease.
const EACH: i64 = 8;

/// The way out: the guarded client, or a fake in tests.
#[async_trait]
pub trait Post: Send + Sync {
    /// Sends `body`. Any answer is a success here, whatever its status; redirects are not followed.
    async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Answer, FetchError>;
}

#[async_trait]
impl Post for Client {
    async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Answer, FetchError> {
        Client::post(self, url, headers, body).await
    }
}

/// Reads the receivers behind an inbox again, after it refused us.
#[async_trait]
pub trait Refresh: Send + Sync {
    /// Whether another try is worth it.
    async fn refresh(&self, inbox: &Url) -> bool;
}

/// Refreshes nothing and sends once more at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRefresh;

#[async_trait]
impl Refresh for NoRefresh {
    async fn refresh(&self, _inbox: &Url) -> bool {
        true
    }
}
