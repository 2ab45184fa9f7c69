//! Polls between instances, and what a hostile server may try with them.

use std::thread;

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::kith::Setup;
use crate::kit::{Kith, Login, Peer, Remote, now, ports, until, within};

/// A minute is a second: five minutes, the shortest poll, are five.
const SCALE: f64 = 60.0;

fn asks(login: &Login<'_>, options: &[&str], seconds: u32) -> Value {
    let poll = json!({"options": options, "expires_in": seconds});
    login.post("/api/v1/statuses", &json!({"status": "Tea?", "poll": poll}))
}

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().expect("a text")
}

fn poll(login: &Login<'_>, status: &Value) -> Value {
    login.get(&format!("/api/v1/polls/{}", word(status, "id")))
}

fn counts(poll: &Value) -> Vec<i64> {
    let options = poll["options"].as_array().expect("options");
    let count = |option: &Value| option["votes_count"].as_i64().unwrap_or(-1);
    options.iter().map(count).collect()
}

fn ballot(who: &Remote, question: &str, option: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": who.peer.fresh("votes"), "type": "Note", "name": option,
        "attributedTo": who.id, "inReplyTo": question, "to": [question],
    })
}

/// A public poll of `author`, which is served too.
fn question(author: &Remote, votes: [Value; 2]) -> Value {
    let mut note = author.note("Tea?", &[]);
    let [yes, no] = votes;
    let option = |name: &str, votes: Value| json!({"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}});
    note["type"] = json!("Question");
    note["oneOf"] = json!([option("yes", yes), option("no", no)]);
    note["endTime"] = json!(now().plus(std::time::Duration::from_hours(1)).rfc3339());
    note["votersCount"] = json!(3);
    author.peer.serve(&note);
    note
}

#[test]
fn two_instances_ask_vote_count_and_tell_the_end() {
    let (a, b) = (ports::free(), ports::free());
    let make = |name: &str, port| {
        let mut setup = Setup::new(&[]).named(name).faster(SCALE);
        setup.hosts = vec![
            format!("alpha.localhost:{a}"),
            format!("beta.localhost:{b}"),
        ];
        let kith = setup.make_at(port);
        kith.launch();
        kith
    };
    let (alpha, beta) = (make("alpha", a), make("beta", b));
    let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
    let account = bea.follow(&ada.handle());
    until("the follow", || bea.follows(&account).then_some(()));
    let asked = asks(&ada, &["yes", "no"], 900);
    let seen = bea.awaits_status(word(&asked, "uri"));
    assert_eq!(seen["poll"]["options"][1]["title"], "no");
    assert_eq!(seen["poll"]["voted"], false);
    let path = format!("/api/v1/polls/{}/votes", word(&seen, "id"));
    let voted = bea.post(&path, &json!({"choices": [1]}));
    assert_eq!(
        (&voted["own_votes"], counts(&voted)),
        (&json!([1]), vec![0, 1])
    );
    until("the vote", || {
        (counts(&poll(&ada, &asked)) == [0, 1]).then_some(())
    });
    // A vote is no post.
    let context = ada.get(&format!("/api/v1/statuses/{}/context", word(&asked, "id")));
    assert_eq!(context["descendants"], json!([]));
    within(
        std::time::Duration::from_mins(1),
        "the end to be told",
        || (ada.told("poll") == 1 && bea.told("poll") == 1).then_some(()),
    );
    assert_eq!(counts(&poll(&bea, &seen)), [0, 1]);
    assert_eq!(poll(&bea, &seen)["expired"], true);
}

#[test]
fn a_vote_counts_only_in_the_name_of_who_signs_it_and_only_once() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let neighbour = peer.person("neighbour");
    let asked = asks(&ada, &["yes", "no"], 3_600);
    let uri = word(&asked, "uri").to_owned();
    // In somebody else's name: embedded as theirs, or with their address.
    for thief in [&mallory, &neighbour] {
        let stolen = ballot(&carla, &uri, "yes");
        thief.send(&kith, &thief.create(&stolen));
        let mut renamed = ballot(thief, &uri, "yes");
        renamed["attributedTo"] = json!(carla.id);
        thief.send(&kith, &thief.create(&renamed));
    }
    kith.after_all(&mallory, &ada);
    kith.after_all(&neighbour, &ada);
    assert_eq!(counts(&poll(&ada, &asked)), [0, 0]);
    // Fifty at once, of which each would be fine alone.
    let requests: Vec<_> = (0..50)
        .map(|at| {
            let option = ["yes", "no"][at % 2];
            carla.request(&kith, &carla.create(&ballot(&carla, &uri, option)))
        })
        .collect();
    thread::scope(|scope| {
        for request in &requests {
            scope.spawn(|| kith.ask(request));
        }
    });
    kith.after_all(&carla, &ada);
    let shown = poll(&ada, &asked);
    assert_eq!(
        (&shown["votes_count"], &shown["voters_count"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(ada.told("mention"), 3, "the last words, and no votes");
}

#[test]
fn votes_in_other_forms_count_and_what_is_late_or_unknown_is_dropped_quietly() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).faster(SCALE).start();
    let ada = kith.user("ada");
    let people: Vec<_> = ["carla", "dora", "emil"]
        .map(|name| peer.person(name))
        .into();
    let body = json!({"status": "Tea?", "poll": {"options": ["green", "black"], "expires_in": 600, "multiple": true}});
    let asked = ada.post("/api/v1/statuses", &body);
    let uri = word(&asked, "uri").to_owned();
    // Several in one activity (GoToSocial), the same twice, and one that is not there.
    let options = ["green", "black", "green", "none"];
    let several: Vec<Value> = options.map(|name| ballot(&people[0], &uri, name)).into();
    people[0].tell(&kith, &people[0].activity("Create", several));
    let mut listed = ballot(&people[1], &uri, "");
    listed["name"] = json!(["black", "green"]);
    people[1].tell(&kith, &people[1].create(&listed));
    until("both", || {
        (counts(&poll(&ada, &asked)) == [1, 2]).then_some(())
    });
    assert_eq!(poll(&ada, &asked)["voters_count"], 2);
    within(std::time::Duration::from_mins(1), "the end", || {
        (ada.told("poll") == 1).then_some(())
    });
    people[2].tell(&kith, &people[2].create(&ballot(&people[2], &uri, "green")));
    kith.after_all(&people[2], &ada);
    assert_eq!(counts(&poll(&ada, &asked)), [1, 2]);
    let document: Value = kith
        .document(&format!("/posts/{}", word(&asked, "id")))
        .json();
    assert_eq!(
        (&document["type"], document["closed"].is_string()),
        (&json!("Question"), true)
    );
    assert_eq!(document["anyOf"][1]["replies"]["totalItems"], 2);
}

#[test]
fn counts_from_elsewhere_are_bounded_and_only_their_author_changes_them() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let (carla, mallory) = (peer.person("carla"), other.person("mallory"));
    let neighbour = peer.person("neighbour");
    ada.follows_remote(&carla);
    let huge = question(&carla, [json!(1e300), json!(-7)]);
    carla.tell(&kith, &carla.create(&huge));
    let seen = ada.awaits_status(id(&huge));
    assert_eq!(counts(&seen["poll"]), [1_000_000_000, 0]);
    let fair = question(&carla, [json!(2), json!(1)]);
    carla.tell(&kith, &carla.create(&fair));
    let seen = ada.awaits_status(id(&fair));
    assert_eq!(
        (counts(&seen["poll"]), &seen["poll"]["voters_count"]),
        (vec![2, 1], &json!(3))
    );
    let mut lowered = fair.clone();
    lowered["oneOf"][0]["replies"]["totalItems"] = json!(0);
    for thief in [&mallory, &neighbour] {
        thief.send(&kith, &thief.update(&lowered));
        let mut claimed = lowered.clone();
        claimed["attributedTo"] = json!(thief.id);
        thief.send(&kith, &thief.update(&claimed));
        kith.after_all(thief, &ada);
    }
    let now = |login: &Login<'_>| login.status(id(&fair)).expect("the poll");
    assert_eq!(counts(&now(&ada)["poll"]), [2, 1]);
    let mut more = fair.clone();
    more["oneOf"][1]["replies"]["totalItems"] = json!(5);
    carla.tell(&kith, &carla.update(&more));
    until("the author's counts", || {
        (counts(&now(&ada)["poll"]) == [2, 5]).then_some(())
    });
    // Too many or too long options: a post without a poll.
    let mut long = carla.note("Which?", &[]);
    long["type"] = json!("Question");
    long["oneOf"] = (0..21)
        .map(|at| json!({"type": "Note", "name": at.to_string()}))
        .collect();
    long["to"] = json!([PUBLIC]);
    carla.tell(&kith, &carla.create(&long));
    assert!(ada.awaits_status(id(&long))["poll"].is_null());
}

#[test]
fn a_poll_that_is_opened_is_read_again_but_not_often() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).faster(SCALE).start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    let mut asked = question(&carla, [json!(0), json!(0)]);
    carla.tell(&kith, &carla.create(&asked));
    let seen = ada.awaits_status(id(&asked));
    asked["oneOf"][0]["replies"]["totalItems"] = json!(8);
    peer.serve(&asked);
    until("the counts at home", || {
        (counts(&poll(&ada, &seen)) == [8, 0]).then_some(())
    });
    let path = peer.path(id(&asked)).to_owned();
    let read = || {
        peer.fetched()
            .iter()
            .filter(|target| **target == path)
            .count()
    };
    let before = read();
    for _ in 0..20 {
        poll(&ada, &seen);
    }
    assert!(read() <= before + 1, "{} reads", read() - before);
}
