//! Checklist 82: a week of silence, in half a minute.

use std::time::{Duration, Instant};

use crate::kit::kith::Setup;
use crate::kit::{Page, Peer, until, within};

/// A week passes in 30 seconds.
const SCALE: f64 = 20_160.0;
const HOUR: f64 = 3_600.0;
/// The promised waits, in seconds; the last one repeats.
const WAITS: [f64; 7] = [
    60.0,
    300.0,
    900.0,
    HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
];
/// How late a busy machine may be.
const SLACK: f64 = 1.5;

fn posts(peer: &Peer) -> Vec<Instant> {
    let posts = peer.seen().into_iter().filter(|seen| seen.method == "POST");
    posts.map(|seen| seen.at).collect()
}

#[test]
fn a_silent_host_is_tried_as_promised_dead_after_a_week_and_revived_by_contact() {
    let (silent, well) = (Peer::new("silent"), Peer::new("well"));
    let kith = Setup::new(&[&silent, &well]).faster(SCALE).start();
    let ada = kith.user("ada");
    let carla = silent.person("carla");
    carla.follows(&kith, &ada.uri());
    well.person("wendy").follows(&kith, &ada.uri());
    kith.settle();
    silent.script.set("/inbox", Page::status(503));
    silent.script.forget();
    let begun = Instant::now();
    let lost = ada.toot("into silence");
    within(Duration::from_mins(1), "the host to be given up", || {
        (kith.count("/deliveries/hosts_dead") == 1).then_some(())
    });
    let week = begun.elapsed().as_secs_f64() * SCALE / (24.0 * HOUR);
    assert!(week > 6.9, "given up after {week} days");
    let tries = posts(&silent);
    for (at, pair) in tries.windows(2).enumerate() {
        let waited = (pair[1] - pair[0]).as_secs_f64();
        let promised = WAITS[at.min(WAITS.len() - 1)] / SCALE;
        assert!(
            waited > promised * 0.8 - 0.005,
            "wait {at} was {waited} s, not {promised} s"
        );
        assert!(
            waited < promised * 1.2 + SLACK,
            "wait {at} was {waited} s, not {promised} s"
        );
    }
    // 7 short waits make 22.35 hours; then twice a day, and every wait a fifth shorter or longer.
    assert!(
        (12..=30).contains(&tries.len()),
        "{} tries in a week",
        tries.len()
    );
    // Dead is dead: nothing more is sent, and new posts wait with the old one. Others never noticed.
    let more = ada.toot("to nobody there");
    well.awaits("Create");
    until("the second post elsewhere", || {
        (well.received_of("Create").len() == 2).then_some(())
    });
    let count = posts(&silent).len();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(posts(&silent).len(), count, "a dead host was tried");
    assert!(kith.count("/deliveries/parked") >= 2, "{:?}", kith.health());
    // One verified word from there, and everything is on its way again, in order.
    silent.script.remove("/inbox");
    carla.posts_to(&ada, "here again");
    until("both posts", || {
        let got: Vec<_> = silent
            .received_of("Create")
            .iter()
            .map(|c| c["object"]["id"].clone())
            .collect();
        (got == [lost["uri"].clone(), more["uri"].clone()]).then_some(())
    });
    assert_eq!(kith.count("/deliveries/hosts_dead"), 0);
    let next = ada.toot("as if nothing had been");
    until("the next post", || {
        silent
            .received_of("Create")
            .iter()
            .any(|c| c["object"]["id"] == next["uri"])
            .then_some(())
    });
}
