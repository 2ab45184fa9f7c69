//! Kith: a federated server that turns the people you know from work into friends.

#[macro_use]
mod words;

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod federation;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod net;
pub mod push;
pub mod services;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod wire;
