//! The part of structured field values (RFC 8941) that HTTP message signatures need: a dictionary of one member,
//! which is an inner list of strings or a byte sequence.

use base64::Engine;

use super::checks::MAX_COVERED;
use super::pem::LENIENT;
use super::verify::SignatureError;

/// More parameters than any known software sends.
const MAX_PARAMETERS: usize = 16;

/// A parameter's value, as far as signatures need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare<'a> {
    Integer(i64),
    Text(&'a str),
    /// A token, boolean, decimal or byte sequence: nothing we know has such a value.
    Other,
}

/// The only member of a `Signature-Input` field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InnerList<'a> {
    pub(super) label: &'a str,
    pub(super) items: Vec<&'a str>,
    pub(super) parameters: Vec<(&'a str, Bare<'a>)>,
    /// The list with its parameters as it was sent: the value of `@signature-params`. Senders write it in the
    /// canonical form that RFC 9421 §2.3 asks for; one that does not will not verify.
    pub(super) raw: &'a str,
}

impl<'a> InnerList<'a> {
    /// Reads a field of one member.
    ///
    /// # Errors
    /// `Several` for more members, `Malformed` for anything else, among it parameters on an item.
    pub(super) fn read(field: &'a str) -> Result<Self, SignatureError> {
        let (label, value) = label(field).ok_or(SignatureError::Malformed)?;
        let (items, rest) = items(value).ok_or(SignatureError::Malformed)?;
        let (parameters, rest) = parameters(rest).ok_or(SignatureError::Malformed)?;
        end(rest)?;
        let (raw, _) = value
            .split_at_checked(value.len() - rest.len())
            .ok_or(SignatureError::Malformed)?;
        Ok(InnerList {
            label,
            items,
            parameters,
            raw,
        })
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<Bare<'a>> {
        self.parameters
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| *value)
    }
}

/// Reads a field of one member that is a byte sequence: its label and the bytes.
///
/// # Errors
/// `Several` for more members, `Malformed` for anything else.
pub(super) fn read_bytes(field: &str) -> Result<(&str, Vec<u8>), SignatureError> {
    let (label, value) = label(field).ok_or(SignatureError::Malformed)?;
    let (text, rest) = bytes(value).ok_or(SignatureError::Malformed)?;
    end(rest)?;
    Ok((
        label,
        LENIENT.decode(text).ok().ok_or(SignatureError::Malformed)?,
    ))
}

/// Nothing may follow the first member.
fn end(rest: &str) -> Result<(), SignatureError> {
    match rest.trim_start_matches([' ', '\t']).chars().next() {
        None => Ok(()),
        Some(',') => Err(SignatureError::Several),
        Some(_) => Err(SignatureError::Malformed),
    }
}

fn label(field: &str) -> Option<(&str, &str)> {
    let (label, rest) = key(field)?;
    Some((label, rest.strip_prefix('=')?))
}

/// A dictionary or parameter key: lower-case letters, digits and `_-.*`, not beginning with a digit.
fn key(text: &str) -> Option<(&str, &str)> {
    let inside = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '*')
    };
    let (key, rest) = take_while(text, inside)?;
    key.starts_with(|c: char| c.is_ascii_lowercase() || c == '*')
        .then_some((key, rest))
}

/// `("a" "b")`: strings without parameters of their own, which would change what they mean.
fn items(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut rest = text.strip_prefix('(')?;
    let mut items = Vec::with_capacity(8);
    loop {
        let spaced = rest.trim_start_matches(' ');
        if let Some(after) = spaced.strip_prefix(')') {
            return Some((items, after));
        }
        if items.len() == MAX_COVERED || (!items.is_empty() && spaced.len() == rest.len()) {
            return None;
        }
        let (item, after) = string(spaced)?;
        items.push(item);
        rest = after;
    }
}

