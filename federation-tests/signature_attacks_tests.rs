//! Signature headers that are doubled, huge, oddly written or contradict themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kit::activities::id;
use crate::kit::world::assert_same;
use crate::kit::{Ask, Kith, Peer, Remote, Signing};

/// The value of a header, changed.
fn changed(ask: &Ask, name: &str, change: impl Fn(&str) -> String) -> Ask {
    let value = ask.value(name).expect("a signed request").to_owned();
    ask.clone().set(name, change(&value))
}

/// Ways of breaking a request that is signed by draft-cavage.
fn broken_drafts(good: &Ask) -> Vec<(&'static str, Ask)> {
    let sig = |change: &dyn Fn(&str) -> String| changed(good, "Signature", change);
    let value = good.value("Signature").expect("signed").to_owned();
    let empty = STANDARD.encode([0_u8; 256]);
    vec![
        ("empty", good.clone().set("Signature", "")),
        (
            "rubbish",
            good.clone().set("Signature", "\u{1f600}=,,,\"\"=\""),
        ),
        (
            "twice the same",
            good.clone().header("Signature", value.clone()),
        ),
        ("a second, empty", good.clone().header("Signature", "")),
        (
            "as Authorization",
            good.clone()
                .without("Signature")
                .header("Authorization", format!("Signature {value}")),
        ),
        (
            "keyId twice",
            sig(&|v| format!("{v},keyId=\"https://evil.example/key\"")),
        ),
        ("headers twice", sig(&|v| format!("{v},headers=\"date\""))),
        (
            "signature twice",
            sig(&|v| format!("{v},signature=\"{empty}\"")),
        ),
        ("zeros", sig(&|v| replace_signature(v, &empty))),
        ("nothing signed", sig(&|v| replace_signature(v, ""))),
        ("not base64", sig(&|v| replace_signature(v, "%%%"))),
        (
            "no algorithm known",
            sig(&|v| v.replace("rsa-sha256", "none")),
        ),
        ("hmac", sig(&|v| v.replace("rsa-sha256", "hmac-sha256"))),
        ("sha1", sig(&|v| v.replace("rsa-sha256", "rsa-sha1"))),
        (
            "headers empty",
            sig(&|v| v.replace("(request-target) host date digest content-type", "")),
        ),
        (
            "headers doubled",
            sig(&|v| v.replace("host date", "host host date")),
        ),
        (
            "headers by the thousand",
            sig(&|v| v.replace("host date", &format!("host date{}", " x".repeat(3_000)))),
        ),
        (
            "a header that is not there",
            sig(&|v| v.replace("content-type", "x-not-there")),
        ),
        (
            "keyId without end",
            sig(&|v| v.replacen("keyId=\"", &format!("keyId=\"{}", "x".repeat(20_000)), 1)),
        ),
        (
            "keyId relative",
            sig(&|v| v.replace("keyId=\"http:", "keyId=\"")),
        ),
        (
            "keyId with a password",
            sig(&|v| v.replace("keyId=\"http://", "keyId=\"http://u:p@")),
        ),
        (
            "keyId in capitals",
            sig(&|v| v.replace("#main-key", "#MAIN-KEY")),
        ),
        (
            "keyId with a backslash",
            sig(&|v| v.replace("#main-key", "\\\\\"#main-key")),
        ),
    ]
}

/// The same for what stands beside the signature.
fn broken_beside(good: &Ask) -> Vec<(&'static str, Ask)> {
    let sig = |change: &dyn Fn(&str) -> String| changed(good, "Signature", change);
    let digest = good.value("Digest").expect("signed").to_owned();
    let date = good.value("Date").expect("signed").to_owned();
    vec![
        (
            "created in words",
            sig(&|v| format!("{v},created=\"now\",expires=\"never\"")),
        ),
        ("expired", sig(&|v| format!("{v},expires=1"))),
        ("a second Date", good.clone().header("Date", date.clone())),
        (
            "Date in another form",
            good.clone().set("Date", "2026-01-01T00:00:00Z"),
        ),
        (
            "a second Digest",
            good.clone().header("Digest", digest.clone()),
        ),
        (
            "Digest of another kind",
            good.clone().set("Digest", "SHA-512=AAAA"),
        ),
        (
            "Digest with a wrong one beside",
            good.clone().set("Digest", format!("{digest},SHA-256=AAAA")),
        ),
        (
            "Digest in hex",
            good.clone()
                .set("Digest", format!("SHA-256={}", "0".repeat(64))),
        ),
        (
            "both generations",
            good.clone().header("Signature-Input", "sig1=()"),
        ),
        (
            "an empty Signature-Input",
            good.clone().header("Signature-Input", ""),
        ),
    ]
}

fn replace_signature(value: &str, by: &str) -> String {
    let at = value.rfind("signature=\"").expect("a signature");
    format!("{}signature=\"{by}\"", &value[..at])
}

