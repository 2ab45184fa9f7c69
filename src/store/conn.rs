//! The connection that every query function takes: PostgreSQL or SQLite behind one type.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use diesel::connection::{CacheSize, Instrumentation, TransactionManagerStatus};
use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{ConnectionResult, QueryResult};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_async::{
    AsyncConnection, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection,
    TransactionManager,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};

use super::backend::{MultiBackend, MultiRow, PerDb, Rendered};

/// Runs SQLite on the calling worker: a hop to the blocking pool costs ~4x the query itself. Queries are short and
/// indexed; only the commit waits for the disk, and `writer` makes room for it.
pub struct OnWorker;
impl SpawnBlocking for OnWorker {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn std::error::Error + Send + Sync + 'static>>> {
        Box::pin(async move { Ok(task()) })
    }
    fn get_runtime() -> Self {
        OnWorker
    }
}
pub(super) type AsyncSqlite = SyncConnectionWrapper<SqliteConnection, OnWorker>;

type PgRow = <AsyncPgConnection as AsyncConnectionCore>::Row<'static, 'static>;
type SqliteRow = <AsyncSqlite as AsyncConnectionCore>::Row<'static, 'static>;
type PgTm = <AsyncPgConnection as AsyncConnection>::TransactionManager;
type SqliteTm = <AsyncSqlite as AsyncConnection>::TransactionManager;

/// The connection every query function takes.
#[expect(
    clippy::large_enum_variant,
    reason = "a handful of connections, in a pool"
)]
pub enum Conn {
    Pg(AsyncPgConnection),
    /// `true`: the single writer, whose transactions begin IMMEDIATE.
    Sqlite(AsyncSqlite, bool),
}

pub enum LoadFut<'c, 'q> {
    Pg(BoxFuture<'c, QueryResult<BoxStream<'static, QueryResult<PgRow>>>>),
    Sqlite(BoxFuture<'q, QueryResult<BoxStream<'static, QueryResult<SqliteRow>>>>),
}
pub enum RowStream<'c, 'q> {
    Pg(
        BoxStream<'static, QueryResult<PgRow>>,
        PhantomData<fn() -> (&'c (), &'q ())>,
    ),
    Sqlite(BoxStream<'static, QueryResult<SqliteRow>>),
}
impl<'c, 'q> Future for LoadFut<'c, 'q> {
    type Output = QueryResult<RowStream<'c, 'q>>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            LoadFut::Pg(f) => f
                .as_mut()
                .poll(cx)
                .map_ok(|s| RowStream::Pg(s, PhantomData)),
            LoadFut::Sqlite(f) => f.as_mut().poll(cx).map_ok(RowStream::Sqlite),
        }
    }
}
impl<'c, 'q> futures_util::Stream for RowStream<'c, 'q> {
    type Item = QueryResult<MultiRow<'c, 'q>>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut *self {
            RowStream::Pg(s, _) => s.poll_next_unpin(cx).map_ok(MultiRow::Pg),
            RowStream::Sqlite(s) => s.poll_next_unpin(cx).map_ok(MultiRow::Sqlite),
        }
    }
}
pub enum ExecFut<'c, 'q> {
    Pg(BoxFuture<'c, QueryResult<usize>>),
    Sqlite(BoxFuture<'q, QueryResult<usize>>),
}
impl Future for ExecFut<'_, '_> {
    type Output = QueryResult<usize>;
    #[expect(
        clippy::match_same_arms,
        reason = "the two futures have different lifetimes"
    )]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            ExecFut::Pg(f) => f.as_mut().poll(cx),
            ExecFut::Sqlite(f) => f.as_mut().poll(cx),
        }
    }
}

