//! Checklist 79 to 84: what is lost when things break. Nothing.

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::login::list;
use crate::kit::{Answer, Kith, Login, Page, Peer, Remote, setting, until, wire, within};

const MINUTE: Duration = Duration::from_mins(1);

fn rounds() -> usize {
    if setting("KITH_SOAK").is_some() {
        1_000
    } else {
        20
    }
}

#[test]
fn what_was_acknowledged_before_a_kill_takes_effect_exactly_once() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let people: Vec<Remote> = (0..4).map(|n| peer.person(&format!("p{n}"))).collect();
    let post = ada.toot("liked and answered")["uri"]
        .as_str()
        .expect("an id")
        .to_owned();
    for round in 0..rounds() {
        let until_kill = Duration::from_millis(10 + (round as u64 * 37) % 160);
        let taken: Vec<Value> = std::thread::scope(|scope| {
            let senders: Vec<_> = people
                .iter()
                .map(|who| {
                    let (kith, ada, post) = (&kith, &ada, &post);
                    scope.spawn(move || send_until_refused(kith, who, (&ada.uri(), post)))
                })
                .collect();
            std::thread::sleep(until_kill);
            kith.kill();
            senders
                .into_iter()
                .flat_map(|s| s.join().expect("a sender"))
                .collect()
        });
        kith.launch();
        kith.digest();
        for note in &taken {
            assert!(
                ada.status(id(note)).is_some(),
                "round {round}: {note} was acknowledged and lost"
            );
        }
        // Once more: a copy changes nothing.
        for note in taken.iter().take(2) {
            let who = people
                .iter()
                .find(|p| note["attributedTo"] == *p.id)
                .expect("an author");
            let mut again = who.create(note);
            again["id"] = json!(format!("{}#create", id(note)));
            who.tell(&kith, &again);
        }
        kith.digest();
        let replies = ada.status(&post).expect("the post")["replies_count"].as_i64();
        let context = ada.get(&format!(
            "/api/v1/statuses/{}/context",
            text(&ada.status(&post).expect("the post")["id"])
        ));
        let mut shown: Vec<String> = list(&context["descendants"])
            .iter()
            .map(|s| text(&s["uri"]).to_owned())
            .collect();
        let all = shown.len();
        shown.sort();
        shown.dedup();
        assert_eq!(all, shown.len(), "round {round}: shown twice");
        assert!(replies.is_some_and(|n| n >= 0));
        told_once(&ada, &taken, round);
    }
}

/// Each of these posts made one notification. The latest page is looked at: rounds before were looked at in theirs.
fn told_once(ada: &Login<'_>, taken: &[Value], round: usize) {
    let mut told: Vec<String> = Vec::new();
    let mut page = "/api/v1/notifications?limit=40&types[]=mention".to_owned();
    for _ in 0..=taken.len() / 20 {
        let found = list(&ada.get(&page));
        told.extend(found.iter().map(|t| text(&t["status"]["uri"]).to_owned()));
        let Some(last) = found.last() else { break };
        page = format!(
            "/api/v1/notifications?limit=40&types[]=mention&max_id={}",
            text(&last["id"])
        );
    }
    for note in taken {
        let times = told.iter().filter(|uri| *uri == id(note)).count();
        assert_eq!(
            times,
            1,
            "round {round}: told {times} times of {}",
            id(note)
        );
    }
}

