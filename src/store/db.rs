//! Opening a database: pools, SQLite's settings, transactions, the process's own number.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};

use deadpool::Runtime;

use super::conn::{AsyncSqlite, Conn, MultiTm, OnWorker};
use super::error::{self, Error, Result};
use super::migrations;
use super::transaction::Unit;
use super::writer::Writer;

// `busy_timeout` comes first: switching to WAL may have to wait for another process.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456; \
    PRAGMA journal_size_limit = 67108864;";
const SQLITE_READERS: usize = 4;
const POSTGRES_CONNECTIONS: usize = 16;
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);
const TRIES: u32 = 8;

/// Which database this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DatabaseKind::Sqlite => "sqlite",
            DatabaseKind::Postgres => "postgres",
        })
    }
}

/// A connection for reading, given back when dropped. Derefs to [`Conn`].
pub type Reader = Object<Conn>;

/// The database of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    kind: DatabaseKind,
    read: Pool<Conn>,
    write: Writing,
    /// Held while this process serves; SQLite only.
    lock: Option<Arc<std::fs::File>>,
}

#[derive(Clone)]
enum Writing {
    Sqlite(Writer),
    Postgres(Pool<Conn>),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.kind)
    }
}

impl Store {
    /// Opens `url` (`sqlite:PATH` or `postgres://…`), creating and migrating it where needed.
    ///
    /// # Errors
    /// When the database cannot be reached or migrated.
    pub async fn open(url: &str) -> Result<Store> {
        match url.strip_prefix("sqlite:") {
            Some(path) => Store::open_sqlite(Path::new(path)).await,
            None => Store::open_postgres(url).await,
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Store> {
        let file = path.to_path_buf();
        let first = tokio::task::spawn_blocking(move || -> Result<SqliteConnection> {
            let mut connection = connect_sqlite(&file, true).map_err(unreachable)?;
            migrations::run_sqlite(&mut connection)?;
            Ok(connection)
        })
        .await
        .map_err(unreachable)??;
        let writer = Conn::Sqlite(AsyncSqlite::with_runtime(first, OnWorker), true);
        Ok(Store {
            kind: DatabaseKind::Sqlite,
            read: pool(&path.to_string_lossy(), SQLITE_READERS)?,
            write: Writing::Sqlite(Writer::new(writer)),
            lock: None,
        })
    }

    async fn open_postgres(url: &str) -> Result<Store> {
        migrations::run_postgres(
            AsyncPgConnection::establish(url)
                .await
                .map_err(unreachable)?,
        )?;
        let pool = pool(url, POSTGRES_CONNECTIONS)?;
        Ok(Store {
            kind: DatabaseKind::Postgres,
            read: pool.clone(),
            write: Writing::Postgres(pool),
            lock: None,
        })
    }

    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// Makes this the one serving process of a SQLite database; several may serve one PostgreSQL.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process serves it.
    pub fn claim(&mut self, data_folder: &Path) -> Result<()> {
        if self.kind == DatabaseKind::Postgres {
            return Ok(());
        }
        let path: PathBuf = data_folder.join("serve.lock");
        let file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(unreachable)?;
        match file.try_lock() {
            Ok(()) => {
                self.lock = Some(Arc::new(file));
                Ok(())
            }
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::InUse),
            Err(std::fs::TryLockError::Error(error)) => Err(unreachable(error)),
        }
    }

    /// A connection for reading. Writes through it fail on SQLite.
    ///
    /// # Errors
    /// When none is free within five seconds, or the database is away.
    pub async fn reader(&self) -> Result<Reader> {
        self.read.get().await.map_err(unreachable)
    }

    /// Runs `unit` as one transaction and returns once it is durable.
    ///
    /// The closure may run several times (it is repeated when another transaction was in the way), so it does
    /// nothing but use the database. A future that is dropped rolls back.
    ///
    /// # Errors
    /// What the closure returned, or a failed commit.
    pub async fn transaction<T, E, F>(&self, unit: F) -> std::result::Result<T, E>
    where
        F: for<'c> Unit<'c, std::result::Result<T, E>>,
        E: From<Error> + std::error::Error + 'static,
    {
        let mut tries = 0;
        loop {
            let outcome = match &self.write {
                Writing::Sqlite(writer) => writer.run(&unit).await,
                Writing::Postgres(pool) => run_postgres(pool, &unit).await,
            };
            tries += 1;
            match &outcome {
                Err(error)
                    if tries < TRIES && error::within(error).is_some_and(Error::is_contended) =>
                {
                    tokio::time::sleep(Duration::from_millis(u64::from(tries * tries))).await;
                }
                _ => return outcome,
            }
        }
    }
}

async fn run_postgres<T, E, F>(pool: &Pool<Conn>, unit: &F) -> std::result::Result<T, E>
where
    F: for<'c> Unit<'c, std::result::Result<T, E>>,
    E: From<Error>,
{
    let mut open = OpenTransaction(Some(pool.get().await.map_err(unreachable)?));
    MultiTm::begin_transaction(open.conn())
        .await
        .map_err(Error::from)?;
    let outcome = unit(open.conn()).await;
    if outcome.is_ok() {
        MultiTm::commit_transaction(open.conn())
            .await
            .map_err(Error::from)?;
    } else {
        MultiTm::rollback_transaction(open.conn())
            .await
            .map_err(Error::from)?;
    }
    open.end();
    outcome
}

/// A transaction on a pooled connection. Dropped before its end, it closes the connection: PostgreSQL then rolls back
/// at once, instead of holding its locks until somebody takes the connection out of the pool again.
struct OpenTransaction(Option<Object<Conn>>);

impl OpenTransaction {
    fn conn(&mut self) -> &mut Conn {
        self.0.as_mut().expect("present until it ends")
    }

    /// Gives the connection back to the pool.
    fn end(mut self) {
        drop(self.0.take());
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(unfinished) = self.0.take() {
            drop(Object::take(unfinished));
        }
    }
}

/// Runs one statement on a PostgreSQL server, outside any transaction: making and dropping whole databases.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn execute_on_server(url: &str, sql: &str) -> Result<()> {
    let mut connection = AsyncPgConnection::establish(url)
        .await
        .map_err(unreachable)?;
    Ok(connection.batch_execute(sql).await?)
}

fn pool(url: &str, size: usize) -> Result<Pool<Conn>> {
    let mut config = ManagerConfig::<Conn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|url| {
        let url = url.to_owned();
        Box::pin(async move {
            if url.starts_with("postgres") {
                return Ok(Conn::Pg(AsyncPgConnection::establish(&url).await?));
            }
            let connection =
                tokio::task::spawn_blocking(move || connect_sqlite(Path::new(&url), false))
                    .await
                    .map_err(|e| ConnectionError::BadConnection(e.to_string()))??;
            Ok(Conn::Sqlite(
                AsyncSqlite::with_runtime(connection, OnWorker),
                false,
            ))
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
        .max_size(size)
        .wait_timeout(Some(WAIT_FOR_CONNECTION))
        .create_timeout(Some(WAIT_FOR_CONNECTION))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(unreachable)
}

fn connect_sqlite(path: &Path, writer: bool) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    connection
        .batch_execute(PRAGMAS)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    if !writer {
        connection
            .batch_execute("PRAGMA query_only = ON")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    Ok(connection)
}

fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unreachable(Box::new(error))
}
