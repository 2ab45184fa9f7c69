//! The client API as apps use it, on both databases: relations, lists, filters, notifications.

mod blocks;
mod filters;
mod keep;
mod lists;
mod media;
mod notifications;
mod polls;
mod profile;
mod push;
mod quotes;
mod reports;
mod scheduled;
mod server;
mod streaming;
