//! Push messages, from the program to a push service that a test plays.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::kit::kith::Setup;
use crate::kit::server::Seen;
use crate::kit::{Kith, Login, Page, Peer, until};

const PATH: &str = "/api/v1/push/subscription";
const AUTH: [u8; 16] = *b"sixteen letters!";

/// A program on somebody's phone.
struct Phone {
    key: PrivateKey,
    public: Vec<u8>,
}

impl Phone {
    fn new() -> Phone {
        let key = PrivateKey::generate(&ECDH_P256).expect("a key");
        let public = key.compute_public_key().expect("a key").as_ref().to_vec();
        Phone { key, public }
    }

    fn asks(&self, endpoint: &str, standard: bool) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "subscription": {
                "endpoint": endpoint,
                "keys": {"p256dh": encode(&self.public), "auth": encode(&AUTH)},
                "standard": standard,
            },
            "data": {"alerts": {"mention": true, "favourite": false}, "policy": "all"},
        })
    }

    fn subscribe(&self, login: &Login<'_>, endpoint: &str, standard: bool) -> Value {
        login.post(PATH, &self.asks(endpoint, standard))
    }

    /// Decrypts what arrived, in either form.
    fn reads(&self, seen: &Seen) -> Value {
        let text = match seen.header("content-encoding") {
            Some("aes128gcm") => {
                let (salt, sender, sealed) =
                    (&seen.body[..16], &seen.body[21..86], &seen.body[86..]);
                let info = [b"WebPush: info\0".as_slice(), &self.public[..], sender].concat();
                let ikm = hkdf(&AUTH, &self.secret(sender), &info, 32);
                let key = hkdf(salt, &ikm, b"Content-Encoding: aes128gcm\0", 16);
                let nonce = hkdf(salt, &ikm, b"Content-Encoding: nonce\0", 12);
                let mut text = open(&key, &nonce, sealed);
                assert_eq!(text.pop(), Some(2));
                text
            }
            Some("aesgcm") => {
                let salt = field(seen, "encryption", "salt=");
                let sender = field(seen, "crypto-key", "dh=");
                let ikm = hkdf(
                    &AUTH,
                    &self.secret(&sender),
                    b"Content-Encoding: auth\0",
                    32,
                );
                let points = [b"P-256\0\0A".as_slice(), &self.public[..], b"\0A", &sender].concat();
                let info =
                    |word: &[u8]| [b"Content-Encoding: ".as_slice(), word, b"\0", &points].concat();
                let key = hkdf(&salt, &ikm, &info(b"aesgcm"), 16);
                let nonce = hkdf(&salt, &ikm, &info(b"nonce"), 12);
                open(&key, &nonce, &seen.body)[2..].to_vec()
            }
            other => panic!("{other:?} is no encoding of push messages"),
        };
        serde_json::from_slice(&text).expect("JSON")
    }

    fn secret(&self, sender: &[u8]) -> Vec<u8> {
        let sender = UnparsedPublicKey::new(&ECDH_P256, sender);
        agree(&self.key, sender, (), |secret| Ok(secret.to_vec())).expect("a point")
    }
}

fn field(seen: &Seen, header: &str, name: &str) -> Vec<u8> {
    let value = seen.header(header).expect("a header");
    let found = value.split(';').find_map(|part| part.strip_prefix(name));
    URL_SAFE_NO_PAD
        .decode(found.expect("a field"))
        .expect("base64url")
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, &parts.concat()).as_ref().to_vec()
}

/// HKDF by hand; enough for up to 32 bytes.
fn hkdf(salt: &[u8], secret: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut key = hmac(&hmac(salt, &[secret]), &[info, &[1]]);
    key.truncate(length);
    key
}

fn open(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Vec<u8> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).expect("a key"));
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("a nonce");
    let mut text = sealed.to_vec();
    let text = key.open_in_place(nonce, Aad::empty(), &mut text);
    text.expect("a message for this phone").to_vec()
}

/// Subscribes somebody to an address that is not to be contacted, and makes it ring. The address itself may be refused.
pub(crate) fn ring_at(login: &Login<'_>, from: &Login<'_>, endpoint: &str) -> u16 {
    let answer = login.call("POST", PATH, &Phone::new().asks(endpoint, true));
    from.toot(&format!("@{} are you there?", login.name));
    login.kith.settle();
    answer.status
}

