//! The API as apps use it, in process: the whole router on a database of its own.

mod accounts;
mod codes;
#[path = "../../../tests/kit/described.rs"]
mod described;
mod events;
mod kit;
mod scopes;
mod statuses;
mod timelines;
