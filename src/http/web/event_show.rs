//! The page of an event.

use askama::Template;

use super::clean::{Clean, clean, preview};
use super::event_card::EventCard;
use super::frame::Frame;
use super::links;
use super::pages::{PageError, PageResult, show_shared};
use super::signed_in::Viewer;
use crate::app::App;
use crate::domain::event::{EventVisibility, JoinMode};
use crate::domain::ids::EventId;
use crate::services::reading;

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    frame: Frame,
    event: EventCard,
    body: Clean,
    language: Option<String>,
    /// The address to paste into the search of another server.
    address: String,
    is_over: bool,
    may_answer: bool,
    original: Option<String>,
    home: String,
}

/// The page of an event, if `viewer` may see it.
///
/// # Errors
/// When there is none for this viewer (any more), or the database fails.
pub async fn show_event(app: &App, viewer: &Viewer, id: EventId) -> PageResult {
    let ctx = &app.ctx;
    let Some(view) = reading::event(ctx, viewer.id(), id).await? else {
        return Err(if reading::was_public(ctx, &ctx.uris.event(id)).await? {
            PageError::Gone
        } else {
            PageError::NotFound
        });
    };
    let event = &view.event;
    let card = EventCard::of(&ctx.uris, &view);
    let is_over = event.ends_at.unwrap_or(event.starts_at) < ctx.now();
    let original = (!event.local)
        .then(|| links::original(&event.uri, event.url.as_deref()))
        .flatten()
        .map(String::from);
    let text = if event.content.is_empty() {
        &event.summary
    } else {
        &event.content
    };
    let page = EventPage {
        frame: Frame {
            description: format!("{} — {}", card.summary(), preview(text)),
            canonical: original.clone().or_else(|| Some(ctx.uris.event(event.id))),
            document: Some(event.uri.clone()),
            kind: "article",
            creator: card.host.handle.clone(),
            indexed: event.local && event.visibility == EventVisibility::Public,
            ..Frame::of(app, viewer, &card.title, &card.href)
        },
        body: clean(text),
        language: links::language(event.language.as_deref()),
        address: event.uri.clone(),
        is_over,
        may_answer: !is_over && !card.is_cancelled() && event.join_mode != JoinMode::External,
        original,
        home: links::host_of(&event.uri),
        event: card,
    };
    show_shared(&page, &event.uri)
}
