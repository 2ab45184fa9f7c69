//! `/settings/…`: what somebody may change of their own account. Other pages of settings are neighbours of these.

mod account;
mod apps;
mod delete;
mod passkeys;
mod security;
mod sessions;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::account_form::plain_frame;
use super::frame::Frame;
use super::pages::PageError;
use super::signed_in::{SignedIn, Viewer};
use crate::app::App;
use crate::http::AppState;

/// The pages and the forms on them.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings", get(account::go_there))
        .route("/settings/account", get(account::show_account))
        .route("/settings/account/password", post(account::change_password))
        .route("/settings/account/email", post(account::change_email))
        .route("/settings/security", get(security::show_security))
        .route("/settings/security/begin", post(security::begin))
        .route("/settings/security/confirm", post(security::turn_on))
        .route("/settings/security/codes", post(security::renew_codes))
        .route("/settings/security/off", post(security::turn_off))
        .route("/settings/security/passkeys/begin", post(passkeys::begin))
        .route("/settings/security/passkeys/add", post(passkeys::add))
        .route("/settings/security/passkeys/remove", post(passkeys::remove))
        .route("/settings/sessions", get(sessions::show_sessions))
        .route("/settings/sessions/end", post(sessions::end_session))
        .route("/settings/sessions/end-all", post(sessions::end_all))
        .route("/settings/apps", get(apps::show_apps))
        .route("/settings/apps/end", post(apps::end_app))
        .route(
            "/settings/delete",
            get(delete::show_delete).post(delete::delete),
        )
}

/// The pages in the order of their links.
const PAGES: [(&str, &str); 5] = [
    ("/settings/account", "Mail and password"),
    ("/settings/security", "Security"),
    ("/settings/sessions", "Log-ins"),
    ("/settings/apps", "Apps"),
    ("/settings/delete", "Delete account"),
];

/// What surrounds every page of settings.
struct Desk {
    title: &'static str,
    form_token: String,
    /// Where one is.
    here: &'static str,
    fault: Option<String>,
    done: Option<&'static str>,
}

impl Desk {
    fn new(who: &SignedIn, here: &'static str) -> Desk {
        let title = PAGES.iter().find(|(path, _)| *path == here);
        Desk {
            title: title.map_or("Settings", |(_, title)| title),
            form_token: who.form_token().to_owned(),
            here,
            fault: None,
            done: None,
        }
    }

    fn frame(&self, app: &App, who: &SignedIn) -> Frame {
        plain_frame(app, &Viewer::from(who.clone()), self.title)
    }

    #[expect(clippy::unused_self, reason = "templates reach it through the desk")]
    fn pages(&self) -> [(&'static str, &'static str); 5] {
        PAGES
    }
}

/// Keeps a page out of every cache: it shows what is nobody else's business.
fn secret(mut response: Response) -> Response {
    let no_store = axum::http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(axum::http::header::CACHE_CONTROL, no_store);
    response
}
