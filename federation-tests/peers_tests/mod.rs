//! Kith among servers that other people wrote: `https://alpha.test` behind the TLS proxy, beside the peers of `peers/`.
//!
//! Here belongs what needs them: each test says what both ends show afterwards, Kith through its client API and the
//! peer through its control address. What a scripted server can show just as well belongs beside this folder. The peers
//! and the names are shared, so these tests take turns; without `KITH_PEERS` they say that they are skipped.

mod approval;
mod browser;
mod captures;
mod clients;
mod departures;
mod events;
mod follows;
mod groups;
mod invitations;
mod polls;
mod posts;
mod reactions;
mod replies;
mod secure_mode;
mod signatures;
mod someone;
mod stage;
mod visibility;

use std::sync::{Mutex, MutexGuard};

use serde_json::json;

use crate::kit::kith::Setup;
use crate::kit::server::lock;
use crate::kit::{Kith, Login, setting_or_skip, until};

use captures::Captures;
use someone::{Control, Someone};

/// The names of `peers/hosts.json`.
const HOSTS: [&str; 6] = [
    "alpha.test",
    "beta.test",
    "fedify.test",
    "fedify2.test",
    "pubby.test",
    "push.test",
];
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Where not nextest but `cargo test` runs the tests, they share a process.
static TURN: Mutex<()> = Mutex::new(());

/// One test: a new Kith, and peers that know nothing yet.
struct Scene {
    alpha: Kith,
    fedify: Control,
    fedify2: Control,
    pubby: Control,
    captures: Captures,
    _turn: MutexGuard<'static, ()>,
}

impl Scene {
    /// `None`, with a line that says so, where the peers are not there.
    fn open() -> Option<Scene> {
        Scene::open_with("")
    }

    /// [`Scene::open`], with more lines for Kith's `[federation]`.
    fn open_with(lines: &str) -> Option<Scene> {
        setting_or_skip("KITH_PEERS")?;
        let turn = lock(&TURN);
        let fedify = Control::named("KITH_FEDIFY", "fedify.test");
        let fedify2 = Control::named("KITH_FEDIFY2", "fedify2.test");
        let pubby = Control::named("KITH_PUBBY", "pubby.test");
        for peer in [&fedify, &fedify2, &pubby] {
            peer.ask("reset", &json!({}));
        }
        let captures = Captures::begin();
        Some(Scene {
            alpha: kith_at(("alpha.test", 4011), lines),
            fedify,
            fedify2,
            pubby,
            captures,
            _turn: turn,
        })
    }

    /// A person of the Fedify peer.
    fn frank(&self) -> Someone<'_> {
        Someone::on_fedify(&self.fedify, "frank")
    }

    /// The person of the pubby peer.
    fn penny(&self) -> Someone<'_> {
        Someone::on_pubby(&self.pubby)
    }
}

impl Drop for Scene {
    /// What the peers could not deliver often says why a test failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failures: {}", self.fedify.read("failures"));
            eprintln!("kith: {}", self.alpha.logged());
        }
    }
}

/// A Kith that the proxy leads to, with more lines for its `[federation]`.
fn kith_at((name, port): (&str, u16), lines: &str) -> Kith {
    let mut setup = Setup::new(&[]).proxied(name, &HOSTS);
    setup.federation = format!("{}\n{lines}", setup.federation);
    let kith = setup.make_at(port);
    kith.launch();
    kith
}

/// The person of Kith follows `someone`, who accepts. Answers the account as Kith shows it.
fn is_followed_by(someone: &Someone<'_>, login: &Login<'_>) -> serde_json::Value {
    let account = login.follow(&someone.handle());
    until("the follow to be accepted", || {
        login.follows(&account).then_some(())
    });
    assert!(someone.followers().contains(&login.uri()));
    account
}

/// `someone` follows the person of Kith, who accepts everyone.
fn follows(someone: &Someone<'_>, login: &Login<'_>) {
    let before = login.followers();
    someone.follow(&login.uri());
    until("the follow to be accepted there", || {
        (someone.following(&login.uri()).as_deref() == Some("accepted")).then_some(())
    });
    assert_eq!(login.followers(), before + 1);
}

/// Both follow each other.
fn befriend(someone: &Someone<'_>, login: &Login<'_>) -> serde_json::Value {
    follows(someone, login);
    is_followed_by(someone, login)
}

/// Makes each story, a `fn(&Scene, &Someone)`, a test with a person of either peer.
macro_rules! with_each_peer {
    ($($story:ident),+ $(,)?) => {
        mod fedify {
            $(#[test]
            fn $story() {
                let Some(scene) = crate::peers::Scene::open() else { return };
                super::$story(&scene, &scene.frank());
            })+
        }
        mod pubby {
            $(#[test]
            fn $story() {
                let Some(scene) = crate::peers::Scene::open() else { return };
                super::$story(&scene, &scene.penny());
            })+
        }
    };
}
use with_each_peer;
