//! Posts with all that is shown beside them.

use std::collections::{HashMap, HashSet};

use crate::domain::actor::Actor;
use crate::domain::audience::{self, Viewer};
use crate::domain::ids::{ActorId, NotificationId, PostId};
use crate::domain::notification::Notification;
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::store::timelines::{self, Depth, Page};
use crate::store::{self, Conn, actors, follows, likes};

use super::events::EventView;

/// A post as it is shown to one viewer.
#[derive(Debug, Clone)]
pub struct PostView {
    pub post: Post,
    pub author: Actor,
    /// The people it names.
    pub mentioned: Vec<Actor>,
    /// Lower case, without `#`.
    pub tags: Vec<String>,
    /// What it boosts; `post` is then only the frame.
    pub boosted: Option<Box<PostView>>,
    /// Who wrote what it answers, where that is known.
    pub answers: Option<ActorId>,
    /// The viewer likes it.
    pub liked: bool,
    /// The viewer boosted it.
    pub reblogged: bool,
}

/// A post with its conversation.
#[derive(Debug, Clone)]
pub struct Thread {
    /// From the first post down to the one before it.
    pub ancestors: Vec<PostView>,
    pub post: PostView,
    /// Answers to it and to those, oldest first.
    pub descendants: Vec<PostView>,
}

/// A notification with what it is about.
#[derive(Debug, Clone)]
pub struct NotificationView {
    pub notification: Notification,
    pub from: Actor,
    pub post: Option<PostView>,
    pub event: Option<EventView>,
}

const THREAD: i64 = 500;

/// Prepares posts for `viewer`, in the order given; what they may not see is left out.
///
/// # Errors
/// When the database fails.
pub async fn views(
    c: &mut Conn,
    viewer: Option<ActorId>,
    posts: Vec<Post>,
) -> store::Result<Vec<PostView>> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let boosted_ids: Vec<PostId> = posts.iter().filter_map(|post| post.boost_of).collect();
    let boosted = if boosted_ids.is_empty() {
        Vec::new()
    } else {
        store::posts::list(c, &boosted_ids).await?
    };
    let shown: Vec<&Post> = posts.iter().chain(&boosted).collect();
    let desk = Desk::gather(c, viewer, &shown).await?;
    let boosted: HashMap<PostId, Post> = boosted.into_iter().map(|post| (post.id, post)).collect();
    Ok(posts
        .into_iter()
        .filter_map(|post| {
            let inner = match post.boost_of {
                Some(id) => Some(Box::new(desk.view(boosted.get(&id)?.clone())?)),
                None => None,
            };
            Some(PostView {
                boosted: inner,
                ..desk.view(post)?
            })
        })
        .collect())
}

/// What is looked up once for a list of posts.
struct Desk {
    viewer: Option<ActorId>,
    actors: HashMap<ActorId, Actor>,
    named: HashMap<PostId, Vec<(ActorId, bool)>>,
    tags: HashMap<PostId, Vec<String>>,
    parents: HashMap<PostId, ActorId>,
    followed: HashSet<ActorId>,
    liked: HashSet<PostId>,
    reblogged: HashSet<PostId>,
}

