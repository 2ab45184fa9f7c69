//! Public posts with a hashtag.

use askama::Template;
use axum::extract::{Path, Query, State};

use super::Older;
use super::frame::Frame;
use super::pages::{PageError, PageResult, show};
use super::post_card::PostCard;
use super::profile_show::{POSTS, next_page};
use super::signed_in::Viewer;
use crate::http::AppState;
use crate::services::reading::{self, Page};

/// No hashtag that people write is longer.
const TAG_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "tag.html")]
struct TagPage {
    frame: Frame,
    tag: String,
    posts: Vec<PostCard>,
    older: Option<i64>,
}

/// `GET /tags/{name}`
pub(super) async fn show_tag(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    Query(older): Query<Older>,
) -> PageResult {
    let tag = name.to_lowercase();
    let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    if tag.is_empty() || !is_tag || tag.chars().count() > TAG_CHARS {
        return Err(PageError::NotFound);
    }
    let page = Page {
        max: older.before,
        ..Page::first(POSTS)
    };
    let posts = reading::tagged(&app.ctx, viewer.id(), &tag, page).await?;
    let page = TagPage {
        frame: Frame {
            description: format!("Posts about #{tag}"),
            indexed: false,
            ..Frame::of(&app, &viewer, &format!("#{tag}"), &format!("/tags/{tag}"))
        },
        posts: PostCard::list(&app.ctx.uris, &posts),
        older: next_page(&posts),
        tag,
    };
    show(&page)
}
