//! Real clients of the Mastodon API, run by scripts in `clients/` as their users run them.

use crate::kit::scripts::{PASSWORD, python, run};
use crate::kit::setting_or_skip;

use super::stage::{Database, Stage, on_both_databases};
use super::{Scene, kith_at};

#[test]
fn mastodon_py_understands_every_answer() {
    let (Some(scene), Some(python)) = (Scene::open(), python()) else {
        return;
    };
    let beta = kith_at(("beta.test", 4012), "");
    let (ada, bea) = (scene.alpha.user("ada"), beta.user("bea"));
    let arguments = [
        &scene.alpha.url(""),
        &ada.token,
        &beta.url(""),
        &bea.token,
        &scene.frank().handle(),
    ];
    let steps = run(&python, "mastodon_py.py", &arguments.map(String::as_str));
    assert_eq!(steps.len(), 10);
}

/// From registering the app, through the pages, to logging out: two people, posts, timelines, streams, a push service.
fn a_person_has_a_whole_session_in_mastodon_py(database: Database) {
    let (Some(stage), Some(python)) = (Stage::open(database, &[]), python()) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let arguments = [&base, "ada", PASSWORD, &eve.token];
    assert_eq!(run(&python, "session_mastodon_py.py", &arguments).len(), 12);
}

/// The client for terminals, which prints an address and waits for the code.
fn a_person_has_a_whole_session_in_toot(database: Database) {
    let (Some(stage), Some(python)) = (Stage::open(database, &[]), python()) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");
    let arguments = [&base, "ada", PASSWORD, &eve.token, place];
    assert_eq!(run(&python, "session_toot.py", &arguments).len(), 6);
}

/// The library of web clients, with a WebSocket.
fn a_person_has_a_whole_session_in_masto(database: Database) {
    let (Some(stage), Some(_)) = (
        Stage::open(database, &[]),
        setting_or_skip("KITH_NODE_CLIENTS"),
    ) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let arguments = [&base, "ada", PASSWORD, &eve.token];
    assert_eq!(run("node", "session_masto.mjs", &arguments).len(), 8);
}

on_both_databases!(
    a_person_has_a_whole_session_in_mastodon_py,
    a_person_has_a_whole_session_in_toot,
    a_person_has_a_whole_session_in_masto,
);
