use super::kit::{Kit, Manner, SENDER, activity, on_both};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::Receivers;
use crate::store::queue_kit::TestDb;
use crate::store::{deliveries, hosts, lanes};

/// Ten senders, each with a lane to the one host.
async fn ten_lanes(kit: &Kit) {
    kit.add_remote(10, "a.example", None).await;
    for sender in 100..110 {
        kit.add_sender(sender).await;
        let to = Receivers::only([ActorId(10)]);
        kit.send(activity(&kit.ctx, sender, "hello", to)).await;
    }
}

async fn heard(kit: &Kit) -> bool {
    let now = kit.ctx.now();
    kit.write(async |tx| hosts::heard_from(tx, "a.example", now).await)
        .await
}

/// Works through every wait of a silent host for nine days.
async fn let_it_die(kit: &Kit) {
    for _ in 0..40 {
        kit.work().await;
        kit.minutes(6 * 60);
    }
    kit.peers.take();
}

on_both! {
    async fn after_five_failures_a_host_is_left_alone_then_probed_with_one_item(kit) {
        kit.peers.set("a.example", Manner::IsDown);
        ten_lanes(&kit).await;
        kit.work().await;
        let tried = kit.peers.take().len();
        assert!((5..=8).contains(&tried), "{tried}");
        kit.minutes(29);
        kit.work().await;
        assert!(kit.peers.take().is_empty());
        kit.minutes(2);
        kit.work().await;
        assert_eq!(kit.peers.take().len(), 1);
        kit.minutes(31);
        kit.peers.set("a.example", Manner::Answers(202));
        kit.work().await;
        assert_eq!(kit.peers.take().len(), 10);
        assert!(kit.queued().await.is_empty());
    }

    async fn an_answer_in_between_starts_the_count_anew(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.peers.set_body("bad", Manner::Answers(501));
        kit.say("bad", &[10]).await;
        for round in 0..8 {
            kit.work().await;
            kit.say(&format!("fine{round}"), &[10]).await;
            kit.minutes(13 * 60);
        }
        let mut reader = kit.ctx.store.reader().await.unwrap();
        let peer = hosts::find(&mut reader, "a.example").await.unwrap().unwrap();
        assert!(peer.health.failures < 5, "{peer:?}");
    }

    async fn a_dead_host_keeps_its_queue_parked_and_any_contact_revives_it(kit) {
        kit.peers.set("a.example", Manner::IsDown);
        ten_lanes(&kit).await;
        let_it_die(&kit).await;
        let mut reader = kit.ctx.store.reader().await.unwrap();
        assert_eq!(hosts::count_troubled(&mut reader, kit.ctx.now()).await.unwrap(), (0, 1));
        let count = deliveries::count(&mut reader).await.unwrap();
        assert_eq!((count.waiting, count.parked), (0, 10));
        drop(reader);
        kit.say("to the dead", &[10]).await;
        kit.work().await;
        assert!(kit.peers.take().is_empty());
        assert_eq!(kit.parked().await.len(), 11);

        kit.peers.set("a.example", Manner::Answers(202));
        assert!(heard(&kit).await);
        assert!(!heard(&kit).await);
        kit.work().await;
        assert_eq!(kit.peers.take().len(), 11);
    }

    async fn contact_ends_a_pause(kit) {
        kit.peers.set("a.example", Manner::IsDown);
        ten_lanes(&kit).await;
        kit.work().await;
        let tried = kit.peers.take().len();
        kit.peers.set("a.example", Manner::Answers(202));
        assert!(heard(&kit).await);
        kit.work().await;
        assert_eq!(kit.peers.take().len(), 10 - tried);
    }

    async fn empty_lanes_of_a_long_dead_host_are_removed(kit) {
        kit.peers.set("a.example", Manner::IsDown);
        ten_lanes(&kit).await;
        let_it_die(&kit).await;
        let now = kit.ctx.now();
        let left = async || kit.write(async |tx| lanes::remove_dead(tx, now, 100).await).await;
        assert_eq!(left().await, 0);
        kit.write(async |tx| crate::store::parked::remove(tx, now, 100).await).await;
        assert_eq!(left().await, 10);
        kit.send(activity(&kit.ctx, SENDER, "again", Receivers::only([ActorId(10)]))).await;
    }
}
