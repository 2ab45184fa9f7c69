//! Activities that are signed rightly and say what nobody may say.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, edited, id};
use crate::kit::login::list;
use crate::kit::world::assert_same;
use crate::kit::{Kith, Login, Page, Peer, Remote, Signing, until};

/// Sends each, and sees that nothing that Ada can look at has changed.
fn nothing_changes(kith: &Kith, ada: &Login<'_>, sent: &[(&Remote, Value)]) {
    let before = ada.world();
    for (who, activity) in sent {
        let status = who.send(kith, activity).status;
        assert!(
            matches!(status, 202 | 400 | 401 | 403),
            "{status}: {activity}"
        );
    }
    kith.digest();
    assert_same(&ada.world(), &before, "hostile activities");
}

#[test]
fn keys_that_stand_twice_in_json_do_not_pass_two_checks_with_two_values() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let note = mallory.note("twice", &[&ada.uri()]);
    let create = mallory.create(&note).to_string();
    let before = ada.world();
    let doubled = [
        create.replacen(
            "\"actor\":",
            &format!("\"actor\":\"{}\",\"actor\":", carla.id),
            1,
        ),
        create.replacen(
            "\"type\":\"Create\"",
            "\"type\":\"Delete\",\"type\":\"Create\"",
            1,
        ),
        create.replacen(
            "\"attributedTo\":",
            &format!("\"attributedTo\":\"{}\",\"attributedTo\":", carla.id),
            1,
        ),
        create.replacen("\"id\":", "\"id\":\"https://x.example/\",\"id\":", 1),
        create
            .replacen(
                "\"actor\":",
                &format!(
                    "\"@actor\":\"{0}\",\"as:actor\":\"{0}\",\"Actor\":\"{0}\",\"actor\":",
                    carla.id
                ),
                1,
            )
            .replacen(
                &format!("\"actor\":\"{}\"", mallory.id),
                &format!("\"actor\":\"{}\"", carla.id),
                1,
            ),
    ];
    for body in doubled {
        let ask = Signing::of(&mallory).post(&kith.domain, "/inbox", body.clone().into_bytes());
        let status = kith.ask(&ask).status;
        assert!(matches!(status, 202 | 400 | 401 | 403), "{status}: {body}");
    }
    kith.digest();
    assert_same(&ada.world(), &before, "doubled keys");
}

#[test]
fn ids_in_odd_spellings_are_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let mallory = peer.person("mallory");
    let post = ada.toot("Ada's own words");
    let ours = post["uri"].as_str().expect("an id");
    let (name, port) = kith.domain.split_once(':').expect("a port");
    let path = ours.strip_prefix(&kith.url("")).expect("ours");
    let (peer_name, peer_port) = peer.host.split_once(':').expect("a port");
    let ids = [
        format!("http://u:p@{}{path}", kith.domain),
        format!("http://{name}.:{port}{path}"),
        format!("HTTP://{}{path}", kith.domain.to_uppercase()),
        format!("http://{}{path}#x", kith.domain),
        format!("http://{}/x/..{path}", kith.domain),
        format!("http://{}\\{path}", kith.domain),
        format!("\thttp://{}{path}\n", kith.domain),
        format!("https://{}{path}", kith.domain),
        format!("http://{name}{path}"),
        format!(
            "http://{peer_name}:{}/notes/1",
            peer_port.parse::<u32>().expect("a number") + 1
        ),
        format!("http://{peer_name}/notes/1"),
        format!("https://{}/notes/1", peer.host),
        format!("http://{peer_name}.:{peer_port}/notes/1"),
        format!("http://user@{}/notes/1", peer.host),
        format!("http://{}@evil.example/notes/1", peer.host),
        "http://127.0.0.1/notes/1".to_owned(),
        "https://p\u{435}er.example/notes/1".to_owned(),
        "data:application/activity+json,{}".to_owned(),
        "urn:uuid:1".to_owned(),
        "//peer/notes/1".to_owned(),
        "/notes/1".to_owned(),
        String::new(),
        " ".to_owned(),
        "a".repeat(100_000),
    ];
    let mut sent = Vec::new();
    for odd in &ids {
        let mut note = mallory.note("under an odd id", &[&ada.uri()]);
        note["id"] = json!(odd);
        note["updated"] = json!("2999-01-01T00:00:00Z");
        sent.push((&mallory, mallory.create(&note)));
        sent.push((&mallory, mallory.update(&note)));
        sent.push((&mallory, mallory.delete(odd)));
        let mut activity = mallory.create(&mallory.note("by an odd activity", &[&ada.uri()]));
        activity["id"] = json!(odd);
        activity["actor"] = json!(format!("{}#x", mallory.id));
        sent.push((&mallory, activity));
        let mut by = mallory.create(&mallory.note("by an odd actor", &[&ada.uri()]));
        by["actor"] = json!(odd);
        sent.push((&mallory, by));
    }
    nothing_changes(&kith, &ada, &sent);
}

