//! Attacks on the listener itself: methods, paths, parameters, bodies and hosts that no honest client sends.

use std::io::Write as _;

use serde_json::json;

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::world::assert_same;
use crate::kit::{Answer, Ask, Kith, Login, Peer, wire};

/// What an address may answer (rulings 24), redirects and successes included.
const CODES: [u16; 24] = [
    200, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 413,
    414, 415, 421, 422, 429,
];

/// Every address there is, with things that exist in the places of names and numbers.
fn addresses(ada: &Login<'_>) -> Vec<String> {
    let own = ada.me()["id"].as_str().expect("an id").to_owned();
    let post = ada.toot("an ordinary post #tag")["id"].clone();
    let post = post.as_str().expect("an id");
    let event = ada.post(
        "/api/v1/events",
        &json!({"title": "Breakfast", "start_time": "2099-05-01T08:00:00Z", "timezone": "UTC"}),
    );
    let event = event["id"].as_str().expect("an id");
    let plain = "/ /about /actor /actor/inbox /actor/outbox /actor/outbox/page /actor/followers /inbox \
        /.well-known/webfinger /.well-known/nodeinfo /.well-known/host-meta /nodeinfo/2.1 /robots.txt \
        /authorize_interaction /@ada /tags/tag /people/ada /people/ada/inbox /people/ada/outbox \
        /people/ada/outbox/page /people/ada/followers /people/ada/following /people/ada/events \
        /people/ada/collections/featured /people/ada/collections/tags /static/x.css /media/x.png \
        /api/v1/accounts/verify_credentials /api/v1/accounts/update_credentials /api/v1/accounts/lookup \
        /api/v1/accounts/search /api/v1/accounts/relationships /api/v1/follow_requests /api/v1/statuses \
        /api/v1/timelines/home /api/v1/timelines/public /api/v1/timelines/tag/tag /api/v1/notifications \
        /api/v2/search /api/v1/events /api/v1/groups /api/v1/instance /api/v2/instance /api/v1/preferences \
        /api/v1/markers /api/v1/push/subscription /api/v1/custom_emojis /api/v1/lists /api/v1/nothing /oauth/token /nothing/at/all";
    let mut all: Vec<String> = plain.split_whitespace().map(str::to_owned).collect();
    for tail in [
        "",
        "/statuses",
        "/followers",
        "/following",
        "/follow",
        "/unfollow",
    ] {
        all.push(format!("/api/v1/accounts/{own}{tail}"));
    }
    for tail in ["", "/activity", "/replies", "/replies/page"] {
        all.push(format!("/posts/{post}{tail}"));
        all.push(format!("/events/{event}{tail}"));
    }
    for tail in [
        "",
        "/context",
        "/source",
        "/favourited_by",
        "/reblogged_by",
        "/favourite",
        "/reblog",
    ] {
        all.push(format!("/api/v1/statuses/{post}{tail}"));
    }
    for tail in [
        "",
        "/join",
        "/leave",
        "/invite",
        "/attendees",
        "/attendees/1/accept",
    ] {
        all.push(format!("/api/v1/events/{event}{tail}"));
    }
    all
}

fn is_known(answer: &Answer) -> bool {
    CODES.contains(&answer.status)
}

#[test]
fn every_address_answers_every_method_with_a_code_of_ours() {
    let kith = Setup::new(&[]).strict().start();
    let ada = kith.user("ada");
    let addresses = addresses(&ada);
    let before = ada.world();
    let methods = words("HEAD OPTIONS PUT PATCH DELETE POST TRACE BREW PROPFIND get");
    for address in &addresses {
        let get = kith.ask(&Ask::get(address));
        assert!(is_known(&get), "GET {address}: {}", get.status);
        for name in &methods {
            let ask = Ask::of(name, address).header("X-Probe", "do-not-echo");
            let answer = kith.ask(&ask);
            assert!(is_known(&answer), "{name} {address}: {}", answer.status);
            assert!(!answer.text().contains("do-not-echo"), "{name} {address}");
            if *name == "HEAD" {
                assert!(answer.body.is_empty(), "{name} {address} has a body");
                assert_eq!(answer.status, get.status, "{name} {address}");
            }
        }
    }
    assert_same(&ada.world(), &before, "somebody without a token");
}

