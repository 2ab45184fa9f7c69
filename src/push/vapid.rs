//! Who sends: a token for one push service, signed with the instance's key (RFC 8292).

use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::push::VapidPair;

use super::{PushError, encode};

/// Push services take at most 24 hours.
const LIVES: Duration = Duration::from_hours(12);

/// A new key pair.
///
/// # Errors
/// When there is no randomness.
pub fn generate_pair() -> Result<VapidPair, PushError> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let private = pair.to_pkcs8v1()?;
    Ok(VapidPair {
        public: pair.public_key().as_ref().to_vec(),
        private: private.as_ref().to_vec(),
    })
}

/// The instance's key, ready to sign.
pub(super) struct Vapid {
    key: EcdsaKeyPair,
    public: String,
    contact: String,
}

impl Vapid {
    pub(super) fn new(pair: &VapidPair, contact: String) -> Result<Vapid, PushError> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pair.private)?;
        Ok(Vapid {
            public: encode(key.public_key().as_ref()),
            key,
            contact,
        })
    }

    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// A JWT (ES256) that counts at the origin of `endpoint` alone.
    pub(super) fn token(&self, endpoint: &Url, now: Timestamp) -> Result<String, Unspecified> {
        let head = json!({"typ": "JWT", "alg": "ES256"});
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.plus(LIVES).secs(),
            "sub": self.contact,
        });
        let signed = format!(
            "{}.{}",
            encode(head.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes())?;
        Ok(format!("{signed}.{}", encode(signature.as_ref())))
    }
}
