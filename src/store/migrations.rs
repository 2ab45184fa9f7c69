//! Migrations, run at every start: one folder per database, the same names in both.

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings a SQLite database up to date, all or nothing for each migration.
pub(super) fn run_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    connection
        .run_pending_migrations(SQLITE)
        .map(drop)
        .map_err(Error::Migration)
}

/// Brings a PostgreSQL database up to date. Needs a multi-thread runtime.
pub(super) fn run_postgres(connection: AsyncPgConnection) -> Result<()> {
    let mut harness = AsyncMigrationHarness::new(connection);
    tokio::task::block_in_place(|| {
        MigrationHarness::<Pg>::run_pending_migrations(&mut harness, POSTGRES)
            .map(drop)
            .map_err(Error::Migration)
    })
}

/// The versions that each database knows, for the test that they are the same.
#[must_use]
pub fn versions() -> (Vec<String>, Vec<String>) {
    fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Vec<String> {
        let mut names: Vec<String> = MigrationSource::<DB>::migrations(source)
            .map(|all| all.iter().map(|m| m.name().to_string()).collect())
            .unwrap_or_default();
        names.sort();
        names
    }
    (names::<Sqlite>(&SQLITE), names::<Pg>(&POSTGRES))
}
