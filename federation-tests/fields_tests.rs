//! Checklist 51: every field that others or our own people fill has a length, and every list a count.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::kith::Setup;
use crate::kit::login::list;
use crate::kit::world::assert_same;
use crate::kit::{Peer, Remote, until};

fn long(count: usize) -> String {
    // Nothing that could be stored small.
    let letters: Vec<char> = ('a'..='z').collect();
    let mut seed: u32 = 7;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        letters[(seed >> 24) as usize % letters.len()]
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn every_field_of_a_form_has_a_limit() {
    let kith = Setup::new(&[]).strict().start();
    let ada = kith.user("ada");
    let event =
        json!({"title": "Breakfast", "start_time": "2099-05-01T08:00:00Z", "timezone": "UTC"});
    let with = |field: &str, value: Value| {
        let mut all = event.clone();
        all[field] = value;
        ("POST", "/api/v1/events".to_owned(), all)
    };
    let profile = |body: Value| {
        (
            "PATCH",
            "/api/v1/accounts/update_credentials".to_owned(),
            body,
        )
    };
    let post = |body: Value| ("POST", "/api/v1/statuses".to_owned(), body);
    let made = ada.post("/api/v1/events", &event);
    let invite = format!(
        "/api/v1/events/{}/invite",
        made["id"].as_str().expect("an id")
    );
    let status = ada.toot("short");
    let edit = format!("/api/v1/statuses/{}", status["id"].as_str().expect("an id"));
    let field = |name: &str, value: &str| json!({"name": name, "value": value});
    let before = ada.world();
    let refused = vec![
        profile(json!({"display_name": long(101)})),
        profile(json!({"note": long(10_001)})),
        profile(json!({"fields_attributes": vec![field("x", "y"); 17]})),
        profile(json!({"fields_attributes": [field(&long(101), "y")]})),
        profile(json!({"fields_attributes": [field("x", &long(501))]})),
        post(json!({"status": long(5_001)})),
        post(json!({"status": "x", "spoiler_text": long(5_000)})),
        post(json!({"status": "x", "language": long(36)})),
        post(json!({"status": "x", "language": "e\u{202e}n"})),
        post(json!({"status": "x", "media_ids": vec!["1"; 500]})),
        ("PUT", edit.clone(), json!({"status": long(5_001)})),
        ("PUT", edit, json!({"status": "x", "language": long(36)})),
        with("title", json!(long(201))),
        with("title", json!("\u{200b}\u{202e} ")),
        with("description", json!(long(10_001))),
        with("timezone", json!(long(100))),
        with("language", json!(long(36))),
        with("language", json!("e\u{202e}n")),
        with(
            "online_url",
            json!(format!("https://a.example/{}", long(5_000))),
        ),
        with("capacity", json!(0)),
        with("capacity", json!(-1)),
        with("capacity", json!(i64::MAX)),
        with("end_time", json!("1999-01-01T00:00:00Z")),
        with("start_time", json!("99999-01-01T00:00:00Z")),
        with("place", json!({"name": "x", "latitude": 91})),
        with("place", json!({"name": "x", "longitude": -181})),
        with("group_id", json!(i64::MAX)),
        with("join_mode", json!(long(1_000))),
        with("visibility", json!("everyone")),
        with("rrule", json!("FREQ=SECONDLY")),
        ("POST", invite.clone(), json!({"handles": vec!["ada"; 51]})),
        ("POST", invite.clone(), json!({"handles": [long(5_000)]})),
        ("POST", invite, json!({"emails": vec!["a@b.example"; 51]})),
    ];
    for (method, path, body) in refused {
        let shown: String = body.to_string().chars().take(90).collect();
        let answer = ada.call(method, &path, &body);
        assert!(
            matches!(answer.status, 400 | 403 | 404 | 422),
            "{method} {path} {shown}: {}",
            answer.status
        );
        assert!(answer.json()["error"].is_string(), "{}", answer.text());
    }
    assert_same(&ada.world(), &before, "what was too long");
}

#[test]
fn what_is_asked_for_has_a_limit_and_places_are_cut() {
    let kith = Setup::new(&[]).strict().start();
    let ada = kith.user("ada");
    for path in [
        format!("/api/v2/search?q={}", long(501)),
        format!("/api/v1/accounts/lookup?acct={}", long(3_000)),
        format!("/api/v1/timelines/tag/{}", long(3_000)),
        format!("/tags/{}", long(3_000)),
        format!("/people/{}", long(3_000)),
        format!(
            "/authorize_interaction?uri=https://a.example/{}",
            long(3_000)
        ),
    ] {
        let status = kith.page(&path).status;
        assert!(
            matches!(status, 200 | 400 | 404 | 414 | 422),
            "{path}: {status}"
        );
    }
    let key = crate::kit::Ask::post("/api/v1/statuses", "status=x")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", format!("Bearer {}", ada.token))
        .header("Idempotency-Key", long(300));
    assert_eq!(kith.ask(&key).status, 400);
    // Places are cut, since no limit is told for them.
    let place = json!({"name": long(5_000), "street": long(5_000), "city": long(5_000), "country": long(5_000)});
    let made = ada.post(
        "/api/v1/events",
        &json!({"title": "Breakfast", "start_time": "2099-05-01T08:00:00Z", "timezone": "UTC", "place": place}),
    );
    let name = made["place"]["name"].as_str().expect("a place");
    assert!((1..=200).contains(&name.chars().count()), "{}", name.len());
}

/// The sum of what a JSON value holds.
fn weight(value: &Value) -> usize {
    value.to_string().len()
}

#[test]
fn every_field_of_an_actor_has_a_limit() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).strict().start();
    let ada = kith.user("ada");
    let text = long(60_000);
    let many: Vec<Value> = (0..90)
        .map(|n| json!({"type": "PropertyValue", "name": format!("{n}{text}").chars().take(3_000).collect::<String>(), "value": long(3_000)}))
        .collect();
    let carla = Remote::new(&peer, "carla").with(json!({"name": text, "summary": text, "attachment": many, "url": peer.url(&format!("/{text}")),
        "icon": {"type": "Image", "url": peer.url(&format!("/{text}"))}, "alsoKnownAs": vec![peer.url("/x"); 900]}));
    carla.publish();
    let account = ada.account(&carla.handle()).expect("found");
    let account = ada.get(&format!(
        "/api/v1/accounts/{}",
        account["id"].as_str().expect("an id")
    ));
    assert!(
        account["display_name"]
            .as_str()
            .is_some_and(|name| (1..=200).contains(&name.chars().count()))
    );
    assert!(
        account["note"]
            .as_str()
            .is_some_and(|note| note.len() <= 50_000)
    );
    assert!(list(&account["fields"]).len() <= 50);
    for field in list(&account["fields"]) {
        assert!(weight(&field) < 10_000, "{}", weight(&field));
    }
    assert!(
        account["url"]
            .as_str()
            .is_some_and(|url| url.len() <= 2_048)
    );
}

