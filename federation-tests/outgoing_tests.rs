//! Checklist 36 to 41 and 43: where Kith connects to, and where never.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::login::list;
use crate::kit::{Kith, Page, Peer, Remote};

/// A server that is there and that nothing may ever contact: it is not listed.
fn inside() -> Peer {
    Peer::new("inside")
}

/// Ways of writing an address of this machine or of its network, with a port that is listened on.
fn inner_addresses(port: u16) -> Vec<String> {
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0.0.0.0",
        "0",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "127.0.0.2",
        "unlisted.localhost",
    ];
    let mut all: Vec<String> = hosts
        .iter()
        .map(|h| format!("http://{h}:{port}/x"))
        .collect();
    all.extend(hosts.iter().map(|h| format!("https://{h}/x")));
    all.extend(hosts.iter().map(|h| format!("https://{h}:{port}/x")));
    all
}

#[test]
fn addresses_inside_are_never_contacted_however_they_are_written() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    for address in inner_addresses(inside.port) {
        ada.look_up(&address);
        let mut note = carla.note("look here", &[&ada.uri()]);
        note["inReplyTo"] = json!(address);
        note["attachment"] =
            json!([{"type": "Document", "mediaType": "image/png", "url": address}]);
        note["replies"] = json!(address);
        carla.send(&kith, &carla.create(&note));
        carla.send(&kith, &carla.announce(&address));
        carla.send(&kith, &carla.activity("Invite", json!(address)));
    }
    kith.after_all(&carla, &ada);
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
    let note = carla.note("a listed host", &[]);
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
}

#[test]
fn fields_of_an_actor_that_lead_inside_are_never_contacted() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let address = format!("http://127.0.0.1:{}/x", inside.port);
    let fields = [
        "outbox",
        "followers",
        "following",
        "featured",
        "icon",
        "image",
        "url",
        "movedTo",
    ];
    for (at, field) in fields.iter().enumerate() {
        let person = Remote::new(&peer, &format!("p{at}")).with(json!({*field: address}));
        person.publish();
        ada.look_up(&person.handle());
        let note = person.note("hello", &[&ada.uri()]);
        person.send(&kith, &person.create(&note));
    }
    let keyed = Remote::new(&peer, "keyed")
        .with(json!({"publicKey": address, "assertionMethod": [address]}));
    keyed.publish();
    keyed.send(&kith, &keyed.activity("Like", ada.uri()));
    let carla = peer.person("carla");
    kith.after_all(&carla, &ada);
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
}

#[test]
fn names_that_resolve_inside_are_never_contacted() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    // The machine's own name, its aliases, and listed names with another port.
    let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let names = [
        "localhost",
        "ip6-localhost",
        "peer.localhost",
        machine.trim(),
    ];
    for name in names.iter().filter(|name| !name.is_empty()) {
        for scheme in ["http", "https"] {
            ada.look_up(&format!("{scheme}://{name}:{}/x", inside.port));
        }
        ada.look_up(&format!("@carla@{name}:{}", inside.port));
    }
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
    let carla = peer.person("carla");
    assert!(ada.account(&carla.handle()).is_some());
}

#[test]
fn a_redirect_inside_is_stopped_at_that_hop() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    for (at, address) in inner_addresses(inside.port).iter().enumerate() {
        let path = format!("/hop/{at}");
        peer.script.set(&path, Page::redirect(address));
        ada.look_up(&peer.url(&path));
    }
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
    let hops = peer
        .fetched()
        .iter()
        .filter(|t| t.starts_with("/hop/"))
        .count();
    assert!(hops >= 29, "{hops}");
    let carla = peer.person("carla");
    let note = carla.note("behind a redirect", &[]);
    peer.script.set("/good", Page::redirect(id(&note)));
    assert_eq!(
        ada.look_up(&peer.url("/good"))["statuses"][0]["uri"],
        note["id"]
    );
}

