//! Checks that both generations share: one value a header, our host, the time window, the fields of a message.

use std::time::Duration;

use http::HeaderMap;
use http::header::HOST;

use crate::domain::clock::Timestamp;

use super::verify::{Here, RequestParts, SignatureError};

/// How old a signature may be. Peers queue and retry, and each try should be signed anew; Mobilizon's own limit.
const BACK: Duration = Duration::from_hours(12);
/// How far a peer's clock may be ahead of ours.
const AHEAD: Duration = Duration::from_hours(1);

/// A signature that covers more is not from any known software; the bound keeps checks cheap.
pub(super) const MAX_COVERED: usize = 32;

/// The one value of a header that must not be ambiguous, or `absent`.
pub(super) fn single<'a>(
    headers: &'a HeaderMap,
    name: &str,
    absent: SignatureError,
) -> Result<&'a str, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(absent)?;
    if values.next().is_some() {
        return Err(SignatureError::Malformed);
    }
    Ok(value
        .to_str()
        .ok()
        .ok_or(SignatureError::Malformed)?
        .trim_matches([' ', '\t']))
}

/// The value of `Signature` or `Signature-Input`, of which there must not be two.
pub(super) fn credential<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<&'a str, SignatureError> {
    if headers.get_all(name).iter().nth(1).is_some() {
        return Err(SignatureError::Several);
    }
    single(headers, name, SignatureError::Missing)
}

/// `Host` must name this server; the default port may be spelled out.
pub(super) fn host_is_ours(
    parts: &RequestParts<'_>,
    here: &Here<'_>,
) -> Result<(), SignatureError> {
    let given = single(parts.headers, HOST.as_str(), SignatureError::WrongHost)?;
    let default_port = match here.scheme {
        "https" => ":443",
        _ => ":80",
    };
    let given = given.strip_suffix(default_port).unwrap_or(given);
    if given.eq_ignore_ascii_case(here.host) {
        Ok(())
    } else {
        Err(SignatureError::WrongHost)
    }
}

/// A target or method with white space or control characters could forge lines of the signed text.
pub(super) fn request_line_is_plain(parts: &RequestParts<'_>) -> Result<(), SignatureError> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    if parts.target.starts_with('/')
        && plain(parts.target)
        && plain(parts.method)
        && !parts.method.is_empty()
    {
        Ok(())
    } else {
        Err(SignatureError::Malformed)
    }
}

/// A body must be covered by its digest. GET and HEAD have none, and a signer may leave the digest out.
pub(super) fn needs_digest(parts: &RequestParts<'_>) -> bool {
    !matches!(parts.method, "GET" | "HEAD") || !parts.body.is_empty()
}

pub(super) fn in_window(at: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
    if at < now.minus(BACK) {
        Err(SignatureError::Stale)
    } else if at > now.plus(AHEAD) {
        Err(SignatureError::FromTheFuture)
    } else {
        Ok(())
    }
}

pub(super) fn not_expired(expires: Timestamp, now: Timestamp) -> Result<(), SignatureError> {
    if expires < now {
        Err(SignatureError::Expired)
    } else {
        Ok(())
    }
}

/// Appends the value of a covered header: several lines joined with `, `, white space around each removed.
pub(super) fn push_field(
    message: &mut Vec<u8>,
    headers: &HeaderMap,
    name: &str,
) -> Result<(), SignatureError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().ok_or(SignatureError::Malformed)?;
    message.extend_from_slice(first.as_bytes().trim_ascii());
    for value in values {
        message.extend_from_slice(b", ");
        message.extend_from_slice(value.as_bytes().trim_ascii());
    }
    Ok(())
}
