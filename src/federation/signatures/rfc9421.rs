//! RFC 9421 as servers use it: `Signature-Input`, `Signature`, and the signature base.

use crate::domain::clock::Timestamp;

use super::checks::{credential, in_window, needs_digest, not_expired, push_field, single};
use super::structured::{Bare, InnerList, read_bytes};
use super::verify::{Here, Presented, RequestParts, SignatureError, Stated};
use super::{Generation, KeyAlgorithm, digest};

const CONTENT_DIGEST: &str = "content-digest";

/// The checks of [`Presented::read`] for this generation.
pub(super) fn read(
    parts: &RequestParts<'_>,
    here: &Here<'_>,
    now: Timestamp,
) -> Result<Presented, SignatureError> {
    let input = InnerList::read(credential(parts.headers, "signature-input")?)?;
    let (label, signature) = read_bytes(credential(parts.headers, "signature")?)?;
    if label != input.label {
        return Err(SignatureError::Malformed);
    }
    let Some(Bare::Text(key_id)) = input.parameter("keyid").filter(|id| *id != Bare::Text(""))
    else {
        return Err(SignatureError::Malformed);
    };
    let stated = match input.parameter("alg") {
        None => Stated::ByKey,
        Some(Bare::Text("rsa-v1_5-sha256")) => Stated::Exactly(KeyAlgorithm::Rsa),
        Some(Bare::Text("ed25519")) => Stated::Exactly(KeyAlgorithm::Ed25519),
        Some(_) => return Err(SignatureError::UnknownAlgorithm),
    };
    check_coverage(&input, parts)?;
    check_times(&input, now)?;
    if input.items.contains(&CONTENT_DIGEST) {
        let value = single(parts.headers, CONTENT_DIGEST, SignatureError::BadDigest)?;
        if !digest::rfc9530_matches(value, parts.body) {
            return Err(SignatureError::BadDigest);
        }
    }
    Ok(Presented {
        generation: Generation::Rfc9421,
        key_id: key_id.to_owned(),
        stated,
        signature,
        message: base(&input, parts, here)?,
        without_query: None,
    })
}

/// Method, host and path, and on requests with a body its digest; no component twice.
fn check_coverage(input: &InnerList<'_>, parts: &RequestParts<'_>) -> Result<(), SignatureError> {
    let covers = |name: &str| input.items.contains(&name);
    let twice = |(i, name)| input.items.iter().skip(i + 1).any(|other| other == name);
    if input.items.iter().enumerate().any(twice) {
        return Err(SignatureError::Malformed);
    }
    if !covers("@method") {
        return Err(SignatureError::NotCovered("@method"));
    }
    if !covers("@target-uri") {
        if !covers("@authority") {
            return Err(SignatureError::NotCovered("@authority"));
        }
        if !covers("@path") && !covers("@request-target") {
            return Err(SignatureError::NotCovered("@path"));
        }
    }
    if needs_digest(parts) && !covers(CONTENT_DIGEST) {
        return Err(SignatureError::NotCovered(CONTENT_DIGEST));
    }
    Ok(())
}

fn check_times(input: &InnerList<'_>, now: Timestamp) -> Result<(), SignatureError> {
    match input.parameter("created") {
        Some(Bare::Integer(at)) => in_window(Timestamp::from_secs(at), now)?,
        Some(_) => return Err(SignatureError::Malformed),
        None => return Err(SignatureError::NotCovered("created")),
    }
    match input.parameter("expires") {
        Some(Bare::Integer(at)) => not_expired(Timestamp::from_secs(at), now),
        Some(_) => Err(SignatureError::Malformed),
        None => Ok(()),
    }
}

/// The signature base (RFC 9421 §2.5).
fn base(
    input: &InnerList<'_>,
    parts: &RequestParts<'_>,
    here: &Here<'_>,
) -> Result<Vec<u8>, SignatureError> {
    let mut base = Vec::with_capacity(512);
    for name in &input.items {
        base.push(b'"');
        base.extend_from_slice(name.as_bytes());
        base.extend_from_slice(b"\": ");
        component(&mut base, name, parts, here)?;
        base.push(b'\n');
    }
    base.extend_from_slice(b"\"@signature-params\": ");
    base.extend_from_slice(input.raw.as_bytes());
    Ok(base)
}

/// Appends the value of a component. Those of responses and those that need parameters are refused.
fn component(
    base: &mut Vec<u8>,
    name: &str,
    parts: &RequestParts<'_>,
    here: &Here<'_>,
) -> Result<(), SignatureError> {
    let (path, query) = parts.target.split_once('?').unwrap_or((parts.target, ""));
    match name {
        "@method" => base.extend_from_slice(parts.method.as_bytes()),
        "@scheme" => base.extend_from_slice(here.scheme.as_bytes()),
        "@authority" => base.extend_from_slice(here.host.as_bytes()),
        "@request-target" => base.extend_from_slice(parts.target.as_bytes()),
        "@path" => base.extend_from_slice(path.as_bytes()),
        "@query" => {
            base.push(b'?');
            base.extend_from_slice(query.as_bytes());
        }
        "@target-uri" => {
            for part in [here.scheme, "://", here.host, parts.target] {
                base.extend_from_slice(part.as_bytes());
            }
        }
        // An upper-case name would be looked up without regard to case, but signed as it stands.
        field if field.starts_with('@') || field.bytes().any(|b| b.is_ascii_uppercase()) => {
            return Err(SignatureError::Malformed);
        }
        field => push_field(base, parts.headers, field)?,
    }
    Ok(())
}
