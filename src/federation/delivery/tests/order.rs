use std::sync::atomic::Ordering;
use std::time::Duration;

use super::kit::{Kit, Manner, SENDER, activity, on_both};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::Receivers;
use crate::store::queue_kit::{self, TestDb};

fn words(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("w{n}")).collect()
}

on_both! {
    async fn what_one_actor_sends_to_one_inbox_arrives_in_order(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.add_remote(11, "b.example", None).await;
        for word in words(30) {
            kit.say(&word, &[10, 11]).await;
        }
        kit.work().await;
        let got = kit.peers.take();
        for inbox in ["https://a.example/10", "https://b.example/11"] {
            let at: Vec<_> = got.iter().filter(|r| r.inbox == inbox).map(|r| r.body.clone()).collect();
            assert_eq!(at, words(30));
        }
        assert!(kit.queued().await.is_empty());
    }

    async fn a_host_that_hangs_does_not_delay_others(kit) {
        kit.add_remote(10, "slow.example", None).await;
        kit.add_remote(11, "quick.example", None).await;
        kit.peers.set("slow.example", Manner::Hangs);
        for word in words(10) {
            kit.say(&word, &[10, 11]).await;
        }
        let (worker, stop) = kit.worker();
        let watching = async {
            kit.until_received(11).await;
            let got = kit.peers.take();
            assert_eq!(got.iter().filter(|r| r.inbox.contains("quick")).count(), 10);
            kit.peers.set("slow.example", Manner::Answers(202));
            kit.peers.let_go();
            kit.until_quiet().await;
            stop.send(true).unwrap();
        };
        tokio::join!(worker.run(), watching);
        assert!(kit.queued().await.is_empty());
    }

    async fn an_unreachable_host_holds_up_its_lane_until_the_next_try(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::IsDown);
        kit.say("first", &[10]).await;
        kit.say("second", &[10]).await;
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["first"]);
        kit.say("third", &[10]).await;
        kit.work().await;
        assert!(kit.peers.take_bodies().is_empty());
        kit.peers.set("a.example", Manner::Answers(202));
        kit.clock.advance(Duration::from_secs(59));
        kit.work().await;
        assert!(kit.peers.take_bodies().is_empty());
        kit.clock.advance(Duration::from_secs(2));
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["first", "second", "third"]);
    }

    async fn an_item_that_breaks_a_server_steps_aside_after_three_tries(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set_body("bad", Manner::Answers(501));
        kit.say("bad", &[10]).await;
        kit.say("good", &[10]).await;
        kit.work().await;
        kit.minutes(2);
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["bad", "bad"]);
        kit.minutes(6);
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["bad", "good"]);
        kit.say("later", &[10]).await;
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["later"]);
        kit.peers.set_body("bad", Manner::Answers(200));
        kit.minutes(16);
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["bad"]);
    }

    async fn retry_after_is_honoured(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::AsksForPatience(600));
        kit.say("hello", &[10]).await;
        kit.work().await;
        let mut reader = kit.ctx.store.reader().await.unwrap();
        let at = queue_kit::wakes_at(&mut reader, ActorId(SENDER), "https://a.example/10").await;
        assert_eq!(at.since(kit.ctx.now()), Duration::from_mins(10));
    }

    async fn a_server_that_asks_for_no_patience_at_all_gets_a_breath(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::AsksForPatience(0));
        kit.say("hello", &[10]).await;
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["hello"]);
        kit.clock.advance(Duration::from_secs(1));
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["hello"]);
    }

    async fn many_hosts_that_hang_leave_room_for_others(kit) {
        for id in 10..160 {
            kit.add_remote(id, &format!("hangs{id}.example"), None).await;
            kit.peers.set(&format!("hangs{id}.example"), Manner::Hangs);
        }
        let all: Vec<i64> = (10..160).collect();
        kit.say("hello", &all).await;
        kit.clock.advance(Duration::from_secs(1));
        kit.add_remote(200, "quick.example", None).await;
        kit.say("quick", &[200]).await;
        let (worker, _stop) = kit.worker();
        tokio::select! {
            () = worker.run() => {}
            () = kit.until_received(151) => {}
        }
        assert!(kit.peers.take_bodies().contains(&"quick".to_owned()));
    }

    async fn being_too_busy_ourselves_is_no_failure_of_the_host(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::IsBusyHere);
        kit.say("hello", &[10]).await;
        for _ in 0..8 {
            kit.work().await;
            kit.clock.advance(Duration::from_secs(3));
        }
        kit.peers.take();
        kit.peers.set("a.example", Manner::Answers(202));
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["hello"]);
    }

    async fn one_host_gets_at_most_four_requests_at_once(kit) {
        for sender in 100..120 {
            kit.add_sender(sender).await;
        }
        kit.add_remote(10, "a.example", None).await;
        for sender in 100..120 {
            let to = Receivers::only([ActorId(10)]);
            kit.send(activity(&kit.ctx, sender, "hello", to)).await;
        }
        kit.work().await;
        assert_eq!(kit.peers.take().len(), 20);
        assert!(kit.peers.most_at_once.load(Ordering::SeqCst) <= 4);
    }
}