#[test]
fn nesting_activities_gives_them_no_rights() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let follow = carla.follows(&kith, &ada.uri());
    let note = carla.posts_to(&ada, "original");
    let post = ada.toot("Ada's own");
    let uri = post["uri"].as_str().expect("an id");
    let like = carla.activity("Like", uri);
    carla.tell(&kith, &like);
    until("the like", || {
        (ada.status(uri)?["favourites_count"] == 1).then_some(())
    });
    let undo = mallory.undo(&follow);
    let announce = mallory.announce(id(&note));
    let mut forged = carla.follow(&ada.uri());
    forged["actor"] = json!(mallory.id);
    let own = json!({"id": kith.url("/people/ada/follows/99"), "type": "Follow", "actor": ada.uri(), "object": mallory.id});
    let delete = carla.delete(id(&note));
    let sent = vec![
        (&mallory, mallory.undo(&undo)),
        (&mallory, mallory.undo(&mallory.undo(&like))),
        (&mallory, mallory.announce(id(&announce))),
        (&mallory, mallory.activity("Announce", announce.clone())),
        (&mallory, mallory.activity("Announce", delete.clone())),
        (
            &mallory,
            mallory.activity("Announce", mallory.undo(&follow)),
        ),
        (&mallory, mallory.activity("Create", delete.clone())),
        (&mallory, mallory.activity("Update", follow.clone())),
        (&mallory, mallory.activity("Accept", forged)),
        (&mallory, mallory.activity("Accept", own.clone())),
        (&mallory, mallory.activity("Reject", own)),
        (&mallory, mallory.activity("Accept", follow.clone())),
        (&mallory, mallory.activity("Reject", follow.clone())),
        (
            &mallory,
            mallory.activity("Accept", mallory.activity("Accept", follow.clone())),
        ),
        (&mallory, mallory.activity("Delete", follow.clone())),
        (
            &mallory,
            mallory.activity("Delete", json!([id(&note), uri, carla.id, ada.uri()])),
        ),
        (
            &mallory,
            mallory.activity("Undo", json!([id(&follow), id(&like)])),
        ),
        (&mallory, mallory.activity("Block", ada.uri())),
        (
            &mallory,
            mallory.activity("Remove", json!({"id": id(&note), "target": ada.uri()})),
        ),
        (
            &mallory,
            mallory.activity(
                "Add",
                json!({"id": id(&note), "target": format!("{}/featured", carla.id)}),
            ),
        ),
        (&mallory, mallory.activity("Move", carla.id.clone())),
        (&mallory, mallory.activity("Flag", json!([ada.uri(), uri]))),
        (&mallory, mallory.activity("Activity", note.clone())),
        (&mallory, mallory.activity("x:Create", note.clone())),
        (&mallory, mallory.activity("\u{0}Create", note)),
    ];
    nothing_changes(&kith, &ada, &sent);
    assert_eq!(ada.followers(), 1);
}

#[test]
fn a_list_of_types_is_read_in_one_way_only() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let note = carla.posts_to(&ada, "original");
    let mut sent = Vec::new();
    for kinds in [
        json!(["Create", "Delete"]),
        json!(["Delete", "Create"]),
        json!(["x:y", "Delete"]),
        json!(["Update", "Undo"]),
        json!([["Delete"]]),
        json!({"@value": "Delete"}),
        json!([]),
        json!(null),
        json!(7),
        json!(""),
    ] {
        let mut activity = mallory.delete(id(&note));
        activity["type"] = kinds.clone();
        sent.push((&mallory, activity));
        let mut changed = edited(&note, "changed");
        changed["type"] = kinds;
        sent.push((&mallory, mallory.update(&changed)));
    }
    nothing_changes(&kith, &ada, &sent);
}

