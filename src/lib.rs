//! Kith: a federated server that turns the people you know from work into friends.

#[macro_use]
mod words;

pub mod config;
pub mod domain;
pub mod federation;
pub mod net;
pub mod services;
pub mod store;
pub mod wire;
