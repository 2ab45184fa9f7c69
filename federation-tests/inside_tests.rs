//! Checklist 36, 37 and 42: everything that makes Kith fetch, once at a listed host and once inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::room::Room;
use crate::kit::{Kith, Login, Page, Peer, Remote, Signing, until};
use crate::push_tests;

/// Properties of a person, post or event that name an address; those that are fetched first.
const FIELDS: [&str; 26] = [
    "inReplyTo",
    "publicKey",
    "assertionMethod",
    "url",
    "icon",
    "image",
    "outbox",
    "followers",
    "following",
    "featured",
    "featuredTags",
    "liked",
    "movedTo",
    "alsoKnownAs",
    "streams",
    "generator",
    "attachment",
    "tag",
    "replies",
    "likes",
    "shares",
    "context",
    "conversation",
    "quoteUrl",
    "preview",
    "location",
];

/// A value of a property that leads to `address`, in the forms servers use.
fn leading(address: &str) -> [Value; 3] {
    [
        json!(address),
        json!([address]),
        json!({"type": "Link", "id": address, "href": address, "url": address, "first": address, "mediaType": "text/html",
            "icon": {"type": "Image", "url": address}}),
    ]
}

/// Puts addresses made by `at` wherever an address may stand, sends and looks up what comes of it.
fn lead_everywhere(kith: &Kith, ada: &Login<'_>, peer: &Peer, at: &dyn Fn() -> String) {
    let carla = peer.person("carla");
    ada.follows_remote(&carla);
    for field in FIELDS {
        for form in 0..3 {
            let value = || leading(&at())[form].clone();
            let name = peer
                .fresh("p")
                .replace(|c: char| !c.is_ascii_alphanumeric(), "");
            let person = Remote::new(peer, &name).with(json!({field: value()}));
            person.publish();
            ada.look_up(&person.id);
            ada.look_up(&person.handle());
            let mut note = carla.note("look here", &[&ada.uri()]);
            note[field] = value();
            peer.serve(&note);
            ada.look_up(id(&note));
            let mut sent = carla.note("look here", &[&ada.uri()]);
            sent[field] = value();
            carla.send(kith, &carla.create(&sent));
            let mut event = carla.note("look here", &[&ada.uri()]);
            event["type"] = json!("Event");
            event["name"] = json!("A meeting");
            event["startTime"] = json!("2099-05-01T18:00:00Z");
            event[field] = value();
            carla.send(kith, &carla.create(&event));
        }
    }
    for kind in [
        "Announce", "Invite", "Like", "Accept", "Undo", "Delete", "Update", "Create", "Add",
        "Move", "Flag",
    ] {
        let mut activity = carla.activity(kind, at());
        activity["target"] = json!(ada.uri());
        carla.send(kith, &activity);
        carla.send(
            kith,
            &carla.activity(
                kind,
                json!({"id": at(), "type": "Note", "actor": at(), "attributedTo": at()}),
            ),
        );
    }
    ada.look_up(&at());
}

/// Addresses that others name in what they answer, and that are followed.
fn lead_by_answers(kith: &Kith, ada: &Login<'_>, peer: &Peer, at: &dyn Fn() -> String) {
    peer.serve_webfinger("led", &at());
    ada.look_up(&format!("@led@{}", peer.host));
    let template = format!("{}?r={{uri}}", at());
    let meta = format!(
        "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='lrdd' template='{template}'/></XRD>"
    );
    peer.script.set(
        "/.well-known/host-meta",
        Page::new(200, "application/xrd+xml", meta),
    );
    ada.look_up(&format!("@meta@{}", peer.host));
    peer.script.remove("/.well-known/host-meta");
    let hop = peer.fresh("hop");
    peer.script.set(peer.path(&hop), Page::redirect(&at()));
    ada.look_up(&hop);
    // Who signs names a key and an owner, before anything is believed.
    let ghost = Remote {
        id: at(),
        key_id: at(),
        ..Remote::new(peer, "ghost")
    };
    ghost.send(kith, &ghost.follow(&ada.uri()));
    let secret = ada.post(
        "/api/v1/statuses",
        &json!({"status": "for nobody", "visibility": "direct"}),
    );
    let path = secret["uri"]
        .as_str()
        .and_then(|uri| uri.strip_prefix(&kith.url("")))
        .expect("ours");
    let asked = kith.ask(&Signing::of(&ghost).get(&kith.domain, path));
    assert_eq!(asked.status, 404);
}

