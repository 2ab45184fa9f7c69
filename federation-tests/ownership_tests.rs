//! Checklist 11 to 20, 24 and 25: what a request may change.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, edited, id};
use crate::kit::world::assert_same;
use crate::kit::{Kith, Page, Peer, until};

#[test]
fn an_activity_id_of_another_origin_is_refused_and_blocks_nothing() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let note = carla.note("genuine", &[&ada.uri()]);
    let genuine = carla.create(&note);
    let mut squatting = mallory.create(&mallory.note("squatting", &[&ada.uri()]));
    squatting["id"] = genuine["id"].clone();
    let status = mallory.send(&kith, &squatting).status;
    assert!((400..500).contains(&status), "{status}");
    kith.digest();
    assert!(ada.status(id(&squatting["object"])).is_none());
    carla.tell(&kith, &genuine);
    ada.awaits_status(id(&note));
}

#[test]
fn a_post_in_the_name_of_another_is_dropped() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let neighbour = peer.person("neighbour");
    let elsewhere = carla.note("Carla's", &[&ada.uri()]);
    let mut attributed = mallory.note("by Carla, it says", &[&ada.uri()]);
    attributed["attributedTo"] = json!(carla.id);
    let mut renamed = mallory.note("mine, at another's address", &[&ada.uri()]);
    renamed["id"] = json!(peer.fresh("notes"));
    let forged = [
        (&mallory, elsewhere),
        (&mallory, attributed),
        (&mallory, renamed),
    ];
    for (who, note) in &forged {
        let status = who.send(&kith, &who.create(note)).status;
        assert!(status == 202 || (400..500).contains(&status), "{status}");
    }
    let mut neighbours = neighbour.note("by the neighbour, it says", &[&ada.uri()]);
    neighbours["attributedTo"] = json!(carla.id);
    neighbour.send(&kith, &neighbour.create(&neighbours));
    kith.after_all(&mallory, &ada);
    kith.after_all(&neighbour, &ada);
    for (_, note) in &forged {
        assert!(ada.status(id(note)).is_none(), "{note}");
    }
    assert!(ada.status(id(&neighbours)).is_none());
}

#[test]
fn a_document_speaks_only_for_the_origin_it_was_read_from() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let mut forged = carla.note("never written", &[]);
    peer.script.remove(peer.path(id(&forged)));
    forged["content"] = json!("forged");
    other.script.set("/copy", Page::activity(&forged));
    assert!(
        ada.look_up(&other.url("/copy"))["statuses"]
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    // The same by a redirect: what comes from the end of it is the end's.
    let note = mallory.note("mine", &[]);
    peer.script.set("/hop", Page::redirect(id(&note)));
    let found = ada.look_up(&peer.url("/hop"));
    assert_eq!(found["statuses"][0]["uri"], note["id"]);
    let mut stolen = carla.note("stolen", &[]);
    stolen["id"] = json!(peer.url("/notes/stolen"));
    other.script.set("/stolen", Page::activity(&stolen));
    peer.script
        .set("/notes/stolen", Page::redirect(&other.url("/stolen")));
    let found = ada.look_up(&peer.url("/notes/stolen"));
    assert!(
        found["statuses"].as_array().is_some_and(Vec::is_empty),
        "{found}"
    );
    let honest = carla.note("honest", &[]);
    peer.script.set("/moved", Page::redirect(id(&honest)));
    assert_eq!(
        ada.look_up(&peer.url("/moved"))["statuses"][0]["uri"],
        honest["id"]
    );
}

#[test]
fn only_activitypub_media_types_are_documents() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    for kind in [
        "text/html",
        "application/json",
        "text/plain",
        "image/png",
        "application/ld+json",
    ] {
        let note = carla.note("an upload", &[]);
        let page = Page::new(200, kind, note.to_string());
        peer.script.set(peer.path(id(&note)), page);
        let found = ada.look_up(id(&note));
        assert!(
            found["statuses"].as_array().is_some_and(Vec::is_empty),
            "{kind}"
        );
    }
    let profiled = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
    for kind in [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        profiled,
    ] {
        let note = carla.note("a document", &[]);
        let page = Page::new(200, kind, note.to_string());
        peer.script.set(peer.path(id(&note)), page);
        assert_eq!(
            ada.look_up(id(&note))["statuses"][0]["uri"],
            note["id"],
            "{kind}"
        );
    }
}

