//! draft-cavage-http-signatures as servers use it: the `Signature` header and the text that it signs.

use base64::Engine;
use http::header::DATE;

use crate::domain::clock::Timestamp;

use super::checks::{
    MAX_COVERED, credential, in_window, needs_digest, not_expired, push_field, single,
};
use super::digest;
use super::pem::LENIENT;
use super::verify::{Presented, RequestParts, SignatureError, Stated};
use super::{Generation, KeyAlgorithm};

const REQUEST_TARGET: &str = "(request-target)";
const CREATED: &str = "(created)";
const EXPIRES: &str = "(expires)";
const OWS: [char; 2] = [' ', '\t'];

/// The parameters of a `Signature` header.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parameters<'a> {
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
    created: Option<&'a str>,
    expires: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    /// Any order, any spacing around `=` and `,`, values quoted or not. `None` for anything else, for a parameter
    /// given twice, and for escapes inside quotes, which nobody needs.
    fn parse(mut rest: &'a str) -> Option<Self> {
        let mut parsed = Parameters::default();
        loop {
            let (name, value, after) = parameter(rest)?;
            if let Some(slot) = parsed.slot(name)
                && slot.replace(value).is_some()
            {
                return None;
            }
            if after.is_empty() {
                return Some(parsed);
            }
            rest = after.strip_prefix(',')?;
        }
    }

    /// Where a known parameter goes; `None` for one that we do not know and ignore.
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        let slots = [
            ("keyId", &mut self.key_id),
            ("algorithm", &mut self.algorithm),
            ("headers", &mut self.headers),
            ("signature", &mut self.signature),
            ("created", &mut self.created),
            ("expires", &mut self.expires),
        ];
        slots
            .into_iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map(|(_, slot)| slot)
    }
}

/// The first `name=value` of `rest`, and what follows it: empty, or from the comma on.
fn parameter(rest: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = rest.split_once('=')?;
    let name = name.trim_matches(OWS);
    if name.is_empty()
        || !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    {
        return None;
    }
    let rest = rest.trim_start_matches(OWS);
    let (value, rest) = if let Some(quoted) = rest.strip_prefix('"') {
        quoted
            .split_once('"')
            .filter(|(value, _)| !value.contains('\\'))?
    } else {
        let (value, rest) = rest.split_at_checked(rest.find(',').unwrap_or(rest.len()))?;
        let value = value.trim_end_matches(OWS);
        if value.is_empty() || value.contains(['"', ' ', '\t']) {
            return None;
        }
        (value, rest)
    };
    Some((name, value, rest.trim_start_matches(OWS)))
}

/// The checks of [`Presented::read`] for this generation.
pub(super) fn read(parts: &RequestParts<'_>, now: Timestamp) -> Result<Presented, SignatureError> {
    let header = credential(parts.headers, "signature")?;
    let given = Parameters::parse(header).ok_or(SignatureError::Malformed)?;
    let key_id = given
        .key_id
        .filter(|id| !id.is_empty())
        .ok_or(SignatureError::Malformed)?;
    let signature = given
        .signature
        .and_then(|s| LENIENT.decode(s).ok())
        .ok_or(SignatureError::Malformed)?;
    let stated = match given.algorithm {
        None => Stated::ByKey,
        Some(name) if name.eq_ignore_ascii_case("hs2019") => Stated::ByKey,
        Some(name) if name.eq_ignore_ascii_case("rsa-sha256") => Stated::Exactly(KeyAlgorithm::Rsa),
        Some(_) => return Err(SignatureError::UnknownAlgorithm),
    };
    let covered = covered(given.headers.unwrap_or_default())?;
    let covers = |name: &str| covered.iter().any(|c| c.eq_ignore_ascii_case(name));
    check_coverage(&covers, parts)?;
    check_times(&given, parts, (covers("date"), covers(CREATED)), now)?;
    if covers("digest") {
        let value = single(parts.headers, "digest", SignatureError::BadDigest)?;
        if !digest::draft_matches(value, parts.body) {
            return Err(SignatureError::BadDigest);
        }
    }
    let without_query = match parts.target.split_once('?') {
        Some((path, _)) => Some(message(&covered, &given, parts, path)?),
        None => None,
    };
    Ok(Presented {
        generation: Generation::Draft,
        key_id: key_id.to_owned(),
        stated,
        signature,
        message: message(&covered, &given, parts, parts.target)?,
        without_query,
    })
}

