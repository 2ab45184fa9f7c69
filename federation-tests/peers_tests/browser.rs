//! The pages in Chromium: one person's way from signing up to logging out, step by step in `clients/browser/walk.mjs`.
//!
//! Every page is looked at in the size of a desktop and of a phone; pictures of them stay in `target/pictures/`.

use std::path::Path;

use serde_json::json;

use crate::kit::scripts::run;
use crate::kit::setting_or_skip;

use super::stage::{Database, Stage};

/// How the person uses Chromium.
struct Habits {
    scripts: bool,
    size: &'static str,
    colours: &'static str,
}

fn walk(database: Database, habits: &Habits) {
    let environment = [
        ("KITH__INSTANCE__REGISTRATION", "open"),
        ("KITH__MAIL__TRANSPORT", "file:mail"),
    ];
    let (Some(chromium), Some(stage)) = (
        setting_or_skip("KITH_CHROMIUM"),
        Stage::open(database, &environment),
    ) else {
        return;
    };
    let (alpha, beta) = (&stage.alpha, stage.beta());
    let (eve, bea) = (alpha.user("eve"), beta.user("bea"));
    alpha.make_group("walkers", "Walkers", "eve");
    let group = eve.get("/api/v1/accounts/lookup?acct=walkers");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/pictures")
        .join(habits.colours);
    let settings = json!({
        "alpha": alpha.url(""), "beta": beta.url(""), "mail": alpha.folder().join("mail"),
        "eve": eve.token, "bea": bea.token, "group": group["id"], "program": chromium,
        "scripts": habits.scripts, "size": habits.size, "colours": habits.colours, "pictures": pictures,
    });
    let steps = run("node", "browser/walk.mjs", &[&settings.to_string()]);
    assert_eq!(steps.len(), 1);
}

#[test]
fn a_person_finds_their_way_through_the_pages() {
    let habits = Habits {
        scripts: true,
        size: "desktop",
        colours: "light",
    };
    walk(Database::Sqlite, &habits);
}

#[test]
fn a_person_without_scripts_finds_the_same_way_on_a_phone() {
    let habits = Habits {
        scripts: false,
        size: "phone",
        colours: "dark",
    };
    walk(Database::Postgres, &habits);
}
