//! A database for one test; it goes when it is dropped.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use kith::store::Store;
use tokio_postgres::NoTls;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A fresh database, and a folder for files.
pub(crate) struct Database {
    url: String,
    folder: tempfile::TempDir,
    /// Whom to ask to remove it, and its name.
    postgres: Option<(String, String)>,
}

impl Database {
    /// `None`, with a word on the terminal, where `KITH_TEST_POSTGRES` names no server to make it on.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by the environment where PostgreSQL is"
    )]
    pub(crate) async fn fresh(backend: Backend) -> Option<Database> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        if backend == Backend::Sqlite {
            let url = format!("sqlite:{}", folder.path().join("kith.db").display());
            return Some(Database {
                url,
                folder,
                postgres: None,
            });
        }
        let Ok(admin) = std::env::var("KITH_TEST_POSTGRES") else {
            eprintln!("skipped: KITH_TEST_POSTGRES is not set");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("kith_kit_{}_{count}", std::process::id());
        ask(
            &admin,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        ask(&admin, &format!("CREATE DATABASE {name}")).await;
        let (server, _) = admin.rsplit_once('/').unwrap();
        Some(Database {
            url: format!("{server}/{name}"),
            folder,
            postgres: Some((admin, name)),
        })
    }

    /// The folder that `kith.toml` would stand in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As it stands in `kith.toml`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((admin, name)) = self.postgres.take() else {
            return;
        };
        // The runtime of the test may be ending; another one says good-bye.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(ask(
                &admin,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            ));
        });
        let _ = gone.join();
    }
}

async fn ask(admin: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(admin, NoTls).await.unwrap();
    let asking = async {
        client.batch_execute(sql).await.unwrap();
        drop(client);
    };
    let (served, ()) = tokio::join!(connection, asking);
    served.unwrap();
}
