//! Kith: a federated server that turns the people you know from work into friends.

pub mod auth;
pub mod config;
pub mod domain;
pub mod telemetry;
pub mod text;
