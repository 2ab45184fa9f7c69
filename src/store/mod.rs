//! The only SQL: connections, transactions, one file per noun.
//!
//! Query functions take `&mut Conn` and know nothing of who calls them; they return domain types. What may happen to
//! a row is decided elsewhere (`domain`), when it may happen in `services`. Nothing outside sees a row struct.

pub mod activities;
pub mod actor_keys;
mod backend;
mod conn;
mod db;
pub mod deliveries;
mod error;
pub mod hosts;
pub mod lanes;
mod migrations;
pub mod parked;
#[cfg(test)]
pub(crate) mod queue_kit;
pub mod receivers;
mod schema;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

pub use conn::Conn;
pub use db::{DatabaseKind, Reader, Store};
pub use error::{Error, Result};
pub use transaction::Unit;
