//! Use cases that may federate: load, decide, write, announce, in one transaction.
//!
//! One file per verb group. A use case takes [`Ctx`]; where a received activity shares its transaction, there is a form
//! that takes the open transaction. Nothing here fetches, mails or knows matching.

mod ctx;
pub mod documents;
pub mod event;
pub mod follow;
pub mod invite;
mod notify;
pub mod participation;
pub mod post;
pub mod reaction;
pub mod reading;
mod send;

pub use ctx::{Cached, Ctx, Random, SystemRandom, Wake};
