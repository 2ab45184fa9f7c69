//! Checklist 1 to 10: whose request counts.

use std::time::Duration;

use ::kith::federation::signatures::{Algorithm, PrivateKey};
use serde_json::json;

use crate::kit::activities::id;
use crate::kit::{Ask, Kith, Page, Peer, Remote, Signing, until};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

#[test]
fn unsigned_posts_are_refused_and_fetch_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    kith.make_group("readers", "Readers", "ada");
    let carla = peer.person("carla");
    let note = carla.note("unsigned", &[&ada.uri()]);
    let body = carla.create(&note).to_string();
    for inbox in [
        "/inbox",
        "/people/ada/inbox",
        "/groups/readers/inbox",
        "/actor/inbox",
    ] {
        let ask =
            Ask::post(inbox, body.clone()).header("Content-Type", "application/activity+json");
        assert_eq!(kith.ask(&ask).status, 401, "{inbox}");
    }
    assert_eq!(peer.script.connections(), 0);
    for inbox in [
        "/inbox",
        "/people/ada/inbox",
        "/groups/readers/inbox",
        "/actor/inbox",
    ] {
        let signed = carla.request_to(&kith, inbox, &carla.create(&note));
        assert_eq!(kith.ask(&signed).status, 202, "{inbox}");
    }
    ada.awaits_status(id(&note));
}

/// Sends what is broken, then the same unbroken, and sees that only the second had an effect.
fn only_the_right_one_counts(
    name: &str,
    breaking: impl for<'a> Fn(Signing<'a>) -> Signing<'a>,
    modern: bool,
) {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let right = if modern {
        Signing::modern(&carla)
    } else {
        Signing::of(&carla)
    };
    let note = carla.note(name, &[&ada.uri()]);
    let body = carla.create(&note).to_string().into_bytes();
    let wrong = breaking(right.clone()).post(&kith.domain, "/inbox", body.clone());
    let status = kith.ask(&wrong).status;
    assert!(matches!(status, 401 | 421), "{name}: {status}");
    kith.digest();
    assert!(ada.status(id(&note)).is_none(), "{name}");
    assert_eq!(
        kith.ask(&right.post(&kith.domain, "/inbox", body)).status,
        202,
        "{name}"
    );
    ada.awaits_status(id(&note));
}

#[test]
fn another_body_under_captured_headers_is_refused() {
    for modern in [false, true] {
        let peer = Peer::new("peer");
        let kith = Kith::start(&[&peer]);
        let ada = kith.user("ada");
        let carla = peer.person("carla");
        let honest = carla.note("honest", &[&ada.uri()]);
        let forged = carla.note("forged", &[&ada.uri()]);
        let signing = if modern {
            Signing::modern(&carla)
        } else {
            Signing::of(&carla)
        };
        let body = carla.create(&honest).to_string().into_bytes();
        let captured = signing.post(&kith.domain, "/inbox", body);
        let mut changed = captured.clone();
        changed.body = carla.create(&forged).to_string().into_bytes();
        assert_eq!(kith.ask(&changed).status, 401);
        assert_eq!(kith.ask(&captured).status, 202);
        ada.awaits_status(id(&honest));
        assert!(ada.status(id(&forged)).is_none());
    }
}

#[test]
fn a_digest_must_be_there_and_covered() {
    only_the_right_one_counts(
        "draft, digest not covered",
        |s| s.covering(&["(request-target)", "host", "date"]),
        false,
    );
    only_the_right_one_counts(
        "RFC 9421, digest not covered",
        |s| s.covering(&["@method", "@target-uri"]),
        true,
    );
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let note = carla.note("without a digest", &[&ada.uri()]);
    let body = carla.create(&note).to_string().into_bytes();
    let right = Signing::of(&carla).post(&kith.domain, "/inbox", body.clone());
    assert_eq!(kith.ask(&right.clone().without("digest")).status, 401);
    let modern = Signing::modern(&carla).post(&kith.domain, "/inbox", body);
    assert_eq!(kith.ask(&modern.without("content-digest")).status, 401);
    assert_eq!(kith.ask(&right).status, 202);
    ada.awaits_status(id(&note));
}

#[test]
fn a_signature_covers_method_path_host_time_and_body() {
    let draft: [&[&'static str]; 4] = [
        &["host", "date", "digest"],
        &["(request-target)", "date", "digest"],
        &["(request-target)", "host", "digest"],
        &["(request-target)", "host", "date"],
    ];
    for covered in draft {
        only_the_right_one_counts(&format!("{covered:?}"), |s| s.covering(covered), false);
    }
    let modern: [&[&'static str]; 4] = [
        &["@target-uri", "content-digest"],
        &["@method", "content-digest"],
        &["@method", "@path", "content-digest"],
        &["@method", "@target-uri"],
    ];
    for covered in modern {
        only_the_right_one_counts(&format!("{covered:?}"), |s| s.covering(covered), true);
    }
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is not general over lifetimes"
    )]
    only_the_right_one_counts("created is missing", |s| s.untimed(), true);
}

#[test]
fn what_is_signed_for_another_host_or_path_is_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let note = carla.note("for elsewhere", &[&ada.uri()]);
    let body = carla.create(&note).to_string().into_bytes();
    for signing in [Signing::of(&carla), Signing::modern(&carla)] {
        let elsewhere = signing.post("other.localhost:9999", "/inbox", body.clone());
        assert_eq!(kith.ask(&elsewhere).status, 421);
        let renamed = elsewhere.set("Host", &*kith.domain);
        assert_eq!(kith.ask(&renamed).status, 401);
        let mut moved = signing.post(&kith.domain, "/people/ada/inbox", body.clone());
        moved.target = "/inbox".to_owned();
        assert_eq!(kith.ask(&moved).status, 401);
    }
    let right = Signing::of(&carla).post(&kith.domain, "/inbox", body);
    assert_eq!(kith.ask(&right).status, 202);
    ada.awaits_status(id(&note));
}

