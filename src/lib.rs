//! Kith: a federated server that turns the people you know from work into friends.

pub mod config;
pub mod domain;
pub mod federation;
pub mod net;
pub mod services;
pub mod store;