/// Answers to a post, until the server is gone; those that were acknowledged.
fn send_until_refused(kith: &Kith, who: &Remote, (named, post): (&str, &str)) -> Vec<Value> {
    let mut taken = Vec::new();
    loop {
        let mut note = who.note("an answer", &[named]);
        note["inReplyTo"] = json!(post);
        let mut create = who.create(&note);
        create["id"] = json!(format!("{}#create", id(&note)));
        match kith.try_ask(&who.request(kith, &create)) {
            Some(answer) if answer.status == 202 => taken.push(note),
            Some(answer) if answer.status == 503 => {}
            Some(answer) => panic!("{}: {}", answer.status, answer.text()),
            None => return taken,
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn what_was_posted_before_a_kill_reaches_everyone_in_order() {
    let peers: Vec<Peer> = (0..3).map(|n| Peer::new(&format!("peer{n}"))).collect();
    let all: Vec<&Peer> = peers.iter().collect();
    let kith = Setup::new(&all).faster(600.0).start();
    let ada = kith.user("ada");
    for peer in &peers {
        peer.person("carla").follows(&kith, &ada.uri());
    }
    let mut posted: Vec<String> = Vec::new();
    for round in 0..rounds() {
        for n in 0..4 {
            let post = ada.toot(&format!("round {round}, post {n}"));
            posted.push(text(&post["uri"]).to_owned());
        }
        std::thread::sleep(Duration::from_millis((round as u64 * 13) % 60));
        kith.restart();
    }
    for peer in &peers {
        within(2 * MINUTE, "every post to arrive", || {
            let got = firsts(peer);
            posted.iter().all(|uri| got.contains(uri)).then_some(())
        });
        assert_eq!(firsts(peer), posted, "the order at {}", peer.host);
        let creates = peer.received_of("Create");
        let mut pairs: Vec<(String, String)> = creates
            .iter()
            .map(|c| (text(&c["object"]["id"]).to_owned(), id(c).to_owned()))
            .collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), posted.len(), "a copy came under another id");
    }
}

/// The objects of the Creates that a peer took, each where it came first.
fn firsts(peer: &Peer) -> Vec<String> {
    let mut seen = Vec::new();
    for create in peer.received_of("Create") {
        let object = text(&create["object"]["id"]).to_owned();
        if !seen.contains(&object) {
            seen.push(object);
        }
    }
    seen
}

#[test]
fn an_activity_whose_first_processing_failed_counts_later() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Setup::new(&[&peer, &other]).faster(60.0).start();
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    ada.follows_remote(&carla);
    let note = mallory.note("late", &[]);
    let path = other.path(id(&note)).to_owned();
    other.script.queue(&path, Page::status(503));
    let announce = carla.announce(id(&note));
    carla.tell(&kith, &announce);
    until("the first, failing fetch", || {
        other.fetched().contains(&path).then_some(())
    });
    assert!(ada.status(id(&note)).is_none());
    carla.tell(&kith, &announce);
    within(MINUTE, "the boost after a second try", || {
        ada.status(id(&note))
    });
}