#[test]
fn an_update_makes_nobody_somebody_else() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), peer.person("mallory"));
    let far = other.person("far");
    carla.posts_to(&ada, "by Carla");
    mallory.posts_to(&ada, "by Mallory");
    let takeover = |changes: Value| {
        let mut document = mallory.document();
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        mallory.update(&document)
    };
    let sent = vec![
        (&mallory, takeover(json!({"id": carla.id}))),
        (&mallory, takeover(json!({"id": far.id}))),
        (&mallory, takeover(json!({"id": ada.uri()}))),
        (&mallory, takeover(json!({"id": format!("{}#x", carla.id)}))),
        (&mallory, mallory.delete(&carla.id)),
        (&mallory, mallory.delete(&far.id)),
        (&mallory, mallory.delete(&ada.uri())),
        (&mallory, mallory.delete(&kith.url("/actor"))),
        (&mallory, takeover(json!({"inbox": other.url("/inbox")}))),
        (
            &mallory,
            takeover(json!({"endpoints": {"sharedInbox": other.url("/inbox")}})),
        ),
        (&mallory, takeover(json!({"inbox": kith.url("/inbox")}))),
        (&mallory, takeover(json!({"preferredUsername": ""}))),
        (&mallory, takeover(json!({"preferredUsername": "a/b"}))),
        (&mallory, takeover(json!({"type": "Tombstone"}))),
        (&mallory, takeover(json!({"type": "Note"}))),
    ];
    nothing_changes(&kith, &ada, &sent);
    // Another name of one's own is possible; the address of somebody else does not come with it.
    mallory.send(&kith, &takeover(json!({"preferredUsername": "carla"})));
    mallory.send(
        &kith,
        &takeover(json!({"preferredUsername": "carla", "webfinger": carla.handle()})),
    );
    kith.digest();
    let found = ada.account(&carla.handle()).expect("found");
    assert_eq!(found["uri"], carla.id);
    let shown = ada.account(&mallory.id).expect("found");
    assert_ne!(shown["acct"], found["acct"], "two people with one address");
}

#[test]
fn odd_numbers_and_times_are_read_as_well_as_can_be_and_break_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let odd = [
        json!("0000-00-00T00:00:00Z"),
        json!("-0001-01-01T00:00:00Z"),
        json!("99999-12-31T23:59:59Z"),
        json!("+275760-09-13T00:00:00Z"),
        json!("9999-12-31T23:59:60Z"),
        json!("2026-02-30T25:61:61Z"),
        json!("2026-01-01T00:00:00+99:99"),
        json!("1601-01-01T00:00:00Z"),
        json!("NaN"),
        json!("now"),
        json!(1e308),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!("2026-01-01T00:00:00.000000000000000000000000001Z"),
        json!("P1Y"),
    ];
    for value in &odd {
        let mut note = carla.note("at an odd time", &[&ada.uri()]);
        for field in [
            "published",
            "updated",
            "startTime",
            "endTime",
            "sensitive",
            "replies",
            "likes",
            "shares",
        ] {
            note[field] = value.clone();
        }
        carla.tell(&kith, &carla.create(&note));
        carla.tell(&kith, &carla.update(&note));
        let mut event = carla.note("an odd event", &[&ada.uri()]);
        event["type"] = json!("Event");
        event["name"] = json!("An odd event");
        for field in [
            "published",
            "updated",
            "endTime",
            "maximumAttendeeCapacity",
            "remainingAttendeeCapacity",
            "participantCount",
        ] {
            event[field] = value.clone();
        }
        event["startTime"] = json!("2099-01-01T10:00:00Z");
        event["location"] =
            json!({"type": "Place", "name": value, "latitude": value, "longitude": value});
        carla.tell(&kith, &carla.create(&event));
        event["startTime"] = value.clone();
        event["id"] = json!(peer.fresh("events"));
        carla.tell(&kith, &carla.create(&event));
        ada.look_up(id(&note));
        ada.get("/api/v1/events?limit=40");
        ada.get("/api/v1/timelines/home?limit=40");
        ada.notifications();
    }
    kith.after_all(&carla, &ada);
    for path in ["/", "/people/ada", "/about"] {
        assert_eq!(kith.page(path).status, 200, "{path}");
    }
    for event in list(&ada.get("/api/v1/events?limit=40")) {
        let page = format!("/events/{}", event["id"].as_str().expect("an id"));
        assert!(
            matches!(kith.page(&page).status, 200 | 303 | 302 | 307 | 308 | 404),
            "{page}"
        );
    }
}