#[test]
fn what_is_fetched_from_a_listed_host_is_never_fetched_inside() {
    let (listed, inside) = (Peer::new("listed"), Peer::new("inside"));
    // One for each round: what is fetched from one host in a minute is limited.
    let peers: Vec<Peer> = (0..5).map(|n| Peer::new(&format!("peer{n}"))).collect();
    let mut hosts: Vec<&Peer> = peers.iter().collect();
    let second = Peer::new("second");
    hosts.extend([&listed, &second]);
    let kith = Setup::new(&hosts).faster(600.0).start();
    let ada = kith.user("ada");
    lead_by_answers(&kith, &ada, &peers[4], &|| second.fresh("led"));
    until("all addresses in answers to be used", || {
        (second.fetched().len() >= 5).then_some(())
    });
    lead_everywhere(&kith, &ada, &peers[4], &|| listed.fresh("led"));
    until("some of those addresses to be used", || {
        (listed.fetched().len() >= 5).then_some(())
    });
    let addresses = [
        format!("http://127.0.0.1:{}/x", inside.port),
        format!("http://{}/x", inside.host),
        format!("http://[::ffff:127.0.0.1]:{}/x", inside.port),
        format!("http://2130706433:{}/x", inside.port),
    ];
    for (address, peer) in addresses.iter().zip(&peers) {
        let count = AtomicUsize::new(0);
        // Another address each time, since one that failed is left alone for a while.
        let bad = || format!("{address}{}", count.fetch_add(1, Ordering::Relaxed));
        lead_by_answers(&kith, &ada, peer, &bad);
        lead_everywhere(&kith, &ada, peer, &bad);
        kith.digest();
        assert_eq!(
            inside.script.connections(),
            0,
            "{address}: {:?}",
            inside.seen()
        );
    }
}

/// Counts connections to port 443 of an address of this machine.
fn doorbell(address: IpAddr) -> Option<Arc<AtomicUsize>> {
    let listener = TcpListener::bind((address, 443)).ok()?;
    let count = Arc::new(AtomicUsize::new(0));
    let shared = Arc::clone(&count);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            shared.fetch_add(1, Ordering::Relaxed);
        }
    });
    Some(count)
}

#[test]
fn public_names_that_resolve_inside_are_never_contacted() {
    let four = Ipv4Addr::new(127, 9, 8, 7);
    let (Some(v4), v6) = (doorbell(four.into()), doorbell(Ipv6Addr::LOCALHOST.into())) else {
        eprintln!("skipped: port 443 cannot be listened on");
        return;
    };
    let names = [
        ("four.example", "127.9.8.7"),
        ("six.example", "::1"),
        ("mapped.example", "::ffff:127.9.8.7"),
        ("any.example", "0.0.0.0"),
        ("private.example", "10.0.0.1"),
        ("linklocal.example", "169.254.169.254"),
        ("shared.example", "100.64.0.1"),
        ("nat64.example", "64:ff9b::7f09:807"),
        ("sixtofour.example", "2002:7f09:807::1"),
        ("unique.example", "fd00:ec2::254"),
        ("listed.example", "127.9.8.7"),
    ];
    let lines: Vec<String> = names
        .iter()
        .map(|(name, address)| format!("{address} {name}"))
        .collect();
    let script = format!(
        "printf '%s\\n' '{}' > /tmp/kith-hosts.$$; mount --bind /tmp/kith-hosts.$$ /etc/hosts; rm /tmp/kith-hosts.$$",
        lines.join("' '")
    );
    let Some(room) = Room::new(&script) else {
        return;
    };
    let peer = Peer::new("peer");
    let mut setup = Setup::new(&[&peer]).through(&room.entrance());
    setup.hosts.push("listed.example:443".to_owned());
    let kith = setup.faster(600.0).start();
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    let rings =
        || v4.load(Ordering::Relaxed) + v6.as_ref().map_or(0, |v6| v6.load(Ordering::Relaxed));
    for (name, _) in names.iter().filter(|(name, _)| *name != "listed.example") {
        let count = AtomicUsize::new(0);
        let at = || format!("https://{name}/{}", count.fetch_add(1, Ordering::Relaxed));
        lead_by_answers(&kith, &ada, &peer, &at);
        ada.look_up(&at());
        ada.look_up(&format!("@carla@{name}"));
        ada.toot(&format!("@carla@{name} are you there?"));
        assert_eq!(push_tests::ring_at(&ada, &eve, &at()), 200, "{name}");
    }
    kith.digest();
    assert_eq!(rings(), 0, "something inside was contacted");
    // The same address by a listed name is contacted: the names above were looked up, too.
    ada.look_up("https://listed.example/x");
    assert!(rings() > 0, "even the listed name was not contacted");
}
