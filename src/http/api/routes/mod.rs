//! All addresses of the API, each with a line on what it is for. Nothing else stands here.

mod people;
mod posts;
mod reading;
mod server;

use super::openapi::Routes;
use super::streaming;

/// Every route there is.
pub(super) fn all_routes() -> Routes {
    people::routes()
        .merge(posts::routes())
        .merge(reading::routes())
        .merge(server::routes())
        .merge(streaming::routes())
}
