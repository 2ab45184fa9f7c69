//! A real client of the Mastodon API, `Mastodon.py`, on two Kith that know each other.

use std::path::Path;
use std::process::Command;

use crate::kit::setting_or_skip;

use super::{Scene, kith_at};

#[test]
fn mastodon_py_understands_every_answer() {
    let (Some(scene), Some(python)) = (Scene::open(), setting_or_skip("KITH_PYTHON")) else {
        return;
    };
    let beta = kith_at(("beta.test", 4012), "");
    let (ada, bea) = (scene.alpha.user("ada"), beta.user("bea"));
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("federation-tests/clients/mastodon_py.py");
    let output = Command::new(python)
        .arg(script)
        .args([&scene.alpha.url(""), &ada.token, &beta.url(""), &bea.token])
        .arg(scene.frank().handle())
        .env(
            "REQUESTS_CA_BUNDLE",
            setting_or_skip("KITH_TEST_CA").expect("set beside KITH_PEERS"),
        )
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{error}");
    assert_eq!(
        said.lines().filter(|line| line.starts_with("ok ")).count(),
        10,
        "{said}"
    );
}
