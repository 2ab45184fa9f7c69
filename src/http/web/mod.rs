//! The pages: HTML for people, made on the server. They work without scripts; only passkeys need one.
//!
//! Here belong page handlers (one file per page), what they show (`*_card.rs`), the templates and the stylesheet.
//! What a viewer may see is decided in [`crate::services::reading`]; nothing here asks the database. What a form
//! changes is a use case of `services`; requests that change something come from our own pages
//! ([`own_origin`]).
//! Headers that every answer carries (the content security policy among them) are the middleware's.
//!
//! `show_profile`, `show_group`, `show_event` and `show_post` share their addresses with ActivityPub documents, so that
//! the router that looks at `Accept` calls them; [`routes`] holds the rest.

pub mod about;
mod account_form;
mod actor_card;
mod assets;
mod at_name;
mod clean;
mod compose;
mod event_card;
pub mod event_show;
mod form_key;
mod frame;
pub mod group_show;
mod home;
mod interact;
mod keys;
mod landing;
mod links;
mod log_in;
mod log_in_code;
mod moderation;
mod note_page;
mod notifications;
mod oauth_authorize;
pub mod pages;
mod passkeys;
mod poll_card;
mod post_card;
pub mod post_show;
pub mod profile_show;
mod qr;
mod react;
mod recovery;
pub(super) mod scope_words;
mod search;
mod settings;
mod sign_up;
mod signed_in;
mod tag_show;
#[cfg(test)]
mod tests;
mod when;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde::Deserialize;

use super::AppState;
use super::middleware::own_origin::own_origin;
use crate::domain::ids::PostId;

pub use event_show::show_event;
pub use group_show::show_group;
pub use pages::{PageError, PageResult, error_page};
pub use post_show::show_post;
pub use profile_show::show_profile;
pub use signed_in::{SignedIn, Viewer};

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
pub fn routes(app: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", get(landing::show_landing))
        .route("/about", get(about::show_about))
        .route("/log-in", get(log_in::show_log_in).post(log_in::log_in))
        .route("/log-out", post(log_in::log_out))
        .merge(of_people())
        .merge(of_moderators())
        .merge(settings::routes())
        .merge(passkeys::routes())
        .merge(of_mails())
        .route(
            "/oauth/authorize",
            get(oauth_authorize::ask_for_consent).post(oauth_authorize::answer_consent),
        )
        // As `toot` opens it.
        .route("/oauth/authorize/", get(oauth_authorize::ask_for_consent))
        .route("/log-in/code", post(log_in_code::log_in_with_code))
        .route(
            "/sign-up",
            get(sign_up::show_sign_up).post(sign_up::sign_up),
        )
        .route(
            "/sign-up/confirm",
            get(sign_up::show_confirm).post(sign_up::confirm),
        )
        .route("/tags/{name}", get(tag_show::show_tag))
        .route("/posts/{id}/votes", post(poll_card::vote_in_poll))
        .route(
            "/authorize_interaction",
            get(interact::authorize_interaction),
        )
        .route("/robots.txt", get(assets::show_robots))
        .route("/static/{file}", get(assets::show_asset))
        // Everything else of one segment; `/@name` is among it, anything without `@` is not found.
        .route("/{at_name}", get(at_name::show_at_name))
        .layer(from_fn_with_state(app.clone(), own_origin))
}

/// Reading and writing for whoever is logged in.
fn of_people() -> Router<AppState> {
    Router::new()
        .route("/home", get(home::show_home))
        .route("/notifications", get(notifications::show_notifications))
        .route("/search", get(search::show_search))
        .route("/posts", post(compose::create_post))
        .route("/posts/{id}/answer", get(compose::show_answer))
        .route("/posts/{id}/quote", get(compose::show_quote))
        .route(
            "/posts/{id}/edit",
            get(compose::show_edit).post(compose::edit_post),
        )
        .route("/posts/{id}/delete", post(compose::delete_post))
        .route("/posts/{id}/{deed}", post(react::react).get(react::nothing))
        .route("/actors/{id}/{deed}", post(react::meet))
}

/// Where links in mails lead.
fn of_mails() -> Router<AppState> {
    Router::new()
        .route(
            "/password/reset",
            get(recovery::show_forgot).post(recovery::forgot),
        )
        .route(
            "/password/new",
            get(recovery::show_reset).post(recovery::reset),
        )
        .route(
            "/email/confirm",
            get(recovery::show_confirm_email).post(recovery::confirm_email),
        )
}

/// Pages of moderators and admins.
fn of_moderators() -> Router<AppState> {
    Router::new()
        .route("/moderation/sign-ups", get(moderation::list_sign_ups))
        .route(
            "/moderation/sign-ups/{handle}/approve",
            post(moderation::approve_sign_up),
        )
        .route(
            "/moderation/sign-ups/{handle}/reject",
            post(moderation::reject_sign_up),
        )
        .route(
            "/moderation/invitations",
            get(moderation::list_invitations).post(moderation::create_invitation),
        )
        .route(
            "/moderation/invitations/{id}/withdraw",
            post(moderation::withdraw_invitation),
        )
}
