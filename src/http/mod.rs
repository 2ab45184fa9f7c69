//! The HTTP server: what answers requests from browsers, other servers, clients and the admin.
//!
//! Here belong routing, reading requests, writing answers, and the listeners. Handlers translate and call; what happens
//! is decided in `services`, `friendship` and `federation`, and no handler knows the database. `axum` is named only here.

pub mod admin;
pub mod ap;
pub mod api;
pub mod discovery;
pub mod error;
pub mod extract;
mod finding;
mod media;
pub mod middleware;
pub mod respond;
pub mod router;
pub mod serve;
mod shared;
pub mod web;

use std::ops::Deref;
use std::sync::Arc;

use crate::app::App;
use crate::services::Ctx;

pub use error::HttpError;
pub use router::router;

/// What handlers are given: the running program. Cheap to clone.
#[derive(Clone)]
pub struct AppState(pub Arc<App>);

impl AppState {
    /// What use cases are lent.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }
}

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}
