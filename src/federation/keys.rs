//! Making the keys of a new local actor.

use secrecy::ExposeSecret as _;

use crate::domain::keys::{Algorithm, KeyPair};

use super::signatures::{KeyError, PrivateKey};

/// The two key pairs of a new local actor: RSA, which everybody reads, and Ed25519.
///
/// Takes 50 to 500 ms of computing; call it on a thread that may block.
///
/// # Errors
/// [`KeyError::Failed`] if the cryptography library cannot.
pub fn generate_pairs() -> Result<[KeyPair; 2], KeyError> {
    Ok([pair(Algorithm::Rsa)?, pair(Algorithm::Ed25519)?])
}

fn pair(algorithm: Algorithm) -> Result<KeyPair, KeyError> {
    let key = PrivateKey::generate(algorithm)?;
    Ok(KeyPair {
        algorithm,
        public: key.public().to_der().to_vec(),
        private: key.to_pkcs8()?.expose_secret().to_vec(),
    })
}
