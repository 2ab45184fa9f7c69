//! The only SQL: connections, transactions, one file per noun.
//!
//! Query functions take `&mut Conn` and know nothing of who calls them; they return domain types. What may happen to
//! a row is decided elsewhere (`domain`), when it may happen in `services`. Nothing outside sees a row struct.

pub mod account_secrets;
pub mod accounts;
pub mod acquaintances;
pub mod activities;
pub mod actor_keys;
pub mod actors;
pub mod authorization_codes;
mod backend;
pub mod blocks;
pub mod bookmarks;
pub mod client_apps;
mod conn;
pub mod conversations;
mod db;
pub mod deliveries;
pub mod domain_rules;
pub mod durability;
pub mod erasure;
mod error;
pub mod events;
pub mod figures;
pub mod filters;
pub mod follows;
pub mod hosts;
pub mod inbox_items;
pub mod instance_keys;
pub mod jobs;
pub mod lanes;
pub mod likes;
pub mod lists;
pub mod media;
mod migrations;
pub mod mutes;
pub mod news;
pub mod notification_requests;
pub mod notifications;
pub mod numbers;
pub mod parked;
pub mod participations;
pub mod passkeys;
pub mod polls;
pub mod post_versions;
mod postgres;
pub mod posts;
pub mod profile_fields;
pub mod push_subscriptions;
#[cfg(test)]
pub(crate) mod queue_kit;
pub mod quotes;
pub mod receivers;
pub mod reports;
pub mod residents;
pub mod scheduled;
mod schema;
pub mod second_factors;
pub mod seen;
pub mod sessions;
pub mod settings;
pub mod sign_up_tokens;
pub mod sign_ups;
pub mod signals;
pub mod stances;
pub mod tags;
#[cfg(test)]
mod tests;
pub mod throttles;
pub mod timelines;
pub mod tombstones;
mod transaction;
mod writer;

pub use conn::Conn;
pub use db::{DatabaseKind, Reader, Store, execute_on_server, look};
pub use error::{Error, Result};
pub use migrations::{Pending, pending};
pub use transaction::Unit;
