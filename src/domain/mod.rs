//! Types and rules: no IO, no async, no wire names. Everything that decides is a function of its arguments.

pub mod account;
pub mod actor;
pub mod audience;
pub mod authority;
pub mod clock;
pub mod conversation;
pub mod delivery;
pub mod event;
pub mod filter;
pub mod follow;
pub mod handle;
pub mod ids;
pub mod keys;
pub mod lane;
pub mod list;
pub mod moderation;
pub mod notification;
pub mod outgoing;
pub mod participation;
pub mod post;
pub mod preferences;
pub mod profile;
pub mod relation;
pub mod report;
pub mod scheduled;
pub mod uris;
