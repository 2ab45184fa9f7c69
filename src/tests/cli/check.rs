//! `kith check`.

use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::process::Command;

use kith::store::{self, Pending};
use serde_json::Value;

use crate::kit::{Backend, Database};

/// An instance of which there are settings, folders, and an empty database.
async fn prepared(backend: Backend) -> Option<(Database, PathBuf)> {
    let database = Database::fresh(backend).await?;
    let folder = database.folder();
    let media = folder.join("media");
    std::fs::create_dir(&media).unwrap();
    for path in [folder, &media] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let mut private = std::fs::OpenOptions::new();
    private.write(true).create_new(true).mode(0o600);
    if backend == Backend::Sqlite {
        private.open(folder.join("kith.db")).unwrap();
    }
    let settings = folder.join("kith.toml");
    let text = format!(
        "[instance]\ndomain = \"kith.test\"\n[database]\nurl = \"{}\"\n",
        database.url()
    );
    std::io::Write::write_all(&mut private.open(&settings).unwrap(), text.as_bytes()).unwrap();
    Some((database, settings))
}

/// Runs the command and answers what it found. That a database for tests is not made to last is no finding here.
fn check(settings: &PathBuf) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
    let output = command
        .args(["check", "--json", "--config"])
        .arg(settings)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let mut found: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let problems = found["problems"].as_array_mut().unwrap();
    assert_eq!(output.status.success(), problems.is_empty(), "{said}");
    problems.retain(|one| !one["advice"].as_str().unwrap().contains("power cut"));
    found
}

fn is_well(found: &Value) -> bool {
    found["problems"].as_array().unwrap().is_empty()
}

fn about<'a>(found: &'a Value, about: &str) -> Option<&'a str> {
    let found = found
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["about"] == about)?;
    found["advice"].as_str()
}

async fn pending(database: &Database) -> Pending {
    let mut connection = store::look(database.url()).await.unwrap();
    store::pending(&mut connection).await.unwrap()
}

async fn says_what_it_does_not_do(backend: Backend) {
    let Some((database, settings)) = prepared(backend).await else {
        return;
    };
    let before = pending(&database).await;
    assert!(before.empty && !before.names.is_empty());
    let found = check(&settings);
    assert!(is_well(&found), "{found}");
    let note = about(&found["notes"], "migrations").unwrap();
    assert!(
        before.names.iter().all(|name| note.contains(name)),
        "{note}"
    );
    assert_eq!(pending(&database).await, before);
    if backend == Backend::Sqlite {
        assert_eq!(
            std::fs::metadata(database.folder().join("kith.db"))
                .unwrap()
                .len(),
            0
        );
    }

    drop(database.open().await);
    assert_eq!(pending(&database).await, Pending::default());
    let found = check(&settings);
    assert!(is_well(&found), "{found}");
    assert!(about(&found["notes"], "migrations").is_none());
    assert!(about(&found["notes"], "keys").is_some());

    let mut connection = store::look(database.url()).await.unwrap();
    let account = kith::domain::ids::AccountId(1);
    assert!(
        store::accounts::delete(&mut connection, account)
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_would_be_migrated_and_leaves_sqlite_alone() {
    says_what_it_does_not_do(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_would_be_migrated_and_leaves_postgres_alone() {
    says_what_it_does_not_do(Backend::Postgres).await;
}

#[tokio::test]
async fn check_makes_no_file() {
    let (database, settings) = prepared(Backend::Sqlite).await.unwrap();
    let file = database.folder().join("kith.db");
    std::fs::remove_file(&file).unwrap();
    let found = check(&settings);
    assert!(!is_well(&found));
    assert!(
        about(&found["problems"], "database.url")
            .unwrap()
            .contains("kith init")
    );
    assert!(!file.exists());
}