#[test]
fn every_field_of_a_post_has_a_limit() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).strict().start();
    let ada = kith.user("ada");
    let text = long(60_000);
    let dave = peer.person("dave");
    ada.follows_remote(&dave);
    let mut note = dave.note("x", &[&ada.uri()]);
    note["type"] = json!("Article");
    note["name"] = json!(text);
    note["summary"] = json!(text);
    note["content"] = json!(format!("<p>{}</p>", long(400_000)));
    note["contentMap"] = json!({long(300): "x"});
    note["url"] = json!(peer.url(&format!("/{text}")));
    note["attachment"] = (0..90).map(|n| json!({"type": "Image", "mediaType": long(2_000), "url": peer.url(&format!("/{n}")), "name": long(9_000)})).collect();
    note["tag"] = (0..900)
        .map(|n| json!({"type": "Hashtag", "name": format!("#t{n}{}", long(200))}))
        .collect();
    note["to"] = (0..400)
        .map(|n| json!(peer.url(&format!("/users/{n}"))))
        .chain([json!(PUBLIC), json!(ada.uri())])
        .collect();
    dave.send(&kith, &dave.create(&note));
    let mut plain = dave.note("within limits, but for its tags", &[&ada.uri()]);
    plain["tag"] = (0..300)
        .map(|n| json!({"type": "Hashtag", "name": format!("#t{n}")}))
        .collect();
    plain["attachment"] = (0..90).map(|n| json!({"type": "Image", "mediaType": "image/png", "url": peer.url(&format!("/{n}")), "name": long(9_000)})).collect();
    dave.tell(&kith, &dave.create(&plain));
    let shown = ada.awaits_status(id(&plain));
    assert!(
        list(&shown["tags"]).len() <= 100 && list(&shown["media_attachments"]).len() <= 16,
        "{}",
        weight(&shown)
    );
    assert!(weight(&shown) < 200_000, "{}", weight(&shown));
    kith.digest();
    if let Some(shown) = ada.status(id(&note)) {
        assert!(weight(&shown) < 700_000, "{}", weight(&shown));
        assert!(
            shown["spoiler_text"]
                .as_str()
                .is_some_and(|text| text.chars().count() <= 500)
        );
        assert!(
            shown["language"].as_str().is_none_or(|tag| tag.len() <= 64),
            "{}",
            shown["language"]
        );
    }
}

