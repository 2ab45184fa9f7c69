//! Checklist 44 to 51: sizes, counts and times.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::{Answer, Ask, Kith, Page, Peer, Remote, Signing, until, wire};

#[test]
fn oversized_and_endless_bodies_are_cut_off_early() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let (kib, _) = kith.usage();
    let announced = Ask::post("/inbox", "x").header("Content-Length", "1000000000000");
    assert_eq!(kith.ask(&announced).status, 413);
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\n",
        kith.domain
    );
    let mut stream = wire::connect(kith.port).expect("a connection");
    stream.write_all(head.as_bytes()).expect("written");
    let mut sent = 0;
    for _ in 0..1_000 {
        let mut chunk = b"10000\r\n".to_vec();
        chunk.extend([b' '; 0x10000]);
        chunk.extend(b"\r\n");
        if stream.write_all(&chunk).is_err() {
            break;
        }
        sent += 0x10000;
    }
    assert!(sent < 20 * 1024 * 1024, "{sent} bytes were taken");
    if let Some(answer) = Answer::read(&mut stream) {
        assert!(matches!(answer.status, 401 | 413), "{}", answer.status);
    }
    let (after, _) = kith.usage();
    assert!(after < kib + 64 * 1024, "{kib} KiB before, {after} after");
    carla.posts_to(&ada, "after");
}

#[test]
fn deep_wide_and_malformed_json_is_refused_quickly() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let deep = format!(
        "{{\"type\":\"Create\",\"object\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let wide = json!({"id": peer.fresh("x"), "type": "Create", "actor": carla.id, "object": vec![0; 200_000]}).to_string();
    let bodies = [
        deep,
        wide,
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "\u{0}".to_owned(),
        "{\"type\":1,\"actor\":2}".to_owned(),
        format!("{{\"actor\":\"{}\"", carla.id),
        "9".repeat(500_000),
        "{\"a\":\"\\ud800\"}".to_owned(),
    ];
    for body in bodies {
        let begun = Instant::now();
        let ask = Signing::of(&carla).post(&kith.domain, "/inbox", body.clone().into_bytes());
        let start: String = body.chars().take(40).collect();
        assert_eq!(kith.ask(&ask).status, 400, "{start}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{start}");
    }
    let ask = Signing::of(&carla).post(&kith.domain, "/inbox", vec![0xff, 0xfe, b'{']);
    assert_eq!(kith.ask(&ask).status, 400);
    carla.posts_to(&ada, "still well");
}

#[test]
fn answers_that_are_too_big_or_too_slow_are_given_up() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).limits("fetch_seconds = 2").start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let (kib, _) = kith.usage();
    let kind = "application/activity+json";
    let mut endless = Page::new(200, kind, "{");
    endless.endless = true;
    let mut dripping = Page::new(200, kind, vec![b' '; 10_000]);
    dripping.drip = Some(Duration::from_millis(100));
    let pages = [
        endless,
        Page::new(200, kind, vec![b' '; 3_000_000]),
        Page::status(200).after(Duration::from_secs(30)),
        dripping,
    ];
    for (at, page) in pages.into_iter().enumerate() {
        let path = format!("/bad/{at}");
        peer.script.set(&path, page);
        let begun = Instant::now();
        ada.look_up(&peer.url(&path));
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{path}: {:?}",
            begun.elapsed()
        );
    }
    let (after, _) = kith.usage();
    assert!(after < kib + 64 * 1024, "{kib} KiB before, {after} after");
    let note = carla.note("small and quick", &[]);
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
}

#[test]
fn slow_clients_are_closed_and_hinder_nobody() {
    let kith = Kith::start(&[]);
    let begun = Instant::now();
    let starts = [
        "GET / HT".to_owned(),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000\r\n\r\nx",
            kith.domain
        ),
    ];
    let mut slow: Vec<_> = (0..200)
        .filter_map(|n: usize| {
            let mut stream = wire::connect(kith.port)?;
            stream.write_all(starts[n % 2].as_bytes()).ok()?;
            Some(stream)
        })
        .collect();
    assert_eq!(slow.len(), 200);
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(kith.document("/actor").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(2));
    }
    let mut rest = Vec::new();
    for stream in &mut slow {
        // Ends when the server closes; the read gives up after 60 s.
        assert!(
            stream.read_to_end(&mut rest).is_ok(),
            "still open after {:?}",
            begun.elapsed()
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(58),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn endless_chains_cost_a_bounded_number_of_fetches() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    for n in 0..100 {
        let note = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": peer.url(&format!("/chain/{n}")),
            "type": "Note", "attributedTo": carla.id, "content": "on and on", "to": ["as:Public"],
            "inReplyTo": peer.url(&format!("/chain/{}", n + 1))});
        peer.serve(&note);
        peer.script.set(
            &format!("/loop/{n}"),
            Page::redirect(&peer.url(&format!("/loop/{}", (n + 1) % 100))),
        );
    }
    for start in ["/chain/0", "/loop/0"] {
        peer.script.forget();
        ada.look_up(&peer.url(start));
        let count = peer.fetched().len();
        assert!((1..=20).contains(&count), "{start}: {count}");
    }
    peer.script.forget();
    carla.tell(&kith, &carla.announce(&peer.url("/chain/50")));
    kith.after_all(&carla, &ada);
    assert!(peer.fetched().len() <= 20);
}

#[test]
fn failed_key_fetches_are_remembered() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let ghost = Remote::new(&peer, "ghost");
    for _ in 0..20 {
        let status = ghost.send(&kith, &ghost.follow(&ada.uri())).status;
        assert!(matches!(status, 401 | 503), "{status}");
    }
    assert!(peer.fetched().len() <= 2, "{:?}", peer.fetched());
    peer.person("carla").follows(&kith, &ada.uri());
}

#[test]
fn many_followers_on_one_host_cost_one_delivery() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    for n in 0..10 {
        peer.person(&format!("p{n}")).follows(&kith, &ada.uri());
    }
    kith.settle();
    peer.script.forget();
    ada.toot("to ten people");
    peer.awaits("Create");
    kith.settle();
    assert_eq!(peer.received_of("Create").len(), 1);
    assert!(
        peer.seen()
            .iter()
            .all(|s| s.method == "GET" || s.target == "/inbox")
    );
    assert!(peer.script.most_open() <= 8);
}

#[test]
fn long_fields_of_others_are_cut_or_refused() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let long = "x".repeat(300_000);
    let carla = Remote::new(&peer, "carla").with(json!({"name": long, "summary": long}));
    carla.publish();
    let mut note = carla.note("long", &[&ada.uri()]);
    note["summary"] = json!(long);
    note["tag"] = (0..2_000)
        .map(|n| json!({"type": "Mention", "href": peer.url(&format!("/u/{n}"))}))
        .collect::<Value>();
    carla.send(&kith, &carla.create(&note));
    kith.digest();
    let shown = ada.account(&carla.handle()).expect("found");
    assert!(
        shown["display_name"]
            .as_str()
            .is_some_and(|name| name.chars().count() <= 200)
    );
    assert!(
        shown["note"]
            .as_str()
            .is_some_and(|text| text.len() < 50_000)
    );
    assert!(
        peer.fetched()
            .iter()
            .filter(|t| t.starts_with("/u/"))
            .count()
            <= 50
    );
    let answer = ada.call("POST", "/api/v1/statuses", &json!({"status": long}));
    assert!(matches!(answer.status, 413 | 422), "{}", answer.status);
    let dave = peer.person("dave");
    dave.posts_to(&ada, "short");
    until("the short post", || {
        (ada.told("mention") >= 1).then_some(())
    });
}