fn parameters(text: &str) -> Option<(Vec<(&str, Bare<'_>)>, &str)> {
    let mut rest = text;
    let mut parameters: Vec<(&str, Bare<'_>)> = Vec::with_capacity(4);
    while let Some(after) = rest.strip_prefix(';') {
        let (name, after) = key(after.trim_start_matches(' '))?;
        if parameters.len() == MAX_PARAMETERS || parameters.iter().any(|(n, _)| *n == name) {
            return None;
        }
        let (value, after) = match after.strip_prefix('=') {
            Some(value) => bare(value)?,
            None => (Bare::Other, after),
        };
        parameters.push((name, value));
        rest = after;
    }
    Some((parameters, rest))
}

fn bare(text: &str) -> Option<(Bare<'_>, &str)> {
    match text.chars().next()? {
        '"' => string(text).map(|(value, rest)| (Bare::Text(value), rest)),
        ':' => bytes(text).map(|(_, rest)| (Bare::Other, rest)),
        '?' => text
            .strip_prefix("?0")
            .or_else(|| text.strip_prefix("?1"))
            .map(|rest| (Bare::Other, rest)),
        '0'..='9' | '-' => {
            let (number, rest) =
                take_while(text, |c| c.is_ascii_digit() || matches!(c, '-' | '.'))?;
            if number.contains('.') {
                return Some((Bare::Other, rest));
            }
            // RFC 8941 §3.3.1: at most 15 digits.
            (number.len() <= 16).then_some((Bare::Integer(number.parse().ok()?), rest))
        }
        'a'..='z' | 'A'..='Z' | '*' => {
            let inside = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c);
            take_while(text, inside).map(|(_, rest)| (Bare::Other, rest))
        }
        _ => None,
    }
}

/// A string of printable ASCII. Escapes are refused: nothing that is signed needs a quote or backslash in it.
fn string(text: &str) -> Option<(&str, &str)> {
    let (value, rest) = text.strip_prefix('"')?.split_once('"')?;
    value
        .bytes()
        .all(|b| (0x20..0x7f).contains(&b) && b != b'\\')
        .then_some((value, rest))
}

fn bytes(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(':')?.split_once(':')
}

fn take_while(text: &str, inside: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(|c| !inside(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_signature_input_is_read() {
        let field = [
            r#"sig1=("@method" "content-digest");created=1703066400;keyid="k""#,
            r#";alg="ed25519";tag=x/y;b;n=:AA==:;d=1.5;t=?1"#,
        ]
        .concat();
        let list = InnerList::read(&field).unwrap();
        assert_eq!(list.label, "sig1");
        assert_eq!(list.items, ["@method", "content-digest"]);
        assert_eq!(
            list.parameter("created"),
            Some(Bare::Integer(1_703_066_400))
        );
        assert_eq!(list.parameter("keyid"), Some(Bare::Text("k")));
        assert_eq!(list.parameter("tag"), Some(Bare::Other));
        assert_eq!(list.parameter("nonce"), None);
        assert_eq!(list.parameters.len(), 8);
        assert_eq!(Some(list.raw), field.strip_prefix("sig1="));
    }

    #[test]
    fn a_second_member_is_several() {
        for field in [
            r#"a=("x"), b=("x")"#,
            r#"a=("x");created=1,b=("x")"#,
            r#"a=("x"),a=("x")"#,
            r#"a=("x") ,"#,
        ] {
            assert_eq!(
                InnerList::read(field),
                Err(SignatureError::Several),
                "{field}"
            );
        }
        assert_eq!(
            read_bytes("a=:AA==:, b=:AA==:"),
            Err(SignatureError::Several)
        );
    }

    #[test]
    fn anything_else_is_malformed() {
        let many = format!("a=({})", r#""x" "#.repeat(MAX_COVERED + 1));
        for field in [
            "",
            "a",
            "a=",
            "A=()",
            "1=()",
            "a=(",
            r#"a=("x"#,
            r#"a=("x""y")"#,
            r#"a=("x";sf)"#,
            r#"a=("x";req "y")"#,
            "a=(x)",
            r#"a=("x");"#,
            r#"a=("x");c="#,
            r#"a=("x");c=1;c=2"#,
            r#"a=("x");c=--1"#,
            r#"a=("x");c=1-2"#,
            r#"a=("x");c=9999999999999999999"#,
            r#"a=("x");C=1"#,
            r#"a=("x") x"#,
            r#"a=("x\"y")"#,
            r#"a=("x");k="é""#,
            r#"a=("x");t=@1"#,
            r#"a=("x");q=?2"#,
            "a=\"x\"",
            ";a=1",
            &many,
        ] {
            assert_eq!(
                InnerList::read(field),
                Err(SignatureError::Malformed),
                "{field}"
            );
        }
        for field in [
            "",
            "a=AA==",
            "a=:A",
            "a=:%:",
            "a=:AA==:;x",
            "a=()",
            "a :AA==:",
        ] {
            assert_eq!(read_bytes(field), Err(SignatureError::Malformed), "{field}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>(), near in r#"[a*]{0,2}=?[()"a-z@:;=?0-9 ,.\\-]{0,60}"#) {
            let _ = (InnerList::read(&text), read_bytes(&text));
            let _ = (InnerList::read(&near), read_bytes(&near));
        }
    }
}
