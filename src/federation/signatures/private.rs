//! Private keys of our own actors: made, stored and used for signing, never shown.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use secrecy::SecretSlice;

use super::keys::{KeyAlgorithm, KeyError, PublicKey};

/// A key that we sign with. Cloning shares the parsed form.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Makes a new key (2,048 bits for RSA). Its randomness comes from the operating system inside the cryptography
    /// library: the one value of this folder that is no function of its arguments. RSA takes 50 to 500 ms.
    ///
    /// # Errors
    /// [`KeyError::Failed`] if the library cannot.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            KeyAlgorithm::Rsa => rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map(Pair::Rsa),
            KeyAlgorithm::Ed25519 => Ed25519KeyPair::generate().map(Pair::Ed25519),
        };
        Self::of(pair.ok().ok_or(KeyError::Failed)?)
    }

    /// Reads what [`PrivateKey::to_pkcs8`] gave.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`] for other bytes, [`KeyError::Size`] for an RSA key of another size.
    pub fn from_pkcs8(algorithm: KeyAlgorithm, der: &[u8]) -> Result<Self, KeyError> {
        let pair = match algorithm {
            KeyAlgorithm::Rsa => rsa::KeyPair::from_pkcs8(der).map(Pair::Rsa),
            KeyAlgorithm::Ed25519 => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Pair::Ed25519)
            }
        };
        Self::of(pair.ok().ok_or(KeyError::NotAKey)?)
    }

    /// The form for storage: PKCS#8 DER.
    ///
    /// # Errors
    /// [`KeyError::Failed`] if the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<SecretSlice<u8>, KeyError> {
        let der: Result<Pkcs8V1Der<'static>, _> = match &self.0.pair {
            Pair::Rsa(pair) => pair.as_der(),
            Pair::Ed25519(pair) => pair.as_der(),
        };
        Ok(der.ok().ok_or(KeyError::Failed)?.as_ref().to_vec().into())
    }

    /// The key that others check our signatures with.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519. The same message always gives the same bytes.
    ///
    /// # Errors
    /// [`KeyError::Failed`] if the library cannot.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0.pair {
            Pair::Ed25519(pair) => Ok(pair
                .try_sign(message)
                .ok()
                .ok_or(KeyError::Failed)?
                .as_ref()
                .to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                );
                signed.ok().ok_or(KeyError::Failed)?;
                Ok(signature)
            }
        }
    }

    fn of(pair: Pair) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::Rsa(pair) => PublicKey::from_der(KeyAlgorithm::Rsa, pair.public_key().as_ref()),
            Pair::Ed25519(pair) => {
                PublicKey::from_der(KeyAlgorithm::Ed25519, pair.public_key().as_ref())
            }
        }?;
        Ok(PrivateKey(Arc::new(Inner { pair, public })))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("public", &self.0.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_survives_storage_and_signs_the_same() {
        for algorithm in [KeyAlgorithm::Rsa, KeyAlgorithm::Ed25519] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let stored = key.to_pkcs8().unwrap();
            let again = PrivateKey::from_pkcs8(algorithm, stored.expose_secret()).unwrap();
            assert_eq!(again.public(), key.public());
            let signature = again.sign(b"hello").unwrap();
            assert_eq!(signature, key.sign(b"hello").unwrap());
            assert!(key.public().verifies(b"hello", &signature));
            assert!(!key.public().verifies(b"hallo", &signature));
        }
    }

    #[test]
    fn a_key_is_not_read_as_one_of_another_kind() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519)
            .unwrap()
            .to_pkcs8()
            .unwrap();
        assert!(matches!(
            PrivateKey::from_pkcs8(KeyAlgorithm::Rsa, key.expose_secret()),
            Err(KeyError::NotAKey)
        ));
        assert!(matches!(
            PrivateKey::from_pkcs8(KeyAlgorithm::Ed25519, b"nonsense"),
            Err(KeyError::NotAKey)
        ));
    }

    #[test]
    fn debug_output_shows_no_private_bytes() {
        let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
        let shown = format!("{key:?} {:?}", key.to_pkcs8().unwrap());
        assert_eq!(
            shown
                .matches("PublicKey { algorithm: Ed25519, .. }")
                .count(),
            1
        );
        assert!(shown.len() < 150, "{shown}");
    }
}
