//! The page of a post with its conversation.

use askama::Template;

use super::frame::Frame;
use super::links;
use super::pages::{PageError, PageResult, show_shared};
use super::post_card::{Extent, PostCard};
use super::profile_show::moved;
use super::react::Tools;
use super::signed_in::Viewer;
use crate::app::App;
use crate::domain::audience::Audience;
use crate::domain::ids::PostId;
use crate::services::reading::{self, PostView};

#[derive(Template)]
#[template(path = "post_page.html")]
struct PostPage {
    frame: Frame,
    before: Vec<PostCard>,
    post: PostCard,
    /// For whoever is logged in.
    tools: Option<Tools>,
    after: Vec<PostCard>,
    /// The address to paste into the search of another server.
    address: String,
}

/// The page of a post, if `viewer` may see it. A boost leads to what it boosts.
///
/// # Errors
/// When there is none for this viewer (any more), or the database fails.
pub async fn show_post(app: &App, viewer: &Viewer, id: PostId) -> PageResult {
    let ctx = &app.ctx;
    let Some(thread) = reading::thread(ctx, viewer.id(), id).await? else {
        return Err(if reading::was_public(ctx, &ctx.uris.post(id)).await? {
            PageError::Gone
        } else {
            PageError::NotFound
        });
    };
    if let Some(boosted) = &thread.post.boosted {
        return Ok(moved(&format!("/posts/{}", boosted.post.id)));
    }
    let mut card = PostCard::of(&ctx.uris, &thread.post, Extent::Whole);
    if let (Some(poll), Some(who)) = (&mut card.poll, viewer.signed_in()) {
        poll.form_token = Some(who.form_token().to_owned());
    }
    let page = PostPage {
        frame: frame(app, viewer, (&thread.post, &card)),
        tools: Tools::of(viewer, &thread.post),
        before: PostCard::list(&ctx.uris, &thread.ancestors),
        after: PostCard::list(&ctx.uris, &thread.descendants),
        address: thread.post.post.uri.clone(),
        post: card,
    };
    show_shared(&page, &thread.post.post.uri)
}

fn frame(app: &App, viewer: &Viewer, (view, card): (&PostView, &PostCard)) -> Frame {
    let post = &view.post;
    let title = if card.title.is_empty() {
        format!("A post by {}", card.author.name)
    } else {
        card.title.clone()
    };
    let page = Frame::of(app, viewer, &title, &card.href);
    Frame {
        description: card.description(view),
        canonical: links::web_link(&post.uri)
            .filter(|_| !post.local)
            .map(|_| card.original.clone())
            .unwrap_or(page.canonical),
        document: Some(post.uri.clone()),
        kind: "article",
        picture: card
            .author
            .picture
            .as_deref()
            .map(|path| app.ctx.uris.at(path))
            .or(page.picture),
        creator: card.author.handle.clone(),
        indexed: post.local && post.audience == Audience::Public && view.author.indexable,
        ..page
    }
}
