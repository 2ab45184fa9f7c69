//! The way out for push messages (Web Push): encrypted for the receiver, signed with the instance's key, handed in at the
//! receiver's push service through the guarded client.
//!
//! What a message says and who gets it is decided in `services`; when it is sent, and again after a failure, in `jobs`.

mod encrypt;
mod vapid;

use std::fmt;
use std::time::Duration;

use aws_lc_rs::error::{KeyRejected, Unspecified};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::timeout;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::push::{PushMessage, Receiver, VapidPair};
use crate::net::{Client, FetchError, RefusedUrl, Target};

use self::encrypt::Sealing;
use self::vapid::Vapid;

pub use self::vapid::generate_pair;

/// A push service that takes longer than this is asked again later: others wait behind it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that the receiver shares with us (RFC 8291 §3.2).
const AUTH_BYTES: usize = 16;
/// Longest key in base64 that is looked at.
const KEY_CHARS: usize = 128;

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The instance's key pair cannot be read.
    #[error("the instance's key for push messages cannot be read")]
    Key(#[from] KeyRejected),
    /// Something could not be encrypted or signed.
    #[error("a push message could not be encrypted")]
    Crypto(#[from] Unspecified),
    /// The address or a header made for it cannot be used.
    #[error("a push message has no usable address")]
    Address,
}

/// What is wrong with a receiver that somebody names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the endpoint is no address")]
    NoAddress,
    #[error("the endpoint cannot be used: {0}")]
    Endpoint(#[from] RefusedUrl),
    #[error("p256dh is a point on the curve P-256 in base64url")]
    P256dh,
    #[error("auth is 16 bytes in base64url")]
    Auth,
}

/// What a push service made of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Taken,
    /// The receiver is no more.
    Gone,
    /// It may be tried again: too many at once, a failure there, no answer.
    Later,
    /// It never takes this one.
    Refused,
}

/// A receiver as somebody names it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub endpoint: &'a str,
    pub p256dh: &'a str,
    pub auth: &'a str,
    pub standard: bool,
}

/// Sends push messages.
pub struct Pusher {
    client: Client,
    vapid: Vapid,
}

impl Pusher {
    /// `contact` is where push services reach whoever runs this instance: a `mailto:` or `https:` address.
    ///
    /// # Errors
    /// [`PushError::Key`].
    pub fn new(client: Client, pair: &VapidPair, contact: String) -> Result<Pusher, PushError> {
        let vapid = Vapid::new(pair, contact)?;
        Ok(Pusher { client, vapid })
    }

    /// The instance's public key, in base64url.
    #[must_use]
    pub fn server_key(&self) -> &str {
        self.vapid.public()
    }

    /// Checks a receiver before it is kept. Contacts nobody.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, named: Named<'_>) -> Result<Receiver, Unusable> {
        let url = Url::parse(named.endpoint).ok().ok_or(Unusable::NoAddress)?;
        let target = Target::check(&url, self.client.settings())?;
        let p256dh = decode(named.p256dh).filter(|key| encrypt::is_point(key));
        let auth = decode(named.auth).filter(|secret| secret.len() == AUTH_BYTES);
        Ok(Receiver {
            endpoint: target.url().as_str().to_owned(),
            p256dh: p256dh.ok_or(Unusable::P256dh)?,
            auth: auth.ok_or(Unusable::Auth)?,
            standard: named.standard,
        })
    }

    /// Encrypts a message and hands it in.
    ///
    /// # Errors
    /// When it could not be made; whatever the push service says is an outcome.
    pub async fn send(
        &self,
        to: &Receiver,
        message: &PushMessage,
        now: Timestamp,
    ) -> Result<Outcome, PushError> {
        let url = Url::parse(&to.endpoint).ok().ok_or(PushError::Address)?;
        let (headers, body) = self.seal((to, &url), message, now)?;
        let sending = Box::pin(self.client.post(&url, headers, body));
        Ok(match timeout(PATIENCE, sending).await {
            Ok(Ok(answer)) => outcome(answer.status),
            Ok(Err(error)) => {
                tracing::info!(
                    peer.domain = url.host_str(),
                    reason = error.reason(),
                    "a push service was not reached"
                );
                if matches!(error, FetchError::Refused(_)) {
                    Outcome::Refused
                } else {
                    Outcome::Later
                }
            }
            Err(_late) => Outcome::Later,
        })
    }

    fn seal(
        &self,
        (to, url): (&Receiver, &Url),
        message: &PushMessage,
        now: Timestamp,
    ) -> Result<(HeaderMap, Bytes), PushError> {
        let sealing = Sealing::fresh()?;
        let token = self.vapid.token(url, now)?;
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        );
        headers.insert(
            HeaderName::from_static("ttl"),
            message.lives.as_secs().into(),
        );
        headers.insert(
            HeaderName::from_static("urgency"),
            HeaderValue::from_static("normal"),
        );
        let key = self.vapid.public();
        let (encoding, authorization, body) = if to.standard {
            let body = sealing.aes128gcm(to, message.body.as_bytes())?;
            ("aes128gcm", format!("vapid t={token}, k={key}"), body)
        } else {
            let body = sealing.aesgcm(to, message.body.as_bytes())?;
            let (salt, dh) = (encode(&sealing.salt), encode(&sealing.public));
            headers.insert(
                HeaderName::from_static("encryption"),
                value(&format!("salt={salt}"))?,
            );
            let keys = format!("dh={dh};p256ecdsa={key}");
            headers.insert(HeaderName::from_static("crypto-key"), value(&keys)?);
            ("aesgcm", format!("WebPush {token}"), body)
        };
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        headers.insert(AUTHORIZATION, value(&authorization)?);
        Ok((headers, body.into()))
    }
}

impl fmt::Debug for Pusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pusher").finish_non_exhaustive()
    }
}

/// RFC 8030 §5 to §7: 2xx is taken, 404 and 410 mean that the subscription is gone.
const fn outcome(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Taken,
        404 | 410 => Outcome::Gone,
        408 | 429 | 500..=599 => Outcome::Later,
        _ => Outcome::Refused,
    }
}

fn value(text: &str) -> Result<HeaderValue, PushError> {
    HeaderValue::from_str(text).ok().ok_or(PushError::Address)
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 as programs write it: either alphabet, padded or not.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > KEY_CHARS {
        return None;
    }
    let text = text
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests;
