//! The pages: HTML for people, made on the server, without scripts.
//!
//! Here belong page handlers (one file per page), what they show (`*_card.rs`), the templates and the stylesheet.
//! What a viewer may see is decided in [`crate::services::reading`]; nothing here asks the database or changes anything.
//! Headers that every answer carries (the content security policy among them) are the middleware's.
//!
//! `show_profile`, `show_group`, `show_event` and `show_post` share their addresses with ActivityPub documents, so that
//! the router that looks at `Accept` calls them; [`routes`] holds the rest.

pub mod about;
mod actor_card;
mod assets;
mod at_name;
mod clean;
mod event_card;
pub mod event_show;
mod frame;
pub mod group_show;
mod interact;
mod landing;
mod links;
pub mod pages;
mod post_card;
pub mod post_show;
pub mod profile_show;
mod tag_show;
#[cfg(test)]
mod tests;
mod when;

use axum::Router;
use axum::routing::get;
use serde::Deserialize;

use super::AppState;
use crate::domain::ids::PostId;

pub use event_show::show_event;
pub use group_show::show_group;
pub use pages::{PageError, PageResult, error_page};
pub use post_show::show_post;
pub use profile_show::show_profile;

/// The query of a page that lists posts: `?before=ID` asks for older ones.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Older {
    before: Option<i64>,
}

impl Older {
    /// The post below which to go on.
    #[must_use]
    pub fn before(self) -> Option<PostId> {
        self.before.map(PostId)
    }
}

/// The pages that have an address of their own.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(landing::show_landing))
        .route("/about", get(about::show_about))
        .route("/tags/{name}", get(tag_show::show_tag))
        .route(
            "/authorize_interaction",
            get(interact::authorize_interaction),
        )
        .route("/robots.txt", get(assets::show_robots))
        .route("/static/{file}", get(assets::show_asset))
        // Everything else of one segment; `/@name` is among it, anything without `@` is not found.
        .route("/{at_name}", get(at_name::show_at_name))
}
