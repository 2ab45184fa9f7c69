//! Reading and writing the PEM text of public keys. Actor documents carry it in many damaged forms.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine};

/// Standard alphabet, with or without padding: what peers write in keys, digests and signatures.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An RSA key of 8,192 bits takes about 1,500 characters.
const MAX_CHARS: usize = 8 * 1024;

/// The DER inside the first block labelled as a public key. White space of any kind between the markers is ignored:
/// blank lines at the end, everything on one line, line breaks turned to spaces. `None` if there is no such block.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_CHARS {
        return None;
    }
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    // The label does not tell PKCS#1 from SPKI reliably; it does tell a public key from a private one.
    if !label.ends_with("PUBLIC KEY") {
        return None;
    }
    let packed: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    LENIENT.decode(packed).ok().filter(|der| !der.is_empty())
}

/// `-----BEGIN PUBLIC KEY-----` with lines of 64 columns and one final newline: the one form that every parser reads.
pub(super) fn encode(spki: &[u8]) -> String {
    let body = STANDARD.encode(spki);
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 64);
    text.push_str("-----BEGIN PUBLIC KEY-----\n");
    let mut rest = body.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        text.push_str(rest);
        text.push('\n');
    }
    text.push_str("-----END PUBLIC KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_64_columns_and_the_text_ends_with_one_newline() {
        for length in [1, 47, 48, 49, 96, 294] {
            let der = vec![7; length];
            let text = encode(&der);
            assert!(
                text.lines()
                    .all(|line| !line.is_empty() && line.len() <= 64)
            );
            assert!(text.ends_with("-----END PUBLIC KEY-----\n"));
            assert_eq!(decode(&text), Some(der));
        }
    }

    #[test]
    fn damaged_white_space_is_ignored() {
        let der: Vec<u8> = (0..200).collect();
        let text = encode(&der);
        assert_eq!(decode(&text.replace('\n', " ")), Some(der.clone()));
        assert_eq!(decode(&text.replace('\n', "")), Some(der.clone()));
        assert_eq!(decode(&text.replace('\n', "\r\n")), Some(der.clone()));
        assert_eq!(decode(&format!("\n{text}\n\n")), Some(der.clone()));
        assert_eq!(decode(text.trim_end()), Some(der));
    }

    #[test]
    fn what_is_not_a_public_key_is_none() {
        assert_eq!(decode(""), None);
        assert_eq!(decode("-----BEGIN PUBLIC KEY-----"), None);
        assert_eq!(
            decode("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"),
            None
        );
        assert_eq!(
            decode("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
            None
        );
        assert_eq!(
            decode("-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----"),
            None
        );
        assert_eq!(
            decode(&format!("{}{}", encode(&[1, 2, 3]), " ".repeat(MAX_CHARS))),
            None
        );
    }
}
