use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use url::Url;

use super::kit::{ED25519, HERE, KEY_ID, NOW};
use crate::federation::signatures::{Generation, Presented, RequestParts, Signer, Unsigned};

fn generation() -> impl Strategy<Value = Generation> {
    prop_oneof![Just(Generation::Draft), Just(Generation::Rfc9421)]
}

/// A request that we signed for `https://kith.example`, as its parts.
fn signed(generation: Generation, path: &str, body: Option<&[u8]>) -> (Method, String, HeaderMap) {
    let url = Url::parse(&format!("https://kith.example/{path}")).unwrap();
    let method = if body.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let signer = Signer::new(ED25519.clone(), KEY_ID.to_owned()).unwrap();
    let headers = signer
        .sign(
            generation,
            &Unsigned {
                method: &method,
                url: &url,
                body,
            },
            NOW,
        )
        .unwrap();
    let target = url
        .query()
        .map_or(url.path().to_owned(), |q| format!("{}?{q}", url.path()));
    (method, target, headers)
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_nothing_else_does(
        generation in generation(),
        path in r"[a-zA-Z0-9/._~%@ä\-]{0,30}(\?[a-z=&%ß ]{0,20})?",
        body in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200)),
        flip in any::<prop::sample::Index>(),
    ) {
        let (method, target, headers) = signed(generation, &path, body.as_deref());
        let body = body.unwrap_or_default();
        let parts = RequestParts { method: method.as_str(), target: &target, headers: &headers, body: &body };
        let presented = Presented::read(&parts, &HERE, NOW).unwrap();
        prop_assert_eq!(presented.verify(ED25519.public()), Ok(()));
        if !body.is_empty() {
            let mut other = body.clone();
            let at = flip.index(other.len());
            other[at] ^= 1;
            let other = RequestParts { body: &other, ..parts };
            prop_assert!(Presented::read(&other, &HERE, NOW).is_err());
        }
        let longer = format!("{target}x");
        let moved = Presented::read(&RequestParts { target: &longer, ..parts }, &HERE, NOW).unwrap();
        // A query only lengthened is still another query.
        prop_assert!(moved.verify(ED25519.public()).is_err());
    }

    #[test]
    fn changing_any_byte_of_the_credential_never_verifies_as_another_signature(
        generation in generation(),
        at in any::<prop::sample::Index>(),
        byte in 0x20_u8..0x7f,
    ) {
        let (method, target, mut headers) = signed(generation, "inbox", Some(b"{}"));
        let honest = headers["signature"].as_bytes().to_vec();
        let mut value = honest.clone();
        let at = at.index(value.len());
        value[at] = byte;
        headers.insert("signature", HeaderValue::from_bytes(&value).unwrap());
        let parts = RequestParts { method: method.as_str(), target: &target, headers: &headers, body: b"{}" };
        if let Ok(presented) = Presented::read(&parts, &HERE, NOW)
            && presented.verify(ED25519.public()).is_ok()
        {
            // Only the key id, letter case of names and separators may differ: the signature itself is the same.
            let honest = {
                headers.insert("signature", HeaderValue::from_bytes(&honest).unwrap());
                let parts = RequestParts { method: method.as_str(), target: &target, headers: &headers, body: b"{}" };
                Presented::read(&parts, &HERE, NOW).unwrap()
            };
            prop_assert_eq!(presented.signature, honest.signature);
            prop_assert_eq!(presented.message, honest.message);
        }
    }

    #[test]
    fn reading_never_panics(
        method in r"[A-Z]{0,7}", target in any::<String>(),
        input in proptest::option::of(r"[ -~]{0,80}"), signature in r"[ -~]{0,120}",
        digest in r"[ -~]{0,60}", date in r"[ -~]{0,40}", body in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| headers.insert(name, HeaderValue::from_str(value).unwrap());
        set("host", "kith.example");
        set("signature", &signature);
        set("digest", &digest);
        set("content-digest", &digest);
        set("date", &date);
        if let Some(input) = &input {
            set("signature-input", input);
        }
        for target in [target.as_str(), "/inbox"] {
            let _ = Presented::read(&RequestParts { method: &method, target, headers: &headers, body: &body }, &HERE, NOW);
        }
    }

    #[test]
    fn covered_lists_of_any_kind_never_panic(list in r#"(("?[@a-z()-]{0,14}"?|digest|host|date|"@method") ?){0,12}"#) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("kith.example"));
        headers.insert("date", HeaderValue::from_static("Fri, 15 Jan 2027 08:00:00 GMT"));
        let bare = list.replace('"', "");
        let values = [
            (None, format!(r#"keyId="k",headers="(request-target) host date {bare}",signature="AAAA""#)),
            (Some(format!(r#"s=("@method" "@target-uri" {list});created=1800000000;keyid="k""#)), "s=:AAAA:".to_owned()),
        ];
        for (input, signature) in values {
            headers.insert("signature", HeaderValue::from_str(&signature).unwrap());
            if let Some(input) = input {
                headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
            }
            let parts = RequestParts { method: "GET", target: "/x?y", headers: &headers, body: b"" };
            if let Ok(presented) = Presented::read(&parts, &HERE, NOW) {
                prop_assert!(presented.verify(ED25519.public()).is_err());
            }
        }
    }
}
