//! Everything built once at start.

use crate::config::Config;
use crate::net::Client;
use crate::services::Ctx;

/// The running instance.
#[derive(Debug)]
pub struct App {
    pub ctx: Ctx,
    pub config: Config,
    pub client: Client,
}
