//! One diesel backend over both databases, so that every query is written once and type-checked twice.
//!
//! `#[derive(MultiConnection)]` gives us `MultiBackend`. It is only derived for synchronous connections, so it is
//! derived on two uninhabited shapes; `conn` implements diesel-async's traits for the real connection. This file and
//! `conn` are the only ones that touch diesel's internals: `diesel` and `diesel-async` are pinned for them.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

use diesel::backend::Backend;
use diesel::connection::{
    CacheSize, Connection, Instrumentation, LoadConnection, SimpleConnection,
    TransactionManagerStatus,
};
use diesel::internal::derives::multiconnection::{
    AstPassHelper, ConnectionSealed, MultiConnectionHelper,
};
use diesel::migration::MigrationConnection;
use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{ConnectionResult, QueryResult};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};

use super::conn::AsyncSqlite;

macro_rules! shape {
    ($name:ident, $real:ty, $db:ty, $lookup:ty, |$l:ident| $to:expr, $from:expr) => {
        pub enum $name {}
        impl SimpleConnection for $name {
            fn batch_execute(&mut self, _: &str) -> QueryResult<()> {
                match *self {}
            }
        }
        impl ConnectionSealed for $name {}
        impl MigrationConnection for $name {
            fn setup(&mut self) -> QueryResult<usize> {
                match *self {}
            }
        }
        impl MultiConnectionHelper for $name {
            fn to_any<'a>($l: &mut $lookup) -> &mut (dyn std::any::Any + 'a) {
                $to
            }
            fn from_any($l: &mut dyn std::any::Any) -> Option<&mut $lookup> {
                $from
            }
        }
        impl diesel::connection::TransactionManager<$name> for $name {
            type TransactionStateData = Self;
            fn begin_transaction(c: &mut $name) -> QueryResult<()> {
                match *c {}
            }
            fn rollback_transaction(c: &mut $name) -> QueryResult<()> {
                match *c {}
            }
            fn commit_transaction(c: &mut $name) -> QueryResult<()> {
                match *c {}
            }
            fn transaction_manager_status_mut(c: &mut $name) -> &mut TransactionManagerStatus {
                match *c {}
            }
        }
        impl Connection for $name {
            type Backend = $db;
            type TransactionManager = Self;
            fn establish(_: &str) -> ConnectionResult<Self> {
                Err(diesel::ConnectionError::BadConnection("shape only".into()))
            }
            fn execute_returning_count<T>(&mut self, _: &T) -> QueryResult<usize>
            where
                T: QueryFragment<$db> + QueryId,
            {
                match *self {}
            }
            fn transaction_state(&mut self) -> &mut Self {
                self
            }
            fn instrumentation(&mut self) -> &mut dyn Instrumentation {
                match *self {}
            }
            fn set_instrumentation(&mut self, _: impl Instrumentation) {
                match *self {}
            }
            fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {
                match *self {}
            }
        }
        impl LoadConnection for $name {
            type Cursor<'c, 'q> = std::iter::Empty<QueryResult<Self::Row<'c, 'q>>>;
            type Row<'c, 'q> = <$real as AsyncConnectionCore>::Row<'c, 'q>;
            fn load<'c, 'q, T>(&'c mut self, _: T) -> QueryResult<Self::Cursor<'c, 'q>>
            where
                T: Query + QueryFragment<$db> + QueryId + 'q,
                $db: diesel::expression::QueryMetadata<T::SqlType>,
            {
                match *self {}
            }
        }
    };
}

/// Only built-in SQL types are used, so no OID ever needs a lookup.
pub(super) struct NoLookup;
impl PgMetadataLookup for NoLookup {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::from_result(Err(diesel::pg::FailedToLookupTypeError::new(
            diesel::pg::PgMetadataCacheKey::new(
                schema.map(|s| s.to_owned().into()),
                name.to_owned().into(),
            ),
        )))
    }
    fn as_any<'a>(&mut self) -> &mut (dyn std::any::Any + 'a)
    where
        Self: 'a,
    {
        self
    }
}

