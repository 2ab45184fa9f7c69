//! Outgoing requests: the headers that sign them, in either generation.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, DATE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::domain::clock::Timestamp;

use super::wish::{Wish, component};
use super::{Algorithm, Generation, PrivateKey, digest};

/// The content type of every body that we sign.
pub const ACTIVITY_JSON: &str = activitypub_federation::FEDERATION_CONTENT_TYPE;

/// How long a signature counts whose end is asked for.
const VALID: i64 = 300;

/// The last second that an HTTP date can name.
const LAST_SECOND: i64 = 253_402_300_799;

/// Why a request could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the URL has no host")]
    NoHost,
    #[error("the key id cannot stand in a header")]
    KeyId,
    #[error("a header cannot be written")]
    Header,
    #[error("the key could not sign")]
    Key,
    /// Another key or algorithm is wanted, or something signed that the request does not have.
    #[error("what is asked to be signed cannot be")]
    Wish,
}

/// A request about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Unsigned<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    /// The raw bytes; needed for every POST, `None` for GET.
    pub body: Option<&'a [u8]>,
}

/// A key and the name under which others find it.
#[derive(Debug, Clone)]
pub struct Signer {
    key: PrivateKey,
    key_id: String,
}

impl Signer {
    /// `key_id` is the `id` of the key in the actor's document.
    ///
    /// # Errors
    /// [`SignError::KeyId`] if it is not printable ASCII, or holds white space, quotes or backslashes.
    pub fn new(key: PrivateKey, key_id: String) -> Result<Self, SignError> {
        let fits = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        if key_id.is_empty() || !key_id.bytes().all(fits) {
            return Err(SignError::KeyId);
        }
        Ok(Signer { key, key_id })
    }

    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Every header that the request needs on top of `Accept` and the like: `Host`, `Date`, for a body also
    /// `Content-Type` ([`ACTIVITY_JSON`]) and its digest, and the signature. They must be sent as they are. The
    /// fragment of `url` is ignored. Each attempt is signed anew.
    ///
    /// # Errors
    /// [`SignError::NoHost`] for such a URL; the others only if the cryptography library fails.
    pub fn sign(
        &self,
        generation: Generation,
        request: &Unsigned<'_>,
        now: Timestamp,
    ) -> Result<HeaderMap, SignError> {
        let Unsigned { method, url, body } = *request;
        match generation {
            Generation::Draft => self.sign_draft(method, url, body, now),
            Generation::Rfc9421 => self.sign_rfc9421(method, url, body, now),
        }
    }

