//! Groups of either side, and their followers on the other.

use serde_json::{Value, json};

use crate::kit::{Kith, Login, until};

use super::someone::{Post, Someone};
use super::{Scene, is_followed_by, with_each_peer};

/// A group of Kith that `organizer` runs, as an account.
pub(super) fn group(kith: &Kith, organizer: &Login<'_>) -> Value {
    let name = &organizer.name;
    kith.make_group("climbers", "Climbers", name);
    organizer.account("climbers").expect("the group")
}

pub(super) fn uri(of: &Value) -> &str {
    of["uri"].as_str().expect("an id")
}

/// `someone` follows a group of Kith, which takes everybody.
pub(super) fn joins(someone: &Someone<'_>, group: &Value) {
    someone.follow(uri(group));
    until("the group to accept", || {
        (someone.following(uri(group)).as_deref() == Some("accepted")).then_some(())
    });
}

fn a_group_of_ours_is_followed_and_left(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    let group = group(&scene.alpha, &ada);
    let path = format!("/api/v1/groups/{}", group["id"].as_str().expect("an id"));
    let before = ada.get(&path)["followers_count"]
        .as_i64()
        .expect("a number");
    joins(someone, &group);
    assert_eq!(ada.get(&path)["followers_count"], before + 1);
    someone.unfollow(uri(&group));
    until("the group to be left", || {
        (ada.get(&path)["followers_count"] == before).then_some(())
    });
}

with_each_peer!(a_group_of_ours_is_followed_and_left);

#[test]
fn a_group_of_theirs_is_followed_and_passes_on_what_others_post() {
    let Some(scene) = Scene::open() else { return };
    let ada = scene.alpha.user("ada");
    let club = Someone::on_fedify(&scene.fedify, "club");
    let grace = Someone::on_fedify(&scene.fedify2, "grace");
    let account = is_followed_by(&club, &ada);
    assert_eq!(account["group"], true, "{account}");
    grace.follow(&club.uri());
    until("grace to be a member", || {
        club.followers().contains(&grace.uri()).then_some(())
    });
    // To the club and nobody else: Kith has it from the Announce{Create} of FEP-1b12 alone.
    let fields = json!({"to": [super::PUBLIC], "cc": [club.uri()], "audience": club.uri()});
    let wish = json!({"content": "<p>to the club</p>", "to": [club.uri()], "fields": fields});
    let sent = grace.does("post", wish);
    let post = sent["activity"]["object"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let status = ada.awaits_status(&post);
    assert_eq!(status["account"]["uri"], grace.uri());
    let home = until("the boost in her timeline", || {
        let home = ada.get("/api/v1/timelines/home");
        (home[0]["reblog"]["uri"] == post).then_some(home)
    });
    assert_eq!(home[0]["account"]["uri"], club.uri(), "{home}");
}

#[test]
fn a_post_to_a_group_of_theirs_comes_back_from_it() {
    let Some(scene) = Scene::open() else { return };
    let ada = scene.alpha.user("ada");
    let club = Someone::on_fedify(&scene.fedify, "club");
    is_followed_by(&club, &ada);
    let post = ada.toot(&format!("@{} who climbs on Friday?", club.handle()));
    let create = club.awaits("Create", uri(&post));
    assert!(
        create["object"]["tag"].to_string().contains(&club.uri()),
        "{create}"
    );
    until("the group to pass it on", || {
        (ada.status(uri(&post))?["reblogs_count"] == 1).then_some(())
    });
}

#[test]
fn a_member_elsewhere_answers_in_a_thread_that_the_group_passed_on() {
    let Some(scene) = Scene::open() else { return };
    let ada = scene.alpha.user("ada");
    let club = Someone::on_fedify(&scene.fedify, "club");
    let grace = Someone::on_fedify(&scene.fedify2, "grace");
    is_followed_by(&club, &ada);
    grace.follow(&club.uri());
    until("grace to be a member", || {
        club.followers().contains(&grace.uri()).then_some(())
    });
    let post = ada.toot(&format!("@{} who climbs on Friday?", club.handle()));
    let passed_on = until("grace to have it from the club", || {
        let all = grace.received();
        all.into_iter()
            .find(|one| one["type"] == "Announce" && one.to_string().contains(uri(&post)))
    });
    assert_eq!(passed_on["actor"], club.uri());
    let (handle, to) = (ada.handle(), ada.uri());
    let answer = grace.post(&Post {
        content: "<p>@ada I do</p>",
        mentions: Some((&handle, &to)),
        in_reply_to: Some(uri(&post)),
        ..Post::default()
    });
    assert_eq!(ada.awaits_status(&answer)["in_reply_to_id"], post["id"]);
}
