//! Encrypting for one receiver: RFC 8291 (`aes128gcm`), and the draft before it that older programs read (`aesgcm`,
//! draft-ietf-webpush-encryption-04).

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand;

use crate::domain::push::Receiver;

/// One uncompressed point: `4`, then both coordinates.
const POINT_BYTES: usize = 65;
const POINT_BYTES_WORD: [u8; 2] = [0, 65];
const POINT_BYTES_OCTET: u8 = 65;
const KEY_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;
/// The record size in the head of a message; one record is all there is.
const RECORD: u32 = 4096;
/// What push services have to take (RFC 8030 §7.2), without the head and the tag.
const LONGEST: usize = 3_800;

/// Whether these bytes are a point on the curve, written in full.
pub(super) fn is_point(bytes: &[u8]) -> bool {
    let is_agreed = || {
        let key = PrivateKey::generate(&ECDH_P256)?;
        shared(&key, bytes).map(drop)
    };
    bytes.len() == POINT_BYTES && bytes.first() == Some(&4) && is_agreed().is_ok()
}

/// The secret that both sides come to.
fn shared(own: &PrivateKey, other: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let other = UnparsedPublicKey::new(&ECDH_P256, other);
    agree(own, other, Unspecified, |secret| Ok(secret.to_vec()))
}

/// What one message is encrypted with; never used for two.
pub(super) struct Sealing {
    key: PrivateKey,
    /// The public part of the key.
    pub(super) public: Vec<u8>,
    pub(super) salt: [u8; 16],
}

impl Sealing {
    pub(super) fn fresh() -> Result<Sealing, Unspecified> {
        let mut salt = [0; 16];
        rand::fill(&mut salt)?;
        Sealing::with(PrivateKey::generate(&ECDH_P256)?, salt)
    }

    pub(super) fn with(key: PrivateKey, salt: [u8; 16]) -> Result<Sealing, Unspecified> {
        let public = key.compute_public_key()?.as_ref().to_vec();
        Ok(Sealing { key, public, salt })
    }

    /// RFC 8291 §3.4, as one record of RFC 8188: the head stands before it.
    pub(super) fn aes128gcm(&self, to: &Receiver, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let secret = shared(&self.key, &to.p256dh)?;
        let info: [&[u8]; 3] = [b"WebPush: info\0", &to.p256dh, &self.public];
        let ikm: [u8; SECRET_BYTES] = derive(&to.auth, &secret, &info)?;
        let key: [u8; KEY_BYTES] = derive(&self.salt, &ikm, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce = derive(&self.salt, &ikm, &[b"Content-Encoding: nonce\0"])?;
        // 2 ends the text of the last record; padding would follow.
        let record = seal(key, nonce, &[bounded(text)?, &[2]].concat())?;
        let mut body = self.salt.to_vec();
        body.extend_from_slice(&RECORD.to_be_bytes());
        body.push(POINT_BYTES_OCTET);
        body.extend_from_slice(&self.public);
        body.extend_from_slice(&record);
        Ok(body)
    }

    /// The draft: salt and key stand in headers, and the keys are bound to both points.
    pub(super) fn aesgcm(&self, to: &Receiver, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let secret = shared(&self.key, &to.p256dh)?;
        let ikm: [u8; SECRET_BYTES] = derive(&to.auth, &secret, &[b"Content-Encoding: auth\0"])?;
        let context = [
            b"P-256\0".as_slice(),
            &POINT_BYTES_WORD,
            &to.p256dh,
            &POINT_BYTES_WORD,
            &self.public,
        ]
        .concat();
        let info: [&[u8]; 2] = [b"Content-Encoding: aesgcm\0", &context];
        let key: [u8; KEY_BYTES] = derive(&self.salt, &ikm, &info)?;
        let info: [&[u8]; 2] = [b"Content-Encoding: nonce\0", &context];
        let nonce = derive(&self.salt, &ikm, &info)?;
        // The length of the padding, of which there is none, stands before the text.
        seal(key, nonce, &[[0, 0].as_slice(), bounded(text)?].concat())
    }
}

fn bounded(text: &[u8]) -> Result<&[u8], Unspecified> {
    if text.len() > LONGEST {
        return Err(Unspecified);
    }
    Ok(text)
}

/// HKDF with SHA-256 (RFC 5869).
fn derive<const N: usize>(
    salt: &[u8],
    secret: &[u8],
    info: &[&[u8]],
) -> Result<[u8; N], Unspecified> {
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    let mut key = [0; N];
    prk.expand(info, Length(N))?.fill(&mut key)?;
    Ok(key)
}

/// How much is derived.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The text with its tag. Each key is used once, so the nonce may be derived like it.
fn seal(key: [u8; KEY_BYTES], nonce: [u8; NONCE_LEN], text: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    let mut sealed = text.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut sealed,
    )?;
    Ok(sealed)
}
