//! Checklist 23 and 32, and reports: what others may do to collections, and what blocked ones may do at all.

use serde_json::json;

use crate::kit::activities::id;
use crate::kit::login::list;
use crate::kit::world::assert_same;
use crate::kit::{Kith, Login, Peer, Remote, until};

/// The ids of what stands on top of `account`'s posts.
fn pinned(ada: &Login<'_>, account: &serde_json::Value) -> Vec<String> {
    let own = account["id"].as_str().expect("an id");
    let found = list(&ada.get(&format!("/api/v1/accounts/{own}/statuses?pinned=true")));
    let uri = |status: &serde_json::Value| status["uri"].as_str().expect("an id").to_owned();
    found.iter().map(uri).collect()
}

#[test]
fn only_its_owner_changes_a_featured_collection() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let featured = peer.url("/users/carla/featured");
    let carla = Remote::new(&peer, "carla").with(json!({"featured": featured}));
    carla.publish();
    let own = peer.url("/users/mallory/featured");
    let mallory = Remote::new(&peer, "mallory").with(json!({"featured": own}));
    mallory.publish();
    ada.follows_remote(&carla);
    let note = carla.note("read me first", &[]);
    carla.tell(&kith, &carla.create(&note));
    ada.awaits_status(id(&note));
    let account = ada.account(&carla.handle()).expect("an account");
    let change = |who: &Remote, kind: &str, object: &str, target: &str| {
        let mut activity = who.activity(kind, object);
        activity["target"] = json!(target);
        activity
    };
    // Another's collection; another's post in one's own.
    for target in [&featured, &own] {
        mallory.send(&kith, &change(&mallory, "Add", id(&note), target));
    }
    kith.after_all(&mallory, &ada);
    assert!(pinned(&ada, &account).is_empty());
    carla.tell(&kith, &change(&carla, "Add", id(&note), &featured));
    until("the pin", || {
        (pinned(&ada, &account).len() == 1).then_some(())
    });
    for target in [&featured, &own] {
        mallory.send(&kith, &change(&mallory, "Remove", id(&note), target));
    }
    kith.after_all(&mallory, &ada);
    assert_eq!(pinned(&ada, &account), [id(&note)]);
    // Nor does anybody put anything into collections of ours.
    let post = ada.toot("ours");
    let uri = post["uri"].as_str().expect("an id");
    let ours = format!("{}/collections/featured", ada.uri());
    mallory.send(&kith, &change(&mallory, "Add", uri, &ours));
    kith.after_all(&mallory, &ada);
    assert!(pinned(&ada, &ada.me()).is_empty());
    carla.tell(&kith, &change(&carla, "Remove", id(&note), &featured));
    until("no pin", || pinned(&ada, &account).is_empty().then_some(()));
}

#[test]
fn whom_a_person_blocks_has_no_effect_on_them_and_is_sent_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let (mallory, carla) = (peer.person("mallory"), peer.person("carla"));
    let post = ada.toot("likeable");
    mallory.follows(&kith, &ada.uri());
    let uri = post["uri"].as_str().expect("an id");
    let account = ada.account(&mallory.handle()).expect("an account");
    let own = account["id"].as_str().expect("an id").to_owned();
    ada.post(&format!("/api/v1/accounts/{own}/block"), &json!({}));
    let block = peer.awaits("Block");
    assert_eq!(block["object"], mallory.id.as_str());
    assert_eq!(ada.followers(), 0, "the follow ended");
    kith.settle();
    let before = ada.world();
    let sent = peer.received().len();
    let note = mallory.note("listen", &[&ada.uri()]);
    let mut answer = mallory.note("an answer", &[&ada.uri()]);
    answer["inReplyTo"] = json!(uri);
    for activity in [
        mallory.follow(&ada.uri()),
        mallory.activity("Like", uri),
        mallory.announce(uri),
        mallory.create(&note),
    ] {
        mallory.send(&kith, &activity);
    }
    kith.after_all(&carla, &ada);
    kith.settle();
    assert!(ada.status(id(&note)).is_none(), "it concerned nobody else");
    let after = ada.world();
    for part in [
        "/api/v1/notifications?limit=40",
        "/api/v1/timelines/home?limit=40",
        "/api/v1/follow_requests?limit=40",
        "followers",
    ] {
        let mallorys = after[part].to_string().contains(&mallory.id);
        assert!(!mallorys, "{part}: {}", after[part]);
    }
    assert_same(&after["followers"], &before["followers"], "who follows");
    let named: Vec<_> = peer.received().split_off(sent);
    assert!(
        named
            .iter()
            .all(|body| !body.to_string().contains(&mallory.id)),
        "{named:?}"
    );
    ada.toot(&format!("@{} are you there?", mallory.handle()));
    kith.settle();
    assert!(peer.received_of("Create").is_empty());
    ada.post(&format!("/api/v1/accounts/{own}/unblock"), &json!({}));
    let undo = peer.awaits("Undo");
    assert_eq!(undo["object"]["id"], block["id"]);
}

#[test]
fn a_block_from_elsewhere_counts_for_its_actor_alone_until_it_is_undone() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), peer.person("mallory"));
    carla.follows(&kith, &ada.uri());
    let account = ada.account(&carla.handle()).expect("an account");
    let mut forged = mallory.activity("Block", ada.uri());
    forged["actor"] = json!(carla.id);
    mallory.send(&kith, &forged);
    kith.after_all(&mallory, &ada);
    assert_eq!(ada.relationship(&account)["blocked_by"], false);
    let block = carla.activity("Block", ada.uri());
    carla.tell(&kith, &block);
    until("the block", || {
        (ada.relationship(&account)["blocked_by"] == true).then_some(())
    });
    assert_eq!(ada.followers(), 0);
    assert_eq!(ada.told("follow"), 0, "and nothing tells of it");
    let own = account["id"].as_str().expect("an id");
    let asked = ada.call(
        "POST",
        &format!("/api/v1/accounts/{own}/follow"),
        &json!({}),
    );
    assert_eq!(asked.status, 403);
    mallory.send(&kith, &mallory.undo(&block));
    kith.after_all(&mallory, &ada);
    assert_eq!(ada.relationship(&account)["blocked_by"], true);
    carla.tell(&kith, &carla.undo(&block));
    until("its end", || {
        (ada.relationship(&account)["blocked_by"] == false).then_some(())
    });
}

#[test]
fn a_report_from_elsewhere_is_for_moderators_alone() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let before = ada.world();
    let mut flag = carla.activity("Flag", json!([ada.uri(), kith.url("/posts/1")]));
    flag["content"] = json!("<p>look at <b>this</b></p>");
    carla.tell(&kith, &flag);
    let open = until("the report", || {
        let open: serde_json::Value =
            serde_json::from_str(&kith.cli(&["moderation", "reports", "--json"])).expect("JSON");
        list(&open).first().cloned()
    });
    assert_eq!(open["comment"], "look at this");
    assert_eq!(open["target"], format!("@{}", ada.handle()));
    assert_eq!(open["posts"], json!([kith.url("/posts/1")]));
    assert_same(&ada.world(), &before, "what she sees");
    kith.settle();
    assert!(peer.received().is_empty(), "nothing is passed on");
    kith.cli(&["moderation", "resolve", open["id"].as_str().expect("an id")]);
    assert!(kith.cli(&["moderation", "reports", "--json"]).trim() == "[]");
}