fn taking(name: &str) -> Peer {
    let service = Peer::new(name);
    service.script.set("/send/1", Page::status(201));
    service
}

#[test]
fn a_mention_rings_once_and_says_nothing_of_what_was_written() {
    let service = taking("push");
    let kith = Kith::start(&[&service]);
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    for (at, standard) in [true, false].into_iter().enumerate() {
        let phone = Phone::new();
        let made = phone.subscribe(&ada, &service.url("/send/1"), standard);
        eve.toot("@ada the sesame is in the jar");
        kith.settle();
        let seen = service.seen();
        assert_eq!(seen.len(), at + 1, "exactly one for each mention");
        let rung = &seen[at];
        assert_eq!(
            (rung.method.as_str(), rung.target.as_str()),
            ("POST", "/send/1")
        );
        assert!(rung.header("ttl").is_some() && rung.header("urgency").is_some());
        let key = made["server_key"].as_str().expect("a key");
        let shown = [rung.header("authorization"), rung.header("crypto-key")];
        assert!(shown.iter().flatten().any(|value| value.contains(key)));
        let message = phone.reads(rung);
        assert_eq!(
            (&message["title"], &message["body"]),
            (&json!("eve named you"), &json!(""))
        );
        assert_eq!(
            (&message["notification_type"], &message["access_token"]),
            (&json!("mention"), &json!(""))
        );
        let id = message["notification_id"].to_string();
        assert_eq!(
            ada.get(&format!("/api/v1/notifications/{id}"))["type"],
            "mention"
        );
        assert!(!message.to_string().contains("sesame"));
    }
}

#[test]
fn what_is_gone_is_removed_and_what_fails_is_tried_again() {
    let service = taking("push");
    let kith = Setup::new(&[&service]).faster(60.0).start();
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    let made = Phone::new().subscribe(&ada, &service.url("/send/1"), true);
    kith.restart();
    assert_eq!(
        ada.get(PATH)["server_key"],
        made["server_key"],
        "the key is made once"
    );
    service.script.queue("/send/1", Page::status(503));
    eve.toot("@ada once");
    until("a second try", || (service.seen().len() == 2).then_some(()));
    service.script.queue("/send/1", Page::status(400));
    eve.toot("@ada twice");
    until("a third", || (service.seen().len() == 3).then_some(()));
    kith.settle();
    assert_eq!(ada.call("GET", PATH, &Value::Null).status, 200);
    service.script.set("/send/1", Page::status(410));
    eve.toot("@ada thrice");
    until("the end", || {
        (ada.call("GET", PATH, &Value::Null).status == 404).then_some(())
    });
    let before = service.seen().len();
    eve.toot("@ada for nobody");
    kith.settle();
    assert_eq!(service.seen().len(), before);
}

#[test]
fn a_push_service_inside_is_never_contacted() {
    let (listed, inside) = (taking("push"), taking("inside"));
    let kith = Kith::start(&[&listed]);
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    let port = inside.port;
    for endpoint in [
        inside.url("/send/1"),
        format!("http://127.0.0.1:{port}/send/1"),
        format!("https://127.0.0.1:{port}/send/1"),
        format!("https://localhost:{port}/send/1"),
        format!("https://[::1]:{port}/send/1"),
        format!("http://push.localhost:{port}/send/1"),
        format!("https://user@push.example:{port}/send/1"),
        "https://2130706433/send/1".to_owned(),
        "https://169.254.169.254/latest".to_owned(),
        format!("{}/send/1", kith.url("")),
    ] {
        assert_eq!(ring_at(&ada, &eve, &endpoint), 422, "{endpoint}");
    }
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
    // A redirect is an answer, and not followed.
    let away = Page::status(307).header("Location", &inside.url("/send/1"));
    listed.script.set("/send/1", away);
    assert_eq!(ring_at(&ada, &eve, &listed.url("/send/1")), 200);
    assert_eq!((listed.seen().len(), inside.script.connections()), (1, 0));
}
