//! Proof Key for Code Exchange (RFC 7636), method `S256` alone.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Whether a text can be an `S256` challenge: a SHA-256 in base64url.
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether `verifier` (43 to 128 characters, RFC 7636 §4.1) is what `challenge` was made of.
#[must_use]
pub fn fits(challenge: &str, verifier: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    well_formed && verify_slices_are_equal(made.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_fits() {
        assert!(is_challenge(CHALLENGE) && fits(CHALLENGE, VERIFIER));
    }

    #[test]
    fn nothing_else_does() {
        assert!(!fits(CHALLENGE, &VERIFIER.replace('d', "e")));
        assert!(!fits(CHALLENGE, CHALLENGE) && !fits(CHALLENGE, "") && !fits("", ""));
        assert!(!fits(
            &URL_SAFE_NO_PAD.encode(Sha256::digest("short")),
            "short"
        ));
        for bad in [
            "",
            "plain",
            VERIFIER.get(1..).unwrap(),
            &format!("{CHALLENGE}="),
        ] {
            assert!(!is_challenge(bad), "{bad}");
        }
    }
}
