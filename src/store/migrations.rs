//! Migrations, run at every start: one folder per database, the same names in both.

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use super::backend::PerDb;
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

/// How a database differs from what this program needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// Nothing was ever made in it.
    pub empty: bool,
    /// Migrations that the next start runs, in their order.
    pub names: Vec<String>,
    /// Versions in the database that this program does not know: a newer one was here.
    pub unknown: Vec<String>,
}

/// Compares a database with this program. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn pending(c: &mut Conn) -> Result<Pending> {
    let known = match c {
        Conn::Sqlite(..) => names::<Sqlite>(&SQLITE),
        Conn::Pg(_) => names::<Pg>(&POSTGRES),
    };
    let run = applied(c).await?;
    let is_known = |version: &String| known.iter().any(|(known, _)| known == version);
    Ok(Pending {
        empty: run.is_empty(),
        unknown: run.iter().filter(|run| !is_known(run)).cloned().collect(),
        names: known
            .iter()
            .filter(|(version, _)| !run.contains(version))
            .map(|(_, name)| name.clone())
            .collect(),
    })
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The versions that were run, in their order. Diesel's own way to ask makes its table.
async fn applied(c: &mut Conn) -> Result<Vec<String>> {
    let tables: Count = PerDb {
        sqlite: diesel::sql_query(
            "SELECT count(*) AS n FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        ),
        pg: diesel::sql_query(
            "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations')",
        ),
    }
    .get_result(c)
    .await?;
    if tables.n == 0 {
        return Ok(Vec::new());
    }
    let versions =
        || diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let rows: Vec<Applied> = PerDb {
        sqlite: versions(),
        pg: versions(),
    }
    .load(c)
    .await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// Version and name of each, in their order.
fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = MigrationSource::<DB>::migrations(source)
        .unwrap_or_default()
        .iter()
        .map(|m| (m.name().version().to_string(), m.name().to_string()))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::{POSTGRES, SQLITE, names};
    use diesel::pg::Pg;
    use diesel::sqlite::Sqlite;

    #[test]
    fn both_databases_have_the_same_migrations() {
        let known = names::<Sqlite>(&SQLITE);
        assert!(!known.is_empty());
        assert_eq!(known, names::<Pg>(&POSTGRES));
    }
}
