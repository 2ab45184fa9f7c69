//! Signing as a server asks with `Accept-Signature`.

use http::Method;
use url::Url;

use super::kit::{ED25519, KEY_ID, NOW, RSA, Sample};
use crate::federation::signatures::{PrivateKey, SignError, Signer, Unsigned, Wish};

fn asked(key: &PrivateKey, wish: &str, body: Option<&[u8]>) -> Result<Sample, SignError> {
    let method = body.map_or(Method::GET, |_| Method::POST);
    let url = Url::parse("https://kith.example/inbox?x=1").unwrap();
    let request = Unsigned {
        method: &method,
        url: &url,
        body,
    };
    let signer = Signer::new(key.clone(), KEY_ID.to_owned()).unwrap();
    let wish = Wish::read(wish).unwrap();
    Ok(Sample {
        method: method.to_string(),
        target: "/inbox?x=1".to_owned(),
        headers: signer.sign_as_asked(&request, &wish, NOW)?,
        body: body.unwrap_or_default().to_vec(),
    })
}

#[test]
fn what_is_asked_for_is_signed_and_verifies() {
    let wish = r#"fed=("@authority" "@path" "@query" "@scheme" "@request-target" "host" "date" "content-type" "content-digest");created;expires;nonce="abc";tag="fediverse""#;
    for key in [&*RSA, &*ED25519] {
        let sample = asked(key, wish, Some(b"{}")).unwrap();
        let input = sample.headers["signature-input"].to_str().unwrap();
        let start = r#"fed=("@authority" "@path" "@query" "@scheme" "@request-target" "host" "date" "content-type" "content-digest" "@method" "@target-uri");created=1800000000;expires=1800000300;keyid=""#;
        assert!(input.starts_with(start), "{input}");
        assert!(
            input.ends_with(r#";nonce="abc";tag="fediverse""#),
            "{input}"
        );
        assert_eq!(sample.check(key.public()), Ok(()));
    }
}

#[test]
fn a_fetch_is_signed_as_asked() {
    let sample = asked(&RSA, r#"sig1=("@authority");nonce="n""#, None).unwrap();
    let input = sample.headers["signature-input"].to_str().unwrap();
    let start = r#"sig1=("@authority" "@method" "@target-uri");created="#;
    assert!(input.starts_with(start), "{input}");
    assert_eq!(sample.check(RSA.public()), Ok(()));
}

#[test]
fn host_and_body_are_covered_whatever_is_asked() {
    let sample = asked(&RSA, "a=()", Some(b"{}")).unwrap();
    let input = sample.headers["signature-input"].to_str().unwrap();
    let start = r#"a=("@method" "@target-uri" "content-digest");"#;
    assert!(input.starts_with(start), "{input}");
}

#[test]
fn what_the_request_does_not_have_is_not_signed() {
    for wish in [
        r#"a=("content-digest")"#,
        r#"a=("cookie")"#,
        r#"a=("@status")"#,
        r#"a=();keyid="https://other.example/key""#,
        r#"a=();alg="hmac-sha256""#,
    ] {
        assert_eq!(
            asked(&RSA, wish, None).err(),
            Some(SignError::Wish),
            "{wish}"
        );
    }
}