/// Method, path, host and a time, and on requests with a body its digest.
fn check_coverage(
    covers: &impl Fn(&str) -> bool,
    parts: &RequestParts<'_>,
) -> Result<(), SignatureError> {
    if !covers(REQUEST_TARGET) {
        return Err(SignatureError::NotCovered(REQUEST_TARGET));
    }
    if !covers("host") {
        return Err(SignatureError::NotCovered("host"));
    }
    if !covers("date") && !covers(CREATED) {
        return Err(SignatureError::NotCovered("date"));
    }
    if !covers("digest") && needs_digest(parts) {
        return Err(SignatureError::NotCovered("digest"));
    }
    Ok(())
}

/// The names in `headers`, each at most once. Absent means only `(created)`, which never covers enough.
fn covered(list: &str) -> Result<Vec<&str>, SignatureError> {
    let mut names: Vec<&str> = Vec::with_capacity(8);
    for name in list.split(' ').filter(|name| !name.is_empty()) {
        if names.len() == MAX_COVERED || names.iter().any(|n| n.eq_ignore_ascii_case(name)) {
            return Err(SignatureError::Malformed);
        }
        names.push(name);
    }
    Ok(names)
}

/// Every covered time must lie in the window; an expiry counts whether covered or not.
fn check_times(
    given: &Parameters<'_>,
    parts: &RequestParts<'_>,
    (date, created): (bool, bool),
    now: Timestamp,
) -> Result<(), SignatureError> {
    if date {
        let text = single(parts.headers, DATE.as_str(), SignatureError::Malformed)?;
        let at = httpdate::parse_http_date(text)
            .ok()
            .ok_or(SignatureError::Malformed)?;
        in_window(chrono::DateTime::from(at).into(), now)?;
    }
    if created {
        let at = given
            .created
            .and_then(unix_seconds)
            .ok_or(SignatureError::Malformed)?;
        in_window(at, now)?;
    }
    if let Some(text) = given.expires {
        not_expired(unix_seconds(text).ok_or(SignatureError::Malformed)?, now)?;
    }
    Ok(())
}

/// Whole seconds; the draft allows a fraction on `expires`, which is dropped.
fn unix_seconds(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    whole.parse().ok().map(Timestamp::from_secs)
}

/// The text that is signed: one `name: value` line for each covered name, without a final line break.
fn message(
    covered: &[&str],
    given: &Parameters<'_>,
    parts: &RequestParts<'_>,
    target: &str,
) -> Result<Vec<u8>, SignatureError> {
    let mut text = Vec::with_capacity(384);
    for name in covered {
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        text.extend_from_slice(b": ");
        match *name {
            REQUEST_TARGET => {
                text.extend(parts.method.bytes().map(|b| b.to_ascii_lowercase()));
                text.push(b' ');
                text.extend_from_slice(target.as_bytes());
            }
            CREATED => {
                let created = given.created.ok_or(SignatureError::Malformed)?;
                text.extend_from_slice(created.as_bytes());
            }
            EXPIRES => {
                let expires = given.expires.ok_or(SignatureError::Malformed)?;
                text.extend_from_slice(expires.as_bytes());
            }
            "host" => text.extend_from_slice(
                single(parts.headers, "host", SignatureError::Malformed)?.as_bytes(),
            ),
            field => push_field(&mut text, parts.headers, field)?,
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
