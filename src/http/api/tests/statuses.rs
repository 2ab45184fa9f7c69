//! Posts, from writing to deleting.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::kit::{Kit, Sent};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_appears_at_home_and_is_gone_once_deleted() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    grace.follows(&ada).await;
    let post = json!({"status": "Tea, *anyone*? #Tea", "language": "en", "sensitive": false});
    let reply = ada.json("/api/v1/statuses", post).await;
    assert_eq!(reply.status, 200, "{:?}", reply.json);
    let id = reply.text("id");
    assert!(reply.text("content").contains("<em>anyone</em>"));
    assert_eq!(reply.text("created_at"), "2026-05-04T09:00:00.000Z");
    assert_eq!(reply.text("visibility"), "public");
    assert_eq!(reply.json["tags"][0]["name"], "tea");
    assert_eq!(reply.json["account"]["acct"], "ada");
    let home = grace.get("/api/v1/timelines/home").await;
    assert_eq!(home.ids(), [id.as_str()]);
    let path = format!("/api/v1/statuses/{id}");
    let other = grace.send(Method::DELETE, &path, Sent::Nothing).await;
    assert_eq!(other.status, 404, "only its author deletes it");
    let gone = ada.send(Method::DELETE, &path, Sent::Nothing).await;
    assert_eq!(gone.status, 200);
    assert_eq!(gone.text("text"), "Tea, *anyone*? #Tea");
    assert_eq!(ada.get(&path).await.status, 404);
    assert!(grace.get("/api/v1/timelines/home").await.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_a_post_is_told_that_there_is_none() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let friend = kit.person("friend").await;
    friend.follows(&ada).await;
    let private = ada.says("status=for+followers&visibility=private").await;
    let direct = ada.says("status=hey+@grace&visibility=direct").await;
    let path = |id: &str| format!("/api/v1/statuses/{id}");
    assert_eq!(friend.get(&path(&private)).await.status, 200);
    assert_eq!(friend.get(&path(&direct)).await.status, 404);
    assert_eq!(grace.get(&path(&direct)).await.status, 200);
    for client in [&grace, &kit.stranger()] {
        for tail in ["", "/context", "/favourited_by", "/reblogged_by"] {
            let path = format!("{}{tail}", path(&private));
            assert_eq!(client.get(&path).await.status, 404, "{path}");
        }
    }
    // Nor can they react to it or answer it.
    for verb in ["favourite", "reblog", "unfavourite"] {
        let path = format!("{}/{verb}", path(&private));
        assert_eq!(grace.post(&path).await.status, 404, "{verb}");
    }
    let answer = format!("status=hm&in_reply_to_id={private}");
    assert_eq!(grace.form("/api/v1/statuses", &answer).await.status, 404);
    // A token that may not read posts sees what strangers see.
    let limited = kit.person_with("limited", "read:accounts follow").await;
    limited.follows(&ada).await;
    assert_eq!(limited.get(&path(&private)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_posts_once() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let send = async |form: &'static str| {
        let reply = ada
            .send_with(
                Method::POST,
                "/api/v1/statuses",
                Sent::Form(form),
                Some("k"),
            )
            .await;
        assert_eq!(reply.status, 200);
        reply.text("id")
    };
    let (first, second) = tokio::join!(send("status=once"), send("status=once"));
    assert_eq!(first, second);
    let other = grace
        .send_with(
            Method::POST,
            "/api/v1/statuses",
            Sent::Form("status=mine"),
            Some("k"),
        )
        .await;
    assert_ne!(other.text("id"), first, "keys belong to one person");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_schedules_once() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let send = async || {
        let form = "status=later&scheduled_at=2026-05-04T10:00:00Z";
        let sent = Sent::Form(form);
        let path = "/api/v1/statuses";
        ada.send_with(Method::POST, path, sent, Some("k")).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(
        (first.status, second.status),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(first.text("id"), second.text("id"));
    let waiting = ada.get("/api/v1/scheduled_statuses").await;
    assert_eq!(waiting.ids(), [first.text("id")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_only_what_was_sent() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let id = ada
        .says("status=one&spoiler_text=careful&language=de&visibility=unlisted")
        .await;
    let path = format!("/api/v1/statuses/{id}");
    // Read once, so that the first content is cached.
    assert!(ada.get(&path).await.text("content").contains("one"));
    let edited = ada.send(Method::PUT, &path, Sent::Form("status=two")).await;
    assert_eq!(edited.status, 200);
    assert!(edited.text("content").contains("two"));
    assert_eq!(edited.text("spoiler_text"), "careful");
    assert_eq!(edited.text("language"), "de");
    assert_eq!(edited.text("visibility"), "unlisted");
    assert!(edited.json["edited_at"].is_string());
    let source = ada.get(&format!("{path}/source")).await;
    assert_eq!(source.text("text"), "two");
    let grace = kit.person("grace").await;
    assert_eq!(grace.get(&format!("{path}/source")).await.status, 404);
    let theirs = grace.send(Method::PUT, &path, Sent::Form("status=x")).await;
    assert_eq!(theirs.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn likes_and_boosts_are_counted_and_listed_and_taken_back() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let id = ada.says("status=hello").await;
    let path = format!("/api/v1/statuses/{id}");
    let liked = grace.post(&format!("{path}/favourite")).await;
    assert_eq!(liked.json["favourited"], true);
    assert_eq!(liked.json["favourites_count"], 1);
    let again = grace.post(&format!("{path}/favourite")).await;
    assert_eq!(again.json["favourites_count"], 1);
    let by = kit.stranger().get(&format!("{path}/favourited_by")).await;
    assert_eq!(by.ids(), [grace.id()]);
    let boost = grace.post(&format!("{path}/reblog")).await;
    assert_eq!(boost.json["reblog"]["id"], id.as_str());
    assert_eq!(boost.json["reblog"]["reblogged"], true);
    assert_eq!(boost.json["account"]["id"], grace.id().as_str());
    let by = kit.stranger().get(&format!("{path}/reblogged_by")).await;
    assert_eq!(by.ids(), [grace.id()]);
    // Liking the boost likes the post.
    let through = format!("/api/v1/statuses/{}/favourite", boost.text("id"));
    assert_eq!(ada.post(&through).await.json["favourites_count"], 2);
    let back = grace.post(&format!("{path}/unreblog")).await;
    assert_eq!(
        (back.text("id"), &back.json["reblogs_count"]),
        (id, &json!(0))
    );
    let back = grace.post(&format!("{path}/unfavourite")).await;
    assert_eq!(back.json["favourited"], false);
    let private = ada.says("status=psst&visibility=private").await;
    let boosted = ada
        .post(&format!("/api/v1/statuses/{private}/reblog"))
        .await;
    assert_eq!(boosted.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_stand_around_what_they_answer() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let first = ada.says("status=first").await;
    let second = grace
        .says(&format!("status=@ada+second&in_reply_to_id={first}"))
        .await;
    let third = ada
        .says(&format!("status=third&in_reply_to_id={second}"))
        .await;
    let reply = ada.get(&format!("/api/v1/statuses/{second}")).await;
    assert_eq!(reply.text("in_reply_to_id"), first);
    assert_eq!(reply.text("in_reply_to_account_id"), ada.id());
    assert_eq!(reply.json["mentions"][0]["id"], ada.id().as_str());
    let context = ada.get(&format!("/api/v1/statuses/{second}/context")).await;
    assert_eq!(context.json["ancestors"][0]["id"], first.as_str());
    assert_eq!(context.json["descendants"][0]["id"], third.as_str());
    let told = ada.get("/api/v1/notifications?types[]=mention").await;
    assert_eq!(told.json[0]["status"]["id"], second.as_str());
    let one = format!("/api/v1/notifications/{}", told.ids()[0]);
    assert_eq!(ada.get(&one).await.text("type"), "mention");
    assert_eq!(grace.get(&one).await.status, 404);
}
