//! Posts, edits and deletions, in both directions.

use serde_json::{Value, json};

use crate::kit::until;

use super::someone::Someone;
use super::{Scene, befriend, follows, is_followed_by, with_each_peer};

fn text(of: &Value) -> &str {
    of["content"].as_str().expect("a text")
}

fn a_post_of_ours_arrives_there(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let post = ada.toot("hello over there, **bold** #climbing");
    let uri = post["uri"].as_str().expect("an id");
    let create = someone.awaits("Create", uri);
    assert_eq!(create["actor"], ada.uri());
    let note = &create["object"];
    assert_eq!(note["type"], "Note");
    assert_eq!(note["attributedTo"], ada.uri());
    assert!(text(note).contains("<strong>bold</strong>"), "{note}");
    assert!(note.to_string().contains("#climbing"), "{note}");
}

fn a_post_of_theirs_arrives_here(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = is_followed_by(someone, &ada);
    let uri = someone.toot("<p>hello from <strong>afar</strong><script>alert(1)</script></p>");
    let status = ada.awaits_status(&uri);
    assert_eq!(status["account"]["id"], account["id"]);
    assert_eq!(status["visibility"], "public");
    assert!(text(&status).contains("<strong>afar</strong>"), "{status}");
    assert!(!text(&status).contains("script"), "{status}");
    let home = ada.get("/api/v1/timelines/home");
    assert_eq!(home[0]["uri"], uri, "{home}");
}

fn an_edit_of_ours_arrives_there(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let post = ada.toot("first try");
    let uri = post["uri"].as_str().expect("an id");
    someone.awaits("Create", uri);
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().expect("an id"));
    ada.call("PUT", &path, &json!({"status": "second try"}));
    let update = someone.awaits("Update", uri);
    assert!(text(&update["object"]).contains("second try"), "{update}");
    assert!(update["object"]["updated"].is_string(), "{update}");
}

fn an_edit_of_theirs_arrives_here(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    is_followed_by(someone, &ada);
    let uri = someone.toot("first try");
    let before = ada.awaits_status(&uri);
    assert!(before["edited_at"].is_null(), "{before}");
    someone.edit(&uri, "second try");
    let after = until("the edit", || {
        ada.status(&uri)
            .filter(|now| text(now).contains("second try"))
    });
    assert!(after["edited_at"].is_string(), "{after}");
    assert_eq!(after["id"], before["id"]);
    // Whole seconds: it may have the same time as the edit before, and counts all the same.
    someone.edit(&uri, "third try");
    until("the second edit", || {
        ada.status(&uri)
            .filter(|now| text(now).contains("third try"))
    });
}

fn a_deletion_of_ours_arrives_there(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let post = ada.toot("not for long");
    let uri = post["uri"].as_str().expect("an id");
    someone.awaits("Create", uri);
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().expect("an id"));
    ada.call("DELETE", &path, &Value::Null);
    let delete = someone.awaits("Delete", uri);
    assert_eq!(delete["actor"], ada.uri());
    assert_eq!(delete["object"]["type"], "Tombstone", "{delete}");
    let here = url::Url::parse(uri).expect("an address");
    let gone = scene.alpha.document(here.path());
    assert_eq!(gone.status, 410, "{}", gone.text());
}

fn a_deletion_of_theirs_arrives_here(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let uri = someone.toot("not for long");
    ada.awaits_status(&uri);
    someone.delete(&uri);
    until("the deletion", || ada.status(&uri).is_none().then_some(()));
    assert_eq!(ada.get("/api/v1/timelines/home"), json!([]));
}

with_each_peer!(
    a_post_of_ours_arrives_there,
    a_post_of_theirs_arrives_here,
    an_edit_of_ours_arrives_there,
    an_edit_of_theirs_arrives_here,
    a_deletion_of_ours_arrives_there,
    a_deletion_of_theirs_arrives_here,
);
