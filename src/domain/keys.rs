//! Keys as they are stored: bytes and what they are for. Signing and verifying are `federation::signatures`.

words! {
    /// How a key signs.
    pub enum Algorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256; the public part is an SPKI document.
        Rsa = "rsa",
        /// Ed25519; the public part is the 32 raw bytes.
        Ed25519 = "ed25519",
    }
}

/// The public key of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeyRow {
    /// The key id, as a signature names it.
    pub uri: String,
    pub algorithm: Algorithm,
    pub public: Vec<u8>,
}

/// A key pair of a local actor.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPair {
    pub algorithm: Algorithm,
    pub public: Vec<u8>,
    /// PKCS#8.
    pub private: Vec<u8>,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyPair({})", self.algorithm)
    }
}

/// The fragment that names a local actor's key: `#main-key`, `#ed25519-key`.
#[must_use]
pub const fn fragment(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Rsa => "main-key",
        Algorithm::Ed25519 => "ed25519-key",
    }
}
