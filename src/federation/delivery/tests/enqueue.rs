use super::kit::{Kit, SENDER, activity, on_both};
use crate::domain::ids::ActorId;
use crate::domain::outgoing::{Receivers, Variant};
use crate::store::queue_kit::{self, TestDb};
use crate::store::{self, activities, deliveries, hosts};

fn followers() -> Receivers {
    Receivers {
        followers_of: vec![ActorId(SENDER)],
        ..Receivers::default()
    }
}

async fn follow(kit: &Kit, follower: i64, state: &str) {
    kit.write(async |tx| queue_kit::insert_follow(tx, follower, SENDER, state).await)
        .await;
}

on_both! {
    async fn followers_behind_one_shared_inbox_get_one_delivery(kit) {
        for id in 10..60 {
            kit.add_remote(id, "big.example", Some("https://big.example/inbox")).await;
            follow(&kit, id, "accepted").await;
        }
        kit.add_remote(60, "small.example", None).await;
        follow(&kit, 60, "accepted").await;
        let sent = kit.send(activity(&kit.ctx, SENDER, "hello", followers())).await;
        assert_eq!(sent, 2);
        kit.work().await;
        let mut inboxes: Vec<String> = kit.peers.take().into_iter().map(|r| r.inbox).collect();
        inboxes.sort();
        assert_eq!(inboxes, ["https://big.example/inbox", "https://small.example/60"]);
    }

    async fn only_active_remote_and_accepted_followers_get_it(kit) {
        kit.add_sender(9).await;
        for (id, state) in [(9, "accepted"), (10, "pending"), (11, "accepted"), (12, "accepted")] {
            if id != 9 {
                kit.add_remote(id, "a.example", None).await;
            }
            follow(&kit, id, state).await;
        }
        kit.write(async |tx| queue_kit::set_suspended(tx, 11).await).await;
        kit.send(activity(&kit.ctx, SENDER, "hello", followers())).await;
        assert_eq!(kit.queued().await, [("https://a.example/12".to_owned(), "hello".to_owned())]);
    }

    async fn a_blocked_host_gets_nothing(kit) {
        kit.add_remote(10, "social.bad.example", None).await;
        kit.add_remote(11, "good.example", None).await;
        // Its handle is of the blocked domain, its inbox elsewhere.
        kit.add(queue_kit::SomeActor {
            id: 12,
            local: false,
            host: "bad.example",
            inbox: "https://hidden.example/12".to_owned(),
            shared_inbox: None,
        }).await;
        kit.block("bad.example");
        assert_eq!(kit.say("hello", &[10, 11, 12]).await, 1);
    }

    async fn an_update_goes_to_all_who_have_the_object(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.add_remote(11, "b.example", None).await;
        let mut create = activity(&kit.ctx, SENDER, "create", Receivers::only([ActorId(10)]));
        create.object_uri = Some("https://kith.example/posts/1".to_owned());
        kit.send(create).await;
        let had = Receivers {
            actors: vec![ActorId(11)],
            had: vec!["https://kith.example/posts/1".to_owned()],
            ..Receivers::default()
        };
        let mut update = activity(&kit.ctx, SENDER, "update", had);
        update.object_uri = Some("https://kith.example/posts/1".to_owned());
        assert_eq!(kit.send(update).await, 2);
        let mut reader = kit.ctx.store.reader().await.unwrap();
        let hosts = deliveries::list_receiving_hosts(&mut reader, "https://kith.example/posts/1", 10);
        assert_eq!(hosts.await.unwrap(), ["a.example", "b.example"]);
    }

    async fn mobilizon_gets_its_own_rendering_under_the_same_id(kit) {
        kit.add_remote(10, "mobilizon.example", None).await;
        kit.add_remote(11, "other.example", None).await;
        let now = kit.ctx.now();
        kit.write(async |tx| {
            hosts::remember_software(tx, "mobilizon.example", Some(("Mobilizon", "5.1")), now).await
        }).await;
        let to = Receivers::only([ActorId(10), ActorId(11)]);
        let mut outgoing = activity(&kit.ctx, SENDER, "standard", to);
        outgoing.bodies.push((Variant::Mobilizon, "special".to_owned()));
        kit.send(outgoing).await;
        kit.say("plain", &[10]).await;
        kit.work().await;
        let mut got: Vec<_> = kit.peers.take().into_iter().map(|r| (r.inbox, r.body)).collect();
        got.sort();
        let expected = [
            ("https://mobilizon.example/10", "plain"),
            ("https://mobilizon.example/10", "special"),
            ("https://other.example/11", "standard"),
        ];
        assert_eq!(got, expected.map(|(i, b)| (i.to_owned(), b.to_owned())));
    }

    async fn the_outbox_lists_what_is_public_newest_first_in_pages(kit) {
        for word in ["one", "two", "three"] {
            kit.send(activity(&kit.ctx, SENDER, word, Receivers::default())).await;
        }
        let mut hidden = activity(&kit.ctx, SENDER, "hidden", Receivers::default());
        hidden.listed = false;
        kit.send(hidden).await;
        let mut reader = kit.ctx.store.reader().await.unwrap();
        let sender = ActorId(SENDER);
        assert_eq!(activities::count_outbox(&mut reader, sender).await.unwrap(), 3);
        let page = activities::list_outbox(&mut reader, sender, None, 2).await.unwrap();
        assert_eq!(page.iter().map(|(_, b)| b.as_str()).collect::<Vec<_>>(), ["three", "two"]);
        let last = page.last().map(|(a, _)| a.id);
        let page = activities::list_outbox(&mut reader, sender, last, 2).await.unwrap();
        assert_eq!(page.iter().map(|(_, b)| b.as_str()).collect::<Vec<_>>(), ["one"]);
        let found = activities::find_by_uri(&mut reader, "https://kith.example/people/1/one").await;
        let found = found.unwrap().unwrap();
        let body = activities::find_body(&mut reader, found.id, Variant::Standard).await.unwrap();
        assert_eq!((body.as_deref(), found.object_uri), (Some("one"), None));
    }

    async fn what_was_said_about_a_deleted_object_leaves_once_it_is_delivered(kit) {
        kit.add_remote(10, "a.example", None).await;
        let object = "https://kith.example/posts/1";
        for (word, to) in [("sent", vec![ActorId(10)]), ("local", vec![])] {
            let mut outgoing = activity(&kit.ctx, SENDER, word, Receivers::only(to));
            outgoing.object_uri = Some(object.to_owned());
            kit.send(outgoing).await;
        }
        kit.write(async |tx| activities::delete_about(tx, object).await).await;
        let exists = async |word: &str| {
            let mut reader = kit.ctx.store.reader().await.unwrap();
            let uri = format!("https://kith.example/people/1/{word}");
            let found = activities::find_by_uri(&mut reader, &uri).await.unwrap();
            found.map(|activity| activity.listed)
        };
        assert_eq!((exists("sent").await, exists("local").await), (Some(false), None));
        kit.work().await;
        assert_eq!(kit.peers.take_bodies(), ["sent"]);
        let later = kit.ctx.now().plus(std::time::Duration::from_secs(1));
        let swept = kit.write(async |tx| activities::sweep(tx, later, 10).await).await;
        assert_eq!((swept, exists("sent").await), (1, None));
    }

    async fn a_failed_transaction_leaves_nothing_to_deliver(kit) {
        kit.add_remote(10, "a.example", None).await;
        kit.say("once", &[10]).await;
        let again = activity(&kit.ctx, SENDER, "once", Receivers::only([ActorId(10)]));
        let how = deliveries::Enqueue {
            now: kit.ctx.now(),
            ids: &kit.ctx.ids,
            rules: &crate::domain::moderation::DomainRules::default(),
        };
        let again = &again;
        let done: store::Result<usize> = kit
            .ctx
            .store
            .transaction(async |tx| deliveries::enqueue(tx, again, how).await)
            .await;
        assert!(matches!(done, Err(store::Error::Duplicate(_))));
        assert_eq!(kit.queued().await.len(), 1);
    }
}
