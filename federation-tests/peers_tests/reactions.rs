//! Likes and boosts, and their end, in both directions.

use serde_json::{Value, json};

use crate::kit::{Login, until};

use super::someone::Someone;
use super::{Scene, befriend, follows, is_followed_by, with_each_peer};

fn uri(of: &Value) -> &str {
    of["uri"].as_str().expect("an id")
}

fn does(login: &Login<'_>, post: &Value, verb: &str) -> Value {
    let id = post["id"].as_str().expect("an id");
    login.post(&format!("/api/v1/statuses/{id}/{verb}"), &json!({}))
}

/// Waits until a counter of the post says this.
fn counts(login: &Login<'_>, post: &str, (counter, count): (&str, u32)) {
    until(&format!("{counter} to be {count}"), || {
        (login.status(post)?[counter] == count).then_some(())
    });
}

fn a_like_of_theirs_comes_and_goes(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let post = ada.toot("like me");
    someone.awaits("Create", uri(&post));
    let like = someone.like(uri(&post), &ada.uri());
    counts(&ada, uri(&post), ("favourites_count", 1));
    assert_eq!(ada.told("favourite"), 1);
    let id = post["id"].as_str().expect("an id");
    let by = ada.get(&format!("/api/v1/statuses/{id}/favourited_by"));
    assert_eq!(by[0]["uri"], someone.uri(), "{by}");
    someone.undo(&like, &ada.uri());
    counts(&ada, uri(&post), ("favourites_count", 0));
    assert_eq!(ada.told("favourite"), 0);
}

fn a_boost_of_theirs_comes_and_goes(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    befriend(someone, &ada);
    let post = ada.toot("boost me");
    someone.awaits("Create", uri(&post));
    let boost = someone.boost(uri(&post), &ada.uri());
    counts(&ada, uri(&post), ("reblogs_count", 1));
    assert_eq!(ada.told("reblog"), 1);
    someone.undo(&boost, &ada.uri());
    counts(&ada, uri(&post), ("reblogs_count", 0));
}

fn a_boost_of_theirs_shows_a_post_of_theirs(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    is_followed_by(someone, &ada);
    let theirs = someone.toot("<p>again</p>");
    ada.awaits_status(&theirs);
    someone.boost(&theirs, &ada.uri());
    let boost = until("the boost in her timeline", || {
        let home = ada.get("/api/v1/timelines/home");
        let newest = home[0].clone();
        (newest["reblog"]["uri"] == theirs).then_some(newest)
    });
    assert_eq!(boost["account"]["uri"], someone.uri());
}

fn a_like_of_ours_comes_and_goes(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    is_followed_by(someone, &ada);
    let theirs = someone.toot("<p>like me</p>");
    let post = ada.awaits_status(&theirs);
    assert_eq!(does(&ada, &post, "favourite")["favourited"], true);
    let like = someone.awaits("Like", &theirs);
    assert_eq!(like["actor"], ada.uri());
    assert_eq!(does(&ada, &post, "unfavourite")["favourited"], false);
    let undo = someone.awaits("Undo", like["id"].as_str().expect("an id"));
    assert_eq!(undo["object"]["type"], "Like", "{undo}");
    assert_eq!(undo["object"]["object"], theirs, "{undo}");
}

fn a_boost_of_ours_comes_and_goes(scene: &Scene, someone: &Someone<'_>) {
    let ada = scene.alpha.user("ada");
    follows(someone, &ada);
    is_followed_by(someone, &ada);
    let theirs = someone.toot("<p>boost me</p>");
    let post = ada.awaits_status(&theirs);
    let boost = does(&ada, &post, "reblog");
    assert_eq!(boost["reblog"]["uri"], theirs, "{boost}");
    let announce = someone.awaits("Announce", &theirs);
    assert_eq!(announce["actor"], ada.uri());
    does(&ada, &post, "unreblog");
    let undo = someone.awaits("Undo", announce["id"].as_str().expect("an id"));
    assert_eq!(undo["object"]["type"], "Announce", "{undo}");
    assert_eq!(ada.status(&theirs).expect("the post")["reblogged"], false);
}

with_each_peer!(
    a_like_of_theirs_comes_and_goes,
    a_boost_of_theirs_comes_and_goes,
    a_boost_of_theirs_shows_a_post_of_theirs,
    a_like_of_ours_comes_and_goes,
    a_boost_of_ours_comes_and_goes,
);
