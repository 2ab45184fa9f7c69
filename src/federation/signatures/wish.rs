//! What a server asks to be signed: `Accept-Signature` (RFC 9421 §5), which stands in a refusal.

use http::{HeaderMap, Method};
use url::Url;

use super::structured::{Bare, InnerList};

/// A request for a signature. Without any wish: `sig1`, and what every request of ours covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub(super) label: String,
    /// In the order that was asked for.
    pub(super) components: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) tag: Option<String>,
    /// An end of validity is asked for.
    pub(super) expires: bool,
    key_id: Option<String>,
    algorithm: Option<String>,
}

/// The longest field that is read.
const LONGEST: usize = 2_048;

impl Wish {
    /// No wish in particular.
    pub(super) fn none() -> Self {
        Wish {
            label: "sig1".to_owned(),
            components: Vec::new(),
            nonce: None,
            tag: None,
            expires: false,
            key_id: None,
            algorithm: None,
        }
    }

    /// Reads a field that asks for one signature. `None` if it asks for anything that is not understood here: then it
    /// cannot be fulfilled (RFC 9421 §5.2).
    #[must_use]
    pub fn read(field: &str) -> Option<Self> {
        if field.len() > LONGEST {
            return None;
        }
        let list = InnerList::read(field.trim()).ok()?;
        let twice = |(at, name)| list.items.iter().skip(at + 1).any(|other| other == name);
        if list.items.iter().enumerate().any(twice) {
            return None;
        }
        let mut wish = Wish {
            label: list.label.to_owned(),
            components: list.items.iter().map(|name| (*name).to_owned()).collect(),
            ..Wish::none()
        };
        for (name, value) in &list.parameters {
            match (*name, value) {
                ("created", Bare::Other) => {}
                ("expires", Bare::Other) => wish.expires = true,
                ("nonce", Bare::Text(text)) => wish.nonce = Some((*text).to_owned()),
                ("tag", Bare::Text(text)) => wish.tag = Some((*text).to_owned()),
                ("keyid", Bare::Text(text)) => wish.key_id = Some((*text).to_owned()),
                ("alg", Bare::Text(text)) => wish.algorithm = Some((*text).to_owned()),
                _ => return None,
            }
        }
        Some(wish)
    }

    /// Whether this key, doing what `algorithm` says, is one that may sign.
    pub(super) fn allows(&self, key_id: &str, algorithm: &str) -> bool {
        self.key_id.as_deref().is_none_or(|asked| asked == key_id)
            && self
                .algorithm
                .as_deref()
                .is_none_or(|asked| asked == algorithm)
    }
}

/// The value of a component of a request (RFC 9421 §2.2): derived, or one of the headers that it is sent with.
pub(super) fn component(
    name: &str,
    (method, url): (&Method, &Url),
    headers: &HeaderMap,
) -> Option<String> {
    let authority = || headers.get("host")?.to_str().ok();
    let target = || match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    match name {
        "@method" => Some(method.to_string()),
        "@scheme" => Some(url.scheme().to_owned()),
        "@authority" => authority().map(str::to_owned),
        "@path" => Some(url.path().to_owned()),
        "@query" => Some(format!("?{}", url.query().unwrap_or_default())),
        "@request-target" => Some(target()),
        "@target-uri" => Some(format!("{}://{}{}", url.scheme(), authority()?, target())),
        "host" | "date" | "content-type" | "content-digest" => {
            headers.get(name)?.to_str().ok().map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_with_all_that_can_be_fulfilled() {
        let field = r#"sig-b=("@method" "@path" "content-digest");created;expires;keyid="k";alg="ed25519";nonce="n0";tag="t""#;
        let wish = Wish::read(field).unwrap();
        assert_eq!(wish.label, "sig-b");
        assert_eq!(wish.components, ["@method", "@path", "content-digest"]);
        assert_eq!(
            (wish.nonce.as_deref(), wish.tag.as_deref(), wish.expires),
            (Some("n0"), Some("t"), true)
        );
        assert!(wish.allows("k", "ed25519"));
        assert!(!wish.allows("other", "ed25519") && !wish.allows("k", "rsa-v1_5-sha256"));
    }

    #[test]
    fn what_is_not_understood_is_not_fulfilled() {
        for field in [
            "",
            "nonsense",
            r#"a=("@method"), b=("@path")"#,
            r#"a=("@method" "@method")"#,
            r#"a=("@query-param";name="x")"#,
            r#"a=("@method");colour="blue""#,
            r#"a=("@method");nonce=5"#,
            r#"a=("@method");created=5"#,
            &format!(r#"a=("@method");nonce="{}""#, "n".repeat(LONGEST)),
        ] {
            assert_eq!(Wish::read(field), None, "{field}");
        }
    }
}
