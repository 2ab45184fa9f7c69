//! `/home`: what the people one follows posted, and a form for a post.

use askama::Template;
use axum::extract::{Query, State};

use super::Older;
use super::compose::Compose;
use super::frame::Frame;
use super::pages::{PageResult, show};
use super::post_card::PostCard;
use super::profile_show::{POSTS, next_page};
use super::signed_in::SignedIn;
use crate::http::AppState;
use crate::services::reading::{self, Page};
use crate::services::settings;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    /// Only above the newest posts.
    compose: Option<Compose>,
    posts: Vec<PostCard>,
    older: Option<i64>,
}

/// `GET /home`
pub(super) async fn show_home(
    State(app): State<AppState>,
    who: SignedIn,
    Query(older): Query<Older>,
) -> PageResult {
    let page = Page {
        max: older.before,
        ..Page::first(POSTS)
    };
    let posts = reading::home(&app.ctx, who.actor.id, page).await?;
    let compose = if older.before.is_none() {
        let defaults = settings::preferences(&app.ctx, who.actor.id).await?;
        Some(Compose::new(&app, &who, defaults.audience))
    } else {
        None
    };
    let page = HomePage {
        frame: Frame {
            indexed: false,
            ..Frame::of(&app, &who.into(), "Home", "/home")
        },
        compose,
        posts: PostCard::list(&app.ctx.uris, &posts),
        older: next_page(&posts),
    };
    show(&page)
}