#[test]
fn an_answer_to_a_private_post_reveals_nothing_of_it() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    ada.account(&carla.handle()).expect("found");
    let secret = ada.post(
        "/api/v1/statuses",
        &json!({"status": format!("@{} the secret word is rhubarb", carla.handle()), "visibility": "direct"}),
    );
    let uri = secret["uri"].as_str().expect("an id");
    let create = peer.awaits("Create");
    assert!(create.to_string().contains("rhubarb"));
    // A public answer by the one who was addressed, and one by somebody who only guesses the address.
    for who in [&carla, &mallory] {
        let mut answer = who.note("a public answer", &[&ada.uri(), &ben.uri()]);
        answer["inReplyTo"] = json!(uri);
        who.tell(&kith, &who.create(&answer));
        let shown = until("the answer", || ben.status(id(&answer)));
        let number = shown["id"].as_str().expect("an id");
        let context = ben.get(&format!("/api/v1/statuses/{number}/context"));
        assert!(!context.to_string().contains("rhubarb"), "{context}");
        assert!(
            !kith
                .page(&format!("/posts/{number}"))
                .text()
                .contains("rhubarb")
        );
        who.tell(&kith, &who.announce(uri));
        who.tell(&kith, &who.activity("Like", uri));
    }
    kith.after_all(&mallory, &ada);
    for path in [
        "/api/v1/timelines/public?limit=40",
        "/api/v1/timelines/home?limit=40",
    ] {
        assert!(!ben.get(path).to_string().contains("rhubarb"), "{path}");
    }
    for path in ["", "/replies", "/replies/page", "/activity"] {
        let path = format!("{}{path}", uri.strip_prefix(&kith.url("")).expect("ours"));
        let stranger = kith.ask(&Signing::of(&mallory).get(&kith.domain, &path));
        assert_eq!(
            (stranger.status, kith.document(&path).status),
            (404, 404),
            "{path}"
        );
    }
    assert!(
        !other
            .seen()
            .iter()
            .any(|seen| String::from_utf8_lossy(&seen.body).contains("rhubarb"))
    );
}

#[test]
fn names_with_hidden_characters_pose_as_nobody() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let odd = "ad\u{202e}nim\u{0}\u{7}\u{200b}\u{feff}\u{2066}\u{e0041}";
    let mallory = Remote::new(&peer, "mallory").with(json!({
        "name": odd,
        "attachment": [{"type": "PropertyValue", "name": odd, "value": "x"}],
    }));
    mallory.publish();
    let mut note = mallory.note("odd names", &[&ada.uri()]);
    note["type"] = json!("Article");
    note["name"] = json!(odd);
    note["summary"] = json!(odd);
    mallory.tell(&kith, &mallory.create(&note));
    let shown = ada.awaits_status(id(&note));
    let page = kith.page(&format!("/posts/{}", shown["id"].as_str().expect("an id")));
    for text in [shown.to_string(), page.text()] {
        for bad in [
            '\u{202e}',
            '\u{0}',
            '\u{7}',
            '\u{200b}',
            '\u{feff}',
            '\u{2066}',
            '\u{e0041}',
        ] {
            assert!(
                !text.contains(bad) && !text.contains(&format!("\\u{:04x}", u32::from(bad))),
                "{bad:?} in {text}"
            );
        }
    }
    for name in [
        "ad\u{430}",
        "ada\u{200d}",
        "a da",
        "ada@x",
        "../ada",
        "ada\u{202e}",
        "<b>",
        "",
    ] {
        let twin = Remote::new(&peer, "twin").with(json!({"preferredUsername": name}));
        peer.script
            .set("/users/twin", Page::activity(&twin.document()));
        let found = ada.look_up(&twin.id);
        for account in list(&found["accounts"]) {
            let acct = account["acct"].as_str().unwrap_or_default();
            assert!(
                !acct.contains(|c: char| c.is_control()
                    || c.is_whitespace()
                    || matches!(c, '\u{200d}' | '\u{202e}' | '<')),
                "{acct:?}"
            );
            assert_ne!(acct, "ada");
        }
    }
    assert_eq!(note["to"], json!([PUBLIC]));
}
