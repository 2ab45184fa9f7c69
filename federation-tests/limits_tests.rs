//! Checklist 44 to 51: sizes, counts and times.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use ::kith::federation::signatures::{Algorithm, PrivateKey};
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
fn unknown_keys_on_one_host_cost_a_bounded_number_of_fetches() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    peer.script.forget();
    // Many names for keys of somebody who is known: their document is read once more, not once for each.
    for n in 0..100 {
        let mut signing = Signing::of(&carla);
        signing.key_id = match n % 3 {
            0 => format!("{}#key-{n}", carla.id),
            1 => peer.url(&format!("/keys/{n}")),
            _ => format!("{}?key={n}", carla.id),
        };
        let body = carla.follow(&ada.uri()).to_string().into_bytes();
        let status = kith.ask(&signing.post(&kith.domain, "/inbox", body)).status;
        assert!(matches!(status, 401 | 503), "{status}");
    }
    assert!(peer.fetched().len() <= 2, "{:?}", peer.fetched());
    // Many people who are not there, and many who are and did not sign.
    peer.script.forget();
    let mut statuses = Vec::new();
    for n in 0..400 {
        let ghost = if n % 2 == 0 {
            Remote::new(&peer, &format!("ghost{n}"))
        } else {
            let twin = Remote::new(&peer, &format!("twin{n}"));
            twin.publish();
            twin.with_key(PrivateKey::generate(Algorithm::Ed25519).expect("randomness"))
        };
        statuses.push(ghost.send(&kith, &ghost.follow(&ada.uri())).status);
    }
    assert!(
        statuses.iter().all(|s| matches!(s, 401 | 503)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&503), "there is no cap");
    let fetched = peer.fetched().len();
    assert!(fetched <= 300, "{fetched} fetches from one host");
    // A signed GET by keys nobody has asks no more of that host either.
    let secret = ada.post(
        "/api/v1/statuses",
        &json!({"status": "for nobody", "visibility": "direct"}),
    );
    let path = secret["uri"]
        .as_str()
        .and_then(|uri| uri.strip_prefix(&kith.url("")))
        .expect("ours");
    for n in 0..50 {
        let mut signing = Signing::of(&carla);
        signing.key_id = peer.url(&format!("/none/{n}"));
        assert_eq!(kith.ask(&signing.get(&kith.domain, path)).status, 404);
    }
    let more = peer.fetched().len() - fetched;
    assert!(more <= 10, "{more} more fetches");
    // Other hosts are not held up by it.
    let begun = Instant::now();
    other.person("dave").posts_to(&ada, "from elsewhere");
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn each_inbox_gets_one_delivery_and_a_host_few_at_once() {
    let (peer, plain) = (Peer::new("peer"), Peer::new("plain"));
    let kith = Kith::start(&[&peer, &plain]);
    let ada = kith.user("ada");
    for n in 0..10 {
        peer.person(&format!("p{n}")).follows(&kith, &ada.uri());
    }
    // On the other host nobody has a shared inbox; two of them share one of their own.
    let alone: Vec<Remote> = (0..30)
        .map(|n| {
            let mut extra = json!({"endpoints": {}});
            if n < 2 {
                extra["inbox"] = json!(plain.url("/users/pair/inbox"));
            }
            let person = Remote::new(&plain, &format!("p{n}")).with(extra);
            person.publish();
            person
        })
        .collect();
    for person in &alone {
        person.follows(&kith, &ada.uri());
    }
    kith.settle();
    for peer in [&peer, &plain] {
        peer.script.forget();
    }
    for person in &alone {
        let path = plain.path(&person.id).to_owned() + "/inbox";
        plain
            .script
            .set(&path, Page::status(202).after(Duration::from_millis(200)));
    }
    let post = ada.toot("to forty people");
    kith.settle();
    let inboxes = |peer: &Peer| -> Vec<String> {
        let creates = peer
            .seen()
            .into_iter()
            .filter(|s| s.json()["object"]["id"] == post["uri"]);
        creates.map(|seen| seen.target).collect()
    };
    until("all deliveries", || {
        (inboxes(&plain).len() >= 29).then_some(())
    });
    kith.settle();
    assert_eq!(inboxes(&peer), ["/inbox"]);
    let mut one_each = inboxes(&plain);
    let all = one_each.len();
    one_each.sort();
    one_each.dedup();
    assert_eq!(
        (all, one_each.len()),
        (29, 29),
        "an inbox got it twice, or not"
    );
    assert!(
        plain.script.most_open() <= 8,
        "{} at once",
        plain.script.most_open()
    );
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

#[test]
fn what_waits_is_bounded_in_all_and_the_rest_is_put_off() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).limits("inbox_waiting = 3").start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    kith.digest();
    // Everything of one actor waits for what came before it.
    let slow = carla.note("slow", &[]);
    let page = Page::activity(&slow).after(Duration::from_secs(8));
    peer.script.set(peer.path(id(&slow)), page);
    carla.tell(&kith, &carla.announce(id(&slow)));
    let refused = until("too much to wait", || {
        let note = carla.note("quick", &[]);
        let answer = carla.send(&kith, &carla.announce(id(&note)));
        (answer.status != 202).then_some(answer)
    });
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert!(kith.count("/inbox/waiting") <= 3);
    kith.digest();
    until("room for more", || {
        let note = carla.note("later", &[]);
        let answer = carla.send(&kith, &carla.announce(id(&note)));
        (answer.status == 202).then_some(())
    });
}
