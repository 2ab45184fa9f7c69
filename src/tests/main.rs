//! Integration tests: the whole app in process, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be arranged has failed"
)]

#[macro_use]
mod kit;

mod accounts;
mod api;
mod architecture;
mod cli;
mod federation;
mod http;
mod pages;
mod services;
