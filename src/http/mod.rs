//! HTTP: what comes in from browsers, apps and other servers.

pub mod api;

use std::ops::Deref;
use std::sync::Arc;

use crate::app::App;

/// The running instance, as handlers get it.
#[derive(Clone)]
pub struct AppState(pub Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}
