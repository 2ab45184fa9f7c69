//! People who answer their followers by hand, on either side.

use serde_json::{Value, json};

use crate::kit::login::list;
use crate::kit::{Login, until};

use super::someone::Someone;
use super::{Scene, with_each_peer};

fn locks(login: &Login<'_>) {
    let path = "/api/v1/accounts/update_credentials";
    let answer = login.call("PATCH", path, &json!({"locked": true}));
    assert_eq!(answer.json()["locked"], true, "{}", answer.text());
}

/// Waits until `someone` asks to follow, and answers who asks.
fn asked(login: &Login<'_>, someone: &Someone<'_>) -> Value {
    until("the request", || {
        let requests = list(&login.get("/api/v1/follow_requests"));
        requests.into_iter().find(|one| one["uri"] == someone.uri())
    })
}

fn settle(login: &Login<'_>, asker: &Value, verdict: &str) {
    let id = asker["id"].as_str().expect("an id");
    login.post(
        &format!("/api/v1/follow_requests/{id}/{verdict}"),
        &json!({}),
    );
}

fn standing(someone: &Someone<'_>, login: &Login<'_>, how: &str) {
    until(&format!("the follow to be {how}"), || {
        (someone.following(&login.uri()).as_deref() == Some(how)).then_some(())
    });
}

/// Follows somebody who answers by hand, and waits until the request is there.
fn asks(login: &Login<'_>, someone: &Someone<'_>) -> Value {
    let account = login.follow(&someone.handle());
    until("the request to be there", || {
        someone.pending().contains(&login.uri()).then_some(())
    });
    let relationship = login.relationship(&account);
    assert_eq!(relationship["requested"], true, "{relationship}");
    assert_eq!(relationship["following"], false, "{relationship}");
    account
}

fn a_request_waits_for_our_answer(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    locks(&ada);
    someone.follow(&ada.uri());
    let asker = asked(&ada, someone);
    assert_eq!(someone.following(&ada.uri()).as_deref(), Some("pending"));
    assert_eq!((ada.followers(), ada.told("follow_request")), (0, 1));
    settle(&ada, &asker, "authorize");
    standing(someone, &ada, "accepted");
    assert_eq!(ada.followers(), 1);
    assert_eq!(ada.get("/api/v1/follow_requests"), json!([]));
    let post = ada.toot("now you can read this");
    someone.awaits("Create", post["uri"].as_str().expect("an id"));
}

fn a_request_is_refused_by_us(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    locks(&ada);
    someone.follow(&ada.uri());
    let asker = asked(&ada, someone);
    settle(&ada, &asker, "reject");
    standing(someone, &ada, "rejected");
    assert_eq!(ada.followers(), 0);
    assert_eq!(ada.get("/api/v1/follow_requests"), json!([]));
}

fn a_request_of_ours_waits_for_their_answer(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    someone.approves_by_hand();
    let account = asks(&ada, someone);
    someone.accept(&ada.uri());
    until("the Accept to count", || {
        ada.follows(&account).then_some(())
    });
    assert!(someone.followers().contains(&ada.uri()));
    let uri = someone.toot("for my followers");
    ada.awaits_status(&uri);
}

fn a_request_of_ours_is_refused(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    someone.approves_by_hand();
    let account = asks(&ada, someone);
    someone.reject(&ada.uri());
    until("the Reject to count", || {
        (ada.relationship(&account)["requested"] == false).then_some(())
    });
    assert!(!ada.follows(&account));
    assert!(someone.followers().is_empty());
}

fn a_request_of_ours_is_taken_back(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    someone.approves_by_hand();
    let account = asks(&ada, someone);
    let id = account["id"].as_str().expect("an id");
    ada.post(&format!("/api/v1/accounts/{id}/unfollow"), &json!({}));
    until("the request to be gone there", || {
        someone.pending().is_empty().then_some(())
    });
    assert_eq!(ada.relationship(&account)["requested"], false);
}

with_each_peer!(
    a_request_waits_for_our_answer,
    a_request_is_refused_by_us,
    a_request_of_ours_waits_for_their_answer,
    a_request_of_ours_is_refused,
    a_request_of_ours_is_taken_back,
);
