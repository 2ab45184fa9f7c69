use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::kit::{Kit, Manner, Peers, Received, SENDER, activity, context, on_both, worker};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::Receivers;
use crate::store::hosts;
use crate::store::queue_kit::TestDb;

/// The words each inbox received, in order of arrival.
fn by_inbox(got: Vec<Received>) -> HashMap<String, Vec<String>> {
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    for received in got {
        all.entry(received.inbox).or_default().push(received.body);
    }
    all
}

async fn say_to_many(kit: &Kit, inboxes: i64, words: usize) {
    for id in 10..10 + inboxes {
        kit.add_remote(id, &format!("h{id}.example"), None).await;
    }
    let all: Vec<i64> = (10..10 + inboxes).collect();
    for n in 0..words {
        kit.say(&format!("w{n:03}"), &all).await;
    }
}

on_both! {
    async fn a_worker_that_dies_loses_nothing_and_keeps_the_order(kit) {
        say_to_many(&kit, 20, 12).await;
        for host in 10..15 {
            kit.peers.set(&format!("h{host}.example"), Manner::Hangs);
        }
        for so_far in [30, 90, 150] {
            // Its connections end with it, as those of a killed process do.
            let mortal = context(kit.db.open_again().await, kit.clock.clone(), 1);
            let (dying, _stop) = worker(&mortal, &kit.peers, 1);
            tokio::select! {
                () = dying.run() => {}
                () = kit.until_received(so_far) => {}
            }
            // What was committed as it died stays leased until this.
            kit.clock.advance(Duration::from_secs(46));
        }
        for host in 10..15 {
            kit.peers.set(&format!("h{host}.example"), Manner::Answers(202));
        }
        kit.work().await;
        assert!(kit.queued().await.is_empty());
        for (inbox, words) in by_inbox(kit.peers.take()) {
            let mut firsts: Vec<String> = Vec::new();
            for word in words {
                if !firsts.contains(&word) {
                    firsts.push(word);
                }
            }
            let all: Vec<String> = (0..12).map(|n| format!("w{n:03}")).collect();
            assert_eq!(firsts, all, "{inbox}");
        }
    }

    async fn a_worker_told_to_stop_ends_what_is_on_its_way_and_starts_nothing_new(kit) {
        say_to_many(&kit, 1, 5).await;
        kit.peers.set("h10.example", Manner::Hangs);
        let (worker, stop) = kit.worker();
        let watching = async {
            kit.until_received(1).await;
            stop.send(true).unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
            kit.peers.let_go();
        };
        tokio::join!(worker.run(), watching);
        assert_eq!(kit.peers.take().len(), 1);
        assert_eq!(kit.queued().await.len(), 4);
        kit.peers.set("h10.example", Manner::Answers(202));
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["w001", "w002", "w003", "w004"]);
    }

    async fn whoever_finds_the_queue_at_rest_finds_what_was_learned_too(kit) {
        kit.peers.set("a.example", Manner::WantsNew(401));
        kit.peers.set("b.example", Manner::IsDown);
        kit.add_remote(10, "a.example", None).await;
        kit.add_remote(11, "b.example", None).await;
        kit.say("hello", &[10, 11]).await;
        let mortal = context(kit.db.open_again().await, kit.clock.clone(), 1);
        let (dying, _stop) = worker(&mortal, &kit.peers, 1);
        // Killed in the moment in which nothing is left to do.
        tokio::select! {
            () = dying.run() => {}
            () = kit.until_quiet() => {}
        }
        let mut reader = kit.ctx.store.reader().await.unwrap();
        let learned = hosts::find(&mut reader, "a.example").await.unwrap().unwrap();
        assert_eq!(learned.generation.as_deref(), Some("rfc9421"));
        let failed = hosts::find(&mut reader, "b.example").await.unwrap().unwrap();
        assert_eq!(failed.health.failures, 1);
    }

    async fn what_is_said_while_its_lane_is_being_worked_on_is_not_overlooked(kit) {
        say_to_many(&kit, 3, 1).await;
        let (worker, stop) = kit.worker();
        let saying = async {
            for n in 1..60 {
                kit.say(&format!("w{n:03}"), &[10, 11, 12]).await;
                kit.ctx.wake.deliveries.notify_one();
            }
            kit.until_quiet().await;
            stop.send(true).unwrap();
        };
        tokio::join!(worker.run(), saying);
        let all: Vec<String> = (0..60).map(|n| format!("w{n:03}")).collect();
        for words in by_inbox(kit.peers.take()).into_values() {
            assert_eq!(words, all);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_deliver_each_thing_exactly_once_and_in_order() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let kit = Kit::on(db).await;
    say_to_many(&kit, 30, 1).await;
    let other = context(kit.db.open_again().await, kit.clock.clone(), 2);
    let peers: Arc<Peers> = kit.peers.clone();
    let (one, stop_one) = kit.worker();
    let (two, stop_two) = worker(&other, &peers, 2);
    let saying = async {
        let all: Vec<ActorId> = (10..40).map(ActorId).collect();
        for n in 1..20 {
            let to = Receivers::only(all.clone());
            kit.send(activity(&kit.ctx, SENDER, &format!("w{n:03}"), to))
                .await;
            kit.ctx.wake.deliveries.notify_one();
            other.wake.deliveries.notify_one();
        }
        kit.until_quiet().await;
        stop_one.send(true).unwrap();
        stop_two.send(true).unwrap();
    };
    tokio::join!(one.run(), two.run(), saying);
    let all: Vec<String> = (0..20).map(|n| format!("w{n:03}")).collect();
    let got = by_inbox(peers.take());
    assert_eq!(got.len(), 30);
    for words in got.into_values() {
        assert_eq!(words, all);
    }
}
