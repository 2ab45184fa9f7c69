//! What stands on somebody's own page.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::store;
use crate::store::timelines::{self, Page};

use super::eyes::Eyes;
use super::posts::{PostView, views_of};
use super::timelines::depth;

/// Posts of somebody, with what they put on top.
#[derive(Debug, Clone)]
pub struct Wall {
    /// On the first page only.
    pub pinned: Vec<PostView>,
    pub latest: Vec<PostView>,
}

/// [`by_author`](super::by_author) and [`pinned`](super::pinned) at once, for a page.
///
/// # Errors
/// When the database fails.
pub async fn wall(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    author: &Actor,
    page: Page,
) -> store::Result<Wall> {
    let mut c = ctx.store.reader().await?;
    let depth = depth(&mut c, viewer, author.id).await?;
    let latest = timelines::by_author(&mut c, author.id, depth, page).await?;
    let pinned = if page.max.is_none() {
        timelines::pinned(&mut c, author.id).await?
    } else {
        Vec::new()
    };
    let order = |posts: &[Post]| posts.iter().map(|post| post.id).collect::<Vec<_>>();
    let (latest_ids, pinned_ids) = (order(&latest), order(&pinned));
    let also = pinned
        .into_iter()
        .filter(|post| !latest_ids.contains(&post.id));
    let all: Vec<Post> = latest.iter().cloned().chain(also).collect();
    let all = views_of(&mut c, Eyes::of(ctx, viewer), all, &[author]).await?;
    let by_id: HashMap<PostId, &PostView> = all.iter().map(|view| (view.post.id, view)).collect();
    let pick = |ids: &[PostId]| {
        let found = ids.iter().filter_map(|id| by_id.get(id).copied());
        found.cloned().collect()
    };
    Ok(Wall {
        pinned: pick(&pinned_ids),
        latest: pick(&latest_ids),
    })
}
