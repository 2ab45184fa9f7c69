//! Follows and their end, in both directions.

use serde_json::json;

use crate::kit::until;

use super::someone::Someone;
use super::{Scene, befriend, follows, is_followed_by, with_each_peer};

fn people_follow_each_other(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = befriend(someone, &ada);
    assert_eq!(account["acct"], someone.handle());
    assert_eq!(account["uri"], someone.uri());
    let relationship = ada.relationship(&account);
    assert_eq!(relationship["followed_by"], true, "{relationship}");
    assert_eq!(ada.me()["following_count"], 1);
    assert_eq!(ada.told("follow"), 1);
}

fn somebody_is_found_by_handle_and_by_address(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let by_handle = ada
        .account(&format!("@{}", someone.handle()))
        .expect("an account");
    let by_address = ada.account(&someone.uri()).expect("an account");
    assert_eq!(by_handle["id"], by_address["id"]);
    // And there: a handle of ours, by WebFinger.
    someone.follow(&format!("@{}", ada.handle()));
    until("the follow to be accepted there", || {
        (someone.following(&ada.uri()).as_deref() == Some("accepted")).then_some(())
    });
}

fn an_unfollow_ends_it_on_both_sides(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = befriend(someone, &ada);
    let id = account["id"].as_str().expect("an id");
    ada.post(&format!("/api/v1/accounts/{id}/unfollow"), &json!({}));
    until("her unfollow to arrive there", || {
        someone.followers().is_empty().then_some(())
    });
    assert!(!ada.follows(&account));
    someone.unfollow(&ada.uri());
    until("their unfollow to arrive here", || {
        (ada.followers() == 0).then_some(())
    });
    assert_eq!(ada.relationship(&account)["followed_by"], false);
}

fn a_follow_after_an_unfollow_counts_again(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let account = is_followed_by(someone, &ada);
    let id = account["id"].as_str().expect("an id");
    ada.post(&format!("/api/v1/accounts/{id}/unfollow"), &json!({}));
    until("the unfollow", || {
        someone.followers().is_empty().then_some(())
    });
    is_followed_by(someone, &ada);
    follows(someone, &ada);
    someone.unfollow(&ada.uri());
    until("the unfollow", || (ada.followers() == 0).then_some(()));
    follows(someone, &ada);
}

fn a_changed_profile_arrives_there(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    let wish = json!({"display_name": "Ada L.", "note": "Likes *engines*"});
    ada.call("PATCH", "/api/v1/accounts/update_credentials", &wish);
    let update = someone.awaits("Update", &ada.uri());
    assert_eq!(update["object"]["name"], "Ada L.", "{update}");
    let summary = update["object"]["summary"].to_string();
    assert!(summary.contains("<em>engines</em>"), "{update}");
}

with_each_peer!(
    a_changed_profile_arrives_there,
    people_follow_each_other,
    somebody_is_found_by_handle_and_by_address,
    an_unfollow_ends_it_on_both_sides,
    a_follow_after_an_unfollow_counts_again,
);
