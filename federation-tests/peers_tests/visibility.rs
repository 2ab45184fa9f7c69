//! Who may read a post is the same on both sides.

use serde_json::{Value, json};

use crate::kit::Login;

use super::someone::{Post, Someone};
use super::{PUBLIC, Scene, befriend, follows, is_followed_by, with_each_peer};

/// Posts with a visibility of the client API, and answers the `Create` that arrived there.
fn arrives(login: &Login<'_>, someone: &Someone<'_>, (visibility, text): (&str, &str)) -> Value {
    let wish = json!({"status": text, "visibility": visibility});
    let post = login.post("/api/v1/statuses", &wish);
    assert_eq!(post["visibility"], visibility, "{post}");
    someone.awaits("Create", post["uri"].as_str().expect("an id"))
}

/// `to` and `cc` of the activity, which must be those of its object too.
fn addressed(create: &Value) -> (Vec<String>, Vec<String>) {
    let list = |value: &Value| -> Vec<String> {
        let one = value.as_str().map(|one| vec![one.to_owned()]);
        let many = || {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(|id| id.as_str().map(str::to_owned))
                .collect()
        };
        one.unwrap_or_else(many)
    };
    let of = |value: &Value| (list(&value["to"]), list(&value["cc"]));
    assert_eq!(of(create), of(&create["object"]), "{create}");
    of(create)
}

fn what_we_post_keeps_its_audience_there(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let followers = format!("{}/followers", ada.uri());
    let public = arrives(&ada, someone, ("public", "for all"));
    let open = (vec![PUBLIC.to_owned()], vec![followers.clone()]);
    assert_eq!(addressed(&public), open);
    let quiet = arrives(&ada, someone, ("unlisted", "quietly"));
    let hushed = (vec![followers.clone()], vec![PUBLIC.to_owned()]);
    assert_eq!(addressed(&quiet), hushed);
    let private = arrives(&ada, someone, ("private", "for followers"));
    assert_eq!(addressed(&private), (vec![followers], vec![]));
    let text = format!("@{} psst", someone.handle());
    let direct = arrives(&ada, someone, ("direct", &text));
    assert_eq!(addressed(&direct), (vec![someone.uri()], vec![]));
    let tag =
        json!({"type": "Mention", "href": someone.uri(), "name": format!("@{}", someone.handle())});
    let tags = &direct["object"]["tag"];
    let named = *tags == tag || tags.as_array().is_some_and(|all| all.contains(&tag));
    assert!(named, "{tags}");
}

fn only_those_who_are_named_get_a_direct_post(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let ben = scene.alpha.user("ben");
    follows(someone, &ada);
    let text = format!("@{} between us", ben.handle());
    let secret = ada.post(
        "/api/v1/statuses",
        &json!({"status": text, "visibility": "direct"}),
    );
    ben.awaits_status(secret["uri"].as_str().expect("an id"));
    let last = ada.toot("and this is for all");
    someone.awaits("Create", last["uri"].as_str().expect("an id"));
    let there = serde_json::to_string(&someone.received()).expect("JSON");
    assert!(!there.contains("between us"), "{there}");
}

/// The post as Kith shows it to its reader, once it is there.
fn shown(login: &Login<'_>, someone: &Someone<'_>, visibility: &str) -> Value {
    let (handle, uri) = (login.handle(), login.uri());
    let direct = visibility == "direct";
    let post = Post {
        content: "<p>hello</p>",
        visibility,
        mentions: direct.then_some((handle.as_str(), uri.as_str())),
        ..Post::default()
    };
    login.awaits_status(&someone.post(&post))
}

fn what_they_post_keeps_its_audience_here(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let ben = scene.alpha.user("ben");
    is_followed_by(someone, &ada);
    let readable = |status: &Value| {
        let id = status["id"].as_str().expect("an id");
        let path = format!("/api/v1/statuses/{id}");
        ben.call("GET", &path, &Value::Null).status
    };
    for (theirs, ours, stranger) in [
        ("public", "public", 200),
        ("unlisted", "unlisted", 200),
        ("followers", "private", 404),
        ("direct", "direct", 404),
    ] {
        let status = shown(&ada, someone, theirs);
        assert_eq!(status["visibility"], ours, "{status}");
        assert_eq!(readable(&status), stranger, "{theirs}");
    }
    assert_eq!(ada.told("mention"), 1);
    let public = ben.get("/api/v1/timelines/public");
    assert_eq!(public.as_array().map(Vec::len), Some(1), "{public}");
}

fn a_mention_from_a_stranger_is_told(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let (handle, uri) = (ada.handle(), ada.uri());
    let post = Post {
        content: "<p>hello @ada</p>",
        mentions: Some((&handle, &uri)),
        ..Post::default()
    };
    let status = ada.awaits_status(&someone.post(&post));
    assert_eq!(status["mentions"][0]["url"], uri, "{status}");
    assert_eq!(ada.told("mention"), 1);
}

fn a_post_for_followers_is_served_to_their_server_alone(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let private = arrives(&ada, someone, ("private", "for followers"));
    let uri = private["object"]["id"].as_str().expect("an id");
    let path = url::Url::parse(uri).expect("an address");
    assert_eq!(scene.alpha.document(path.path()).status, 404);
    if someone.software == super::someone::Software::Fedify {
        let there = someone.does("lookup", json!({"target": uri}));
        assert_eq!(there["id"], uri, "{there}");
    }
}

with_each_peer!(
    what_we_post_keeps_its_audience_there,
    only_those_who_are_named_get_a_direct_post,
    what_they_post_keeps_its_audience_here,
    a_mention_from_a_stranger_is_told,
    a_post_for_followers_is_served_to_their_server_alone,
);