#[test]
fn rubbish_in_queries_and_paths_is_refused_or_ignored() {
    let kith = Setup::new(&[]).strict().start();
    let ada = kith.user("ada");
    let addresses = addresses(&ada);
    let before = ada.world();
    let rubbish = [
        "",
        "0",
        "-1",
        "+1",
        "01",
        "1e9",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999",
        "NaN",
        "null",
        "true",
        "%00",
        "%ff%fe",
        "%F0%9F%98%80",
        "a%0d%0aSet-Cookie:x=1",
        "%27%20OR%201=1--",
        "[]",
        "{}",
        "%",
        "%zz",
        "..%2f..",
        "%e2%80%ae",
    ];
    let names = words(
        "max_id since_id min_id limit offset before page q resource uri id[] acct types[] resolve local  \
status from to group_id near a[b][c][d][e][f] [ x[",
    );
    for address in &addresses {
        for (at, name) in names.iter().enumerate() {
            let value = rubbish[(at * 7 + address.len()) % rubbish.len()];
            let target = format!("{address}?{name}={value}");
            for signed_in in [false, true] {
                let ask = Ask::get(&target);
                let ask = if signed_in {
                    ask.header("Authorization", format!("Bearer {}", ada.token))
                } else {
                    ask
                };
                let answer = kith.ask(&ask);
                assert!(is_known(&answer), "{target}: {}", answer.status);
                assert_eq!(answer.header("set-cookie"), None, "{target}");
            }
        }
    }
    for list in [
        "/api/v1/timelines/public",
        "/api/v1/notifications",
        "/api/v1/timelines/home",
        "/people/ada",
        "/tags/tag",
    ] {
        for value in rubbish {
            for name in ["max_id", "since_id", "min_id", "limit", "before"] {
                let ask = Ask::get(&format!("{list}?{name}={value}"))
                    .header("Authorization", format!("Bearer {}", ada.token));
                let answer = kith.ask(&ask);
                assert!(
                    is_known(&answer),
                    "{list}?{name}={value}: {}",
                    answer.status
                );
            }
        }
    }
    for folder in words(
        "/people/ /groups/ /posts/ /events/ /tags/ /@ /invites/ /people/ada/outbox/page/ /api/v1/statuses/  \
/api/v1/accounts/ /api/v1/events/ /api/v1/timelines/tag/ /static/ /media/ /people/ada/follows/",
    ) {
        for value in rubbish {
            let answer = kith.ask(&Ask::get(&format!("{folder}{value}")));
            assert!(is_known(&answer), "{folder}{value}: {}", answer.status);
        }
    }
    assert_same(&ada.world(), &before, "what was refused");
}