impl Desk {
    async fn gather(c: &mut Conn, viewer: Option<ActorId>, posts: &[&Post]) -> store::Result<Desk> {
        let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
        let mut named: HashMap<PostId, Vec<(ActorId, bool)>> = HashMap::new();
        for (post, r) in store::posts::recipients_of(c, &ids).await? {
            named.entry(post).or_default().push((r.actor, r.mentioned));
        }
        let mut tags: HashMap<PostId, Vec<String>> = HashMap::new();
        for (post, tag) in store::posts::tags_of(c, &ids).await? {
            tags.entry(post).or_default().push(tag);
        }
        let parent_ids: Vec<PostId> = posts.iter().filter_map(|post| post.in_reply_to).collect();
        let parents = if parent_ids.is_empty() {
            Vec::new()
        } else {
            store::posts::list(c, &parent_ids).await?
        };
        let mut people: Vec<ActorId> = posts.iter().map(|post| post.author).collect();
        people.extend(named.values().flatten().map(|(actor, _)| *actor));
        people.sort_unstable();
        people.dedup();
        let actors = actors::list(c, &people)
            .await?
            .into_iter()
            .map(|actor| (actor.id, actor))
            .collect();
        let mut followed = HashSet::new();
        if let Some(viewer) = viewer {
            for author in posts
                .iter()
                .filter(|post| !post.audience.is_public())
                .map(|post| post.author)
            {
                if !followed.contains(&author) && follows::is_following(c, viewer, author).await? {
                    followed.insert(author);
                }
            }
        }
        let (liked, reblogged) = match viewer {
            Some(viewer) => (
                likes::liked_among(c, viewer, &ids).await?,
                store::posts::boosted_among(c, viewer, &ids).await?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Desk {
            viewer,
            actors,
            named,
            tags,
            parents: parents
                .into_iter()
                .map(|post| (post.id, post.author))
                .collect(),
            followed,
            liked: liked.into_iter().collect(),
            reblogged: reblogged.into_iter().collect(),
        })
    }

    fn view(&self, post: Post) -> Option<PostView> {
        let author = self
            .actors
            .get(&post.author)
            .filter(|author| author.suspended_at.is_none())?;
        let named = self
            .named
            .get(&post.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let viewer = Viewer {
            actor: self.viewer,
            friend_of_owner: false,
            follows_owner: self.followed.contains(&post.author),
            addressed: self
                .viewer
                .is_some_and(|viewer| named.iter().any(|(actor, _)| *actor == viewer)),
        };
        if !audience::may_see_post(post.audience, post.author, &viewer) {
            return None;
        }
        Some(PostView {
            author: author.clone(),
            mentioned: named
                .iter()
                .filter(|(_, mentioned)| *mentioned)
                .filter_map(|(actor, _)| self.actors.get(actor).cloned())
                .collect(),
            tags: self.tags.get(&post.id).cloned().unwrap_or_default(),
            boosted: None,
            answers: post
                .in_reply_to
                .and_then(|id| self.parents.get(&id).copied()),
            liked: self.liked.contains(&post.id),
            reblogged: self.reblogged.contains(&post.id),
            post,
        })
    }
}

async fn one(
    c: &mut Conn,
    viewer: Option<ActorId>,
    post: Option<Post>,
) -> store::Result<Option<PostView>> {
    Ok(views(c, viewer, post.into_iter().collect()).await?.pop())
}

/// One post; `None` when there is none or the viewer may not see it.
///
/// # Errors
/// When the database fails.
pub async fn post(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    id: PostId,
) -> store::Result<Option<PostView>> {
    let mut c = ctx.store.reader().await?;
    let post = store::posts::find(&mut c, id).await?;
    one(&mut c, viewer, post).await
}

/// The same, by ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn post_by_uri(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    uri: &str,
) -> store::Result<Option<PostView>> {
    let mut c = ctx.store.reader().await?;
    let post = store::posts::find_by_uri(&mut c, uri).await?;
    one(&mut c, viewer, post).await
}

/// A post with what it answers and what answers it.
///
/// # Errors
/// When the database fails.
pub async fn thread(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    id: PostId,
) -> store::Result<Option<Thread>> {
    let mut c = ctx.store.reader().await?;
    let Some(post) = store::posts::find(&mut c, id).await? else {
        return Ok(None);
    };
    let root = post.thread;
    let Some(post) = one(&mut c, viewer, Some(post)).await? else {
        return Ok(None);
    };
    let all = timelines::thread(&mut c, root, THREAD).await?;
    let all = views(&mut c, viewer, all).await?;
    let by_id: HashMap<PostId, &PostView> = all.iter().map(|view| (view.post.id, view)).collect();
    let mut ancestors = Vec::new();
    let mut next = post.post.in_reply_to;
    while let Some(view) = next.and_then(|id| by_id.get(&id)) {
        ancestors.push((*view).clone());
        // A parent is older than its answers; anything else would be a circle.
        next = view
            .post
            .in_reply_to
            .filter(|parent| *parent < view.post.id);
    }
    ancestors.reverse();
    let mut below = HashSet::from([id]);
    let descendants = all
        .iter()
        .filter(|view| {
            let under = view
                .post
                .in_reply_to
                .is_some_and(|parent| below.contains(&parent));
            under && view.post.id != id && below.insert(view.post.id)
        })
        .cloned()
        .collect();
    Ok(Some(Thread {
        ancestors,
        post,
        descendants,
    }))
}

/// The home timeline of a local person.
///
/// # Errors
/// When the database fails.
pub async fn home(ctx: &Ctx, viewer: ActorId, page: Page) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let posts = timelines::home(&mut c, viewer, page).await?;
    views(&mut c, Some(viewer), posts).await
}

