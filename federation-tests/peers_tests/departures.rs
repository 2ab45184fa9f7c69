//! Accounts that end.

use serde_json::{Value, json};

use crate::kit::{Login, until};

use super::events::{attendee, awaits_attendee, breakfast};
use super::someone::{Post, Someone};
use super::{Scene, befriend, with_each_peer};

/// What is left of an account and its post for a person of Kith: nothing.
fn nothing_is_left(login: &Login<'_>, account: &Value, post: &str) {
    let id = account["id"].as_str().expect("an id");
    let path = format!("/api/v1/accounts/{id}");
    until("the account to be gone", || {
        (login.call("GET", &path, &Value::Null).status == 404).then_some(())
    });
    assert!(login.status(post).is_none());
    let me = login.me();
    assert_eq!(
        (&me["followers_count"], &me["following_count"]),
        (&json!(0), &json!(0)),
        "{me}"
    );
}

fn an_account_that_is_deleted_there_is_gone_here(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = befriend(someone, &ada);
    let (handle, uri) = (ada.handle(), ada.uri());
    let post = someone.post(&Post {
        content: "<p>good bye</p>",
        mentions: Some((&handle, &uri)),
        ..Post::default()
    });
    ada.awaits_status(&post);
    let ours = ada.toot("like me");
    someone.awaits("Create", ours["uri"].as_str().expect("an id"));
    someone.like(ours["uri"].as_str().expect("an id"), &uri);
    let event = breakfast(&ada, &json!({"capacity": 1}));
    let join = json!({"type": "Join", "object": event["uri"]});
    someone.send(&join, &uri);
    awaits_attendee(&ada, &event, (someone, Some("going")));
    someone.leaves(&ada.uri());
    nothing_is_left(&ada, &account, &post);
    assert!(ada.notifications().is_empty(), "{:?}", ada.notifications());
    let shown = ada
        .status(ours["uri"].as_str().expect("an id"))
        .expect("her post");
    assert_eq!(shown["favourites_count"], 0, "{shown}");
    assert_eq!(attendee(&ada, &event, someone), None);
    let path = format!("/api/v1/events/{}", event["id"].as_str().expect("an id"));
    assert_eq!(ada.get(&path)["going_count"], 0);
}

with_each_peer!(an_account_that_is_deleted_there_is_gone_here);

#[test]
fn an_account_that_answers_gone_is_found_no_more() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    let account = befriend(&frank, &ada);
    frank.leaves(&ada.uri());
    nothing_is_left(&ada, &account, "https://fedify.test/objects/none");
    assert!(ada.account(&frank.uri()).is_none());
    assert!(ada.account(&frank.handle()).is_none());
    let last = ada.toot("who is left?");
    scene.alpha.settle();
    assert!(
        frank
            .has("Create", last["uri"].as_str().expect("an id"))
            .is_none()
    );
}
