//! Servers that answer only signed fetches ("authorized fetch"): the peer, Kith, and both.

use serde_json::json;

use crate::kit::until;
use crate::kit::wire::Ask;

use super::captures::Signed;
use super::someone::{Post, Someone};
use super::{Scene, befriend};

const STRICT: &str = "authorized_fetch = true";

/// A day in the life of two people who know each other.
fn they_get_along(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let ours = ada.toot("hello");
    let uri = ours["uri"].as_str().expect("an id");
    someone.awaits("Create", uri);
    let (handle, to) = (ada.handle(), ada.uri());
    let theirs = someone.post(&Post {
        content: "<p>hello back</p>",
        mentions: Some((&handle, &to)),
        in_reply_to: Some(uri),
        ..Post::default()
    });
    let answer = ada.awaits_status(&theirs);
    assert_eq!(answer["in_reply_to_id"], ours["id"]);
    someone.boost(uri, &to);
    until("the boost", || {
        (ada.status(uri)?["reblogs_count"] == 1).then_some(())
    });
}

#[test]
fn a_peer_that_wants_signed_fetches_gets_them() {
    let Some(scene) = Scene::open() else { return };
    let frank = scene.frank();
    scene.fedify.ask("config", &json!({"authFetch": true}));
    let unsigned = Ask::get("/users/frank")
        .header("Host", "fedify.test")
        .header("Accept", "application/activity+json");
    assert_eq!(frank.serves(&unsigned), 401);
    they_get_along(&scene, &frank);
    let fetches = scene.captures.all("fedify.test", "GET");
    let of_frank: Vec<_> = fetches
        .iter()
        .filter(|one| one.target == "/users/frank")
        .collect();
    assert!(!of_frank.is_empty());
    for fetch in of_frank {
        assert_eq!(
            (fetch.signed, fetch.status),
            (Signed::Draft, 200),
            "{fetch:?}"
        );
    }
}

#[test]
fn a_peer_that_knows_only_rfc_9421_is_read_and_reached() {
    let Some(scene) = Scene::open() else { return };
    let frank = scene.frank();
    let wish = json!({"authFetch": true, "accepts": "rfc9421"});
    scene.fedify.ask("config", &wish);
    they_get_along(&scene, &frank);
    let fetches = scene.captures.all("fedify.test", "GET");
    let known: Vec<_> = fetches
        .iter()
        .filter(|one| one.target.starts_with("/users/") || one.target.starts_with("/objects/"))
        .map(|one| (one.signed, one.status))
        .collect();
    assert_eq!(known[..2], [(Signed::Draft, 401), (Signed::Rfc9421, 200)]);
    let later = &known[2..];
    assert!(
        later.iter().all(|one| *one == (Signed::Rfc9421, 200)),
        "{known:?}"
    );
}

#[test]
fn a_post_behind_signed_fetches_is_found_by_its_address() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    scene.fedify.ask("config", &json!({"authFetch": true}));
    let post = frank.toot("<p>found</p>");
    assert_eq!(ada.look_up(&post)["statuses"][0]["uri"], post);
}

#[test]
fn a_fedify_peer_reads_us_by_signed_fetches() {
    let Some(scene) = Scene::open_with(STRICT) else {
        return;
    };
    they_get_along(&scene, &scene.frank());
}

#[test]
fn a_pubby_peer_reads_us_by_signed_fetches() {
    let Some(scene) = Scene::open_with(STRICT) else {
        return;
    };
    they_get_along(&scene, &scene.penny());
}

#[test]
fn two_servers_that_want_signed_fetches_do_not_ask_each_other_for_ever() {
    let Some(scene) = Scene::open_with(STRICT) else {
        return;
    };
    scene.fedify.ask("config", &json!({"authFetch": true}));
    they_get_along(&scene, &scene.frank());
    scene.alpha.settle();
    let fetches = |host: &str| scene.captures.all(host, "GET").len();
    let (to_them, to_us) = (fetches("fedify.test"), fetches("alpha.test"));
    assert!(to_them < 25 && to_us < 25, "{to_them} and {to_us} fetches");
}