impl Conn {
    /// Runs a statement of transaction control, prepared once.
    pub(super) async fn say(&mut self, sql: &'static str) -> QueryResult<()> {
        let both = PerDb {
            sqlite: diesel::sql_query(sql),
            pg: diesel::sql_query(sql),
        };
        diesel_async::RunQueryDsl::execute(both, self).await?;
        Ok(())
    }
}
impl SimpleAsyncConnection for Conn {
    async fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Conn::Pg(c) => c.batch_execute(sql).await,
            Conn::Sqlite(c, _) => c.batch_execute(sql).await,
        }
    }
}
impl AsyncConnectionCore for Conn {
    type LoadFuture<'c, 'q> = LoadFut<'c, 'q>;
    type ExecuteFuture<'c, 'q> = ExecFut<'c, 'q>;
    type Stream<'c, 'q> = RowStream<'c, 'q>;
    type Row<'c, 'q> = MultiRow<'c, 'q>;
    type Backend = MultiBackend;
    fn load<'c, 'q, T>(&'c mut self, source: T) -> LoadFut<'c, 'q>
    where
        T: AsQuery + 'q,
        T::Query: QueryFragment<MultiBackend> + QueryId + 'q,
    {
        let q = source.as_query();
        match self {
            Conn::Pg(c) => LoadFut::Pg(AsyncConnectionCore::load(c, Rendered::<_, Pg>::new(q))),
            Conn::Sqlite(c, _) => {
                LoadFut::Sqlite(AsyncConnectionCore::load(c, Rendered::<_, Sqlite>::new(q)))
            }
        }
    }
    fn execute_returning_count<'c, 'q, T>(&'c mut self, q: T) -> ExecFut<'c, 'q>
    where
        T: QueryFragment<MultiBackend> + QueryId + 'q,
    {
        match self {
            Conn::Pg(c) => ExecFut::Pg(AsyncConnectionCore::execute_returning_count(
                c,
                Rendered::<_, Pg>::new(q),
            )),
            Conn::Sqlite(c, _) => ExecFut::Sqlite(AsyncConnectionCore::execute_returning_count(
                c,
                Rendered::<_, Sqlite>::new(q),
            )),
        }
    }
}
impl AsyncConnection for Conn {
    type TransactionManager = MultiTm;
    async fn establish(url: &str) -> ConnectionResult<Self> {
        if url.starts_with("postgres") {
            Ok(Conn::Pg(AsyncPgConnection::establish(url).await?))
        } else {
            Ok(Conn::Sqlite(AsyncSqlite::establish(url).await?, true))
        }
    }
    fn transaction_state(&mut self) -> &mut Conn {
        self
    }
    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        match self {
            Conn::Pg(c) => AsyncConnection::instrumentation(c),
            Conn::Sqlite(c, _) => AsyncConnection::instrumentation(c),
        }
    }
    fn set_instrumentation(&mut self, i: impl Instrumentation) {
        match self {
            Conn::Pg(c) => c.set_instrumentation(i),
            Conn::Sqlite(c, _) => c.set_instrumentation(i),
        }
    }
    fn set_prepared_statement_cache_size(&mut self, n: CacheSize) {
        match self {
            Conn::Pg(c) => c.set_prepared_statement_cache_size(n),
            Conn::Sqlite(c, _) => c.set_prepared_statement_cache_size(n),
        }
    }
}
pub struct MultiTm;
impl TransactionManager<Conn> for MultiTm {
    type TransactionStateData = Conn;
    async fn begin_transaction(conn: &mut Conn) -> QueryResult<()> {
        match conn {
            Conn::Pg(c) => PgTm::begin_transaction(c).await,
            Conn::Sqlite(c, writer) => {
                let nested = SqliteTm::transaction_manager_status_mut(c)
                    .transaction_depth()?
                    .is_some();
                if *writer && !nested {
                    return c
                        .spawn_blocking(|c| {
                            diesel::connection::AnsiTransactionManager::begin_transaction_sql(
                                c,
                                "BEGIN IMMEDIATE",
                            )
                        })
                        .await;
                }
                SqliteTm::begin_transaction(c).await
            }
        }
    }
    async fn rollback_transaction(conn: &mut Conn) -> QueryResult<()> {
        match conn {
            Conn::Pg(c) => PgTm::rollback_transaction(c).await,
            Conn::Sqlite(c, _) => SqliteTm::rollback_transaction(c).await,
        }
    }
    async fn commit_transaction(conn: &mut Conn) -> QueryResult<()> {
        match conn {
            Conn::Pg(c) => PgTm::commit_transaction(c).await,
            Conn::Sqlite(c, _) => SqliteTm::commit_transaction(c).await,
        }
    }
    fn transaction_manager_status_mut(conn: &mut Conn) -> &mut TransactionManagerStatus {
        match conn {
            Conn::Pg(c) => PgTm::transaction_manager_status_mut(c),
            Conn::Sqlite(c, _) => SqliteTm::transaction_manager_status_mut(c),
        }
    }
    fn is_broken_transaction_manager(conn: &mut Conn) -> bool {
        match conn {
            Conn::Pg(c) => PgTm::is_broken_transaction_manager(c),
            Conn::Sqlite(c, _) => SqliteTm::is_broken_transaction_manager(c),
        }
    }
}
impl PoolableConnection for Conn {
    fn is_broken(&mut self) -> bool {
        match self {
            Conn::Pg(c) => PoolableConnection::is_broken(c),
            Conn::Sqlite(c, _) => PoolableConnection::is_broken(c),
        }
    }
}

/// Escape hatch 3: multi-row insert (ignoring duplicates). On SQLite it is a statement for each row, prepared once; a
/// statement of many rows would be parsed anew each time.
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::store::conn::Conn::Pg(c) => {
                diesel_async::RunQueryDsl::execute(
                    diesel::insert_into($table)
                        .values(&$rows)
                        .on_conflict_do_nothing(),
                    c,
                )
                .await
            }
            $crate::store::conn::Conn::Sqlite(c, _) => {
                let rows = $rows;
                c.spawn_blocking(move |c| {
                    let mut inserted = 0;
                    for row in rows {
                        inserted += diesel::RunQueryDsl::execute(
                            diesel::insert_into($table)
                                .values(row)
                                .on_conflict_do_nothing(),
                            c,
                        )?;
                    }
                    Ok(inserted)
                })
                .await
            }
        }
    };
}
pub(crate) use insert_many;
