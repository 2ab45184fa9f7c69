use std::sync::Arc;

use super::kit::{Kit, Manner, activity, on_both};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::Receivers;
use crate::store::queue_kit::{self, TestDb};
use crate::store::{hosts, parked};

async fn generation(kit: &Kit, host: &str) -> Option<String> {
    let mut reader = kit.ctx.store.reader().await.unwrap();
    hosts::find(&mut reader, host)
        .await
        .unwrap()
        .and_then(|peer| peer.generation)
}

/// Which signatures the requests since the last look bore.
fn signatures(kit: &Kit) -> Vec<&'static str> {
    let got = kit.peers.take();
    got.iter()
        .map(|r| if r.new_signature { "new" } else { "old" })
        .collect()
}

on_both! {
    async fn an_inbox_that_is_gone_takes_its_actor_and_lane_with_it(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::Answers(410));
        kit.say("one", &[10]).await;
        kit.say("two", &[10]).await;
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["one"]);
        assert!(kit.queued().await.is_empty());
        let mut reader = kit.ctx.store.reader().await.unwrap();
        assert!(queue_kit::reachability(&mut reader, 10).await.0);
        drop(reader);
        assert_eq!(kit.say("three", &[10]).await, 0);
    }

    async fn those_behind_a_shared_inbox_that_is_gone_are_reached_at_their_own(kit) {
        kit.add_remote(10, "a.example", Some("https://a.example/shared")).await;
        kit.peers.set("a.example", Manner::Answers(410));
        kit.say("one", &[10]).await;
        kit.work().await;
        kit.peers.take();
        kit.peers.set("a.example", Manner::Answers(202));
        kit.say("two", &[10]).await;
        kit.work().await;
        assert_eq!(kit.peers.take().iter().map(|r| r.inbox.as_str()).collect::<Vec<_>>(), ["https://a.example/10"]);
    }

    async fn what_is_refused_for_good_is_not_sent_again_and_the_lane_goes_on(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set_body("lost", Manner::Answers(404));
        kit.peers.set_body("odd", Manner::Answers(422));
        kit.peers.set_body("moved", Manner::Answers(302));
        for word in ["lost", "odd", "moved", "fine"] {
            kit.say(word, &[10]).await;
        }
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["lost", "odd", "moved", "fine"]);
        assert!(kit.queued().await.is_empty());
    }

    async fn the_signature_that_works_is_found_once_and_remembered(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.add_remote(11, "b.example", None).await;
        kit.peers.set("a.example", Manner::WantsNew(401));
        kit.say("one", &[10]).await;
        kit.say("two", &[10]).await;
        kit.work().await;
        assert_eq!(signatures(&kit), ["old", "new", "new"]);
        kit.say("three", &[10]).await;
        kit.say("three b", &[11]).await;
        kit.work().await;
        assert_eq!(generation(&kit, "a.example").await.as_deref(), Some("rfc9421"));
        assert_eq!(generation(&kit, "b.example").await.as_deref(), Some("draft"));
        assert!(kit.queued().await.is_empty());
    }

    async fn lanes_that_are_refused_at_once_all_learn_from_the_one_that_tries(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::WantsNew(401));
        for sender in 100..104 {
            kit.add_sender(sender).await;
            let to = Receivers::only([ActorId(10)]);
            kit.send(activity(&kit.ctx, sender, "hello", to)).await;
        }
        kit.work().await;
        assert!(kit.parked().await.is_empty() && kit.queued().await.is_empty());
        let new = signatures(&kit).iter().filter(|word| **word == "new").count();
        assert_eq!(new, 4);
    }

    async fn what_a_server_asks_to_be_signed_is_signed_each_time(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::Asks);
        kit.say("one", &[10]).await;
        kit.say("two", &[10]).await;
        kit.work().await;
        assert_eq!(signatures(&kit), ["old", "new", "new", "new"]);
        assert_eq!(generation(&kit, "a.example").await.as_deref(), Some("rfc9421"));
        assert!(kit.queued().await.is_empty());
    }

    async fn the_other_signature_is_tried_once_a_day(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::Answers(400));
        kit.say("one", &[10]).await;
        kit.say("two", &[10]).await;
        kit.work().await;
        assert_eq!(signatures(&kit), ["old", "new", "old"]);
        kit.minutes(24 * 60);
        kit.say("three", &[10]).await;
        kit.work().await;
        assert_eq!(signatures(&kit), ["old", "new"]);
    }

    async fn a_server_that_does_not_accept_us_is_asked_once_more_then_the_item_is_parked(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::Answers(403));
        kit.say("one", &[10]).await;
        kit.work().await;
        // The other signature, then again after the receiver was refreshed.
        assert_eq!(signatures(&kit), ["old", "new", "old"]);
        assert_eq!(kit.parked().await, ["the server does not accept our signature"]);
        kit.peers.set("a.example", Manner::Answers(202));
        let now = kit.ctx.now();
        let again = kit
            .write(async |tx| parked::send_again(tx, parked::Which::All, now, 10).await)
            .await;
        assert_eq!(again, 1);
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["one"]);
    }

    async fn a_host_blocked_after_enqueueing_gets_nothing(kit) {
        kit.add_remote(10, "bad.example", None).await;
        kit.say("one", &[10]).await;
        kit.block("bad.example");
        kit.work().await;
        assert!(kit.peers.take().is_empty());
        assert!(kit.queued().await.is_empty());
    }

    async fn what_was_parked_is_removed_after_its_time(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set("a.example", Manner::Answers(403));
        kit.say("one", &[10]).await;
        kit.work().await;
        let remove = async || {
            let before = kit.ctx.now().minus(crate::domain::delivery::PARKED);
            kit.write(async |tx| parked::remove(tx, before, 10).await).await
        };
        assert_eq!(remove().await, 0);
        kit.minutes(30 * 24 * 60 + 1);
        assert_eq!(remove().await, 1);
        assert!(kit.queued().await.is_empty());
        assert_eq!(Arc::strong_count(&kit.peers), 1);
    }
}