type PgLookup = dyn PgMetadataLookup;
shape!(
    PgShape,
    AsyncPgConnection,
    Pg,
    PgLookup,
    |l| {
        let _ = l;
        unreachable!("see Rendered")
    },
    l.downcast_mut::<NoLookup>().map(|l| l as &mut PgLookup)
);
shape!(
    SqliteShape,
    AsyncSqlite,
    Sqlite,
    (),
    |l| l,
    l.downcast_mut::<()>()
);

mod derived {
    use super::{PgShape, SqliteShape};
    use diesel::connection::{Connection, SimpleConnection};
    #[derive(diesel::MultiConnection)]
    #[expect(dead_code, reason = "it exists for what the derive makes of it")]
    pub(super) enum Shape {
        Pg(PgShape),
        Sqlite(SqliteShape),
    }
}
pub(super) use derived::MultiBackend;
pub(super) use derived::MultiRow;
type Qb = <MultiBackend as diesel::backend::Backend>::QueryBuilder;
type Binds<'a> = <MultiBackend as diesel::backend::Backend>::BindCollector<'a>;

/// A query over `MultiBackend`, seen as a query over one concrete backend.
pub(super) struct Rendered<Q, DB> {
    q: Q,
    backend: MultiBackend,
    db: PhantomData<fn() -> DB>,
}
impl<Q: QueryId, DB> QueryId for Rendered<Q, DB> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}
impl<Q, DB> Query for Rendered<Q, DB> {
    type SqlType = diesel::sql_types::Untyped;
}
/// The text of a query, and whether it is worth keeping prepared.
struct Text {
    sql: String,
    steady: bool,
}
thread_local! {
    /// Texts of queries whose type says everything about them: walking one costs as much as running it.
    static TEXTS: RefCell<HashMap<(TypeId, &'static str), Rc<Text>>> = RefCell::default();
}

fn text<Q: QueryFragment<MultiBackend> + QueryId>(
    q: &Q,
    backend: &MultiBackend,
    (name, mut builder): (&'static str, Qb),
) -> QueryResult<Rc<Text>> {
    let key = Q::query_id().map(|id| (id, name));
    if let Some(kept) = key.and_then(|key| TEXTS.with_borrow(|texts| texts.get(&key).cloned())) {
        return Ok(kept);
    }
    q.to_sql(&mut builder, backend)?;
    let sql = builder.finish();
    let steady = is_steady(&sql) || q.is_safe_to_cache_prepared(backend)?;
    let text = Rc::new(Text { sql, steady });
    if let Some(key) = key {
        TEXTS.with_borrow_mut(|texts| texts.insert(key, Rc::clone(&text)));
    }
    Ok(text)
}

/// diesel prepares anew, each time, what may come in many shapes: every UPDATE, whose changes may leave columns out, and
/// on SQLite everything with a list. The changes of ours are few; so are the lengths of lists that went through
/// [`padded`].
fn is_steady(sql: &str) -> bool {
    let mut lists = sql.split(" IN (").skip(1).peekable();
    (sql.starts_with("UPDATE") || lists.peek().is_some())
        && lists.all(|rest| {
            let list = rest.split(')').next().unwrap_or_default();
            list.matches('?').count().is_power_of_two()
        })
}

/// A list of ids for `eq_any`, lengthened to a power of two by repeating its last.
pub(super) fn padded(ids: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    if let Some(&last) = ids.last() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

macro_rules! rendered {
    ($db:ty, $v:ident, $lookup:expr) => {
        impl<Q: QueryFragment<MultiBackend> + QueryId> QueryFragment<$db> for Rendered<Q, $db> {
            fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, $db>) -> QueryResult<()> {
                if let Some((out, _)) = pass.bind_collector() {
                    let mut binds = Binds::$v(Default::default());
                    self.q.collect_binds(&mut binds, $lookup, &self.backend)?;
                    if let Binds::$v(b) = binds {
                        *out = b;
                    }
                    return Ok(());
                }
                if let Some((f, _)) = pass.debug_binds() {
                    return self
                        .q
                        .walk_ast(AstPass::<MultiBackend>::collect_debug_binds_pass(
                            f,
                            &self.backend,
                        ));
                }
                let builder = Qb::$v(Default::default());
                let text = text(&self.q, &self.backend, (stringify!($v), builder))?;
                pass.push_sql(&text.sql);
                if !text.steady {
                    pass.unsafe_to_cache_prepared();
                }
                Ok(())
            }
        }
        impl<Q> Rendered<Q, $db> {
            pub(super) fn new(q: Q) -> Self {
                Rendered {
                    q,
                    backend: MultiBackend::$v(Default::default()),
                    db: PhantomData,
                }
            }
        }
    };
}
rendered!(Pg, Pg, &mut NoLookup);
rendered!(Sqlite, Sqlite, &mut ());

/// Escape hatch 1: a query valid on both databases although `MultiBackend` lacks the clause
/// (ON CONFLICT). Still checked against both.
#[derive(QueryId)]
pub(super) struct Both<Q>(pub Q);
impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}
impl<Q: QueryFragment<Pg> + QueryFragment<Sqlite>> QueryFragment<MultiBackend> for Both<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}
/// Escape hatch 2: a different query (or fragment) per database (FOR UPDATE SKIP LOCKED, ILIKE).
#[derive(QueryId)]
pub(super) struct PerDb<S, P> {
    pub sqlite: S,
    pub pg: P,
}
impl<S: Query, P: Query<SqlType = S::SqlType>> Query for PerDb<S, P> {
    type SqlType = S::SqlType;
}
impl<S: QueryFragment<Sqlite>, P> QueryFragment<Sqlite> for PerDb<S, P> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        walk_prepared(&self.sqlite, &Sqlite, pass)
    }
}
impl<S, P: QueryFragment<Pg>> QueryFragment<Pg> for PerDb<S, P> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        walk_prepared(&self.pg, &Pg, pass)
    }
}
/// Lets a raw query be prepared once for each connection, which diesel does not do by itself. Ours are constant texts.
fn walk_prepared<'b, Q, DB>(
    query: &'b Q,
    db: &'b DB,
    mut pass: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    Q: QueryFragment<DB>,
    DB: Backend<QueryBuilder: Default>,
{
    if pass.bind_collector().is_some() || pass.debug_binds().is_some() {
        return query.walk_ast(pass);
    }
    let mut text = DB::QueryBuilder::default();
    query.to_sql(&mut text, db)?;
    pass.push_sql(&text.finish());
    Ok(())
}
impl<S: QueryFragment<Sqlite>, P: QueryFragment<Pg>> QueryFragment<MultiBackend> for PerDb<S, P> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_steady, padded};

    #[test]
    fn a_query_is_kept_prepared_only_where_its_texts_are_few() {
        for kept in [
            "UPDATE `a` SET `b` = ? WHERE `c` = ?",
            "UPDATE `a` SET `b` = ? WHERE `c` IN (?, ?, ?, ?)",
            "SELECT `a` FROM `b` WHERE `c` IN (?) AND `d` IN (?, ?)",
        ] {
            assert!(is_steady(kept), "{kept}");
        }
        for anew in [
            "UPDATE `a` SET `b` = ? WHERE `c` IN (?, ?, ?)",
            "DELETE FROM `a` WHERE `c` IN (?, ?) AND `d` IN (?, ?, ?)",
            "SELECT `a` FROM `b` WHERE `c` = ?",
        ] {
            assert!(!is_steady(anew), "{anew}");
        }
    }

    #[test]
    fn a_padded_list_means_the_same_and_has_one_of_few_lengths() {
        assert_eq!(padded([1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded([1, 2]), [1, 2]);
        assert_eq!(padded([]), [] as [i64; 0]);
    }
}
