//! Checklist 87: more than can be done, for a while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::kit::kith::Setup;
use crate::kit::{Kith, Peer, setting, until, wire, within};

/// How long the load lasts.
fn duration() -> Duration {
    let soak = setting("KITH_SOAK").is_some();
    Duration::from_secs(if soak { 30 } else { 10 })
}

/// The most that was seen of each while a load lasted.
#[derive(Debug, Default)]
struct Peak {
    kib: u64,
    files: usize,
    waiting: i64,
    slowest: Duration,
    refused: usize,
}

/// Looks at the process, and asks for a page as anybody would, until told to stop.
fn watch(kith: &Kith, over: &AtomicBool) -> Peak {
    let mut peak = Peak::default();
    while !over.load(Ordering::Relaxed) {
        let (kib, files) = kith.usage();
        peak.kib = peak.kib.max(kib);
        peak.files = peak.files.max(files);
        peak.waiting = peak.waiting.max(kith.count("/inbox/waiting"));
        let asked = Instant::now();
        let status = kith.document("/actor").status;
        assert!(matches!(status, 200 | 503), "{status}");
        peak.refused += usize::from(status == 503);
        peak.slowest = peak.slowest.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(200));
    }
    peak
}

#[test]
fn overload_is_bounded_and_answered_with_back_pressure() {
    let peer = Peer::new("peer");
    let quiet = Peer::new("quiet");
    let kith = Setup::new(&[&peer, &quiet])
        .limits("inbox_per_host_per_minute = 60")
        .start();
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    carla.posts_to(&ada, "before");
    let (kib, files) = kith.usage();
    let over = AtomicBool::new(false);
    let (answers, peak) = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..16)
            .map(|_| {
                let (kith, carla, ada, over) = (&kith, &carla, &ada, &over);
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let note = carla.note("flood", &[&ada.uri()]);
                        let answer = carla.send(kith, &carla.create(&note));
                        answers.push((answer.status, answer.header("retry-after").is_some()));
                    }
                    answers
                })
            })
            .collect();
        let watching = scope.spawn(|| watch(&kith, &over));
        std::thread::sleep(duration());
        // Others are heard in the middle of it.
        quiet.person("dave").posts_to(&ada, "a quiet voice");
        over.store(true, Ordering::Relaxed);
        let all: Vec<(u16, bool)> = senders
            .into_iter()
            .flat_map(|s| s.join().expect("a sender"))
            .collect();
        (all, watching.join().expect("a watcher"))
    });
    let refused = answers
        .iter()
        .filter(|(status, _)| matches!(status, 429 | 503));
    let taken = answers.iter().filter(|(status, _)| *status == 202).count();
    assert!(
        refused.clone().all(|(_, says_when)| *says_when),
        "no word of when to come back"
    );
    assert_eq!(
        refused.count() + taken,
        answers.len(),
        "something else was answered"
    );
    // The burst, and what the time of the test earns.
    assert!(
        (100..=200).contains(&taken),
        "{taken} of {} were taken",
        answers.len()
    );
    assert!(
        peak.kib < kib + 200 * 1024 && peak.files < files + 100,
        "{peak:?}; {kib} KiB and {files} files before"
    );
    assert!(
        peak.waiting <= 200 && peak.slowest < Duration::from_secs(5),
        "{peak:?}"
    );
    kith.digest();
    let (after, open) = kith.usage();
    assert!(
        after < kib + 100 * 1024 && open < files + 20,
        "{after} KiB and {open} files afterwards"
    );
}

#[test]
fn a_flood_of_pages_is_bounded_and_passes() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    for n in 0..40 {
        ada.toot(&format!("post {n} #tag"));
    }
    let (kib, files) = kith.usage();
    let over = AtomicBool::new(false);
    let paths = [
        "/",
        "/people/ada",
        "/tags/tag",
        "/api/v1/timelines/public?limit=40",
        "/people/ada/outbox/page",
        "/nothing",
    ];
    let peak = std::thread::scope(|scope| {
        for n in 0..48 {
            let (kith, over) = (&kith, &over);
            scope.spawn(move || {
                let mut at = n;
                while !over.load(Ordering::Relaxed) {
                    let answer = kith.page(paths[at % paths.len()]);
                    assert!(
                        matches!(answer.status, 200 | 404 | 429 | 503),
                        "{}",
                        answer.status
                    );
                    at += 1;
                }
            });
        }
        let watching = scope.spawn(|| watch(&kith, &over));
        std::thread::sleep(duration());
        over.store(true, Ordering::Relaxed);
        watching.join().expect("a watcher")
    });
    assert!(
        peak.kib < kib + 200 * 1024 && peak.files < files + 300,
        "{peak:?}; {kib} KiB and {files} files before"
    );
    assert!(peak.slowest < Duration::from_secs(10), "{peak:?}");
    assert_eq!(ada.toot("afterwards")["visibility"], "public");
}

#[test]
fn more_connections_than_there_is_room_for_wait_and_are_closed() {
    let kith = Kith::start(&[]);
    let (kib, files) = kith.usage();
    // Twice as many as the server takes; those that the machine itself refuses do not count.
    let idle: Vec<_> = (0..8_192).map_while(|_| wire::connect(kith.port)).collect();
    let (after, open) = kith.usage();
    assert!(
        open < files + 4_200,
        "{open} files, {} connections",
        idle.len()
    );
    assert!(after < kib + 300 * 1024, "{kib} KiB before, {after} after");
    // Who says nothing is sent away, and everybody else is served again.
    within(Duration::from_secs(90), "an answer", || {
        let ask = crate::kit::Ask::get("/actor").header("Host", &*kith.domain);
        ask.send(kith.port).filter(|answer| answer.status == 200)
    });
    drop(idle);
    until("the files to be closed", || {
        (kith.usage().1 < files + 50).then_some(())
    });
}