/// Ways of breaking a request that is signed by RFC 9421.
fn broken_modern(good: &Ask) -> Vec<(&'static str, Ask)> {
    let input = |change: &dyn Fn(&str) -> String| changed(good, "Signature-Input", change);
    let value = good.value("Signature-Input").expect("signed").to_owned();
    let signature = good.value("Signature").expect("signed").to_owned();
    vec![
        ("no input", good.clone().without("Signature-Input")),
        ("no signature", good.clone().without("Signature")),
        (
            "input twice",
            good.clone().header("Signature-Input", value.clone()),
        ),
        (
            "signature twice",
            good.clone().header("Signature", signature.clone()),
        ),
        (
            "another label",
            good.clone()
                .set("Signature", signature.replace("sig1=", "sig2=")),
        ),
        (
            "two labels",
            good.clone().set(
                "Signature-Input",
                format!("{value}, {}", value.replace("sig1=", "sig2=")),
            ),
        ),
        ("no bytes", good.clone().set("Signature", "sig1=\"text\"")),
        ("empty bytes", good.clone().set("Signature", "sig1=::")),
        ("never closed", input(&|v| v.replace(')', ""))),
        ("created twice", input(&|v| format!("{v};created=1"))),
        (
            "created negative",
            input(&|v| v.replace(";created=", ";created=-")),
        ),
        (
            "created with a fraction",
            input(&|v| v.replace(";keyid", ".5;keyid")),
        ),
        (
            "created beyond numbers",
            input(&|v| v.replace(";created=", ";created=99999999999999999")),
        ),
        ("expired", input(&|v| format!("{v};expires=1"))),
        (
            "keyid twice",
            input(&|v| format!("{v};keyid=\"https://evil.example/\"")),
        ),
        ("alg none", input(&|v| v.replace("rsa-v1_5-sha256", "none"))),
        (
            "alg hmac",
            input(&|v| v.replace("rsa-v1_5-sha256", "hmac-sha256")),
        ),
        (
            "alg of another key",
            input(&|v| v.replace("rsa-v1_5-sha256", "ed25519")),
        ),
    ]
}

/// The same for what is covered.
fn broken_coverage(good: &Ask) -> Vec<(&'static str, Ask)> {
    let input = |change: &dyn Fn(&str) -> String| changed(good, "Signature-Input", change);
    let digest = good.value("Content-Digest").expect("signed").to_owned();
    vec![
        (
            "of the request of an answer",
            input(&|v| v.replace("\"@method\"", "\"@method\";req")),
        ),
        (
            "bytes of a header",
            input(&|v| v.replace("\"content-digest\"", "\"content-digest\";bs")),
        ),
        (
            "components twice",
            input(&|v| v.replace("(\"@method\"", "(\"@method\" \"@method\"")),
        ),
        (
            "the parameters themselves",
            input(&|v| v.replace("(\"@method\"", "(\"@signature-params\" \"@method\"")),
        ),
        (
            "a component unheard of",
            input(&|v| v.replace("(\"@method\"", "(\"@nonsense\" \"@method\"")),
        ),
        (
            "in capitals",
            input(&|v| v.replace("content-digest", "Content-Digest")),
        ),
        (
            "by the thousand",
            input(&|v| {
                v.replace(
                    "(\"@method\"",
                    &format!("({}\"@method\"", "\"x\" ".repeat(2_000)),
                )
            }),
        ),
        (
            "a second Content-Digest",
            good.clone().header("Content-Digest", digest),
        ),
        (
            "another Content-Digest",
            good.clone().set("Content-Digest", "sha-512=:AAAA:"),
        ),
        (
            "bytes outside ASCII",
            input(&|v| format!("{v};tag=\"\u{e9}\u{202e}\"")),
        ),
    ]
}

fn effectless(kith: &Kith, carla: &Remote, broken: Vec<(&'static str, Ask)>) {
    let ada = kith.login("ada");
    let before = ada.world();
    for (name, ask) in broken {
        let answer = kith.ask(&ask);
        let fine = matches!(answer.status, 400 | 401 | 421 | 431);
        assert!(fine, "{name}: {} {}", answer.status, answer.text());
    }
    kith.digest();
    assert_same(&ada.world(), &before, "what was signed wrongly");
    let note = carla.note("signed rightly", &[&ada.uri()]);
    carla.tell(kith, &carla.create(&note));
    ada.awaits_status(id(&note));
}

fn body(carla: &Remote, kith: &Kith) -> Vec<u8> {
    let note: Value = carla.note("signed wrongly", &[&kith.person("ada")]);
    carla.create(&note).to_string().into_bytes()
}

#[test]
fn odd_draft_signatures_are_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    kith.user("ada");
    let carla = peer.person("carla");
    let good = Signing::of(&carla).post(&kith.domain, "/inbox", body(&carla, &kith));
    let mut broken = broken_drafts(&good);
    broken.extend(broken_beside(&good));
    effectless(&kith, &carla, broken);
}

#[test]
fn odd_rfc_9421_signatures_are_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    kith.user("ada");
    let carla = peer.person("carla");
    let good = Signing::modern(&carla).post(&kith.domain, "/inbox", body(&carla, &kith));
    let mut broken = broken_modern(&good);
    broken.extend(broken_coverage(&good));
    effectless(&kith, &carla, broken);
}

#[test]
fn a_signature_for_reading_is_none_for_writing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "known before");
    for signing in [Signing::of(&carla), Signing::modern(&carla)] {
        let get = signing.get(&kith.domain, "/inbox");
        let mut post = get.clone();
        post.method = "POST".to_owned();
        post.body = body(&carla, &kith);
        assert_eq!(kith.ask(&post).status, 401);
        // The other way round: what was signed as a POST to an inbox reads nothing.
        let secret = ada.post(
            "/api/v1/statuses",
            &serde_json::json!({"status": "for nobody", "visibility": "direct"}),
        );
        let path = id_path(&kith, &secret);
        let mut stolen = signing.post(&kith.domain, "/inbox", Vec::new());
        stolen.method = "GET".to_owned();
        stolen.target = path;
        assert_eq!(kith.ask(&stolen).status, 404);
    }
}

fn id_path(kith: &Kith, status: &Value) -> String {
    let uri = status["uri"].as_str().expect("an id");
    uri.strip_prefix(&kith.url("")).expect("ours").to_owned()
}
