//! Incoming requests: which signature a request presents, whether it covers enough, and whether a key made it.

use http::{HeaderMap, StatusCode};

use crate::domain::clock::Timestamp;

use super::checks::{host_is_ours, request_line_is_plain};
use super::{Algorithm, Generation, PublicKey, cavage, rfc9421};

/// A request as it arrived, before anything is parsed.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// In upper case, as HTTP has it.
    pub method: &'a str,
    /// `path?query` exactly as on the wire.
    pub target: &'a str,
    /// With `Host`; where HTTP/2 has only `:authority`, the caller puts that in.
    pub headers: &'a HeaderMap,
    /// The raw bytes.
    pub body: &'a [u8],
}

/// How this server is addressed from outside, whatever stands between it and the peer.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// `https`, or `http` in development.
    pub scheme: &'a str,
    /// `instance.domain`, in lower case, with the port where it is not the scheme's default.
    pub host: &'a str,
}

/// Why a request does not count as signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the request is not signed")]
    Missing,
    #[error("the request carries more than one signature")]
    Several,
    #[error("the signature or a signed header cannot be read")]
    Malformed,
    #[error("the signature does not cover {0}")]
    NotCovered(&'static str),
    #[error("the request is meant for another host")]
    WrongHost,
    #[error("the signature is older than 12 hours")]
    Stale,
    #[error("the signature is dated more than an hour ahead")]
    FromTheFuture,
    #[error("the signature has expired")]
    Expired,
    #[error("the digest is not that of the body")]
    BadDigest,
    #[error("the signature algorithm is not supported")]
    UnknownAlgorithm,
    #[error("the key is not of the kind that the signature names")]
    BadKey,
    #[error("the signature was not made by this key over this request")]
    Mismatch,
}

impl SignatureError {
    /// What to answer: 421 for a request meant for another host, else 401.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            SignatureError::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

/// The kind of key that a signature names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated {
    /// Nothing, or `hs2019`: the key decides.
    ByKey,
    Exactly(Algorithm),
}

/// The one signature of a request: complete, for us, of this time, and with the right digest. It counts for
/// nothing until [`Presented::verify`] has succeeded with a key of the actor that the request speaks for.
#[derive(Debug, Clone)]
pub struct Presented {
    pub(super) generation: Generation,
    pub(super) key_id: String,
    pub(super) stated: Stated,
    pub(super) signature: Vec<u8>,
    /// What should have been signed.
    pub(super) message: Vec<u8>,
    /// The same for peers that leave the query out of `(request-target)`.
    pub(super) without_query: Option<Vec<u8>>,
}

impl Presented {
    /// Reads and checks everything that needs no key: exactly one signature, what it covers, our host, the time
    /// window of 12 hours back and 1 hour ahead, an expiry, and the digest over the raw body. With
    /// `Signature-Input` present, only RFC 9421 counts.
    ///
    /// # Errors
    /// The first failed check, in that order.
    pub fn read(
        parts: &RequestParts<'_>,
        here: &Here<'_>,
        now: Timestamp,
    ) -> Result<Self, SignatureError> {
        let rfc9421 = parts.headers.contains_key("signature-input");
        if !rfc9421 && !parts.headers.contains_key("signature") {
            return Err(SignatureError::Missing);
        }
        request_line_is_plain(parts)?;
        host_is_ours(parts, here)?;
        if rfc9421 {
            rfc9421::read(parts, here, now)
        } else {
            cavage::read(parts, now)
        }
    }

    /// Checks the signature with a key that the caller found under [`Presented::key_id`] in the document of the
    /// actor that the request speaks for.
    ///
    /// # Errors
    /// [`SignatureError::BadKey`] if the signature names another kind of key, else [`SignatureError::Mismatch`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if let Stated::Exactly(algorithm) = self.stated
            && algorithm != key.algorithm()
        {
            return Err(SignatureError::BadKey);
        }
        let verifies = |message: &[u8]| key.verifies(message, &self.signature);
        if verifies(&self.message) || self.without_query.as_deref().is_some_and(verifies) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }

    /// The key that the signer names. Not checked in any way: usually a URL with a fragment, but may be anything.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }
}
