//! Threads that go back and forth.

use serde_json::{Value, json};

use crate::kit::Login;
use crate::kit::login::list;

use super::someone::{Post, Someone};
use super::{Scene, befriend, is_followed_by, with_each_peer};

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

fn uri(of: &Value) -> &str {
    of["uri"].as_str().expect("an id")
}

fn context(login: &Login<'_>, post: &Value) -> (Vec<Value>, Vec<Value>) {
    let found = login.get(&format!("/api/v1/statuses/{}/context", id(post)));
    let uris = |part: &str| {
        let all = list(&found[part]).into_iter();
        all.map(|post| post["uri"].clone()).collect()
    };
    (uris("ancestors"), uris("descendants"))
}

/// Somebody answers, mentioning who wrote.
fn answers(someone: &Someone<'_>, login: &Login<'_>, (to, content): (&str, &str)) -> String {
    let (handle, uri) = (login.handle(), login.uri());
    someone.post(&Post {
        content,
        mentions: Some((&handle, &uri)),
        in_reply_to: Some(to),
        ..Post::default()
    })
}

fn a_conversation_keeps_its_thread(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let first = ada.toot("who comes along?");
    someone.awaits("Create", uri(&first));
    let theirs = answers(someone, &ada, (uri(&first), "<p>@ada me</p>"));
    let second = ada.awaits_status(&theirs);
    assert_eq!(second["in_reply_to_id"], first["id"], "{second}");
    assert_eq!(second["in_reply_to_account_id"], first["account"]["id"]);
    let text = format!("@{} good", someone.handle());
    let wish = json!({"status": text, "in_reply_to_id": second["id"]});
    let third = ada.post("/api/v1/statuses", &wish);
    let create = someone.awaits("Create", uri(&third));
    assert_eq!(create["object"]["inReplyTo"], theirs, "{create}");
    let whole = [first["uri"].clone(), json!(theirs), third["uri"].clone()];
    assert_eq!(context(&ada, &first), (vec![], whole[1..].to_vec()));
    let middle = (whole[..1].to_vec(), whole[2..].to_vec());
    assert_eq!(context(&ada, &second), middle);
    assert_eq!(context(&ada, &third), (whole[..2].to_vec(), vec![]));
    let now = ada.get(&format!("/api/v1/statuses/{}", id(&first)));
    assert_eq!(now["replies_count"], 1, "{now}");
}

fn we_answer_a_post_of_theirs(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    is_followed_by(someone, &ada);
    let theirs = someone.toot("<p>who comes along?</p>");
    let there = ada.awaits_status(&theirs);
    let text = format!("@{} me", someone.handle());
    let wish = json!({"status": text, "in_reply_to_id": there["id"]});
    let answer = ada.post("/api/v1/statuses", &wish);
    let create = someone.awaits("Create", uri(&answer));
    assert_eq!(create["object"]["inReplyTo"], theirs);
    // The author gets it though they do not follow her.
    assert!(someone.followers().contains(&ada.uri()));
    assert!(
        create["cc"].to_string().contains(&someone.uri()),
        "{create}"
    );
}

fn the_answers_to_a_post_are_public(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let first = ada.toot("who comes along?");
    someone.awaits("Create", uri(&first));
    let theirs = answers(someone, &ada, (uri(&first), "<p>@ada me</p>"));
    ada.awaits_status(&theirs);
    let path = url::Url::parse(uri(&first)).expect("an address");
    let page = scene
        .alpha
        .document(&format!("{}/replies/page", path.path()));
    assert_eq!(
        page.json()["orderedItems"],
        json!([theirs]),
        "{}",
        page.text()
    );
}

with_each_peer!(
    a_conversation_keeps_its_thread,
    we_answer_a_post_of_theirs,
    the_answers_to_a_post_are_public,
);
