//! Posts with all that is shown beside them.

use std::collections::{HashMap, HashSet};

use crate::domain::actor::Actor;
use crate::domain::audience::{self, Viewer};
use crate::domain::ids::{ActorId, PostId};
use crate::domain::post::Post;
use crate::domain::relation::Stances;
use crate::services::Ctx;
use crate::store::{self, Conn, actors, follows, likes, stances, timelines};

use super::eyes::{Eyes, Shown};
use super::marks::{Marked, Marks};
use super::polls::{self, PollView};
use super::quotes::{Quotable, QuoteView, Quotes};

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
    /// What else the viewer decided about it.
    pub marks: Marks,
    pub poll: Option<PollView>,
    pub quote: Option<QuoteView>,
    /// Whether the viewer may quote it.
    pub quotable: Quotable,
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

const THREAD: i64 = 500;

/// Prepares posts for a viewer, in the order given; what they may not see is left out, and in lists what they do not
/// want to see.
pub(super) async fn views(
    c: &mut Conn,
    eyes: Eyes,
    posts: Vec<Post>,
) -> store::Result<Vec<PostView>> {
    views_of(c, eyes, posts, &[]).await
}

/// The same where some of the people are at hand.
pub(super) async fn views_of(
    c: &mut Conn,
    eyes: Eyes,
    posts: Vec<Post>,
    known: &[&Actor],
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
    let quotes = Quotes::gather(c, &shown).await?;
    let shown: Vec<&Post> = shown.into_iter().chain(quotes.posts()).collect();
    let desk = Desk::gather(c, eyes, &shown, known).await?;
    let boosted: HashMap<PostId, Post> = boosted.into_iter().map(|post| (post.id, post)).collect();
    Ok(posts
        .into_iter()
        .filter_map(|post| {
            let inner = match post.boost_of {
                Some(id) => Some(Box::new(desk.whole(boosted.get(&id)?.clone(), &quotes)?)),
                None => None,
            };
            Some(PostView {
                boosted: inner,
                ..desk.whole(post, &quotes)?
            })
        })
        .collect())
}

/// What is looked up once for a list of posts.
struct Desk {
    viewer: Option<ActorId>,
    shown: Shown,
    stances: Stances,
    marked: Marked,
    polls: HashMap<PostId, PollView>,
    actors: HashMap<ActorId, Actor>,
    named: HashMap<PostId, Vec<(ActorId, bool)>>,
    tags: HashMap<PostId, Vec<String>>,
    parents: HashMap<PostId, ActorId>,
    followed: HashSet<ActorId>,
    liked: HashSet<PostId>,
    reblogged: HashSet<PostId>,
}

impl Desk {
    async fn gather(
        c: &mut Conn,
        eyes: Eyes,
        posts: &[&Post],
        known: &[&Actor],
    ) -> store::Result<Desk> {
        let viewer = eyes.viewer;
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
        people.retain(|id| known.iter().all(|actor| actor.id != *id));
        let actors: HashMap<ActorId, Actor> = actors::list(c, &people)
            .await?
            .into_iter()
            .chain(known.iter().map(|actor| (*actor).clone()))
            .map(|actor| (actor.id, actor))
            .collect();
        let stances = match viewer {
            Some(viewer) => stances::among(c, viewer, actors.values(), eyes.now).await?,
            None => Stances::default(),
        };
        let mut followed = HashSet::new();
        if let Some(viewer) = viewer {
            for author in posts
                .iter()
                .filter(|post| !post.audience.is_public() || Quotable::depends(post))
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
        let marked = Marked::gather(c, eyes, posts).await?;
        let polls = polls::gather(c, eyes, posts).await?;
        Ok(Desk {
            viewer,
            shown: eyes.shown,
            stances,
            marked,
            polls,
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

    /// A post with what it quotes; what that quotes is only named.
    fn whole(&self, post: Post, quotes: &Quotes) -> Option<PostView> {
        let quote = quotes.of(post.id, |quoted| {
            let quote = quotes.of(quoted.id, |_| None);
            let view = self.view(quoted)?;
            Some(PostView { quote, ..view })
        });
        Some(PostView {
            quote,
            ..self.view(post)?
        })
    }

    fn view(&self, post: Post) -> Option<PostView> {
        let author = self
            .actors
            .get(&post.author)
            .filter(|author| author.suspended_at.is_none() && !self.is_hidden(author))?;
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
            marks: self.marked.of(&post),
            poll: self.polls.get(&post.id).cloned(),
            quote: None,
            quotable: Quotable::of(&post, &viewer),
            post,
        })
    }

    /// Who blocks the viewer is never seen; whom the viewer shuns is not seen in lists.
    fn is_hidden(&self, author: &Actor) -> bool {
        self.stances.is_kept_out_by(author.id)
            || (self.shown == Shown::InLists && self.stances.shuns(author))
    }
}

async fn one(c: &mut Conn, eyes: Eyes, post: Option<Post>) -> store::Result<Option<PostView>> {
    Ok(views(c, eyes, post.into_iter().collect()).await?.pop())
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
    one(&mut c, Eyes::of(ctx, viewer), post).await
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
    one(&mut c, Eyes::of(ctx, viewer), post).await
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
    let Some(post) = one(&mut c, Eyes::of(ctx, viewer), Some(post)).await? else {
        return Ok(None);
    };
    let all = timelines::thread(&mut c, root, THREAD).await?;
    let all = views(&mut c, Eyes::of(ctx, viewer).in_lists(), all).await?;
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
