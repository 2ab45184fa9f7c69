//! Digests of bodies, in the header of each generation. Always SHA-256, always over the raw bytes.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::pem::LENIENT;

/// The value of `Digest` (RFC 3230), as draft-cavage signatures cover it.
pub(super) fn draft_value(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(digest(&SHA256, body)))
}

/// The value of `Content-Digest` (RFC 9530), as RFC 9421 signatures cover it.
pub(super) fn rfc9530_value(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, body)))
}

/// Whether a `Digest` header names the SHA-256 of `body`. Other algorithms beside it are ignored; a second SHA-256
/// must be right too.
pub(super) fn draft_matches(value: &str, body: &[u8]) -> bool {
    all_match(value, body, |entry| {
        let (name, value) = entry.split_once('=')?;
        name.eq_ignore_ascii_case("sha-256").then_some(value)
    })
}

/// Whether a `Content-Digest` header names the SHA-256 of `body`. Other algorithms beside it are ignored.
pub(super) fn rfc9530_matches(value: &str, body: &[u8]) -> bool {
    all_match(value, body, |entry| {
        let bytes = entry.strip_prefix("sha-256=")?;
        // A value that is no byte sequence is kept, so that it counts as a wrong one.
        Some(
            bytes
                .strip_prefix(':')
                .and_then(|b| b.strip_suffix(':'))
                .unwrap_or("not bytes"),
        )
    })
}

/// At least one entry is the one meant by `sha256`, and each of those is the digest of `body`.
fn all_match<'a>(value: &'a str, body: &[u8], sha256: impl Fn(&'a str) -> Option<&'a str>) -> bool {
    let mut given = value
        .split(',')
        .filter_map(|entry| sha256(entry.trim_matches([' ', '\t'])))
        .peekable();
    if given.peek().is_none() {
        return false;
    }
    let actual = digest(&SHA256, body);
    let mut decoded = [0; 36];
    given.all(|text| match LENIENT.decode_slice(text, &mut decoded) {
        Ok(length) => decoded.get(..length) == Some(actual.as_ref()),
        Err(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &[u8] = b"Hello world";
    const BASE64: &str = "ZOyIygCyaOW6GjVnihtTFtIS9PNmskdyMlNKiuyjfzw=";

    #[test]
    fn both_forms_are_as_the_standards_write_them() {
        assert_eq!(draft_value(HELLO), format!("SHA-256={BASE64}"));
        assert_eq!(rfc9530_value(HELLO), format!("sha-256=:{BASE64}:"));
        assert!(draft_matches(&draft_value(HELLO), HELLO));
        assert!(rfc9530_matches(&rfc9530_value(HELLO), HELLO));
        assert!(!draft_matches(&draft_value(HELLO), b"Hello world!"));
        assert!(!rfc9530_matches(&rfc9530_value(HELLO), b"Hello world!"));
        assert!(draft_matches(&draft_value(b""), b""));
    }

    #[test]
    fn other_algorithms_beside_sha_256_are_ignored() {
        assert!(draft_matches(
            &format!("MD5=abcd, sha-256={BASE64},SHA-512=AAAA"),
            HELLO
        ));
        assert!(rfc9530_matches(
            &format!("sha-512=:AAAA:, sha-256=:{BASE64}:"),
            HELLO
        ));
    }

    #[test]
    fn a_digest_without_a_right_sha_256_does_not_match() {
        for value in [
            "",
            "SHA-256",
            "SHA-256=",
            "SHA-512=AAAA",
            "SHA-256=AAAA",
            BASE64,
            "SHA-256=%%%",
        ] {
            assert!(!draft_matches(value, HELLO), "{value}");
        }
        assert!(!draft_matches(
            &format!("SHA-256={BASE64},SHA-256=AAAA"),
            HELLO
        ));
        assert!(!draft_matches(
            &format!("SHA-256={}", BASE64.repeat(9)),
            HELLO
        ));
        for value in ["", "sha-256=::", "sha-512=:AAAA:"] {
            assert!(!rfc9530_matches(value, HELLO), "{value}");
        }
        assert!(!rfc9530_matches(&format!("sha-256={BASE64}"), HELLO));
        assert!(!rfc9530_matches(&format!("SHA-256=:{BASE64}:"), HELLO));
        assert!(!rfc9530_matches(
            &format!("sha-256=:{BASE64}:, sha-256=oops"),
            HELLO
        ));
    }
}
