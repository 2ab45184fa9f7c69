//! Real clients of the Mastodon API, run by scripts in `clients/` as their users run them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::MutexGuard;

use crate::kit::kith::Setup;
use crate::kit::server::lock;
use crate::kit::{Kith, setting, setting_or_skip};

use super::{HOSTS, Scene, TURN, kith_at};

/// The password that `Kith::user` gives everybody.
const PASSWORD: &str = "correct horse battery";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    Sqlite,
    Postgres,
}

/// One Kith at `alpha.test` on a database of choice; the peers are not spoken to.
struct Stage {
    alpha: Kith,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// `None`, with a line that says so, where something is missing.
    fn open(database: Database) -> Option<Stage> {
        setting_or_skip("KITH_PEERS")?;
        if database == Database::Postgres {
            setting_or_skip("KITH_TEST_POSTGRES")?;
        }
        let turn = lock(&TURN);
        let mut setup = Setup::new(&[]).proxied("alpha.test", &HOSTS);
        setup.postgres = database == Database::Postgres;
        let alpha = setup.make_at(4011);
        alpha.launch();
        Some(Stage { alpha, _turn: turn })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kith: {}", self.alpha.logged());
        }
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("federation-tests/clients")
        .join(name)
}

/// Runs a script to its end, which has to be a good one, and answers its lines that begin with `ok`.
fn run(program: &str, name: &str, arguments: &[&str]) -> usize {
    let authority = setting("KITH_TEST_CA").expect("set beside KITH_PEERS");
    let output = Command::new(program)
        .arg(script(name))
        .args(arguments)
        .env("REQUESTS_CA_BUNDLE", &authority)
        .env("NODE_EXTRA_CA_CERTS", &authority)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect(program);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{error}");
    println!("{said}");
    said.lines().filter(|line| line.starts_with("ok ")).count()
}

fn python() -> Option<String> {
    setting_or_skip("KITH_PYTHON")
}

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
    assert_eq!(steps, 10);
}

/// From registering the app, through the pages, to logging out: two people, posts, timelines, streams, a push service.
fn a_person_has_a_whole_session_in_mastodon_py(database: Database) {
    let (Some(stage), Some(python)) = (Stage::open(database), python()) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let arguments = [&base, "ada", PASSWORD, &eve.token];
    assert_eq!(run(&python, "session_mastodon_py.py", &arguments), 12);
}

/// The client for terminals, which prints an address and waits for the code.
fn a_person_has_a_whole_session_in_toot(database: Database) {
    let (Some(stage), Some(python)) = (Stage::open(database), python()) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");
    let arguments = [&base, "ada", PASSWORD, &eve.token, place];
    assert_eq!(run(&python, "session_toot.py", &arguments), 6);
}

/// The library of web clients, with a WebSocket.
fn a_person_has_a_whole_session_in_masto(database: Database) {
    let (Some(stage), Some(_)) = (
        Stage::open(database),
        setting_or_skip("KITH_NODE_CLIENTS"),
    ) else {
        return;
    };
    stage.alpha.user("ada");
    let eve = stage.alpha.user("eve");
    let base = stage.alpha.url("");
    let arguments = [&base, "ada", PASSWORD, &eve.token];
    assert_eq!(run("node", "session_masto.mjs", &arguments), 7);
}

/// Makes each session, a `fn(Database)`, a test on either database.
macro_rules! on_both_databases {
    ($($session:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $session() {
                super::$session(super::Database::Sqlite);
            })+
        }
        mod postgres {
            $(#[test]
            fn $session() {
                super::$session(super::Database::Postgres);
            })+
        }
    };
}

on_both_databases!(
    a_person_has_a_whole_session_in_mastodon_py,
    a_person_has_a_whole_session_in_toot,
    a_person_has_a_whole_session_in_masto,
);
