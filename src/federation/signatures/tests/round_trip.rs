use http::Method;
use url::Url;

use super::kit::{ED25519, KEY_ID, NOW, RSA, Sample};
use crate::domain::clock::Timestamp;
use crate::federation::signatures::{
    ACTIVITY_JSON, Generation, Here, Presented, PrivateKey, RequestParts, SignError,
    SignatureError, Signer, Unsigned,
};

const BODY: &[u8] = br#"{"type":"Follow"}"#;

fn signer(key: &PrivateKey) -> Signer {
    Signer::new(key.clone(), KEY_ID.to_owned()).unwrap()
}

fn sign(key: &PrivateKey, generation: Generation, url: &str, body: Option<&[u8]>) -> Sample {
    let method = if body.is_some() {
        Method::POST
    } else {
        Method::GET
    };
    let url = Url::parse(url).unwrap();
    let request = Unsigned {
        method: &method,
        url: &url,
        body,
    };
    let target = url
        .query()
        .map_or(url.path().to_owned(), |q| format!("{}?{q}", url.path()));
    Sample {
        method: method.to_string(),
        target,
        headers: signer(key).sign(generation, &request, NOW).unwrap(),
        body: body.unwrap_or_default().to_vec(),
    }
}

#[test]
fn what_we_sign_verifies_in_both_generations_with_both_kinds_of_key() {
    for generation in [Generation::Draft, Generation::Rfc9421] {
        for (key, other) in [(&*RSA, &*ED25519), (&*ED25519, &*RSA)] {
            for body in [None, Some(BODY), Some(b"".as_slice())] {
                for url in [
                    "https://kith.example/inbox",
                    "https://kith.example/outbox?page=1&x=%C3%A4#part",
                ] {
                    let sample = sign(key, generation, url, body);
                    let presented = sample.read().unwrap();
                    assert_eq!(presented.generation(), generation);
                    assert_eq!(presented.key_id(), KEY_ID);
                    assert_eq!(presented.verify(key.public()), Ok(()));
                    assert!(matches!(
                        presented.verify(other.public()),
                        Err(SignatureError::BadKey | SignatureError::Mismatch)
                    ));
                    assert_eq!(sample.headers.get("content-type").is_some(), body.is_some());
                }
            }
        }
    }
}

#[test]
fn another_key_of_the_same_kind_does_not_verify() {
    let stranger = PrivateKey::generate(RSA.public().algorithm()).unwrap();
    for generation in [Generation::Draft, Generation::Rfc9421] {
        let sample = sign(&RSA, generation, "https://kith.example/inbox", Some(BODY));
        assert_eq!(
            sample.check(stranger.public()),
            Err(SignatureError::Mismatch)
        );
    }
}

#[test]
fn the_port_is_part_of_the_host_only_where_it_is_not_the_default() {
    let cases = [
        ("https://kith.example:443/inbox", "https", "kith.example"),
        (
            "https://kith.example:8443/inbox",
            "https",
            "kith.example:8443",
        ),
        ("http://a.localhost:8001/inbox", "http", "a.localhost:8001"),
        ("http://a.localhost:80/inbox", "http", "a.localhost"),
        ("http://[::1]:8001/inbox", "http", "[::1]:8001"),
    ];
    for (url, scheme, host) in cases {
        for generation in [Generation::Draft, Generation::Rfc9421] {
            let sample = sign(&RSA, generation, url, Some(BODY));
            assert_eq!(sample.headers["host"], host);
            let presented = Presented::read(&sample.parts(), &Here { scheme, host }, NOW).unwrap();
            assert_eq!(presented.verify(RSA.public()), Ok(()), "{url}");
        }
    }
}

#[test]
fn the_headers_of_the_draft_are_as_documented() {
    let headers = sign(
        &RSA,
        Generation::Draft,
        "https://kith.example/inbox?a=b",
        Some(BODY),
    )
    .headers;
    assert_eq!(headers["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
    assert_eq!(headers["content-type"], ACTIVITY_JSON);
    let signature = headers["signature"].to_str().unwrap();
    let expected = format!(
        r#"keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature=""#
    );
    assert!(signature.starts_with(&expected), "{signature}");

    let headers = sign(
        &RSA,
        Generation::Draft,
        "https://kith.example/people/ada",
        None,
    )
    .headers;
    assert!(
        headers["signature"]
            .to_str()
            .unwrap()
            .contains(r#",headers="(request-target) host date","#)
    );
    let headers = sign(
        &ED25519,
        Generation::Draft,
        "https://kith.example/people/ada",
        None,
    )
    .headers;
    assert!(
        headers["signature"]
            .to_str()
            .unwrap()
            .contains(r#"algorithm="hs2019""#)
    );
}

#[test]
fn the_headers_of_rfc_9421_are_as_documented() {
    let headers = sign(
        &RSA,
        Generation::Rfc9421,
        "https://kith.example/inbox",
        Some(BODY),
    )
    .headers;
    let expected = format!(
        r#"sig1=("@method" "@target-uri" "content-digest");created=1800000000;keyid="{KEY_ID}";alg="rsa-v1_5-sha256""#
    );
    assert_eq!(headers["signature-input"], expected.as_str());
    let headers = sign(
        &ED25519,
        Generation::Rfc9421,
        "https://kith.example/people/ada",
        None,
    )
    .headers;
    let expected = format!(
        r#"sig1=("@method" "@target-uri");created=1800000000;keyid="{KEY_ID}";alg="ed25519""#
    );
    assert_eq!(headers["signature-input"], expected.as_str());
}

#[test]
fn a_signature_cannot_be_broken_out_of_by_a_key_id() {
    for key_id in ["", "a\"b", "a b", "a\\b", "a\nb", "ä"] {
        assert_eq!(
            Signer::new(RSA.clone(), key_id.to_owned()).unwrap_err(),
            SignError::KeyId
        );
    }
}

#[test]
fn odd_urls_and_times_are_errors_or_clamped_but_never_panic() {
    let signer = signer(&ED25519);
    let get =
        |url: &str, now| signer.sign_draft(&Method::GET, &Url::parse(url).unwrap(), None, now);
    assert_eq!(
        get("data:text/plain,x", NOW).unwrap_err(),
        SignError::NoHost
    );
    assert_eq!(
        get("https://kith.example/", Timestamp::NEVER).unwrap()["date"],
        "Fri, 31 Dec 9999 23:59:59 GMT"
    );
    assert!(get("https://kith.example/", Timestamp::from_secs(-5)).is_ok());
}

#[test]
fn generations_are_named_for_storage() {
    for generation in [Generation::Draft, Generation::Rfc9421] {
        assert_eq!(Generation::parse(generation.as_str()), Some(generation));
        assert_eq!(generation.other().other(), generation);
    }
    assert_eq!(Generation::parse("cavage"), None);
}

#[test]
fn debug_output_of_a_signer_shows_no_private_bytes() {
    let shown = format!("{:?}", signer(&ED25519));
    assert!(shown.len() < 200, "{shown}");
}

#[test]
fn an_unsigned_request_is_missing_its_signature_before_anything_else() {
    let mut sample = Sample::post();
    assert_eq!(sample.read().unwrap_err(), SignatureError::Missing);
    sample.set("host", "elsewhere.example");
    assert_eq!(sample.read().unwrap_err(), SignatureError::Missing);
    let parts = RequestParts {
        target: "*",
        ..sample.parts()
    };
    assert_eq!(
        Presented::read(&parts, &super::kit::HERE, NOW).unwrap_err(),
        SignatureError::Missing
    );
}