/// Public posts; `local` for those of this instance only.
///
/// # Errors
/// When the database fails.
pub async fn public(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    local: bool,
    page: Page,
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let posts = timelines::public(&mut c, local, page).await?;
    views(&mut c, viewer, posts).await
}

/// Public posts with a hashtag (any case, without `#`).
///
/// # Errors
/// When the database fails.
pub async fn tagged(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    tag: &str,
    page: Page,
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let posts = timelines::tagged(&mut c, &tag.to_lowercase(), page).await?;
    views(&mut c, viewer, posts).await
}

/// What `author` posted and boosted, as far as the viewer may see it.
///
/// # Errors
/// When the database fails.
pub async fn by_author(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    author: ActorId,
    page: Page,
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let depth = match viewer {
        None => Depth::Public,
        Some(viewer) if viewer == author => Depth::Own,
        Some(viewer) if follows::is_following(&mut c, viewer, author).await? => {
            Depth::Follower(viewer)
        }
        Some(viewer) => Depth::Known(viewer),
    };
    let posts = timelines::by_author(&mut c, author, depth, page).await?;
    views(&mut c, viewer, posts).await
}

/// Public posts that `author` pinned.
///
/// # Errors
/// When the database fails.
pub async fn pinned(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    author: ActorId,
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let posts = timelines::pinned(&mut c, author).await?;
    views(&mut c, viewer, posts).await
}

/// What a local person was told, newest first.
///
/// # Errors
/// When the database fails.
pub async fn notifications(
    ctx: &Ctx,
    viewer: ActorId,
    page: Page,
    one: Option<NotificationId>,
) -> store::Result<Vec<NotificationView>> {
    let mut c = ctx.store.reader().await?;
    let rows = match one {
        Some(id) => store::notifications::find(&mut c, viewer, id)
            .await?
            .into_iter()
            .collect(),
        None => store::notifications::list(&mut c, viewer, page).await?,
    };
    let post_ids: Vec<PostId> = rows.iter().filter_map(|n| n.post).collect();
    let posts = store::posts::list(&mut c, &post_ids).await?;
    let posts = views(&mut c, Some(viewer), posts).await?;
    let from_ids: Vec<ActorId> = rows.iter().map(|n| n.from).collect();
    let from = actors::list(&mut c, &from_ids).await?;
    let mut told = Vec::with_capacity(rows.len());
    for notification in rows {
        let event = match notification.event {
            Some(id) => super::events::load(ctx, &mut c, Some(viewer), id).await?,
            None => None,
        };
        let Some(from) = from
            .iter()
            .find(|actor| actor.id == notification.from && actor.is_active())
            .cloned()
        else {
            continue;
        };
        let post = notification
            .post
            .and_then(|id| posts.iter().find(|view| view.post.id == id).cloned());
        told.push(NotificationView {
            notification,
            from,
            post,
            event,
        });
    }
    Ok(told)
}
