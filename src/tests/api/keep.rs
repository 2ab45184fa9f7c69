//! Bookmarks, likes, pins, muted threads, versions, hashtags.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use kith::domain::follow::FollowState;

fn on(verb: &str, id: &str) -> String {
    format!("/api/v1/statuses/{id}/{verb}")
}

both_backends! {
    async fn what_is_kept_and_liked_is_listed_for_oneself(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let (one, two) = (eve.says("one").await, eve.says("two").await);
        assert_eq!(ada.post(&on("bookmark", &two), json!({})).await["bookmarked"], true);
        ada.post(&on("bookmark", &one), json!({})).await;
        assert_eq!(ada.ids("/api/v1/bookmarks").await, [one.clone(), two.clone()]);
        assert!(eve.ids("/api/v1/bookmarks").await.is_empty());
        assert_eq!(eve.get(&format!("/api/v1/statuses/{one}")).await["bookmarked"], false);
        assert_eq!(ada.post(&on("unbookmark", &two), json!({})).await["bookmarked"], false);
        assert_eq!(ada.ids("/api/v1/bookmarks").await, [one.as_str()]);
        ada.post(&on("favourite", &two), json!({})).await;
        assert_eq!(ada.ids("/api/v1/favourites").await, [two]);
        // What is deleted is kept by nobody.
        eve.ask(Method::DELETE, &format!("/api/v1/statuses/{one}"), json!({})).await;
        assert!(ada.ids("/api/v1/bookmarks").await.is_empty());
        let private = eve.posts(json!({"status": "psst", "visibility": "private"})).await;
        let (code, _) = ada.ask(Method::POST, &on("bookmark", &private), json!({})).await;
        assert_eq!(code, 404);
    }

    async fn a_pin_stands_on_top_and_is_told_to_followers(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let far = kit.remote("far", "far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        let post = ada.says("read me first").await;
        let pinned = ada.post(&on("pin", &post), json!({})).await;
        assert_eq!(pinned["pinned"], true);
        let path = format!("/api/v1/accounts/{}/statuses?pinned=true", ada.id());
        assert_eq!(eve.ids(&path).await, [post.as_str()]);
        let sent = kit.due().await;
        let add = sent.iter().find(|(_, body)| body["type"] == "Add").unwrap();
        assert_eq!(add.1["target"], format!("{}/collections/featured", ada.actor.uri));
        assert!(eve.get(&format!("/api/v1/statuses/{post}")).await["pinned"].is_null());
        for (client, id) in [(&eve, &post)] {
            let (code, _) = client.ask(Method::POST, &on("pin", id), json!({})).await;
            assert_eq!(code, 422, "only one's own");
        }
        let private = ada.posts(json!({"status": "psst", "visibility": "private"})).await;
        let (code, _) = ada.ask(Method::POST, &on("pin", &private), json!({})).await;
        assert_eq!(code, 422, "only public posts");
        assert_eq!(ada.post(&on("unpin", &post), json!({})).await["pinned"], false);
        let sent = kit.due().await;
        assert!(sent.iter().any(|(_, body)| body["type"] == "Remove"));
    }

    async fn nothing_is_told_of_a_muted_thread(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let post = ada.says("hello").await;
        assert_eq!(ada.post(&on("mute", &post), json!({})).await["muted"], true);
        let answer = json!({"status": "@ada again", "in_reply_to_id": post});
        eve.posts(answer.clone()).await;
        eve.post(&on("favourite", &post), json!({})).await;
        assert!(ada.ids("/api/v1/notifications").await.is_empty());
        assert_eq!(ada.post(&on("unmute", &post), json!({})).await["muted"], false);
        eve.posts(answer).await;
        assert_eq!(ada.ids("/api/v1/notifications").await.len(), 1);
    }

    async fn an_edited_post_has_its_earlier_versions(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let post = ada.posts(json!({"status": "one", "spoiler_text": "careful"})).await;
        kit.clock.advance(Duration::from_mins(1));
        let path = format!("/api/v1/statuses/{post}");
        ada.ask(Method::PUT, &path, json!({"status": "two"})).await;
        let history = eve.get(&on("history", &post)).await;
        assert_eq!(history.as_array().unwrap().len(), 2);
        assert_eq!(history[0]["content"], "<p>one</p>");
        assert_eq!(history[0]["spoiler_text"], "careful");
        assert_eq!(history[0]["created_at"], "2026-06-01T12:00:00.000Z");
        assert_eq!(history[1]["content"], "<p>two</p>");
        assert_eq!(history[1]["created_at"], "2026-06-01T12:01:00.000Z");
        assert_eq!(history[1]["account"]["id"], ada.id().as_str());
        let private = ada.posts(json!({"status": "psst", "visibility": "private"})).await;
        assert_eq!(eve.code(&on("history", &private)).await, 404);
    }

    async fn a_followed_hashtag_brings_public_posts_home(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let tag = ada.post("/api/v1/tags/Tea/follow", json!({})).await;
        assert_eq!((&tag["name"], &tag["following"]), (&json!("tea"), &json!(true)));
        let public = eve.says("come for #TEA").await;
        eve.posts(json!({"status": "quiet #tea", "visibility": "unlisted"})).await;
        eve.says("no tag").await;
        assert_eq!(ada.ids("/api/v1/timelines/home").await, [public]);
        let shown = ada.get("/api/v1/tags/tea").await;
        assert_eq!(shown["history"][0]["uses"], "1");
        assert_eq!(ada.get("/api/v1/followed_tags").await[0]["name"], "tea");
        ada.post("/api/v1/tags/tea/unfollow", json!({})).await;
        assert!(ada.ids("/api/v1/timelines/home").await.is_empty());
        let (code, _) = ada.ask(Method::POST, "/api/v1/tags/two%20words/follow", json!({})).await;
        assert_eq!(code, 422);
        let made = eve.post("/api/v1/featured_tags", json!({"name": "#Tea"})).await;
        assert_eq!((&made["name"], &made["statuses_count"]), (&json!("tea"), &json!("2")));
        let path = format!("/api/v1/accounts/{}/featured_tags", eve.id());
        assert_eq!(ada.ids(&path).await, [made["id"].as_str().unwrap()]);
        let path = format!("/api/v1/featured_tags/{}", made["id"].as_str().unwrap());
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 404);
        assert_eq!(eve.ask(Method::DELETE, &path, json!({})).await.0, 200);
    }
}
