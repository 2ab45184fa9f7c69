//! Signed requests with the verdict of Mastodon.

use serde_json::Value;

use super::kit::{Sample, fixtures, json};
use crate::domain::clock::Timestamp;
use crate::federation::signatures::SignatureError::{
    self, BadDigest, Malformed, Mismatch, NotCovered, Stale,
};
use crate::federation::signatures::{Here, Presented, PublicKey};

type Verdict = Result<(), SignatureError>;

/// Our verdict on each vector. None differs from Mastodon's; where it rests on something else than the words of its
/// reason, that is said.
const DRAFT: [(&str, Verdict); 9] = [
    // The signature is right; the caller finds no key under an id that is no URL.
    ("with an acct key ID", Ok(())),
    ("with a valid signature on a GET request", Ok(())),
    (
        "when the query string is missing from the signature verification (compatibility quirk)",
        Ok(()),
    ),
    ("with mismatching query string", Err(Mismatch)),
    ("with a mismatching path", Err(Mismatch)),
    // That day was no Wednesday, so the date is no date; the window is tested on its own.
    ("with a request older than a day", Err(Malformed)),
    ("with a valid signature on a POST request", Ok(())),
    (
        "when the Digest of a POST request is not signed",
        Err(NotCovered("digest")),
    ),
    ("with a tampered body on a POST request", Err(BadDigest)),
];

const RFC9421: [(&str, Verdict); 8] = [
    ("with a valid signature on a GET request", Ok(())),
    (
        "with a valid signature on a GET request that has a query string",
        Ok(()),
    ),
    ("with a mismatching path", Err(Mismatch)),
    ("with a request older than a day", Err(Stale)),
    ("with a valid signature on a POST request", Ok(())),
    (
        "when the Digest of a POST request is not signed",
        Err(NotCovered("content-digest")),
    ),
    ("with a tampered path in a POST request", Err(Mismatch)),
    (
        "with a valid signature on a GET request (Ed25519 key)",
        Ok(()),
    ),
];

fn verdict(file: &Value, vector: &Value) -> Verdict {
    let url = url::Url::parse(vector["url"].as_str().unwrap()).unwrap();
    let mut sample = Sample::get(&url[url::Position::BeforePath..]);
    sample.headers.clear();
    sample.method = vector["method"].as_str().unwrap().to_owned();
    sample.body = vector["body"]
        .as_str()
        .unwrap_or_default()
        .as_bytes()
        .to_vec();
    for (name, value) in vector["headers"].as_object().unwrap() {
        sample.add(name, value.as_str().unwrap());
    }
    let here = Here {
        scheme: url.scheme(),
        host: url.host_str().unwrap(),
    };
    let now = Timestamp::parse(file["now"].as_str().unwrap()).unwrap();
    let pem = file["publicKeys"][vector["key"].as_str().unwrap()]
        .as_str()
        .unwrap();
    Presented::read(&sample.parts(), &here, now)?.verify(&PublicKey::from_pem(pem).unwrap())
}

#[test]
fn our_verdicts_are_those_of_mastodon() {
    let Some(root) = fixtures() else { return };
    for (name, expected) in [
        ("draft-cavage", DRAFT.as_slice()),
        ("rfc9421", RFC9421.as_slice()),
    ] {
        let file = json(&root.join(format!("mastodon/signature-vectors-{name}.json")));
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), expected.len());
        for (vector, (title, ours)) in vectors.iter().zip(expected) {
            assert_eq!(vector["name"], *title);
            assert_eq!(verdict(&file, vector), *ours, "{name}: {title}");
            assert_eq!(vector["expect"] == "valid", ours.is_ok(), "{name}: {title}");
        }
    }
}
