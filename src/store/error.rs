//! What can go wrong with the database, as far as a caller can do something about it.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failed query, transaction or connection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection could be had: the database is away, or every connection is in use.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another transaction was in the way; the same work may succeed when tried again.
    #[error("another transaction was in the way")]
    Contended(#[source] Diesel),
    /// A row with this key exists.
    #[error("a row with this key exists")]
    Duplicate(#[source] Diesel),
    /// The unit of work was done, but the commit that it shared with others failed: nothing of it was kept.
    #[error("the commit failed")]
    NotCommitted,
    /// A stored value that no version of this program wrote.
    #[error("column {column} holds a value that is not known here")]
    Unreadable { column: &'static str },
    /// Another process of this instance holds the SQLite file.
    #[error("another `kith serve` uses this database; SQLite takes one at a time")]
    InUse,
    /// The migrations could not be run.
    #[error("the database could not be migrated")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else the database refused.
    #[error("the database refused a query")]
    Query(#[source] Diesel),
}

/// The result of a query.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the same unit of work may be tried again at once.
    #[must_use]
    pub fn is_contended(&self) -> bool {
        matches!(self, Error::Contended(_))
    }

    /// Whether the database itself is in trouble (disk full, away), as opposed to this one query.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Error::Unreachable(_)
            | Error::NotCommitted
            | Error::Contended(_)
            | Error::Query(Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _)) => true,
            Error::Query(Diesel::DatabaseError(_, info)) => {
                let message = info.message();
                [
                    "disk is full",
                    "disk I/O error",
                    "No space left",
                    "readonly database",
                    "could not extend file",
                ]
                .iter()
                .any(|sign| message.contains(sign))
            }
            _ => false,
        }
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        match &error {
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Error::Contended(error)
            }
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::Duplicate(error),
            Diesel::DatabaseError(_, info) if is_contention(info.message()) => {
                Error::Contended(error)
            }
            _ => Error::Query(error),
        }
    }
}

fn is_contention(message: &str) -> bool {
    message.contains("deadlock detected")
        || message.contains("database is locked")
        || message.contains("could not serialize")
}

/// The store's own error inside the error of a use case, if that is what it came from.
pub(super) fn within<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Error> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<Error>() {
            return Some(found);
        }
        next = current.source();
    }
    None
}

/// A word that was read from `column`, or [`Error::Unreadable`].
pub(super) fn word<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(Error::Unreadable { column })
}