#[test]
fn the_time_of_a_signature_is_bounded_both_ways() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    for signing in [Signing::of(&carla), Signing::modern(&carla)] {
        let cases = [
            (signing.clone().earlier(12 * HOUR + 5 * MINUTE), 401),
            (signing.clone().later(HOUR + 5 * MINUTE), 401),
            (signing.clone().earlier(10 * MINUTE), 202),
            (signing.clone().later(10 * MINUTE), 202),
        ];
        for (signing, expected) in cases {
            let note = carla.note("in time", &[&ada.uri()]);
            let body = carla.create(&note).to_string().into_bytes();
            let answer = kith.ask(&signing.post(&kith.domain, "/inbox", body));
            assert_eq!(answer.status, expected);
            kith.digest();
            assert_eq!(ada.status(id(&note)).is_some(), expected == 202);
        }
    }
}

#[test]
fn a_key_of_somebody_else_signs_nothing() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    for mallory in [peer.person("mallory"), other.person("mallory")] {
        let note = carla.note("in Carla's name", &[&ada.uri()]);
        let body = carla.create(&note).to_string().into_bytes();
        let forged = Signing::of(&mallory).post(&kith.domain, "/inbox", body.clone());
        assert_eq!(kith.ask(&forged).status, 401);
        let mut own_key = Signing::of(&mallory);
        own_key.key_id = carla.key_id.clone();
        assert_eq!(
            kith.ask(&own_key.post(&kith.domain, "/inbox", body)).status,
            401
        );
        kith.digest();
        assert!(ada.status(id(&note)).is_none());
        carla.tell(&kith, &carla.create(&note));
        ada.awaits_status(id(&note));
    }
}

#[test]
fn a_key_document_that_its_claimed_owner_does_not_list_counts_for_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let mut forged = Remote::new(&peer, "forged");
    forged.key_id = peer.url("/keys/1");
    let document = json!({
        "@context": "https://w3id.org/security/v1",
        "id": forged.key_id, "type": "Key", "owner": carla.id,
        "publicKeyPem": forged.key.public().to_spki_pem(),
    });
    peer.serve(&document);
    let note = carla.note("by a stray key", &[&ada.uri()]);
    let body = carla.create(&note).to_string().into_bytes();
    let ask = Signing::of(&forged).post(&kith.domain, "/inbox", body);
    assert_eq!(kith.ask(&ask).status, 401);
    kith.digest();
    assert!(ada.status(id(&note)).is_none());
    carla.tell(&kith, &carla.create(&note));
    ada.awaits_status(id(&note));
}

#[test]
fn an_exact_replay_has_one_effect_also_across_a_restart() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let note = carla.note("once", &[&ada.uri()]);
    let ask = carla.request(&kith, &carla.create(&note));
    for _ in 0..3 {
        assert_eq!(kith.ask(&ask).status, 202);
    }
    ada.awaits_status(id(&note));
    let deletion = carla.delete(id(&note));
    carla.tell(&kith, &deletion);
    until("the post to be gone", || {
        ada.status(id(&note)).is_none().then_some(())
    });
    kith.restart();
    assert_eq!(kith.ask(&ask).status, 202);
    kith.after_all(&carla, &ada);
    assert!(ada.status(id(&note)).is_none());
    assert_eq!(ada.told("mention"), 1);
}

#[test]
fn a_rotated_key_counts_after_one_refetch_and_the_old_one_no_longer() {
    let peer = Peer::new("peer");
    // A minute between two looks at one actor becomes a tenth of a second.
    let kith = crate::kit::kith::Setup::new(&[&peer]).faster(600.0).start();
    let ada = kith.user("ada");
    let old = peer.person("carla");
    old.posts_to(&ada, "with the first key");
    std::thread::sleep(Duration::from_millis(300));
    let key = PrivateKey::generate(Algorithm::Rsa).expect("a key");
    let new = old.clone().with_key(key);
    new.publish();
    peer.script.forget();
    new.posts_to(&ada, "with the second key");
    let reads = peer
        .fetched()
        .iter()
        .filter(|t| **t == "/users/carla")
        .count();
    assert_eq!(reads, 1);
    std::thread::sleep(Duration::from_millis(300));
    let note = old.note("with the first key again", &[&ada.uri()]);
    assert_eq!(old.send(&kith, &old.create(&note)).status, 401);
    kith.after_all(&new, &ada);
    assert!(ada.status(id(&note)).is_none());
}

#[test]
fn several_signatures_or_labels_are_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let note = carla.note("twice", &[&ada.uri()]);
    let right = carla.request(&kith, &carla.create(&note));
    let signature = right.value("signature").expect("signed").to_owned();
    assert_eq!(
        kith.ask(&right.clone().header("Signature", signature))
            .status,
        401
    );
    assert_eq!(kith.ask(&right).status, 202);
    ada.awaits_status(id(&note));
    // A missing actor document is no reason for anything but a refusal.
    let nobody = Remote::new(&peer, "nobody");
    peer.script.set("/users/nobody", Page::status(404));
    assert_eq!(nobody.send(&kith, &nobody.create(&note)).status, 401);
}
