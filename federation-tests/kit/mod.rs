//! What the tests stand on: a running Kith, scripted servers it meets, and a plain HTTP client.
//!
//! Here belongs what several test files need. Nothing here asserts a behaviour of Kith, except that it never panics
//! and never answers with a server error other than 503.

pub(crate) mod activities;
pub(crate) mod kith;
pub(crate) mod login;
pub(crate) mod peer;
pub(crate) mod ports;
pub(crate) mod remote;
pub(crate) mod room;
pub(crate) mod scripts;
pub(crate) mod server;
pub(crate) mod signing;
pub(crate) mod story;
pub(crate) mod wire;
pub(crate) mod world;

use std::time::{Duration, Instant};

use ::kith::domain::clock::{Clock as _, SystemClock, Timestamp};

pub(crate) use self::kith::Kith;
pub(crate) use login::Login;
pub(crate) use peer::Peer;
pub(crate) use remote::Remote;
pub(crate) use server::Page;
pub(crate) use signing::Signing;
pub(crate) use wire::{Answer, Ask};

/// How long an effect may take to show.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the clock of the machine says.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Waits until `ready` answers something; fails the test, naming `what`, after [`PATIENCE`].
pub(crate) fn until<T>(what: &str, ready: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ready)
}

/// [`until`] with its own limit.
pub(crate) fn within<T>(limit: Duration, what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(
            begun.elapsed() < limit,
            "waited {limit:?} in vain for: {what}"
        );
        std::thread::sleep(Duration::from_millis(25));
    }
}

/// A variable of the environment that the scripts of `setup/` set. Says so where it is missing.
pub(crate) fn setting(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.into_string().ok();
    value.filter(|value| !value.is_empty())
}

/// [`setting`]; prints that the test is skipped where it is missing.
pub(crate) fn setting_or_skip(name: &str) -> Option<String> {
    let value = setting(name);
    if value.is_none() {
        eprintln!("skipped: {name} is not set (see federation-tests/README.md)");
    }
    value
}
