//! A device that keeps one passkey, in software: ES256 without attestation (WebAuthn §6, §8.7). It does what it is told,
//! also what no honest device would.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Flags of what a device says: somebody is there, it looked who, here is a new key.
pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 4;
const NEW_KEY: u8 = 64;

pub(super) struct Device {
    pub(super) key: EcdsaKeyPair,
    pub(super) credential_id: Vec<u8>,
    /// Whose passkey it is; learned when it is made.
    pub(super) user_handle: Vec<u8>,
    /// What it says with its next answer; it counts up from there, unless it is 0.
    pub(super) counter: u32,
    pub(super) flags: u8,
    /// The page that the browser believes to show.
    pub(super) origin: &'static str,
    pub(super) embedded: bool,
}

impl Device {
    pub(super) fn new() -> Device {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let name = Sha256::digest(key.public_key().as_ref());
        Device {
            credential_id: name[..20].to_vec(),
            key,
            user_handle: Vec::new(),
            counter: 1,
            flags: PRESENT | VERIFIED,
            origin: "https://kith.test",
            embedded: false,
        }
    }

    /// Makes its passkey as it is asked to.
    pub(super) fn make(&mut self, options: &Value) -> String {
        self.user_handle = decoded(&options["user"]["id"]);
        let mut data = self.data(&options["rp"]["id"], self.flags | NEW_KEY);
        data.extend([0; 16]);
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        let response = json!({
            "clientDataJSON": encoded(&self.client_data("webauthn.create", options)),
            "attestationObject": encoded(&attestation(&data)),
        });
        self.answer(&response)
    }

    /// Proves that it has its passkey.
    pub(super) fn sign(&mut self, options: &Value) -> String {
        let data = self.data(&options["rpId"], self.flags);
        let client_data = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "clientDataJSON": encoded(&client_data),
            "authenticatorData": encoded(&data),
            "signature": encoded(signature.as_ref()),
            "userHandle": encoded(&self.user_handle),
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> String {
        let id = encoded(&self.credential_id);
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response,
        });
        answer.to_string()
    }

    /// WebAuthn §6.1.
    fn data(&mut self, host: &Value, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(host.as_str().unwrap()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        self.counter += u32::from(self.counter > 0);
        data
    }

    /// WebAuthn §5.8.1.
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.embedded,
        });
        data.to_string().into_bytes()
    }

    /// `{1: 2, 3: -7, -1: 1, -2: x, -3: y}` in CBOR (RFC 9053 §7.1).
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 32]);
        key.extend(&point[33..65]);
        key
    }
}

/// `{"fmt": "none", "attStmt": {}, "authData": data}` in CBOR.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut all = vec![0xa3];
    all.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
    all.push(u8::try_from(data.len()).unwrap());
    all.extend(data);
    all
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