#[test]
fn bodies_of_the_wrong_kind_are_refused_and_change_nothing() {
    let peer = Peer::new("peer");
    let kith = Setup::new(&[&peer]).strict().start();
    let ada = kith.user("ada");
    let addresses = addresses(&ada);
    let before = ada.world();
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let wide = format!("{{\"status\":[{}1]}}", "1,".repeat(100_000));
    let text = "a\u{0}b";
    let nul = json!({"status": text, "title": text, "display_name": text, "note": text, "handles": [text],
        "fields_attributes": [{"name": text, "value": text}], "description": text, "timezone": "UTC",
        "start_time": "2099-05-01T08:00:00Z", "place": {"name": text}, "language": text});
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("application/json", b"".to_vec()),
        ("application/json", b"null".to_vec()),
        ("application/json", b"[]".to_vec()),
        ("application/json", b"\"x\"".to_vec()),
        ("application/json", b"{\"status\":{}}".to_vec()),
        ("application/json", b"{\"status\":1e999}".to_vec()),
        ("application/json", b"{\"status\":NaN}".to_vec()),
        (
            "application/json",
            b"{\"status\":[\"a\"],\"visibility\":\"secret\"}".to_vec(),
        ),
        ("application/json", b"\xff\xfe{\0}\0".to_vec()),
        ("application/json", deep.into_bytes()),
        ("application/json", wide.into_bytes()),
        (
            "application/xml",
            b"<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><x>&y;</x>".to_vec(),
        ),
        ("text/plain", b"{\"status\":\"a\"}".to_vec()),
        (
            "multipart/form-data",
            b"--x\r\nContent-Disposition: form-data; name=status\r\n\r\na\r\n--x--".to_vec(),
        ),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\n".to_vec(),
        ),
        (
            "application/x-www-form-urlencoded",
            b"status[][][][][][]=x".to_vec(),
        ),
        (
            "application/x-www-form-urlencoded",
            "a=b&".repeat(5_000).into_bytes(),
        ),
        ("", b"status=a".to_vec()),
        (
            "application/x-www-form-urlencoded",
            b"status=a%00b&title=a%00b&display_name=%00".to_vec(),
        ),
        ("application/json", nul.to_string().into_bytes()),
    ];
    let writing = ["POST", "PUT", "PATCH", "DELETE"];
    for address in addresses
        .iter()
        .filter(|a| !a.ends_with("favourite") && !a.ends_with("reblog"))
    {
        for (kind, body) in &bodies {
            for name in writing {
                // Deleting and answering need no body, so that anything may come with them.
                if body.is_empty()
                    || name == "DELETE"
                    || address.ends_with("/join")
                    || address.ends_with("/leave")
                {
                    continue;
                }
                let mut ask =
                    Ask::of(name, address).header("Authorization", format!("Bearer {}", ada.token));
                ask.body.clone_from(body);
                let ask = if kind.is_empty() {
                    ask
                } else {
                    ask.header("Content-Type", *kind)
                };
                let answer = kith.ask(&ask);
                assert!(
                    is_known(&answer),
                    "{name} {address} {kind}: {}",
                    answer.status
                );
            }
        }
    }
    assert_same(&ada.world(), &before, "what was refused");
}

#[test]
fn requests_with_two_lengths_reach_nobody_twice() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let before = ada.world();
    let note = carla.note("smuggled", &[&ada.uri()]);
    let hidden =
        String::from_utf8(carla.request(&kith, &carla.create(&note)).bytes()).expect("UTF-8");
    let token = format!(
        "POST /api/v1/statuses?status=smuggled HTTP/1.1\r\nHost: {}\r\n\r\n",
        kith.domain
    );
    let host = &kith.domain;
    let starts = [
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{token}"
        ),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{token}"
        ),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n{token}"
        ),
        format!("POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: +4\r\n\r\nabcd{token}"),
        format!("POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4, 4\r\n\r\nabcd{token}"),
        format!("POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n{token}"),
        format!("POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0x10\r\n\r\n{token}"),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n{token}"
        ),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{token}"
        ),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{token}"
        ),
        format!(
            "POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{token}"
        ),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b: folded\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: \0\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: elsewhere.example\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost : {host}\r\n\r\n"),
        "GET /\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}".to_owned(),
        format!(
            "GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n",
            "a".repeat(100_000)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n",
            "X: y\r\n".repeat(5_000)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n",
            "y".repeat(1_000_000)
        ),
    ];
    for start in starts {
        let shown: String = start.chars().take(120).collect();
        let mut stream = wire::connect(kith.port).expect("a connection");
        stream
            .set_read_timeout(Some(std::time::Duration::from_secs(3)))
            .expect("a limit");
        let _ = stream.write_all(start.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        if let Some(answer) = Answer::read(&mut stream) {
            let fine = matches!(answer.status, 400..=431) || (answer.status == 505);
            assert!(
                fine || shown.contains("folded"),
                "{shown:?}: {}",
                answer.status
            );
        }
    }
    // Behind a body that is refused, an honest request on the same connection is not taken for part of it.
    let refused = format!(
        "POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    );
    let mut stream = wire::connect(kith.port).expect("a connection");
    let _ = stream.write_all(format!("{refused}{hidden}").as_bytes());
    let _ = Answer::read(&mut stream);
    kith.digest();
    assert!(
        ada.status(id(&note)).is_none(),
        "a smuggled activity was taken"
    );
    assert_same(&ada.world(), &before, "what was refused");
    assert_eq!(kith.page("/").status, 200);
}

/// The words of a text.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