#[test]
fn hanging_and_dead_hosts_delay_nobody_else() {
    let (slow, dead, quick) = (Peer::new("slow"), Peer::new("dead"), Peer::new("quick"));
    let kith = Kith::start(&[&slow, &dead, &quick]);
    let ada = kith.user("ada");
    for peer in [&slow, &dead, &quick] {
        peer.person("carla").follows(&kith, &ada.uri());
    }
    slow.script.set("/inbox", Page::status(202).after(MINUTE));
    dead.script.set("/inbox", Page::status(500));
    let begun = Instant::now();
    for n in 0..10 {
        ada.toot(&format!("number {n}"));
    }
    until("all ten at the quick host", || {
        (firsts(&quick).len() == 10).then_some(())
    });
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn failures_are_retried_and_contact_revives() {
    let peer = Peer::new("peer");
    // A minute is 50 ms.
    let kith = Setup::new(&[&peer]).faster(1_200.0).start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.follows(&kith, &ada.uri());
    for status in [500, 503, 429, 408] {
        peer.script.queue("/inbox", Page::status(status));
        let post = ada.toot(&format!("after {status}"));
        let uri = text(&post["uri"]).to_owned();
        until("the second try", || {
            firsts(&peer).contains(&uri).then_some(())
        });
        carla.posts_to(&ada, "still here");
    }
    peer.script.set("/inbox", Page::status(503));
    ada.toot("while it is away");
    until("the host to be paused", || {
        (kith.count("/deliveries/hosts_paused") + kith.count("/deliveries/hosts_dead") > 0)
            .then_some(())
    });
    peer.script.remove("/inbox");
    carla.posts_to(&ada, "back again");
    within(MINUTE, "the post after the outage", || {
        (firsts(&peer).len() == 5).then_some(())
    });
}

#[test]
fn retry_after_is_honoured_permanent_answers_stop_and_redirects_are_not_followed() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Setup::new(&[&peer, &other]).faster(600.0).start();
    let ada = kith.user("ada");
    peer.person("carla").follows(&kith, &ada.uri());
    kith.settle();
    peer.script
        .queue("/inbox", Page::status(429).header("Retry-After", "3"));
    peer.script.forget();
    let post = ada.toot("not so fast");
    until("the post", || {
        firsts(&peer)
            .contains(&text(&post["uri"]).to_owned())
            .then_some(())
    });
    let tries = peer
        .seen()
        .into_iter()
        .filter(|s| s.method == "POST")
        .collect::<Vec<_>>();
    assert_eq!(tries.len(), 2);
    let waited = tries[1].at - tries[0].at;
    // Not divided by the time scale: it is the other's word. The schedule alone would try again after 100 ms.
    assert!(waited >= Duration::from_millis(2_500), "{waited:?}");
    for answer in [
        Page::status(404),
        Page::status(422),
        Page::redirect(&other.url("/inbox")),
        Page::status(301).header("Location", &other.url("/inbox")),
        Page::status(307).header("Location", &other.url("/inbox")),
        Page::status(308).header("Location", &other.url("/inbox")),
        Page::status(308).header("Location", &peer.url("/elsewhere/inbox")),
        Page::status(400),
        Page::status(405),
        Page::status(413),
    ] {
        peer.script.forget();
        peer.script.queue("/inbox", answer);
        ada.toot("refused for good");
        until("the refused try", || {
            (!peer.seen().is_empty()).then_some(())
        });
        let next = ada.toot("the next one");
        until("the next post", || {
            firsts(&peer)
                .contains(&text(&next["uri"]).to_owned())
                .then_some(())
        });
        assert_eq!(firsts(&peer).len(), 1, "what was refused came again");
        assert!(peer.seen().iter().all(|seen| seen.target == "/inbox"));
    }
    assert!(other.seen().is_empty());
}

#[test]
fn sigterm_ends_in_time_and_loses_nothing() {
    let (peer, stuck) = (Peer::new("peer"), Peer::new("stuck"));
    let kith = Setup::new(&[&peer, &stuck]).faster(20.0).start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.follows(&kith, &ada.uri());
    stuck.person("sam").follows(&kith, &ada.uri());
    stuck.script.set("/inbox", Page::status(202).after(MINUTE));
    peer.script
        .set("/inbox", Page::status(202).after(Duration::from_secs(2)));
    let posted: Vec<String> = (0..5)
        .map(|n| text(&ada.toot(&format!("{n}"))["uri"]).to_owned())
        .collect();
    let notes: Vec<Value> = (0..20)
        .map(|_| carla.note("on the way", &[&ada.uri()]))
        .collect();
    for note in &notes {
        carla.tell(&kith, &carla.create(note));
    }
    // A request that is half sent when the end is announced is still answered, and counts.
    let late = carla.note("half sent", &[&ada.uri()]);
    let bytes = carla.request(&kith, &carla.create(&late)).bytes();
    let mut stream = wire::connect(kith.port).expect("a connection");
    stream
        .write_all(&bytes[..bytes.len() - 5])
        .expect("written");
    std::thread::sleep(Duration::from_millis(200));
    let answered = std::thread::scope(|scope| {
        let rest = scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(1));
            stream.write_all(&bytes[bytes.len() - 5..]).ok()?;
            Answer::read(&mut stream)
        });
        let took = kith.stop();
        assert!(took < Duration::from_secs(30), "{took:?}");
        rest.join().expect("a sender")
    });
    assert_eq!(answered.map(|answer| answer.status), Some(202));
    assert!(kith.logged().contains("stopping"));
    peer.script.remove("/inbox");
    stuck.script.remove("/inbox");
    kith.launch();
    let ada = kith.login("ada");
    for note in &notes {
        ada.awaits_status(id(note));
    }
    ada.awaits_status(id(&late));
    for peer in [&peer, &stuck] {
        within(MINUTE, "all posts", || {
            (firsts(peer) == posted).then_some(())
        });
    }
}
