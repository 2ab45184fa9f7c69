//! Servers that take only signatures of a certain kind, for what they serve and for what is delivered to them.

use crate::kit::activities::id;
use crate::kit::{Kith, Login, Page, Peer, Remote};

/// What was answered to requests of this method and path, in order.
fn answers(peer: &Peer, method: &str, path: &str) -> Vec<u16> {
    let seen = peer.seen().into_iter();
    let asked = seen.filter(|one| one.method == method && one.target == path);
    asked.map(|one| one.status).collect()
}

/// Looks up a new note of `by`, and says what was answered.
fn reads_a_note(ada: &Login<'_>, by: &Remote) -> Vec<u16> {
    let note = by.note("behind a signature", &[]);
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
    answers(&by.peer, "GET", by.peer.path(id(&note)))
}

#[test]
fn a_server_that_takes_only_rfc_9421_is_read_and_reached() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    peer.script.demand("\"@method\"", Page::status(401));
    assert!(ada.account(&carla.handle()).is_some());
    let path = peer.path(&carla.id).to_owned();
    assert_eq!(answers(&peer, "GET", &path), [401, 200]);
    assert_eq!(reads_a_note(&ada, &carla), [200]);
    carla.follows(&kith, &ada.uri());
    ada.toot("straight through");
    peer.awaits("Create");
    kith.restart();
    assert_eq!(reads_a_note(&ada, &carla), [200]);
    let refused = peer.seen().iter().filter(|one| one.status == 401).count();
    assert_eq!(refused, 1, "{:?}", peer.seen());
}

#[test]
fn a_server_that_names_what_is_to_be_signed_gets_that_with_its_nonce() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let wish = r#"q=("@method" "@authority" "@path");created;nonce="n-1""#;
    let refusal = Page::status(401).header("Accept-Signature", wish);
    peer.script.demand(r#";nonce="n-1""#, refusal);
    assert!(ada.account(&carla.handle()).is_some());
    assert_eq!(reads_a_note(&ada, &carla), [401, 200]);
    carla.follows(&kith, &ada.uri());
    ada.toot("with a nonce");
    peer.awaits("Create");
    let signed = peer.seen().into_iter().filter(|one| one.status < 300);
    let inputs: Vec<String> = signed
        .filter_map(|one| one.header("signature-input").map(str::to_owned))
        .collect();
    assert!(inputs.len() >= 4, "{inputs:?}");
    for input in inputs {
        let start = r#"q=("@method" "@authority" "@path" "@target-uri""#;
        assert!(input.starts_with(start), "{input}");
    }
}

#[test]
fn a_server_that_refuses_every_signature_is_asked_twice_and_then_once() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    peer.script.demand("what nobody signs", Page::status(403));
    for expected in [vec![403, 403], vec![403]] {
        let note = carla.note("out of sight", &[]);
        assert_eq!(ada.look_up(id(&note))["statuses"], serde_json::json!([]));
        assert_eq!(answers(&peer, "GET", peer.path(id(&note))), expected);
    }
}
