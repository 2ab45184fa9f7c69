//! Public keys of actors: read from whatever form a document gives, kept parsed, written in one canonical form.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::pem;

/// Everything in the `SubjectPublicKeyInfo` of an Ed25519 key before its 32 bytes (RFC 8410).
const ED25519_SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Multicodec `ed25519-pub` (0xed) as a varint.
const ED25519_CODEC: [u8; 2] = [0xed, 0x01];
/// Multicodec `rsa-pub` (0x1205) as a varint; a PKCS#1 `RSAPublicKey` follows.
const RSA_CODEC: [u8; 2] = [0x85, 0x24];
const ED25519_BYTES: usize = 32;
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// An RSA key of 8,192 bits takes about 1,450 base58 characters.
const MAX_MULTIBASE_CHARS: usize = 2048;

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    Ed25519,
}

impl KeyAlgorithm {
    /// The name that is stored and logged.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            KeyAlgorithm::Rsa => "rsa",
            KeyAlgorithm::Ed25519 => "ed25519",
        }
    }

    /// Reads a stored name. `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "rsa" => Some(KeyAlgorithm::Rsa),
            "ed25519" => Some(KeyAlgorithm::Ed25519),
            _ => None,
        }
    }
}

/// Why something is no usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the text around the key cannot be decoded")]
    Encoding,
    #[error("these bytes are not a key of a known kind")]
    NotAKey,
    #[error("an RSA key must have 2048 to 8192 bits")]
    Size,
    #[error("the key could not be made or used")]
    Failed,
}

/// A key that signatures are checked with. Cloning shares the parsed form.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    algorithm: KeyAlgorithm,
    parsed: ParsedPublicKey,
    /// SPKI DER for RSA, 32 raw bytes for Ed25519.
    der: Box<[u8]>,
}

impl PublicKey {
    /// Reads `publicKeyPem`: SPKI or PKCS#1 under either label, with any white space between the markers.
    ///
    /// # Errors
    /// [`KeyError::Encoding`] without a readable block, [`KeyError::NotAKey`] or [`KeyError::Size`] for its content.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::decode(text).ok_or(KeyError::Encoding)?;
        match der.strip_prefix(ED25519_SPKI.as_slice()) {
            Some(raw) => Self::ed25519(raw),
            None => Self::rsa(&der),
        }
    }

    /// Reads `publicKeyMultibase` of a `Multikey` (FEP-521a): base58btc, `z6Mk…` for Ed25519, `z4MX…` for RSA.
    ///
    /// # Errors
    /// [`KeyError::Encoding`] for another base, [`KeyError::NotAKey`] or [`KeyError::Size`] for its content.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        let digits = text
            .strip_prefix('z')
            .filter(|d| d.len() <= MAX_MULTIBASE_CHARS)
            .ok_or(KeyError::Encoding)?;
        let bytes = bs58::decode(digits)
            .into_vec()
            .ok()
            .ok_or(KeyError::Encoding)?;
        if let Some(raw) = bytes.strip_prefix(ED25519_CODEC.as_slice()) {
            Self::ed25519(raw)
        } else if let Some(der) = bytes.strip_prefix(RSA_CODEC.as_slice()) {
            Self::rsa(der)
        } else {
            Err(KeyError::NotAKey)
        }
    }

    /// Reads what [`PublicKey::to_der`] gave.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`] or [`KeyError::Size`].
    pub fn from_der(algorithm: KeyAlgorithm, der: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            KeyAlgorithm::Rsa => Self::rsa(der),
            KeyAlgorithm::Ed25519 => Self::ed25519(der),
        }
    }

    /// The form for storage: SPKI DER for RSA, the 32 raw bytes for Ed25519.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The form for `publicKeyPem`: SPKI, 64 columns, one final newline.
    #[must_use]
    pub fn to_spki_pem(&self) -> String {
        match self.0.algorithm {
            KeyAlgorithm::Rsa => pem::encode(&self.0.der),
            KeyAlgorithm::Ed25519 => pem::encode(&[&ED25519_SPKI, self.to_der()].concat()),
        }
    }

    /// The form for `publicKeyMultibase` (FEP-521a). `None` only if the key cannot be written as PKCS#1.
    #[must_use]
    pub fn to_multibase(&self) -> Option<String> {
        let bytes = match self.0.algorithm {
            KeyAlgorithm::Ed25519 => [&ED25519_CODEC, self.to_der()].concat(),
            KeyAlgorithm::Rsa => {
                let key = rsa::PublicKey::from_der(&self.0.der).ok()?;
                [&RSA_CODEC, key.as_ref()].concat()
            }
        };
        Some(format!("z{}", bs58::encode(bytes).into_string()))
    }

    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.0.algorithm
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.parsed.verify_sig(message, signature).is_ok()
    }

    /// SPKI or PKCS#1; both become SPKI, so that equal keys have equal bytes.
    fn rsa(der: &[u8]) -> Result<Self, KeyError> {
        let key = rsa::PublicKey::from_der(der)
            .ok()
            .ok_or(KeyError::NotAKey)?;
        let spki = key.as_der().ok().ok_or(KeyError::NotAKey)?;
        let spki: &[u8] = spki.as_ref();
        // This type refuses sizes outside the range by itself; the range is stated again so that an update of the
        // library cannot widen it.
        let sized = rsa::PublicEncryptingKey::from_der(spki)
            .is_ok_and(|k| RSA_BITS.contains(&k.key_size_bits()));
        if !sized {
            return Err(KeyError::Size);
        }
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki)
            .ok()
            .ok_or(KeyError::NotAKey)?;
        Ok(Self::of(KeyAlgorithm::Rsa, parsed, spki))
    }

    fn ed25519(raw: &[u8]) -> Result<Self, KeyError> {
        if raw.len() != ED25519_BYTES {
            return Err(KeyError::NotAKey);
        }
        let parsed = ParsedPublicKey::new(&ED25519, raw)
            .ok()
            .ok_or(KeyError::NotAKey)?;
        Ok(Self::of(KeyAlgorithm::Ed25519, parsed, raw))
    }

    fn of(algorithm: KeyAlgorithm, parsed: ParsedPublicKey, der: &[u8]) -> Self {
        PublicKey(Arc::new(Inner {
            algorithm,
            parsed,
            der: der.into(),
        }))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.algorithm == other.0.algorithm && self.0.der == other.0.der
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("algorithm", &self.0.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
