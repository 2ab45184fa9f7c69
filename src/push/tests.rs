//! Against the examples of RFC 8291, and with a receiver that reads what was sent.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifying};
use serde_json::Value;

use crate::domain::clock::{Clock as _, FixedClock, SystemClock};
use crate::net::NetSettings;

use super::encrypt::is_point;
use super::*;

/// RFC 8291 §5 and appendix A.
const TEXT: &str = "When I grow up, I want to be a watermelon";
const SENDER: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const RECEIVER: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const RECEIVER_PUBLIC: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn private(text: &str) -> PrivateKey {
    PrivateKey::from_private_key(&ECDH_P256, &bytes(text)).unwrap()
}

fn receiver(standard: bool) -> Receiver {
    Receiver {
        endpoint: "https://push.example/send/abc".to_owned(),
        p256dh: bytes(RECEIVER_PUBLIC),
        auth: bytes(AUTH),
        standard,
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, &parts.concat()).as_ref().to_vec()
}

/// HKDF by hand, to have a second opinion; enough for up to 32 bytes.
fn hkdf(salt: &[u8], secret: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut key = hmac(&hmac(salt, &[secret]), &[info, &[1]]);
    key.truncate(length);
    key
}

fn open(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
    let mut text = sealed.to_vec();
    key.open_in_place(nonce, Aad::empty(), &mut text)
        .unwrap()
        .to_vec()
}

fn secret(sender: &[u8]) -> Vec<u8> {
    let sender = UnparsedPublicKey::new(&ECDH_P256, sender);
    agree(&private(RECEIVER), sender, (), |secret| Ok(secret.to_vec())).unwrap()
}

/// What the receiver does with a message of RFC 8291.
fn read_standard(body: &[u8]) -> Vec<u8> {
    let (salt, sender, sealed) = (&body[..16], &body[21..86], &body[86..]);
    assert_eq!(&body[16..21], &[0, 0, 16, 0, 65]);
    let info = [
        b"WebPush: info\0".as_slice(),
        &bytes(RECEIVER_PUBLIC)[..],
        sender,
    ]
    .concat();
    let ikm = hkdf(&bytes(AUTH), &secret(sender), &info, 32);
    let key = hkdf(salt, &ikm, b"Content-Encoding: aes128gcm\0", 16);
    let nonce = hkdf(salt, &ikm, b"Content-Encoding: nonce\0", 12);
    let mut text = open(&key, &nonce, sealed);
    assert_eq!(text.pop(), Some(2));
    text
}

/// What the receiver does with a message of the draft.
fn read_draft(salt: &[u8], sender: &[u8], sealed: &[u8]) -> Vec<u8> {
    let ikm = hkdf(
        &bytes(AUTH),
        &secret(sender),
        b"Content-Encoding: auth\0",
        32,
    );
    let points = [
        b"P-256\0\0A".as_slice(),
        &bytes(RECEIVER_PUBLIC)[..],
        b"\0A",
        sender,
    ]
    .concat();
    let info = |word: &[u8]| [b"Content-Encoding: ".as_slice(), word, b"\0", &points].concat();
    let key = hkdf(salt, &ikm, &info(b"aesgcm"), 16);
    let nonce = hkdf(salt, &ikm, &info(b"nonce"), 12);
    let text = open(&key, &nonce, sealed);
    assert_eq!(&text[..2], &[0, 0]);
    text[2..].to_vec()
}

fn pusher() -> Pusher {
    let settings = NetSettings::for_domain("kith.example", "Kith");
    let client = Client::new(settings, std::sync::Arc::new(SystemClock)).unwrap();
    Pusher::new(
        client,
        &generate_pair().unwrap(),
        "mailto:hello@kith.example".to_owned(),
    )
    .unwrap()
}

fn message() -> PushMessage {
    PushMessage {
        body: TEXT.to_owned(),
        lives: Duration::from_hours(1),
    }
}

/// One part of a JWT.
fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&bytes(token.split('.').nth(at).unwrap())).unwrap()
}

