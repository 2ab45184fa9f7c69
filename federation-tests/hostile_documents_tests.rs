//! Documents in which one thing is not as it should be, each sent and fetched: nothing may break by any of them.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::kith::Setup;
use crate::kit::{Kith, Login, Page, Peer, Remote};

/// What may stand where something else is expected.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}\u{202e}\u{d7ff}\u{10ffff}"),
        json!("https://"),
        json!("http://[::1]:1/"),
        json!("javascript:alert(1)"),
        json!("a".repeat(20_000)),
        json!([]),
        json!({}),
        json!([[[[[[[[]]]]]]]]),
        json!([null, 1, "x", {}, {"id": {"id": {}}}]),
        json!({"id": "https://evil.example/x", "type": "Note", "content": "<b>x"}),
        json!({"@value": "x", "@language": "\u{0}"}),
        json!(vec!["https://evil.example/x"; 500]),
        json!(PUBLIC),
    ]
}

/// A good example of each kind of activity that is understood.
fn examples(ada: &Login<'_>, carla: &Remote) -> Vec<Value> {
    let uri = ada.uri();
    let post = ada.toot("to be reacted to");
    let post = post["uri"].as_str().expect("an id");
    let mut note = carla.note("an example", &[&uri]);
    note["contentMap"] = json!({"en": "an example"});
    note["attachment"] = json!([{"type": "Image", "mediaType": "image/png", "url": carla.peer.url("/a.png"), "name": "x"}]);
    note["tag"] = json!([
        {"type": "Mention", "href": uri, "name": "@ada"},
        {"type": "Hashtag", "name": "#example", "href": carla.peer.url("/tags/example")},
    ]);
    note["source"] = json!({"content": "an example", "mediaType": "text/markdown"});
    let mut event = carla.note("an example", &[&uri]);
    event["type"] = json!("Event");
    event["name"] = json!("An example");
    event["startTime"] = json!("2099-01-01T10:00:00Z");
    event["endTime"] = json!("2099-01-01T12:00:00Z");
    event["location"] = json!({"type": "Place", "name": "Here", "address": {"type": "PostalAddress", "streetAddress": "x", "addressLocality": "y"}});
    event["maximumAttendeeCapacity"] = json!(4);
    carla.peer.serve(&event);
    let mut invite = carla.activity("Invite", id(&event));
    invite["target"] = json!(uri);
    let follow = carla.follow(&uri);
    vec![
        carla.create(&note),
        carla.update(&note),
        carla.create(&event),
        carla.update(&event),
        carla.update(&carla.document()),
        carla.announce(post),
        carla.activity("Like", post),
        follow.clone(),
        carla.undo(&follow),
        carla.activity("Accept", carla.follow(&uri)),
        carla.activity("Join", id(&event)),
        invite,
        carla.delete(id(&note)),
        carla.activity("Move", carla.id.clone()),
        carla.activity("Flag", json!([uri, post])),
    ]
}

/// The places in a document, as JSON pointers, with how deep they are.
fn places(value: &Value, path: &str, depth: usize, found: &mut Vec<(String, usize)>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, v)| (name.replace('/', "~1"), v))
            .collect(),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .map(|(at, v)| (at.to_string(), v))
            .collect(),
        _ => return,
    };
    for (name, value) in inner {
        let path = format!("{path}/{name}");
        places(value, &path, depth + 1, found);
        found.push((path, depth));
    }
}

/// Every copy of `whole` in which one place holds `odd`; deep inside, only a text with a NUL and an empty object.
fn mutations(whole: &Value, odd: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(whole, "", 0, &mut found);
    let deep = *odd == json!({}) || odd.as_str().is_some_and(|text| text.contains('\0'));
    found
        .iter()
        .filter(|(_, depth)| deep || *depth < 2)
        .map(|(path, _)| {
            let mut copy = whole.clone();
            if let Some(place) = copy.pointer_mut(path) {
                place.clone_from(odd);
            }
            copy
        })
        .collect()
}

/// Everything that shows what is stored still answers.
fn still_readable(kith: &Kith, ada: &Login<'_>, what: &str) {
    ada.world();
    for page in ["/", "/people/ada", "/people/ada/outbox/page", "/about"] {
        assert_eq!(kith.page(page).status, 200, "{page} after {what}");
    }
}

