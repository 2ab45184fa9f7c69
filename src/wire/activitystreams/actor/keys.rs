//! Public keys, inside an actor or standing alone.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use url::Url;

use crate::wire::activitystreams::{ParseError, lenient, read};

/// Most keys of each form that are looked at.
const MAX_KEYS: usize = 10;

/// Longest key that is kept, in bytes: an RSA key of 16,384 bits is below 3 kB.
const MAX_KEY: usize = 8 * 1024;

/// The keys that a document holds or names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Keys as PEM (`publicKey`).
    pub pem: Vec<KeyEntry>,
    /// Keys as Multikey (`assertionMethod`, FEP-521a).
    pub multi: Vec<MultikeyEntry>,
    /// Keys of which only the address is there.
    pub urls: Vec<Url>,
}

/// A key as PEM. The text is as it came: SPKI or PKCS#1, with odd line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// The id that signatures name; with or without a fragment.
    pub id: Url,
    /// Whose key it is, by the document's claim.
    pub owner: Option<Url>,
    /// The key.
    pub pem: String,
}

/// A key as Multikey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultikeyEntry {
    /// The id that signatures name.
    pub id: Url,
    /// Whose key it is, by the document's claim.
    pub controller: Option<Url>,
    /// The key: `z6Mk…` for Ed25519.
    pub public_key_multibase: String,
}

impl Keys {
    /// Reads a document that is only a key.
    ///
    /// # Errors
    /// Too deep or wide, or not JSON. A document without a usable key gives empty `Keys`.
    pub fn parse_document(bytes: &[u8]) -> Result<Self, ParseError> {
        let value: Value = read(bytes)?;
        let mut keys = Keys::default();
        keys.add_pem(&value);
        keys.add_multi(&value);
        Ok(keys)
    }

    /// Adds what `other` has.
    pub(super) fn merge(&mut self, other: &Keys) {
        self.pem.extend_from_slice(&other.pem);
        self.multi.extend_from_slice(&other.multi);
        self.urls.extend_from_slice(&other.urls);
    }

    fn add_pem(&mut self, value: &Value) {
        let pem = value
            .get("publicKeyPem")
            .and_then(lenient::text_of)
            .filter(|pem| pem.len() <= MAX_KEY);
        let id = value
            .get("id")
            .or_else(|| value.get("@id"))
            .and_then(lenient::id_of);
        if let (Some(id), Some(pem)) = (id, pem) {
            let owner = value
                .get("owner")
                .or_else(|| value.get("controller"))
                .and_then(lenient::id_of);
            self.pem.push(KeyEntry { id, owner, pem });
        }
    }

    fn add_multi(&mut self, value: &Value) {
        let key = value
            .get("publicKeyMultibase")
            .and_then(lenient::text_of)
            .filter(|key| key.len() <= MAX_KEY);
        let id = value.get("id").and_then(lenient::id_of);
        if let (Some(id), Some(public_key_multibase)) = (id, key) {
            let controller = value.get("controller").and_then(lenient::id_of);
            self.multi.push(MultikeyEntry {
                id,
                controller,
                public_key_multibase,
            });
        }
    }
}

/// Reads `publicKey`: an object, an array of them, or addresses.
pub(super) fn public_keys<'de, D: Deserializer<'de>>(d: D) -> Result<Keys, D::Error> {
    collect(d, Keys::add_pem)
}

/// Reads `assertionMethod`: Multikeys embedded or by address.
pub(super) fn multikeys<'de, D: Deserializer<'de>>(d: D) -> Result<Keys, D::Error> {
    collect(d, Keys::add_multi)
}

fn collect<'de, D: Deserializer<'de>>(d: D, add: fn(&mut Keys, &Value)) -> Result<Keys, D::Error> {
    let value = Value::deserialize(d)?;
    let all = value
        .as_array()
        .map_or_else(|| std::slice::from_ref(&value), Vec::as_slice);
    let mut keys = Keys::default();
    for one in all.iter().take(MAX_KEYS) {
        match one {
            Value::String(text) => keys.urls.extend(lenient::parse_id(text)),
            one => add(&mut keys, one),
        }
    }
    Ok(keys)
}
