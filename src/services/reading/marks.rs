//! What a viewer decided about posts: kept, on top, thread muted, filtered.

use std::collections::HashSet;

use crate::domain::filter::{Filter, Match};
use crate::domain::ids::{ActorId, PostId};
use crate::domain::post::Post;
use crate::store::{self, Conn, bookmarks, filters, mutes};
use crate::text::plain;

use super::eyes::Eyes;

/// What a viewer decided about one post.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    pub bookmarked: bool,
    /// On top of its author's posts; told of the viewer's own alone.
    pub pinned: Option<bool>,
    /// The viewer is told nothing more of its thread.
    pub thread_muted: bool,
    /// The viewer's filters that fit.
    pub filtered: Vec<(Filter, Match)>,
}

/// The same, looked up for a list of posts.
#[derive(Default)]
pub(super) struct Marked {
    bookmarked: HashSet<PostId>,
    pinned: HashSet<PostId>,
    muted: HashSet<PostId>,
    filters: Vec<Filter>,
    viewer: Option<ActorId>,
}

impl Marked {
    pub(super) async fn gather(c: &mut Conn, eyes: Eyes, posts: &[&Post]) -> store::Result<Marked> {
        let Some(viewer) = eyes.viewer else {
            return Ok(Marked::default());
        };
        let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
        let threads: Vec<PostId> = posts.iter().map(|post| post.thread).collect();
        let own: Vec<PostId> = posts
            .iter()
            .filter(|post| post.author == viewer)
            .map(|post| post.id)
            .collect();
        let pinned = if own.is_empty() {
            Vec::new()
        } else {
            bookmarks::pinned_among(c, &own).await?
        };
        let mut filters = filters::list(c, viewer).await?;
        filters.retain(|filter| filter.is_active(eyes.now));
        Ok(Marked {
            bookmarked: bookmarks::among(c, viewer, &ids)
                .await?
                .into_iter()
                .collect(),
            pinned: pinned.into_iter().collect(),
            muted: mutes::threads_among(c, viewer, &threads)
                .await?
                .into_iter()
                .collect(),
            filters,
            viewer: Some(viewer),
        })
    }

    pub(super) fn of(&self, post: &Post) -> Marks {
        Marks {
            bookmarked: self.bookmarked.contains(&post.id),
            pinned: (self.viewer == Some(post.author)).then(|| self.pinned.contains(&post.id)),
            thread_muted: self.muted.contains(&post.thread),
            filtered: self.filtered(post),
        }
    }

    /// One's own posts are never filtered, and a boost is what is boosted.
    fn filtered(&self, post: &Post) -> Vec<(Filter, Match)> {
        if self.filters.is_empty() || self.viewer == Some(post.author) || post.boost_of.is_some() {
            return Vec::new();
        }
        let text = [&post.title, &post.warning, &plain::from_html(&post.content)]
            .map(String::as_str)
            .join("\n");
        self.filters
            .iter()
            .filter_map(|filter| Some((filter.clone(), filter.fits(&[post.id], &text)?)))
            .collect()
    }
}