#[test]
fn nobody_changes_or_deletes_what_is_anothers() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let note = carla.posts_to(&ada, "original");
    for mallory in [peer.person("mallory"), other.person("mallory")] {
        let mut changed = edited(&note, "changed");
        mallory.send(&kith, &mallory.update(&changed));
        changed["attributedTo"] = json!(mallory.id);
        mallory.send(&kith, &mallory.update(&changed));
        mallory.send(&kith, &mallory.delete(id(&note)));
        let mut profile = carla.document();
        profile["name"] = json!("Taken over");
        mallory.send(&kith, &mallory.update(&profile));
        mallory.send(&kith, &mallory.delete(&carla.id));
        kith.after_all(&mallory, &ada);
        let shown = ada.status(id(&note)).expect("still there");
        assert!(
            shown["content"]
                .as_str()
                .is_some_and(|c| c.contains("original")),
            "{shown}"
        );
        assert_eq!(shown["account"]["display_name"], "carla from elsewhere");
    }
    carla.tell(
        &kith,
        &carla.update(&edited(&note, "changed by its author")),
    );
    until("the change", || {
        let shown = ada.status(id(&note))?;
        shown["content"]
            .as_str()?
            .contains("by its author")
            .then_some(())
    });
    carla.tell(&kith, &carla.delete(id(&note)));
    until("the deletion", || {
        ada.status(id(&note)).is_none().then_some(())
    });
}

#[test]
fn nobody_undoes_what_another_did() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), peer.person("mallory"));
    let follow = carla.follows(&kith, &ada.uri());
    let post = ada.toot("likeable");
    let uri = post["uri"].as_str().expect("an id");
    let like = carla.activity("Like", uri);
    carla.tell(&kith, &like);
    let likes = || ada.status(uri).map(|s| s["favourites_count"].clone());
    until("the like", || (likes() == Some(json!(1))).then_some(()));
    for undone in [&follow, &like] {
        mallory.send(&kith, &mallory.undo(undone));
        mallory.send(&kith, &mallory.activity("Undo", id(undone)));
        let mut mine = undone.clone();
        mine["actor"] = json!(mallory.id);
        mallory.send(&kith, &mallory.undo(&mine));
    }
    kith.after_all(&mallory, &ada);
    assert_eq!((ada.followers(), likes()), (1, Some(json!(1))));
    carla.tell(&kith, &carla.undo(&like));
    carla.tell(&kith, &carla.undo(&follow));
    until("both undone", || {
        (ada.followers() == 0 && likes() == Some(json!(0))).then_some(())
    });
}

#[test]
fn embedded_objects_of_others_are_fetched_or_skipped() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    ada.follows_remote(&mallory);
    let real = carla.note("what Carla wrote", &[]);
    let mut twisted = real.clone();
    twisted["content"] = json!("what Carla never wrote");
    let mut announce = mallory.announce(id(&real));
    announce["object"] = twisted;
    mallory.tell(&kith, &announce);
    let mut made_up = carla.note("made up", &[]);
    peer.script.remove(peer.path(id(&made_up)));
    made_up["content"] = json!("made up");
    let mut second = mallory.announce(id(&made_up));
    second["object"] = made_up.clone();
    mallory.tell(&kith, &second);
    let plain = carla.note("boosted by id", &[]);
    mallory.tell(&kith, &mallory.announce(id(&plain)));
    ada.awaits_status(id(&plain));
    let shown = ada.status(id(&real)).map(|s| s["content"].to_string());
    assert!(shown.is_none_or(|text| !text.contains("never")));
    assert!(ada.status(id(&made_up)).is_none());
}

#[test]
fn nothing_received_creates_or_changes_what_is_ours() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let mallory = peer.person("mallory");
    let post = ada.toot("Ada's own words");
    let uri = post["uri"].as_str().expect("an id").to_owned();
    let mut note = mallory.note("taken over", &[&ada.uri()]);
    note["id"] = json!(uri);
    note["updated"] = json!("2999-01-01T00:00:00Z");
    let mut invented = note.clone();
    invented["id"] = json!(kith.url("/posts/1"));
    let person = json!({"id": ada.uri(), "type": "Person", "name": "Taken over",
        "preferredUsername": "ada", "inbox": mallory.document()["inbox"]});
    let attempts = [
        mallory.create(&note),
        mallory.update(&note),
        mallory.create(&invented),
        mallory.update(&person),
        mallory.delete(&uri),
        mallory.delete(&ada.uri()),
    ];
    for attempt in &attempts {
        let status = mallory.send(&kith, attempt).status;
        assert!(status == 202 || (400..500).contains(&status), "{status}");
    }
    // Also not by a document served elsewhere under our id.
    peer.script.set("/ours", Page::activity(&note));
    ada.look_up(&peer.url("/ours"));
    kith.after_all(&mallory, &ada);
    let shown = ada.status(&uri).expect("still there");
    assert!(
        shown["content"]
            .as_str()
            .is_some_and(|c| c.contains("own words")),
        "{shown}"
    );
    assert_ne!(ada.me()["display_name"], "Taken over");
    assert!(ada.status(&kith.url("/posts/1")).is_none());
}

