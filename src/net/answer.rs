//! What comes back.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, ETAG, HeaderName, LAST_MODIFIED, LINK, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::domain::clock::Timestamp;

/// A document that was fetched, with a status from 200 to 299 and a content type that was asked for.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it was finally read, without fragment. A document speaks for this origin only.
    pub final_url: Url,
    pub status: u16,
    /// The `Content-Type` as sent.
    pub content_type: String,
    /// `Link`, `ETag`, `Last-Modified` and `Cache-Control`, where sent.
    pub headers: HeaderMap,
    /// The whole body, decompressed.
    pub body: Bytes,
}

/// The answer to a delivery, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// How long the server asks us to stay away; not capped.
    pub retry_after: Option<Duration>,
    /// `Accept-Signature` (RFC 9421 §5), where sent.
    pub accept_signature: Option<HeaderValue>,
}

/// A fetch that was refused in a way that another signature may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 400, 401 or 403.
    pub status: u16,
    /// `Accept-Signature` (RFC 9421 §5), where sent.
    pub accept_signature: Option<HeaderValue>,
}

impl Refusal {
    /// `None` for any other answer.
    pub(super) fn of(status: u16, headers: &HeaderMap) -> Option<Self> {
        matches!(status, 400 | 401 | 403).then(|| Refusal {
            status,
            accept_signature: headers.get("accept-signature").cloned(),
        })
    }
}

/// Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or an HTTP date counted from `now`; a date in the past gives zero.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Some(Timestamp::from_micros(0).plus(since_epoch).since(now))
}

/// The headers worth keeping.
pub(super) fn kept(headers: &HeaderMap) -> HeaderMap {
    const KEPT: [HeaderName; 4] = [LINK, ETAG, LAST_MODIFIED, CACHE_CONTROL];
    let chosen = headers.iter().filter(|(name, _)| KEPT.contains(name));
    chosen
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, Timestamp::parse("2026-08-20T16:30:00Z").unwrap())
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(
            read("Thu, 20 Aug 2026 16:31:00 GMT"),
            Some(Duration::from_mins(1))
        );
        assert_eq!(read("Thu, 20 Aug 2026 16:29:00 GMT"), Some(Duration::ZERO));
        assert_eq!(
            read("99999999999999999999999"),
            Some(Duration::from_secs(u64::MAX))
        );
    }

    #[test]
    fn an_unreadable_retry_after_is_no_wish() {
        for value in ["", "soon", "-5", "1.5", "+3", "2026-08-20T16:31:00Z"] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(
            retry_after(&HeaderMap::new(), Timestamp::from_secs(0)),
            None
        );
    }
}
