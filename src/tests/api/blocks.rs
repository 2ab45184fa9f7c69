//! Blocks, mutes, domains, notes, and how people follow.

use axum::http::Method;
use serde_json::json;

use kith::domain::follow::AskedBy;
use kith::domain::follow::FollowState;
use kith::domain::ids::FollowId;
use kith::domain::ids::PostId;
use kith::services::block::{self, BlockError};
use kith::services::follow::{self, FollowError, Request};
use kith::services::reaction::{self, ReactionError};
use kith::services::{accounts, report};

fn on(verb: &str, id: &str) -> String {
    format!("/api/v1/accounts/{id}/{verb}")
}

both_backends! {
    async fn a_block_ends_follows_both_ways_and_keeps_the_blocked_person_out(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        ada.follows(&eve.actor).await;
        eve.follows(&ada.actor).await;
        let post = ada.says("hello").await;
        let theirs = eve.says("hi @ada").await;
        assert!(!ada.ids("/api/v1/notifications").await.is_empty());
        let answer = ada.post(&on("block", &eve.id()), json!({})).await;
        assert_eq!((&answer["blocking"], &answer["following"], &answer["followed_by"]), (&json!(true), &json!(false), &json!(false)));
        let seen = eve.relationship(&ada.actor).await;
        assert_eq!((&seen["blocked_by"], &seen["following"]), (&json!(true), &json!(false)));
        assert_eq!(ada.ids("/api/v1/blocks").await, [eve.id()]);
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
        // Nothing of who blocks is there for the blocked.
        let path = format!("/api/v1/statuses/{post}");
        assert_eq!(eve.code(&path).await, 404);
        assert_eq!(eve.code(&format!("{path}/context")).await, 404);
        assert!(eve.ids(&on("statuses", &ada.id())).await.is_empty());
        for verb in ["favourite", "reblog", "bookmark"] {
            let (code, _) = eve.ask(Method::POST, &format!("{path}/{verb}"), json!({})).await;
            assert_eq!(code, 404, "{verb}");
        }
        let (code, _) = eve.ask(Method::POST, &on("follow", &ada.id()), json!({})).await;
        assert_eq!(code, 403);
        // Nor does the blocker meet them anywhere; asked for, their post is there.
        eve.says("@ada listen").await;
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
        assert!(!ada.ids("/api/v1/timelines/public").await.contains(&theirs));
        let found = ada.get("/api/v2/search?q=eve&type=accounts").await;
        assert_eq!(found["accounts"], json!([]));
        assert_eq!(ada.code(&format!("/api/v1/statuses/{theirs}")).await, 200);
        let answer = ada.post(&on("unblock", &eve.id()), json!({})).await;
        assert_eq!(answer["blocking"], false);
        assert_eq!(eve.code(&path).await, 200);
        let (code, _) = ada.ask(Method::POST, &on("block", &ada.id()), json!({})).await;
        assert_eq!(code, 403, "nobody blocks themselves");
    }

    async fn a_blocked_person_is_not_in_threads_and_names_nobody(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        let post = bob.says("a question").await;
        let answer = eve.posts(json!({"status": "an answer", "in_reply_to_id": post})).await;
        ada.post(&on("block", &eve.id()), json!({})).await;
        let path = format!("/api/v1/statuses/{post}/context");
        assert_eq!(ada.get(&path).await["descendants"], json!([]));
        assert_eq!(bob.get(&path).await["descendants"][0]["id"], answer.as_str());
        let named = ada.post("/api/v1/statuses", json!({"status": "@eve and @bob"})).await;
        assert_eq!(named["mentions"].as_array().unwrap().len(), 1);
        assert!(eve.ids("/api/v1/notifications").await.is_empty());
    }

    async fn a_block_is_told_to_the_other_server_and_taken_back(kit: TestKit) {
        let ada = kit.client("ada").await;
        let far = kit.remote("eve", "far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        ada.post(&on("block", &far.id.to_string()), json!({})).await;
        let sent = kit.due().await;
        let kinds: Vec<_> = sent.iter().map(|(_, body)| body["type"].clone()).collect();
        assert!(kinds.contains(&json!("Reject")) && kinds.contains(&json!("Block")), "{kinds:?}");
        let block = sent.iter().find(|(_, body)| body["type"] == "Block").unwrap();
        assert_eq!(block.1["object"], far.uri.as_str());
        assert_eq!(block.1["actor"], ada.actor.uri.as_str());
        ada.post(&on("unblock", &far.id.to_string()), json!({})).await;
        let sent = kit.due().await;
        let undo = sent.iter().find(|(_, body)| body["type"] == "Undo").unwrap();
        assert_eq!(undo.1["object"]["type"], "Block");
        assert_eq!(undo.1["object"]["id"], block.1["id"]);
    }

    async fn a_block_from_elsewhere_ends_follows_and_our_person_can_do_nothing_to_them(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let ada = kit.client("ada").await;
        let far = kit.remote("eve", "far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        kit.follow(&ada.actor, &far, FollowState::Accepted).await;
        let uri = "https://far.test/blocks/1";
        let done: Result<(), BlockError> = ctx
            .transact(async |tx| block::receive(ctx, tx, &far, (&ada.actor, uri)).await)
            .await;
        done.unwrap();
        let seen = ada.relationship(&far).await;
        for (field, value) in [("blocked_by", true), ("following", false), ("followed_by", false), ("blocking", false)] {
            assert_eq!(seen[field], value, "{field}");
        }
        let (code, _) = ada.ask(Method::POST, &on("follow", &far.id.to_string()), json!({})).await;
        assert_eq!(code, 403);
        assert!(kit.due().await.is_empty(), "nothing is sent to who blocks");
        let named = ada.post("/api/v1/statuses", json!({"status": "@eve@far.test", "visibility": "direct"})).await;
        assert_eq!(named["mentions"], json!([]));
        assert!(kit.due().await.is_empty());
    }

    async fn what_a_blocked_person_elsewhere_does_has_no_effect(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let ada = kit.client("ada").await;
        let far = kit.remote("eve", "far.test").await;
        let post: i64 = ada.says("hello").await.parse().unwrap();
        ada.post(&on("block", &far.id.to_string()), json!({})).await;
        kit.due().await;
        let request = Request {
            id: FollowId(ctx.id()),
            uri: "https://far.test/follows/1".to_owned(),
            asked_by: AskedBy::Follow,
        };
        let asked: Result<_, FollowError> = ctx
            .transact(async |tx| follow::receive(ctx, tx, &far, &ada.actor, request.clone()).await)
            .await;
        assert!(matches!(asked, Err(FollowError::Blocked)));
        let like = "https://far.test/likes/1";
        let liked: Result<_, ReactionError> = ctx
            .transact(async |tx| reaction::receive_like(ctx, tx, &far, like, PostId(post)).await)
            .await;
        assert!(matches!(liked, Err(ReactionError::NoSuchPost)));
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
    }

    async fn a_mute_hides_for_as_long_as_it_lasts_and_nobody_is_told(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        ada.follows(&eve.actor).await;
        let first = eve.says("one").await;
        let answer = ada.post(&on("mute", &eve.id()), json!({"duration": 3600, "notifications": false})).await;
        assert_eq!((&answer["muting"], &answer["muting_notifications"]), (&json!(true), &json!(false)));
        assert_eq!(eve.relationship(&ada.actor).await["muting"], false);
        assert!(ada.ids("/api/v1/timelines/home").await.is_empty());
        eve.says("@ada two").await;
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 1, "notifications were not muted");
        let listed = ada.get("/api/v1/mutes").await;
        assert_eq!(listed[0]["id"], eve.id().as_str());
        assert_eq!(listed[0]["mute_expires_at"], "2026-06-01T13:00:00.000Z");
        ada.post(&on("mute", &eve.id()), json!({})).await;
        eve.says("@ada three").await;
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
        ada.post(&on("mute", &eve.id()), json!({"duration": 60})).await;
        kit.clock.advance(std::time::Duration::from_secs(61));
        assert!(ada.ids("/api/v1/timelines/home").await.contains(&first));
        assert_eq!(ada.relationship(&eve.actor).await["muting"], false);
        assert!(ada.ids("/api/v1/mutes").await.is_empty());
    }

    async fn a_page_is_full_although_a_muted_person_posts_a_lot(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let own = [ada.says("a").await, ada.says("b").await];
        for n in 0..7 {
            eve.says(&format!("noise {n}")).await;
        }
        let last = ada.says("c").await;
        ada.post(&on("mute", &eve.id()), json!({})).await;
        let page = ada.ids("/api/v1/timelines/public?limit=2").await;
        assert_eq!(page, [last.clone(), own[1].clone()]);
        let above = format!("/api/v1/timelines/public?limit=2&min_id={}", own[0]);
        assert_eq!(ada.ids(&above).await, [last, own[1].clone()]);
    }

    async fn a_blocked_domain_is_silent_with_everything_below_it(kit: TestKit) {
        let ada = kit.client("ada").await;
        let far = kit.remote("eve", "sub.far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        let (code, _) = ada.ask(Method::POST, "/api/v1/domain_blocks", json!({"domain": "FAR.test."})).await;
        assert_eq!(code, 200);
        assert_eq!(ada.get("/api/v1/domain_blocks").await, json!(["far.test"]));
        let seen = ada.relationship(&far).await;
        assert_eq!((&seen["domain_blocking"], &seen["followed_by"]), (&json!(true), &json!(false)));
        for bad in ["kith.test", "", "no domain/"] {
            let (code, _) = ada.ask(Method::POST, "/api/v1/domain_blocks", json!({"domain": bad})).await;
            assert_eq!(code, 422, "{bad}");
        }
        ada.ask(Method::DELETE, "/api/v1/domain_blocks", json!({"domain": "far.test"})).await;
        assert_eq!(ada.get("/api/v1/domain_blocks").await, json!([]));
    }

    async fn notes_and_ways_of_following_are_for_oneself_alone(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        let answer = ada.post(&on("note", &eve.id()), json!({"comment": "met at the fair"})).await;
        assert_eq!(answer["note"], "met at the fair");
        assert_eq!(eve.relationship(&ada.actor).await["note"], "");
        let (code, _) = ada.ask(Method::POST, &on("note", &eve.id()), json!({"comment": "x".repeat(2_001)})).await;
        assert_eq!(code, 422);
        let way = json!({"reblogs": false, "notify": true, "languages": ["en"]});
        let answer = ada.post(&on("follow", &eve.id()), way).await;
        assert_eq!((&answer["showing_reblogs"], &answer["notifying"], &answer["languages"]), (&json!(false), &json!(true), &json!(["en"])));
        let post = bob.says("a post").await;
        eve.post(&format!("/api/v1/statuses/{post}/reblog"), json!({})).await;
        let german = eve.posts(json!({"status": "hallo", "language": "de"})).await;
        let english = eve.posts(json!({"status": "hello", "language": "en-GB"})).await;
        assert_eq!(ada.ids("/api/v1/timelines/home").await, [english]);
        let told = ada.get("/api/v1/notifications?types[]=status").await;
        assert_eq!(told[1]["status"]["id"], german.as_str());
        ada.post(&on("unfollow", &eve.id()), json!({})).await;
        let answer = ada.post(&on("follow", &eve.id()), json!({})).await;
        assert_eq!((&answer["showing_reblogs"], &answer["notifying"]), (&json!(true), &json!(false)));
    }

    async fn a_follower_can_be_removed_and_a_friend_recommended(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        eve.follows(&ada.actor).await;
        let answer = ada.post(&on("remove_from_followers", &eve.id()), json!({})).await;
        assert_eq!(answer["followed_by"], false);
        let (code, _) = ada.ask(Method::POST, &on("pin", &eve.id()), json!({})).await;
        assert_eq!(code, 422, "only whom one follows");
        ada.follows(&eve.actor).await;
        assert_eq!(ada.post(&on("pin", &eve.id()), json!({})).await["endorsed"], true);
        assert_eq!(ada.ids("/api/v1/endorsements").await, [eve.id()]);
        // Ada follows Eve; who looks at Eve and follows Ada learns that.
        bob.follows(&ada.actor).await;
        let path = format!("/api/v1/accounts/familiar_followers?id[]={}", eve.id());
        let known = bob.get(&path).await;
        assert_eq!(known[0]["accounts"][0]["id"], ada.id().as_str());
    }

    async fn scopes_are_asked_for(kit: TestKit) {
        let eve = kit.client("eve").await;
        let ada = kit.client_with("ada", "read:statuses").await;
        for path in ["/api/v1/blocks", "/api/v1/mutes", "/api/v1/lists", "/api/v2/filters", "/api/v1/bookmarks", "/api/v1/notifications/unread_count"] {
            assert_eq!(ada.code(path).await, 403, "{path}");
        }
        for verb in ["block", "mute", "note", "pin", "remove_from_followers"] {
            let (code, _) = ada.ask(Method::POST, &on(verb, &eve.id()), json!({})).await;
            assert_eq!(code, 403, "{verb}");
        }
    }

    async fn who_is_gone_is_in_nobodys_lists_and_leaves_none(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let bob = kit.client("bob").await;
        for (one, other) in [(&ada, &eve), (&eve, &ada)] {
            one.follows(&other.actor).await;
            one.post(&on("note", &other.id()), json!({"comment": "x"})).await;
            one.post(&on("pin", &other.id()), json!({})).await;
            let list = one.post("/api/v1/lists", json!({"title": "L"})).await;
            let members = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
            one.post(&members, json!({"account_ids": [other.id()]})).await;
            let post = one.says("hello").await;
            other.post(&format!("/api/v1/statuses/{post}/bookmark"), json!({})).await;
            let filter = json!({"title": "F", "context": ["home"], "keywords_attributes": [{"keyword": "k"}]});
            let filter = one.post("/api/v2/filters", filter).await;
            let posts = format!("/api/v2/filters/{}/statuses", filter["id"].as_str().unwrap());
            one.post(&posts, json!({"status_id": post})).await;
            other.posts(json!({"status": format!("@{} hi", one.actor.handle), "visibility": "direct"})).await;
            one.post(&on("mute", &other.id()), json!({})).await;
            one.post("/api/v1/tags/tea/follow", json!({})).await;
            one.post("/api/v1/featured_tags", json!({"name": "tea"})).await;
            one.post("/api/v1/markers", json!({"home": {"last_read_id": "1"}})).await;
            one.post("/api/v1/domain_blocks", json!({"domain": "far.test"})).await;
            one.post("/api/v1/reports", json!({"account_id": other.id()})).await;
            one.posts(json!({"status": "later", "scheduled_at": "2026-06-02T12:00:00Z"})).await;
            one.post(&on("block", &bob.id()), json!({})).await;
        }
        bob.post(&on("block", &eve.id()), json!({})).await;
        accounts::delete(ctx, eve.actor.id).await.unwrap();
        for list in ["/api/v1/mutes", "/api/v1/endorsements", "/api/v1/bookmarks"] {
            assert_eq!(ada.get(list).await, json!([]), "{list}");
        }
        assert_eq!(bob.get("/api/v1/blocks").await, json!([]));
        let list = ada.ids("/api/v1/lists").await;
        assert_eq!(ada.get(&format!("/api/v1/lists/{}/accounts", list[0])).await, json!([]));
        assert!(report::open(ctx, 10).await.unwrap().is_empty());
        // What is Ada's own stays.
        assert_eq!(ada.ids("/api/v1/conversations").await.len(), 1, "what she wrote herself");
        assert_eq!(ada.ids("/api/v1/scheduled_statuses").await.len(), 1);
        assert_eq!(ada.ids("/api/v1/blocks").await, [bob.id()]);
    }
}
