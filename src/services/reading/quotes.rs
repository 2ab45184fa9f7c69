//! Quotes as a viewer sees them.

use std::collections::HashMap;

use crate::domain::audience::Viewer;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::interaction::{Deed, Person, Rule, Verdict};
use crate::domain::post::Post;
use crate::domain::quote::{Quote, QuoteState};
use crate::services::Ctx;
use crate::store::timelines::{self, Page};
use crate::store::{self, Conn};

use super::eyes::Eyes;
use super::posts::{PostView, views};

/// What a post quotes, as it is shown to one viewer.
#[derive(Debug, Clone)]
pub struct QuoteView {
    pub state: QuoteState,
    /// The address of the quoted post.
    pub uri: String,
    /// Its key, where it stands and is known here.
    pub id: Option<PostId>,
    /// The quoted post; `None` where it may not be shown, and two quotes deep.
    pub post: Option<Box<PostView>>,
}

/// Whether somebody may quote a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotable {
    pub rule: Rule,
    /// `None` for strangers.
    pub viewer: Option<Verdict>,
}

impl Quotable {
    fn rule(post: &Post) -> Rule {
        post.policy.rule(Deed::Quote, post.local, post.audience)
    }

    /// Whether it depends on who asks.
    pub(super) fn depends(post: &Post) -> bool {
        let rule = Quotable::rule(post);
        !rule.automatic.everybody && rule != Rule::default()
    }

    pub(super) fn of(post: &Post, viewer: &Viewer) -> Quotable {
        let rule = Quotable::rule(post);
        let verdict = |id: ActorId| {
            if id == post.author {
                return Verdict::Allowed;
            }
            rule.verdict(Person {
                follows_author: viewer.follows_owner,
                followed_by_author: false,
            })
        };
        Quotable {
            rule,
            viewer: viewer.actor.map(verdict),
        }
    }
}

/// What is looked up once for a list of posts.
pub(super) struct Quotes {
    quotes: HashMap<PostId, Quote>,
    posts: HashMap<PostId, Post>,
}

impl Quotes {
    pub(super) async fn gather(c: &mut Conn, posts: &[&Post]) -> store::Result<Quotes> {
        let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
        let mut quotes = store::quotes::list(c, &ids).await?;
        let shown: Vec<PostId> = quotes
            .iter()
            .filter(|quote| quote.stands())
            .filter_map(|quote| quote.quoted)
            .collect();
        let posts = if shown.is_empty() {
            Vec::new()
        } else {
            quotes.extend(store::quotes::list(c, &shown).await?);
            store::posts::list(c, &shown).await?
        };
        Ok(Quotes {
            quotes: quotes
                .into_iter()
                .filter_map(|quote| Some((quote.post?, quote)))
                .collect(),
            posts: posts.into_iter().map(|post| (post.id, post)).collect(),
        })
    }

    pub(super) fn posts(&self) -> impl Iterator<Item = &Post> {
        self.posts.values()
    }

    /// What `post` quotes; `show` makes a view of the quoted post where it may be shown.
    pub(super) fn of(
        &self,
        post: PostId,
        show: impl FnOnce(Post) -> Option<PostView>,
    ) -> Option<QuoteView> {
        let quote = self.quotes.get(&post)?;
        let id = quote.quoted.filter(|_| quote.stands());
        let quoted = id.and_then(|id| self.posts.get(&id));
        Some(QuoteView {
            state: quote.state,
            uri: quote.quoted_uri.clone(),
            id,
            post: quoted.cloned().and_then(show).map(Box::new),
        })
    }
}

/// Posts that quote `quoted` with its author's leave, newest first, as far as the viewer may see them.
///
/// # Errors
/// When the database fails.
pub async fn quoting(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    quoted: PostId,
    page: Page,
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let found = timelines::quoting(&mut c, quoted, page).await?;
    views(&mut c, Eyes::of(ctx, viewer).in_lists(), found).await
}
