//! HTTP signatures: keys, digests, signing, and the rules for what a signed request must show.
//!
//! What belongs here: pure functions over method, target, headers, body, key and time, for both generations that
//! are in use. What does not: fetching or caching keys, deciding who may speak for whom, storage, and sending.
//!
//! Incoming: [`Presented::read`] does everything that needs no key (and so may come before any fetch), then
//! [`Presented::verify`] is asked with each key that may be meant. Outgoing: [`Signer`].

mod cavage;
mod checks;
mod digest;
mod keys;
mod pem;
mod private;
mod rfc9421;
mod sign;
mod structured;
mod verify;
mod wish;

#[cfg(test)]
mod tests;

pub use keys::{Algorithm, KeyError, PublicKey};
pub use private::PrivateKey;
pub use sign::{ACTIVITY_JSON, SignError, Signer, Unsigned};
pub use verify::{Here, Presented, RequestParts, SignatureError};
pub use wish::Wish;

/// The two ways of signing a request that are in use between servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// draft-cavage-http-signatures: `Signature: keyId="…"` with `Digest` and `Date`.
    Draft,
    /// RFC 9421: `Signature-Input` with `Content-Digest` and `created`.
    Rfc9421,
}

impl Generation {
    /// The name that is stored and logged.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Generation::Draft => "draft",
            Generation::Rfc9421 => "rfc9421",
        }
    }

    /// Reads a stored name. `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "draft" => Some(Generation::Draft),
            "rfc9421" => Some(Generation::Rfc9421),
            _ => None,
        }
    }

    /// The one to try when a peer refuses this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Generation::Draft => Generation::Rfc9421,
            Generation::Rfc9421 => Generation::Draft,
        }
    }
}
