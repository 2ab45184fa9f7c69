//! Checklist 86: a full disk.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::kith::Setup;
use crate::kit::room::Room;
use crate::kit::{Kith, Login, Peer, Remote, until, within};

/// Writes until nothing fits any more.
fn fill(path: &Path) {
    let mut file = File::create(path).expect("a file on the small disk");
    for size in [64 * 1024, 512, 1] {
        let part = vec![0xa5; size];
        while file.write_all(&part).is_ok() {}
    }
    let _ = file.sync_all();
}

/// A post of Ada's; `None` where it was refused as it should be.
fn post(ada: &Login<'_>, text: &str) -> Option<Value> {
    let answer = ada.call("POST", "/api/v1/statuses", &json!({"status": text}));
    match answer.status {
        200 => Some(answer.json()),
        503 => {
            assert!(
                answer.header("retry-after").is_some(),
                "503 says when to come back"
            );
            None
        }
        status => panic!("{status}: {}", answer.text()),
    }
}

/// Sends activities until one is refused; the ones that were taken, and the refused one.
fn send_until_refused(kith: &Kith, who: &Remote, ada: &Login<'_>) -> (Vec<Value>, Value) {
    let mut taken = Vec::new();
    loop {
        assert!(taken.len() < 5_000, "the disk is never full");
        let note = who.note(&"a longer text ".repeat(50), &[&ada.uri()]);
        let answer = who.send(kith, &who.create(&note));
        match answer.status {
            202 => taken.push(note),
            503 => {
                assert!(
                    answer.header("retry-after").is_some(),
                    "503 says when to come back"
                );
                return (taken, note);
            }
            status => panic!("{status}: {}", answer.text()),
        }
    }
}

#[test]
fn a_full_disk_is_admitted_and_left_behind_without_repair() {
    let Some(room) = Room::new("mount -t tmpfs -o size=24m,mode=700 small /mnt") else {
        return;
    };
    let peer = Peer::new("peer");
    let mut setup = Setup::new(&[&peer]).through(&room.entrance());
    setup.postgres = false;
    setup.database = "/mnt/kith.db".to_owned();
    let kith = setup.start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.follows(&kith, &ada.uri());
    carla.posts_to(&ada, "before");
    let filler = room.path("/mnt/filler");
    for round in 0..3 {
        fill(&filler);
        let (taken, refused) = send_until_refused(&kith, &carla, &ada);
        // Full is full: nothing is promised to anybody, and what needs no room goes on.
        let mut promised: Vec<Value> = Vec::new();
        for n in 0..10 {
            promised.extend(post(&ada, &format!("round {round}, {n}")));
            assert_eq!(kith.document("/actor").status, 200);
            assert_eq!(kith.page("/people/ada").status, 200);
        }
        let (status, _) = kith.health();
        assert!(matches!(status, 200 | 503), "{status}");
        std::fs::remove_file(&filler).expect("removed");
        // It recovers by itself; a restart in the last round finds nothing to repair either.
        if round == 2 {
            kith.restart();
        }
        until("health", || (kith.health().0 == 200).then_some(()));
        until("room for a post", || {
            post(&ada, &format!("after round {round}"))
        });
        carla.tell(&kith, &carla.create(&refused));
        kith.digest();
        for note in taken.iter().chain([&refused]) {
            assert!(
                ada.status(id(note)).is_some(),
                "round {round}: {note} was promised and lost"
            );
        }
        for made in &promised {
            let uri = made["uri"].as_str().expect("an id");
            assert!(
                ada.status(uri).is_some(),
                "round {round}: {uri} was promised and lost"
            );
            within(std::time::Duration::from_mins(1), "its delivery", || {
                peer.received_of("Create")
                    .iter()
                    .any(|c| c["object"]["id"] == *uri)
                    .then_some(())
            });
        }
    }
    assert!(kith.stop() < std::time::Duration::from_secs(30));
}

#[test]
fn a_server_that_starts_on_a_full_disk_says_so() {
    let Some(room) = Room::new("mount -t tmpfs -o size=24m,mode=700 small /mnt") else {
        return;
    };
    let peer = Peer::new("peer");
    let mut setup = Setup::new(&[&peer]).through(&room.entrance());
    setup.postgres = false;
    setup.database = "/mnt/kith.db".to_owned();
    let kith = setup.start();
    let ada = kith.user("ada");
    let kept = ada.toot("kept");
    kith.stop();
    let filler = room.path("/mnt/filler");
    fill(&filler);
    // It may refuse to start, in words, or start and refuse to write; it may not lose or invent anything.
    kith.spawn(&[]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    if kith.is_running() {
        assert!(post(&ada, "on a full disk").is_none());
        kith.kill();
    } else {
        let log = kith.logged();
        assert!(log.contains("disk"), "{log}");
    }
    std::fs::remove_file(&filler).expect("removed");
    kith.launch();
    let ada = kith.login("ada");
    ada.awaits_status(kept["uri"].as_str().expect("an id"));
    peer.person("carla").posts_to(&ada, "after");
}
