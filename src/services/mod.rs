//! Use cases that may federate: load, decide, write, announce, in one transaction.
//!
//! One file per verb group. A use case takes [`Ctx`]; where a received activity shares its transaction, there is a form
//! that takes the open transaction. Nothing here fetches, mails or knows matching.

pub mod accounts;
pub mod acquaint;
pub mod block;
mod chance;
pub mod credentials;
mod ctx;
pub mod discovery;
pub mod documents;
pub mod domain_rules;
mod erase;
pub mod event;
pub mod filters;
pub mod follow;
pub mod health;
pub mod incoming;
pub mod instance;
pub mod invite;
pub mod keep;
mod leave;
pub mod lists;
pub mod log_in;
pub mod mails;
pub mod media;
pub mod news;
mod notify;
pub mod oauth;
pub mod participation;
pub mod passkeys;
pub mod poll;
pub mod post;
pub mod profile;
pub mod push;
pub mod quote;
pub mod reaction;
pub mod reading;
pub mod report;
pub mod scheduled;
pub mod second_factor;
pub mod seen;
mod send;
pub mod session;
pub mod settings;
pub mod sign_up;
pub mod sign_up_app;
pub mod tags;
pub mod throttle;

pub use crate::store::Error as StoreError;
pub use chance::Chance;
pub use ctx::{Cached, Ctx, Random, SystemRandom, Wake};