#[test]
fn an_inbox_is_on_its_actors_own_origin_or_gets_nothing() {
    let (peer, other, inside) = (Peer::new("peer"), Peer::new("other"), inside());
    let kith = Kith::start(&[&peer, &other]);
    let ada = kith.user("ada");
    let wrong = [
        json!({"inbox": other.url("/inbox")}),
        json!({"endpoints": {"sharedInbox": other.url("/inbox")}}),
        json!({"inbox": format!("http://127.0.0.1:{}/inbox", inside.port)}),
        json!({"endpoints": {"sharedInbox": format!("http://127.0.0.1:{}/inbox", inside.port)}}),
        json!({"inbox": kith.url("/inbox")}),
    ];
    for (at, extra) in wrong.iter().enumerate() {
        let person = Remote::new(&peer, &format!("p{at}")).with(extra.clone());
        person.publish();
        person.send(&kith, &person.follow(&ada.uri()));
        ada.look_up(&person.handle());
    }
    let carla = peer.person("carla");
    carla.follows(&kith, &ada.uri());
    ada.toot("to all followers");
    peer.awaits("Create");
    kith.settle();
    let outside: Vec<_> = other.seen();
    assert!(outside.is_empty(), "{outside:?}");
    assert_eq!(inside.script.connections(), 0);
    let own = ada.me()["id"].as_str().expect("an id").to_owned();
    let followers = ada.get(&format!("/api/v1/accounts/{own}/followers"));
    let names: Vec<String> = list(&followers)
        .iter()
        .map(|a| a["username"].to_string())
        .collect();
    assert_eq!(names, ["\"carla\""]);
}

#[test]
fn handle_lookups_take_a_bare_host_name_only() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    peer.script.forget();
    let port = inside.port;
    let hosts = [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
        format!("x@{}", inside.host),
        inside.host.clone(),
        format!("{}/x", peer.host),
        format!("{}?x", peer.host),
        format!("{}#x", peer.host),
        format!("u:p@{}", peer.host),
        format!("{}\r\nX: y", peer.host),
        format!("{}\u{0}", peer.host),
        "peer.localhost".to_owned(),
        format!("peer.localhost:{port}"),
        "127.0.0.1".to_owned(),
        "2130706433".to_owned(),
    ];
    for host in &hosts {
        let asked: String =
            url::form_urlencoded::byte_serialize(format!("carla@{host}").as_bytes()).collect();
        let path = format!("/api/v2/search?q={asked}&resolve=true");
        let answer = ada.call("GET", &path, &Value::Null);
        // What no text holds is refused before it is looked at.
        let refused = host.contains('\0') && answer.status == 400;
        assert!(
            refused || answer.json()["accounts"] == json!([]),
            "{host:?}: {}",
            answer.text()
        );
    }
    assert_eq!(inside.script.connections(), 0, "{:?}", inside.seen());
    assert_eq!(peer.script.connections(), 0, "{:?}", peer.seen());
    assert!(ada.account(&carla.handle()).is_some());
}

#[test]
fn plain_http_goes_only_to_listed_names() {
    let (peer, inside) = (Peer::new("peer"), inside());
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    for address in [
        format!("http://peer.example:{}/x", inside.port),
        "http://peer.example/x".to_owned(),
        format!("ftp://{}/x", peer.host),
        format!("gopher://{}/x", peer.host),
        "file:///etc/passwd".to_owned(),
        format!("https://{}/x", peer.host),
    ] {
        let found = ada.look_up(&address);
        assert!(
            found["statuses"].as_array().is_some_and(Vec::is_empty),
            "{address}"
        );
    }
    assert!(peer.fetched().is_empty());
    std::thread::sleep(Duration::from_millis(100));
    let note = peer.person("carla").note("listed", &[]);
    assert_eq!(ada.look_up(id(&note))["statuses"][0]["uri"], note["id"]);
}
