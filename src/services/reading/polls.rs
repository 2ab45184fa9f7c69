//! Polls as a viewer sees them.

use std::collections::HashMap;

use crate::domain::ids::{ActorId, PostId};
use crate::domain::poll::Poll;
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::store::{self, Conn, polls};

use super::eyes::Eyes;

/// A poll as it is shown to one viewer.
#[derive(Debug, Clone)]
pub struct PollView {
    pub poll: Poll,
    pub is_over: bool,
    /// The counts of the options may be shown.
    pub shows_totals: bool,
    /// What the viewer chose; `None` for strangers.
    pub own: Option<Vec<i64>>,
    /// The viewer voted, or asks.
    pub voted: bool,
}

impl PollView {
    fn of(
        poll: Poll,
        (viewer, author): (Option<ActorId>, ActorId),
        own: Vec<i64>,
        eyes: Eyes,
    ) -> PollView {
        PollView {
            is_over: poll.is_over(eyes.now),
            shows_totals: poll.shows_totals(eyes.now),
            voted: viewer == Some(author) || !own.is_empty(),
            own: viewer.map(|_| own),
            poll,
        }
    }
}

/// Polls looked up for a list of posts.
pub(super) async fn gather(
    c: &mut Conn,
    eyes: Eyes,
    posts: &[&Post],
) -> store::Result<HashMap<PostId, PollView>> {
    let asking: HashMap<PostId, ActorId> = posts
        .iter()
        .filter(|post| post.kind == "Question")
        .map(|post| (post.id, post.author))
        .collect();
    let ids: Vec<PostId> = asking.keys().copied().collect();
    let mut chosen = match eyes.viewer {
        Some(viewer) => polls::votes_of(c, viewer, &ids).await?,
        None => HashMap::new(),
    };
    let found = polls::list(c, &ids).await?;
    Ok(found
        .into_iter()
        .filter_map(|poll| {
            let id = poll.post;
            let author = *asking.get(&id)?;
            let own = chosen.remove(&id).unwrap_or_default();
            Some((id, PollView::of(poll, (eyes.viewer, author), own, eyes)))
        })
        .collect())
}

/// The poll of a post the viewer may see.
///
/// # Errors
/// When the database fails.
pub async fn poll(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    post: PostId,
) -> store::Result<Option<PollView>> {
    let view = super::posts::post(ctx, viewer, post).await?;
    Ok(view.and_then(|view| view.poll))
}
