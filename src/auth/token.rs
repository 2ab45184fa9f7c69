//! Random tokens: bearer tokens, sessions, links in mails. Only their hashes are stored.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

/// Lets scanners find tokens that were published by mistake.
const PREFIX: &str = "kith_";
const BYTES: usize = 32;

/// A secret that whoever holds it may use: `kith_` and 256 random bits in base64url (48 characters).
#[derive(Clone, Debug)]
pub struct Token(SecretString);

/// SHA-256 of a token, for storage and lookup. Enough for a random secret of this length; passwords need more.
/// Comparing two takes the same time wherever they differ.
#[derive(Clone, Copy, Eq)]
pub struct TokenHash([u8; 32]);

/// The text is no token or hash of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a token of this server")]
pub struct NotAToken;

impl Token {
    /// A new token from `rng`, which must be a cryptographic generator outside of tests.
    #[must_use]
    pub fn generate(rng: &mut dyn RngCore) -> Self {
        let mut bytes = [0; BYTES];
        rng.fill_bytes(&mut bytes);
        Self(SecretString::from(format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode(bytes)
        )))
    }

    /// The text to hand out, once.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.expose()).into())
    }
}

/// Reads a token that somebody presents; only the exact form is taken, so that one token has one hash.
impl FromStr for Token {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let bytes = text
            .strip_prefix(PREFIX)
            .and_then(|rest| URL_SAFE_NO_PAD.decode(rest).ok())
            .ok_or(NotAToken)?;
        if bytes.len() == BYTES {
            Ok(Self(SecretString::from(text)))
        } else {
            Err(NotAToken)
        }
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

/// 43 characters of base64url, the form in the database.
impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

impl FromStr for TokenHash {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().ok_or(NotAToken)?;
        bytes.try_into().map(Self).ok().ok_or(NotAToken)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::{Token, TokenHash};

    #[test]
    fn a_token_is_recognised_by_its_hash() {
        let mut rng = StdRng::seed_from_u64(1);
        let (token, other) = (Token::generate(&mut rng), Token::generate(&mut rng));
        assert_eq!(
            (token.expose().len(), token.expose().starts_with("kith_")),
            (48, true)
        );
        let presented: Token = token.expose().parse().unwrap();
        let stored: TokenHash = token.hash().to_string().parse().unwrap();
        assert_eq!(presented.hash(), stored);
        assert_ne!(other.hash(), stored);
    }

    #[test]
    fn only_the_exact_form_is_a_token() {
        let good = Token::generate(&mut StdRng::seed_from_u64(1))
            .expose()
            .to_owned();
        for bad in [
            "",
            "kith_",
            good.trim_start_matches('k'),
            good.split_at(47).0,
            &format!("{good}A"),
            &format!("{good}="),
            &format!(" {good}"),
            &good.replace("kith_", "KITH_"),
            "kith_é",
        ] {
            assert!(bad.parse::<Token>().is_err(), "{bad}");
        }
        assert!("AAAA".parse::<TokenHash>().is_err());
    }

    #[test]
    fn neither_token_nor_hash_shows_in_debug_output() {
        let token = Token::generate(&mut StdRng::seed_from_u64(1));
        let shown = format!("{token:?} {:?}", token.hash());
        assert!(!shown.contains(token.expose()) && !shown.contains(&token.hash().to_string()));
    }
}
