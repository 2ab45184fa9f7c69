//! Tokens in forms: proof that the page with the form was ours, for browsers that say nothing of where a request is
//! from. Derived from a cookie, which no other site can read.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The token of forms that are shown to whom holds `cookie`.
#[must_use]
pub fn form_token(cookie: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"kith form ");
    hash.update(cookie);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether `token` is that of a form shown to whom holds `cookie`.
#[must_use]
pub fn is_form_token(token: &str, cookie: &str) -> bool {
    verify_slices_are_equal(token.as_bytes(), form_token(cookie).as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{form_token, is_form_token};

    #[test]
    fn a_form_belongs_to_one_cookie() {
        let token = form_token("kith_one");
        assert!(is_form_token(&token, "kith_one"));
        assert!(!is_form_token(&token, "kith_two") && !is_form_token("", "kith_one"));
        assert!(!token.contains("kith_one"));
    }
}
