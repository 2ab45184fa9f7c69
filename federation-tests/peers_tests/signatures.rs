//! Signatures of both generations, in both directions, by what went over the wire.

use serde_json::{Value, json};

use crate::kit::until;

use super::captures::Signed;
use super::someone::Someone;
use super::{Scene, befriend, follows, is_followed_by, with_each_peer};

const DRAFT: &str = "draft-cavage-http-signatures-12";

#[test]
fn both_generations_of_theirs_are_accepted() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    is_followed_by(&frank, &ada);
    for (knock, signed) in [(DRAFT, Signed::Draft), ("rfc9421", Signed::Rfc9421)] {
        scene.fedify.ask("config", &json!({"firstKnock": knock}));
        let post = frank.toot(&format!("<p>signed as {knock}</p>"));
        ada.awaits_status(&post);
        let create = scene.captures.delivery_of("alpha.test", "Create");
        assert_eq!(create.body["object"]["id"], post);
        assert_eq!((create.signed, create.status), (signed, 202), "{knock}");
    }
}

fn our_first_knock_is_understood(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let post = ada.toot("hello");
    someone.awaits("Create", post["uri"].as_str().expect("an id"));
    scene.alpha.settle();
    let ours = scene.captures.deliveries(someone.host());
    assert_eq!(ours.len(), 3, "an Accept, a Follow and a Create: {ours:?}");
    assert!(
        ours.iter()
            .all(|one| matches!(one, (Signed::Draft, 200..=299))),
        "{ours:?}"
    );
}

with_each_peer!(our_first_knock_is_understood);

#[test]
fn a_peer_that_refuses_the_draft_is_reached_by_the_other_generation() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    scene.fedify.ask("config", &json!({"accepts": "rfc9421"}));
    follows(&frank, &ada);
    scene.alpha.settle();
    let knocks = [(Signed::Draft, 401), (Signed::Rfc9421, 202)];
    assert_eq!(scene.captures.deliveries("fedify.test"), knocks);
    let post = ada.toot("this goes straight through");
    frank.awaits("Create", post["uri"].as_str().expect("an id"));
    scene.alpha.settle();
    let later = &scene.captures.deliveries("fedify.test")[2..];
    assert_eq!(later, [(Signed::Rfc9421, 202)]);
}

#[test]
fn a_peer_that_asks_for_other_signatures_than_ours_is_still_reached() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    // Refusals of this peer carry `Accept-Signature` (RFC 9421, section 5), which says how it wants requests signed.
    let wish = json!({"challenge": true, "accepts": "rfc9421"});
    scene.fedify.ask("config", &wish);
    befriend(&frank, &ada);
}

#[test]
fn a_peer_that_wants_a_nonce_signed_gets_it_with_every_delivery() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    let wish = json!({"challenge": true, "nonce": true, "accepts": "rfc9421"});
    scene.fedify.ask("config", &wish);
    befriend(&frank, &ada);
    let post = ada.toot("with a nonce");
    frank.awaits("Create", post["uri"].as_str().expect("an id"));
    scene.alpha.settle();
    let ours = scene.captures.deliveries("fedify.test");
    let taken = ours
        .iter()
        .filter(|(_, status)| (200..300).contains(status));
    assert_eq!(taken.count(), 3, "{ours:?}");
    let refused = ours.iter().filter(|(_, status)| *status == 401).count();
    assert_eq!(refused, 3, "each is asked for its own nonce: {ours:?}");
}

#[test]
fn what_worked_for_a_host_is_still_known_after_a_restart() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    scene.fedify.ask("config", &json!({"accepts": "rfc9421"}));
    follows(&frank, &ada);
    scene.alpha.settle();
    let before = scene.captures.deliveries("fedify.test").len();
    scene.alpha.restart();
    let post = ada.toot("still the same");
    frank.awaits("Create", post["uri"].as_str().expect("an id"));
    scene.alpha.settle();
    let later = &scene.captures.deliveries("fedify.test")[before..];
    assert_eq!(later, [(Signed::Rfc9421, 202)]);
}

#[test]
fn new_keys_under_an_old_id_are_found_out_at_the_first_use() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    is_followed_by(&frank, &ada);
    ada.awaits_status(&frank.toot("<p>with the old keys</p>"));
    frank.does("rotateKeys", json!({}));
    let post = frank.toot("<p>with the new keys</p>");
    ada.awaits_status(&post);
    let to_us = scene.captures.all("alpha.test", "POST");
    let tries: Vec<u64> = to_us
        .iter()
        .filter(|one| one.body["object"]["id"] == post)
        .map(|one| one.status)
        .collect();
    assert_eq!(tries, [202]);
}

#[test]
fn an_activity_in_the_name_of_somebody_else_is_refused() {
    let Some(scene) = Scene::open() else { return };
    let (ada, frank) = (scene.alpha.user("ada"), scene.frank());
    let account = is_followed_by(&frank, &ada);
    let grace = Someone::on_fedify(&scene.fedify, "grace");
    // The peer signs with grace's key whatever stands in `actor`.
    let note = json!({"id": "https://fedify.test/objects/forged", "type": "Note", "attributedTo": frank.uri(),
        "content": "not mine", "to": [super::PUBLIC], "cc": [ada.uri()]});
    let forged = json!({"type": "Create", "actor": frank.uri(), "object": note});
    grace.send(&forged, &ada.uri());
    let refused = until("the forged activity to be answered", || {
        let posts = scene.captures.all("alpha.test", "POST");
        posts
            .into_iter()
            .find(|one| one.body["object"]["content"] == "not mine")
    });
    assert_eq!(refused.status, 401);
    let id = account["id"].as_str().expect("an id");
    let shown = ada.get(&format!("/api/v1/accounts/{id}/statuses"));
    assert_eq!(shown, Value::Array(Vec::new()));
}
