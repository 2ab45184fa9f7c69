//! Checklist 1 to 10: whose request counts.

use std::time::Duration;

use ::kith::federation::signatures::{Algorithm, PrivateKey};
use serde_json::json;

use crate::kit::activities::id;
use crate::kit::{Ask, Kith, Page, Peer, Remote, Signing, until};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn unsigned_posts_are_refused_and_fetch_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    kith.cli(&["group", "create", "readers", "--name", "Readers", "--organizer", "ada"]);
    let carla = peer.person("carla");
    let note = carla.note("unsigned", &[&ada.uri()]);
    let body = carla.create(&note).to_string();
    for inbox in ["/inbox", "/people/ada/inbox", "/groups/readers/inbox", "/actor/inbox"] {
        let ask = Ask::post(inbox, body.clone()).header("Content-Type", "application/activity+json");
        assert_eq!(kith.ask(&ask).status, 401, "{inbox}");
    }
    assert_eq!(peer.script.connections(), 0);
    for inbox in ["/inbox", "/people/ada/inbox", "/groups/readers/inbox", "/actor/inbox"] {
        let signed = carla.request_to(&kith, inbox, &carla.create(&note));
        assert_eq!(kith.ask(&signed).status, 202, "{inbox}");
    }
    ada.awaits_status(id(&note));
}

/// Sends what is broken, then the same unbroken, and sees that only the second had an effect.
fn only_the_right_one_counts(name: &str, breaking: impl Fn(Signing<'_>) -> Signing<'_>, modern: bool) {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let right = if modern { Signing::modern(&carla) } else { Signing::of(&carla) };
    let note = carla.note(name, &[&ada.uri()]);
    let body = carla.create(&note).to_string().into_bytes();
    let wrong = breaking(right.clone()).post(&kith.domain, "/inbox", body.clone());
    let status = kith.ask(&wrong).status;
    assert!(matches!(status, 401 | 421), "{name}: {status}");
    kith.digest();
    assert!(ada.status(id(&note)).is_none(), "{name}");
    assert_eq!(kith.ask(&right.post(&kith.domain, "/inbox", body)).status, 202, "{name}");
    ada.awaits_status(id(&note));
}
