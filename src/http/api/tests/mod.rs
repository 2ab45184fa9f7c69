//! The API as apps use it, in process: the whole router on a database of its own.

mod accounts;
mod codes;
mod events;
mod kit;
mod statuses;
mod timelines;