fn sealed(standard: bool) -> (Pusher, HeaderMap, Bytes) {
    let (pusher, to) = (pusher(), receiver(standard));
    let url = Url::parse(&to.endpoint).unwrap();
    let now = FixedClock::at(Timestamp::from_secs(1_800_000_000)).now();
    let (headers, body) = pusher.seal((&to, &url), &message(), now).unwrap();
    (pusher, headers, body)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

#[test]
fn the_example_of_rfc_8291_comes_out_as_it_stands_there() {
    let salt = bytes(SALT).try_into().unwrap();
    let sealing = Sealing::with(private(SENDER), salt).unwrap();
    let body = sealing.aes128gcm(&receiver(true), TEXT.as_bytes()).unwrap();
    assert_eq!(encode(&body), MESSAGE);
    assert_eq!(read_standard(&bytes(MESSAGE)), TEXT.as_bytes());
}

#[test]
fn a_receiver_of_the_standard_reads_the_message_and_knows_who_sent_it() {
    let (pusher, headers, body) = sealed(true);
    assert_eq!(read_standard(&body), TEXT.as_bytes());
    assert_eq!(header(&headers, "content-encoding"), "aes128gcm");
    assert_eq!(
        (header(&headers, "ttl"), header(&headers, "urgency")),
        ("3600", "normal")
    );
    let shown = header(&headers, "authorization");
    let (token, key) = shown
        .strip_prefix("vapid t=")
        .unwrap()
        .split_once(", k=")
        .unwrap();
    assert_eq!(key, pusher.server_key());
    assert_eq!(part(token, 0)["alg"], "ES256");
    let claims = part(token, 1);
    assert_eq!(claims["aud"], "https://push.example");
    assert_eq!(claims["sub"], "mailto:hello@kith.example");
    let lives = claims["exp"].as_i64().unwrap() - 1_800_000_000;
    assert!((1..=86_400).contains(&lives));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let known = Verifying::new(&ECDSA_P256_SHA256_FIXED, bytes(key));
    known.verify(signed.as_bytes(), &bytes(signature)).unwrap();
}

#[test]
fn a_receiver_of_the_draft_reads_the_message() {
    let (pusher, headers, body) = sealed(false);
    assert_eq!(header(&headers, "content-encoding"), "aesgcm");
    assert!(header(&headers, "authorization").starts_with("WebPush "));
    let salt = header(&headers, "encryption")
        .strip_prefix("salt=")
        .unwrap();
    let keys = header(&headers, "crypto-key");
    let (dh, own) = keys.split_once(';').unwrap();
    assert_eq!(own, format!("p256ecdsa={}", pusher.server_key()));
    let dh = bytes(dh.strip_prefix("dh=").unwrap());
    assert_eq!(read_draft(&bytes(salt), &dh, &body), TEXT.as_bytes());
}

#[test]
fn no_two_messages_are_encrypted_alike() {
    let ((_, one, first), (_, other, second)) = (sealed(false), sealed(false));
    assert_ne!(first, second);
    assert_ne!(one["encryption"], other["encryption"]);
    assert_ne!(one["crypto-key"], other["crypto-key"]);
}

#[test]
fn only_points_of_the_curve_are_keys() {
    let good = bytes(RECEIVER_PUBLIC);
    assert!(is_point(&good));
    let mut off = good.clone();
    *off.last_mut().unwrap() ^= 1;
    let mut other = good.clone();
    other[0] = 6;
    let compressed = [[2].as_slice(), &good[1..33]].concat();
    for bad in [
        off,
        other,
        compressed,
        good[..64].to_vec(),
        vec![0; 65],
        Vec::new(),
    ] {
        assert!(!is_point(&bad), "{bad:?}");
    }
}

#[test]
fn endpoints_that_the_client_does_not_contact_are_not_kept() {
    let pusher = pusher();
    let named = |endpoint| Named {
        endpoint,
        p256dh: RECEIVER_PUBLIC,
        auth: AUTH,
        standard: true,
    };
    let long = format!("https://push.example/{}", "x".repeat(2_048));
    for bad in [
        "",
        "push.example",
        "http://push.example/x",
        "https://push.example:8443/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://me@push.example/x",
        "https://kith.example/x",
        &long,
    ] {
        assert!(pusher.check(named(bad)).is_err(), "{bad}");
    }
    let good = named("https://push.example/x#y");
    assert_eq!(
        pusher.check(good).unwrap().endpoint,
        "https://push.example/x"
    );
    let padded = format!("{}=", RECEIVER_PUBLIC.replace('-', "+").replace('_', "/"));
    assert!(
        pusher
            .check(Named {
                p256dh: &padded,
                ..good
            })
            .is_ok()
    );
    let short = Named {
        auth: "c2hvcnQ",
        ..good
    };
    assert_eq!(pusher.check(short), Err(Unusable::Auth));
    let wrong = Named {
        p256dh: AUTH,
        ..good
    };
    assert_eq!(pusher.check(wrong), Err(Unusable::P256dh));
}

#[test]
fn what_a_push_service_answers_decides_what_follows() {
    for (status, expected) in [
        (201, Outcome::Taken),
        (302, Outcome::Refused),
        (400, Outcome::Refused),
        (404, Outcome::Gone),
        (410, Outcome::Gone),
        (413, Outcome::Refused),
        (429, Outcome::Later),
        (503, Outcome::Later),
    ] {
        assert_eq!(outcome(status), expected, "{status}");
    }
}
