//! What this server is and who runs it.

use askama::Template;
use axum::extract::State;

use super::frame::Frame;
use super::links;
use super::pages::{PageResult, show};
use super::signed_in::Viewer;
use crate::config::Registration;
use crate::http::AppState;
use crate::text::plain;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage<'a> {
    frame: Frame,
    description: &'a str,
    domain: &'a str,
    contact: Option<Contact>,
    joining: &'static str,
    version: &'static str,
    source: &'static str,
}

struct Contact {
    href: String,
    text: String,
}

/// `GET /about`
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show_about(State(app): State<AppState>, viewer: Viewer) -> PageResult {
    let instance = &app.config.instance;
    let page = AboutPage {
        frame: Frame {
            description: plain::shorten(&instance.description, 200),
            ..Frame::of(&app, &viewer, "About", "/about")
        },
        description: &instance.description,
        domain: app.ctx.uris.domain(),
        contact: instance.contact.as_deref().and_then(contact),
        joining: who_may_join(instance.registration),
        version: env!("CARGO_PKG_VERSION"),
        source: env!("CARGO_PKG_REPOSITORY"),
    };
    show(&page)
}

fn contact(text: &str) -> Option<Contact> {
    let href = match links::web_link(text) {
        Some(url) => url.into(),
        None if text.contains('@') && !text.contains(':') => format!("mailto:{text}"),
        None => return None,
    };
    Some(Contact {
        href,
        text: text.to_owned(),
    })
}

/// Who can have an account, in a sentence.
pub(super) const fn who_may_join(registration: Registration) -> &'static str {
    match registration {
        Registration::Open => "Anyone can sign up here.",
        Registration::Approval => "Anyone can ask to join; a moderator looks at each request.",
        Registration::Invite => "You can join with an invitation from somebody who is here.",
        Registration::Closed => "New accounts are made by the people who run this server.",
    }
}