    /// [`Signer::sign`] in the older form: `(request-target) host date`, and `digest content-type` for a body.
    /// `(created)` is not used: several peers do not know it.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn sign_draft(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<HeaderMap, SignError> {
        let host = authority(url)?;
        let date = http_date(now);
        let verb = method.as_str().to_ascii_lowercase();
        let mut text = format!(
            "(request-target): {verb} {}\nhost: {host}\ndate: {date}",
            target(url)
        );
        let mut covered = "(request-target) host date".to_owned();
        let mut headers = base_headers(&host, &date, body)?;
        if let Some(body) = body {
            let digest = digest::draft_value(body);
            text.push_str("\ndigest: ");
            text.push_str(&digest);
            text.push_str("\ncontent-type: ");
            text.push_str(ACTIVITY_JSON);
            covered.push_str(" digest content-type");
            set(&mut headers, HeaderName::from_static("digest"), &digest)?;
        }
        let algorithm = self.algorithm(Generation::Draft);
        let value = format!(
            r#"keyId="{}",algorithm="{algorithm}",headers="{covered}",signature="{}""#,
            self.key_id,
            self.signature(&text)?
        );
        set(&mut headers, HeaderName::from_static("signature"), &value)?;
        Ok(headers)
    }

    /// [`Signer::sign`] by RFC 9421: `"@method" "@target-uri"`, and `"content-digest"` for a body.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn sign_rfc9421(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<HeaderMap, SignError> {
        let request = Unsigned { method, url, body };
        self.sign_as_asked(&request, &Wish::none(), now)
    }

    /// [`Signer::sign`] by RFC 9421 as a server asks. What every request of ours covers is covered even if it is not asked
    /// for: a signature that names no host could be used on another one.
    ///
    /// # Errors
    /// [`SignError::Wish`] if it cannot be fulfilled, otherwise as [`Signer::sign`].
    pub fn sign_as_asked(
        &self,
        request: &Unsigned<'_>,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<HeaderMap, SignError> {
        let Unsigned { method, url, body } = *request;
        let algorithm = self.algorithm(Generation::Rfc9421);
        if !wish.allows(&self.key_id, algorithm) {
            return Err(SignError::Wish);
        }
        let mut headers = base_headers(&authority(url)?, &http_date(now), body)?;
        if let Some(body) = body {
            let digest = digest::rfc9530_value(body);
            set(
                &mut headers,
                HeaderName::from_static("content-digest"),
                &digest,
            )?;
        }
        let (mut text, mut covered) = (String::new(), Vec::with_capacity(8));
        for name in covering(wish, body.is_some()) {
            let value = component(name, (method, url), &headers).ok_or(SignError::Wish)?;
            covered.push(format!("\"{name}\""));
            let _ = writeln!(text, "\"{name}\": {value}");
        }
        let parameters = format!(
            "({}){}",
            covered.join(" "),
            self.parameters(wish, algorithm, now)
        );
        text.push_str("\"@signature-params\": ");
        text.push_str(&parameters);
        let signature = self.signature(&text)?;
        for (name, value) in [
            ("signature-input", parameters),
            ("signature", format!(":{signature}:")),
        ] {
            let value = format!("{}={value}", wish.label);
            set(&mut headers, HeaderName::from_static(name), &value)?;
        }
        Ok(headers)
    }

    fn parameters(&self, wish: &Wish, algorithm: &str, now: Timestamp) -> String {
        let mut text = format!(";created={}", now.secs());
        if wish.expires {
            let _ = write!(text, ";expires={}", now.secs().saturating_add(VALID));
        }
        let _ = write!(text, r#";keyid="{}";alg="{algorithm}""#, self.key_id);
        for (name, value) in [("nonce", &wish.nonce), ("tag", &wish.tag)] {
            if let Some(value) = value {
                let _ = write!(text, r#";{name}="{value}""#);
            }
        }
        text
    }

    /// The name of what the key does, in the words of `generation`.
    fn algorithm(&self, generation: Generation) -> &'static str {
        match (generation, self.key.public().algorithm()) {
            (Generation::Draft, Algorithm::Rsa) => "rsa-sha256",
            (Generation::Draft, Algorithm::Ed25519) => "hs2019",
            (Generation::Rfc9421, Algorithm::Rsa) => "rsa-v1_5-sha256",
            (Generation::Rfc9421, Algorithm::Ed25519) => "ed25519",
        }
    }

    fn signature(&self, text: &str) -> Result<String, SignError> {
        let bytes = self.key.sign(text.as_bytes()).ok().ok_or(SignError::Key)?;
        Ok(STANDARD.encode(bytes))
    }
}

/// What is asked for, in that order, then what every request of ours covers.
fn covering(wish: &Wish, has_body: bool) -> impl Iterator<Item = &str> {
    let own = ["@method", "@target-uri", "content-digest"];
    let own = own.into_iter().take(if has_body { 3 } else { 2 });
    let asked = wish.components.iter().map(String::as_str);
    asked.chain(own.filter(move |name| !wish.components.iter().any(|asked| asked == name)))
}

fn base_headers(host: &str, date: &str, body: Option<&[u8]>) -> Result<HeaderMap, SignError> {
    let mut headers = HeaderMap::with_capacity(8);
    set(&mut headers, HOST, host)?;
    set(&mut headers, DATE, date)?;
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ACTIVITY_JSON));
    }
    Ok(headers)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), SignError> {
    headers.insert(
        name,
        HeaderValue::from_str(value).ok().ok_or(SignError::Header)?,
    );
    Ok(())
}

/// The value of `Host`: the port only where it is not the scheme's default.
fn authority(url: &Url) -> Result<String, SignError> {
    let host = url.host_str().ok_or(SignError::NoHost)?;
    Ok(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// `path?query`, as it goes over the wire.
fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// IMF-fixdate, clamped to the years 1970 to 9999.
fn http_date(now: Timestamp) -> String {
    let seconds = u64::try_from(now.secs().clamp(0, LAST_SECOND)).unwrap_or(0);
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}
