//! Programs of other people, driven by the scripts in `clients/`.

use std::path::Path;
use std::process::Command;

use super::{setting, setting_or_skip};

/// The password that `Kith::user` gives everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The Python that has the clients.
pub(crate) fn python() -> Option<String> {
    setting_or_skip("KITH_PYTHON")
}

/// Runs a script to its end, which has to be a good one. Answers the lines in which it says what was `ok`.
pub(crate) fn run(program: &str, script: &str, arguments: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("federation-tests/clients");
    let mut command = Command::new(program);
    command.arg(folder.join(script)).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(authority) = setting("KITH_TEST_CA") {
        command.env("REQUESTS_CA_BUNDLE", &authority);
        command.env("NODE_EXTRA_CA_CERTS", &authority);
    }
    let output = command.output().expect(program);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{error}");
    println!("{said}");
    let fine = said.lines().filter(|line| line.starts_with("ok "));
    fine.map(str::to_owned).collect()
}