#[test]
fn nothing_received_touches_our_events_groups_and_collections() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    kith.make_group("readers", "Readers", "ada");
    let mallory = peer.person("mallory");
    let event = ada.post(
        "/api/v1/events",
        &json!({"title": "Breakfast", "start_time": "2099-05-01T08:00:00Z", "timezone": "UTC"}),
    );
    let uri = event["uri"].as_str().expect("an id").to_owned();
    let group = kith.url("/groups/readers");
    let before = ada.world();
    let shown = (
        kith.document("/groups/readers").text(),
        kith.document(&uri[kith.url("").len()..]).text(),
    );
    let mut taken = json!({"id": uri, "type": "Event", "name": "Taken over", "attributedTo": mallory.id,
        "startTime": "2099-05-01T08:00:00Z", "updated": "2999-01-01T00:00:00Z", "to": [PUBLIC]});
    let club = json!({"id": group, "type": "Group", "name": "Taken over", "preferredUsername": "readers",
        "inbox": mallory.document()["inbox"]});
    let instance = json!({"id": kith.url("/actor"), "type": "Application", "name": "Taken over",
        "inbox": mallory.document()["inbox"], "publicKey": mallory.document()["publicKey"]});
    let mut attempts = vec![
        mallory.create(&taken),
        mallory.update(&taken),
        mallory.delete(&uri),
        mallory.update(&club),
        mallory.delete(&group),
        mallory.update(&instance),
        mallory.delete(&kith.url("/actor")),
    ];
    for made_up in [
        "/events/1",
        "/groups/new",
        "/people/new",
        "/tags/x",
        "/media/x",
        "/invites/1",
        "/people/ada/follows/1",
    ] {
        taken["id"] = json!(kith.url(made_up));
        attempts.push(mallory.create(&taken));
        attempts.push(mallory.update(&taken));
    }
    for kind in ["Add", "Remove"] {
        for list in ["followers", "members", "moderators", "collections/featured"] {
            let mut change = mallory.activity(kind, mallory.id.clone());
            change["target"] = json!(format!("{group}/{list}"));
            attempts.push(change);
        }
    }
    for attempt in &attempts {
        let status = mallory.send(&kith, attempt).status;
        assert!(status == 202 || (400..500).contains(&status), "{status}");
    }
    // Nor by documents at their own addresses that claim ours.
    for (at, document) in [&taken, &club, &instance].into_iter().enumerate() {
        let path = format!("/claims/{at}");
        peer.script.set(&path, Page::activity(document));
        ada.look_up(&peer.url(&path));
    }
    kith.digest();
    assert_same(&ada.world(), &before, "hostile activities");
    let after = (
        kith.document("/groups/readers").text(),
        kith.document(&uri[kith.url("").len()..]).text(),
    );
    assert_eq!(after, shown);
    for path in ["/events/1", "/groups/new", "/people/new", "/invites/1"] {
        assert_eq!(kith.document(path).status, 404, "{path}");
    }
}

#[test]
fn a_url_of_another_origin_is_not_offered_as_the_original() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let mut note = carla.note("see the original", &[&ada.uri()]);
    note["url"] = json!("https://phishing.example/login");
    carla.tell(&kith, &carla.create(&note));
    let shown = ada.awaits_status(id(&note));
    assert!(
        !shown["url"]
            .as_str()
            .is_some_and(|url| url.contains("phishing")),
        "{shown}"
    );
    let mut good = carla.note("see the original", &[&ada.uri()]);
    good["url"] = json!(peer.url("/@carla/1"));
    carla.tell(&kith, &carla.create(&good));
    assert_eq!(ada.awaits_status(id(&good))["url"], good["url"]);
}

#[test]
fn an_accept_counts_only_for_what_was_asked_and_from_who_was_asked() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let unasked = json!({"id": kith.url("/people/ada/follows/1"), "type": "Follow",
        "actor": ada.uri(), "object": mallory.id});
    mallory.send(&kith, &mallory.activity("Accept", unasked));
    kith.after_all(&mallory, &ada);
    let stranger = ada.account(&mallory.handle()).expect("found");
    assert!(!ada.follows(&stranger));
    let account = ada.follow(&carla.handle());
    let follow: Value = peer.awaits("Follow");
    for kind in ["Accept", "Reject"] {
        mallory.send(&kith, &mallory.activity(kind, follow.clone()));
        mallory.send(&kith, &mallory.activity(kind, id(&follow)));
    }
    kith.after_all(&mallory, &ada);
    assert!(!ada.follows(&account) && ada.relationship(&account)["requested"] == true);
    carla.tell(&kith, &carla.activity("Accept", follow));
    until("the Accept", || ada.follows(&account).then_some(()));
}
