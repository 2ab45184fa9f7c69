//! What one actor sends has its effect in the order in which it was acknowledged.

use std::time::Duration;

use crate::kit::activities::id;
use crate::kit::{Kith, Page, Peer, until};

#[test]
fn what_is_sent_later_does_not_overtake_what_waits_for_another_server() {
    let (peer, slow) = (Peer::new("peer"), Peer::new("slow"));
    let kith = Kith::start(&[&peer, &slow]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), slow.person("mallory"));
    ada.follows_remote(&carla);
    let note = mallory.note("far away", &[]);
    let path = slow.path(id(&note)).to_owned();
    let page = Page::activity(&note).after(Duration::from_secs(2));
    slow.script.set(&path, page);
    let announce = carla.announce(id(&note));
    carla.tell(&kith, &announce);
    until("the note to be asked for", || {
        slow.fetched().contains(&path).then_some(())
    });
    // This could be done at once, if the boost that it takes back were there.
    carla.tell(&kith, &carla.undo(&announce));
    kith.digest();
    let status = ada.status(id(&note)).expect("the note, which was fetched");
    assert_eq!(status["reblogs_count"], 0, "{status}");
}

#[test]
fn what_needs_nothing_from_elsewhere_has_its_effect_once_it_is_acknowledged() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    for n in 0..20 {
        let note = carla.note(&format!("number {n}"), &[]);
        carla.tell(&kith, &carla.create(&note));
        assert!(ada.status(id(&note)).is_some(), "number {n}");
        carla.tell(&kith, &carla.delete(id(&note)));
        assert!(ada.status(id(&note)).is_none(), "number {n}");
    }
}