#[test]
fn every_field_of_an_event_has_a_limit() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).strict().start();
    let ada = kith.user("ada");
    let dave = peer.person("dave");
    ada.follows_remote(&dave);
    let text = long(60_000);
    let event = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": peer.fresh("events"), "type": "Event", "name": text,
        "summary": text, "content": text, "attributedTo": dave.id, "startTime": "2099-05-01T18:00:00Z", "timezone": text, "to": [PUBLIC],
        "cc": [ada.uri()], "maximumAttendeeCapacity": u64::MAX, "onlineUrl": format!("https://a.example/{text}"),
        "location": {"type": "Place", "name": text, "address": {"streetAddress": text, "addressLocality": text, "addressCountry": text}}});
    peer.serve(&event);
    dave.tell(&kith, &dave.create(&event));
    let event = until("the event", || {
        list(&ada.look_up(id(&event))["events"]).into_iter().next()
    });
    assert!(
        event["title"]
            .as_str()
            .is_some_and(|title| (1..=200).contains(&title.chars().count()))
    );
    for part in ["name", "street", "city", "country"] {
        assert!(
            event["place"][part]
                .as_str()
                .is_some_and(|text| text.chars().count() <= 200),
            "{part}"
        );
    }
    assert!(
        event["online_url"]
            .as_str()
            .is_none_or(|url| url.len() <= 2_048)
    );
    assert!(
        event["timezone"]
            .as_str()
            .is_some_and(|zone| zone.len() <= 64)
    );
    assert!(weight(&event) < 300_000, "{}", weight(&event));
}

#[test]
fn ids_have_a_length() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).strict().start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let before = ada.world();
    let address = peer.url(&format!("/{}", long(60_000)));
    let mut create = carla.create(&carla.note("a long id", &[&ada.uri()]));
    create["id"] = json!(address);
    assert_eq!(carla.send(&kith, &create).status, 400);
    let mut note = carla.note("a long id", &[&ada.uri()]);
    note["id"] = json!(address);
    let odd = [
        carla.create(&note),
        carla.update(&note),
        carla.delete(&address),
        carla.announce(&address),
        carla.activity("Like", address.clone()),
        carla.activity("Undo", address.clone()),
        carla.activity("Follow", address.clone()),
        carla.activity("Invite", json!({"id": address})),
    ];
    for activity in &odd {
        let status = carla.send(&kith, activity).status;
        assert!(matches!(status, 202 | 400), "{status}");
    }
    let mut named = carla.document();
    named["id"] = json!(address);
    carla.send(&kith, &carla.update(&named));
    kith.digest();
    assert_same(&ada.world(), &before, "long ids");
    // What is as long as ids may be is taken, on either database.
    let mut longest = carla.note("as long as it may be", &[&ada.uri()]);
    let path = long(1_000 - peer.url("/").len());
    longest["id"] = json!(peer.url(&format!("/{path}")));
    let mut create = carla.create(&longest);
    create["id"] = json!(peer.url(&format!("/a{path}")));
    carla.tell(&kith, &create);
    let is_told = || {
        let mut told = ada.notifications().into_iter();
        told.any(|told| told["status"]["uri"] == longest["id"])
    };
    until("the post", || is_told().then_some(()));
    carla.tell(&kith, &carla.delete(id(&longest)));
    until("the deletion", || (!is_told()).then_some(()));
}
