//! `/search`: people by name, everything by its address, also at other servers.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::actor_card::ActorCard;
use super::frame::Frame;
use super::links::{actor_page, web_link};
use super::pages::{PageResult, show};
use super::signed_in::SignedIn;
use crate::http::AppState;
use crate::http::finding::{Finder, Found};
use crate::services::reading;

const TEXT_CHARS: usize = 500;
const PEOPLE: i64 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    text: String,
    people: Vec<ActorCard>,
    /// A hashtag that it could be.
    tag: Option<String>,
}

/// `GET /search?q=`. An address leads to the page of what it names.
pub(super) async fn show_search(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> PageResult {
    let ctx = &app.ctx;
    let text: String = asked.q.trim().chars().take(TEXT_CHARS).collect();
    let finder = Finder {
        ctx,
        federation: &app.federation,
        viewer: Some(who.actor.id),
    };
    let mut people = Vec::new();
    if let Some(address) = web_link(&text) {
        let page = match finder.uri(&address).await? {
            Some(Found::Post(view)) => Some(format!("/posts/{}", view.post.id)),
            Some(Found::Event(view)) => Some(format!("/events/{}", view.event.id)),
            Some(Found::Actor(actor)) => Some(actor_page(&actor)),
            None => None,
        };
        if let Some(page) = page {
            return Ok(Redirect::to(&page).into_response());
        }
    } else if text.trim_start_matches('@').contains('@') {
        people.extend(finder.handle(&text).await?);
    } else if !text.is_empty() && !text.starts_with('#') {
        let name = text.trim_start_matches('@');
        people = reading::search(ctx, Some(who.actor.id), name, PEOPLE).await?;
    }
    let tag = text.trim_start_matches('#').to_lowercase();
    let is_tag = !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    let page = SearchPage {
        frame: Frame {
            indexed: false,
            ..Frame::of(&app, &who.into(), "Search", "/search")
        },
        people: people
            .iter()
            .map(|actor| ActorCard::introduced(&ctx.uris, actor))
            .collect(),
        tag: Some(tag).filter(|_| is_tag),
        text,
    };
    show(&page)
}