#[test]
fn no_activity_breaks_anything_whatever_stands_in_it() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer])
        .strict()
        .faster(6_000.0)
        .limits("inbox_per_host_per_minute = 1000000")
        .start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    let mut sent = 0;
    for whole in examples(&ada, &carla) {
        for odd in odd_values() {
            for mut activity in mutations(&whole, &odd) {
                // An id that was there before would hide what comes after the first.
                if activity["id"] == whole["id"] {
                    activity["id"] = json!(peer.fresh("odd"));
                }
                let answer = carla.send(&kith, &activity);
                let fine = matches!(answer.status, 202 | 400 | 401 | 403 | 413);
                assert!(fine, "{}: {activity}", answer.status);
                sent += 1;
            }
        }
        kith.digest();
        still_readable(&kith, &ada, whole["type"].as_str().unwrap_or_default());
    }
    assert!(sent > 2_000, "{sent}");
    let dave = peer.person("dave");
    dave.posts_to(&ada, "still well");
    assert!(!kith.logged().contains(" ERROR "), "{}", kith.logged());
}

#[test]
fn no_document_breaks_anything_whatever_stands_in_it() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer])
        .strict()
        .strict()
        .faster(600.0)
        .limits("fetches_per_trigger = 20")
        .start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let mut note = carla.note("an example", &[&ada.uri()]);
    note["attachment"] =
        json!({"type": "Image", "mediaType": "image/png", "url": peer.url("/a.png"), "name": "x"});
    note["replies"] = json!({"type": "Collection", "first": peer.url("/replies")});
    note["inReplyTo"] = json!(peer.url("/notes/before"));
    let mut document = carla.document();
    document["icon"] = json!({"type": "Image", "url": peer.url("/a.png")});
    document["attachment"] = json!({"type": "PropertyValue", "name": "x", "value": "y"});
    document["movedTo"] = json!(peer.url("/users/dave"));
    let jrd = json!({"subject": format!("acct:odd@{}", peer.host), "aliases": [peer.url("/users/odd")],
        "links": [{"rel": "self", "type": "application/activity+json", "href": peer.url("/users/odd")}]});
    let mut at = 0;
    for odd in odd_values() {
        for mut changed in mutations(&note, &odd)
            .into_iter()
            .chain(mutations(&document, &odd))
        {
            at += 1;
            // The share of one host and minute is limited; what is not fetched shows nothing.
            if at % 12 != 0 {
                continue;
            }
            let path = format!("/odd/{at}");
            if changed["id"] == note["id"] || changed["id"] == document["id"] {
                changed["id"] = json!(peer.url(&path));
            }
            peer.script.set(&path, Page::activity(&changed));
            ada.look_up(&peer.url(&path));
        }
        for changed in mutations(&jrd, &odd) {
            let page = Page::new(200, "application/jrd+json", changed.to_string());
            peer.script.set("/.well-known/webfinger", page);
            ada.look_up(&format!("@odd@{}", peer.host));
        }
    }
    peer.script.remove("/.well-known/webfinger");
    kith.digest();
    still_readable(&kith, &ada, "odd documents");
}

#[test]
fn answers_that_are_no_documents_are_given_up() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let kind = "application/activity+json";
    let deep = format!("{}1{}", "{\"object\":".repeat(5_000), "}".repeat(5_000));
    let wide = format!("{{\"id\":\"x\",\"tag\":[{}1]}}", "{},".repeat(100_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\"http://x\"".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        deep.into_bytes(),
        wide.into_bytes(),
        "9".repeat(500_000).into_bytes(),
        b"<html><script>alert(1)</script></html>".to_vec(),
    ];
    for (at, body) in bodies.into_iter().enumerate() {
        let path = format!("/none/{at}");
        peer.script.set(&path, Page::new(200, kind, body));
        let begun = std::time::Instant::now();
        let found = ada.look_up(&peer.url(&path));
        assert_eq!(
            (found["statuses"].clone(), found["accounts"].clone()),
            (json!([]), json!([])),
            "{path}"
        );
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(2),
            "{path}"
        );
    }
    for (at, status) in [
        100, 199, 204, 206, 300, 304, 401, 418, 451, 500, 511, 599, 999,
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/status/{at}");
        peer.script.set(&path, Page::new(status, kind, "{}"));
        ada.look_up(&peer.url(&path));
    }
    let note = peer.person("carla").note("a document", &[]);
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
}
