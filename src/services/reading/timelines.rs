//! Lists of posts as one viewer sees them.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::{ActorId, PostId};
use crate::domain::list::{List, RepliesPolicy};
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::store::timelines::{self, Depth, Page};
use crate::store::{self, Conn, acquaintances, bookmarks, follows, lists};

use super::eyes::Eyes;
use super::posts::{PostView, views};

/// How often a page is filled up where the viewer wants to see nothing of what was found.
const ROUNDS: usize = 8;

/// A list of posts.
enum Source<'a> {
    Home(ActorId),
    Public { local: bool },
    Tagged(&'a str),
    List(&'a List),
}

impl Source<'_> {
    async fn load(&self, c: &mut Conn, page: Page) -> store::Result<Vec<Post>> {
        match self {
            Source::Home(viewer) => timelines::home(c, *viewer, page).await,
            Source::Public { local } => timelines::public(c, *local, page).await,
            Source::Tagged(tag) => timelines::tagged(c, tag, page).await,
            Source::List(list) => timelines::of_list(c, list.id, page).await,
        }
    }

    /// What else the viewer does not want in this list.
    async fn pick(&self, c: &mut Conn, found: &mut Vec<PostView>) -> store::Result<()> {
        match self {
            Source::Home(viewer) => as_followed(c, *viewer, found).await,
            Source::List(list) => answers_of_list(c, list, found).await,
            Source::Public { .. } | Source::Tagged(_) => Ok(()),
        }
    }
}

/// A page without what the viewer does not want to see, filled up from what comes next in the list.
async fn page_of(
    c: &mut Conn,
    eyes: Eyes,
    source: &Source<'_>,
    mut page: Page,
) -> store::Result<Vec<PostView>> {
    let limit = usize::try_from(page.limit).unwrap_or_default();
    let mut kept: Vec<PostView> = Vec::new();
    for _ in 0..ROUNDS {
        let found = source.load(c, page).await?;
        let (newest, oldest) = (found.first().map(|p| p.id.0), found.last().map(|p| p.id.0));
        let is_last = found.len() < limit;
        let mut shown = views(c, eyes, found).await?;
        source.pick(c, &mut shown).await?;
        if page.min.is_some() {
            shown.append(&mut kept);
            kept = shown;
            page.min = newest.or(page.min);
        } else {
            kept.append(&mut shown);
            page.max = oldest.or(page.max);
        }
        if is_last || kept.len() >= limit {
            break;
        }
    }
    if page.min.is_some() {
        kept.drain(..kept.len().saturating_sub(limit));
    } else {
        kept.truncate(limit);
    }
    Ok(kept)
}

/// Leaves out boosts of those whose boosts are not wanted, and posts in languages that are not.
async fn as_followed(
    c: &mut Conn,
    viewer: ActorId,
    found: &mut Vec<PostView>,
) -> store::Result<()> {
    let authors: HashSet<ActorId> = found.iter().map(|view| view.author.id).collect();
    if authors.is_empty() {
        return Ok(());
    }
    let ways: HashMap<ActorId, _> = acquaintances::options_among(c, viewer, authors)
        .await?
        .into_iter()
        .collect();
    found.retain(|view| {
        let Some(way) = ways.get(&view.author.id) else {
            return true;
        };
        let shown = view.boosted.as_deref().unwrap_or(view);
        let language = shown.post.language.as_deref().unwrap_or_default();
        let base = language.split('-').next().unwrap_or_default();
        let is_read = way.languages.is_empty()
            || language.is_empty()
            || way.languages.iter().any(|l| l == language || l == base);
        is_read && (way.reblogs || view.boosted.is_none())
    });
    Ok(())
}

/// Leaves out answers that the list does not show.
async fn answers_of_list(
    c: &mut Conn,
    list: &List,
    found: &mut Vec<PostView>,
) -> store::Result<()> {
    let answered: HashSet<ActorId> = found.iter().filter_map(|view| view.answers).collect();
    let mut welcome: HashSet<ActorId> = HashSet::from([list.owner]);
    match list.replies {
        RepliesPolicy::None => welcome.clear(),
        RepliesPolicy::List if !answered.is_empty() => {
            welcome.extend(lists::members_among(c, list.id, answered).await?);
        }
        RepliesPolicy::Followed => {
            for other in answered {
                if follows::is_following(c, list.owner, other).await? {
                    welcome.insert(other);
                }
            }
        }
        RepliesPolicy::List => {}
    }
    found.retain(|view| {
        view.post.in_reply_to_uri.is_none()
            || view
                .answers
                .is_some_and(|other| other == view.author.id || welcome.contains(&other))
    });
    Ok(())
}

/// The home timeline of a local person.
///
/// # Errors
/// When the database fails.
pub async fn home(ctx: &Ctx, viewer: ActorId, page: Page) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let eyes = Eyes::of(ctx, Some(viewer)).in_lists();
    page_of(&mut c, eyes, &Source::Home(viewer), page).await
}

/// What the members of a list post.
///
/// # Errors
/// When the database fails.
pub async fn of_list(ctx: &Ctx, list: &List, page: Page) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let eyes = Eyes::of(ctx, Some(list.owner)).in_lists();
    page_of(&mut c, eyes, &Source::List(list), page).await
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
    let eyes = Eyes::of(ctx, viewer).in_lists();
    page_of(&mut c, eyes, &Source::Public { local }, page).await
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
    let tag = tag.to_lowercase();
    let eyes = Eyes::of(ctx, viewer).in_lists();
    page_of(&mut c, eyes, &Source::Tagged(&tag), page).await
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
    let depth = depth(&mut c, viewer, author).await?;
    let posts = timelines::by_author(&mut c, author, depth, page).await?;
    views(&mut c, Eyes::of(ctx, viewer), posts).await
}

/// How much of what `author` posted is for the viewer.
pub(super) async fn depth(
    c: &mut Conn,
    viewer: Option<ActorId>,
    author: ActorId,
) -> store::Result<Depth> {
    Ok(match viewer {
        None => Depth::Public,
        Some(viewer) if viewer == author => Depth::Own,
        Some(viewer) if follows::is_following(c, viewer, author).await? => Depth::Follower(viewer),
        Some(viewer) => Depth::Known(viewer),
    })
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
    views(&mut c, Eyes::of(ctx, viewer), posts).await
}

/// Public posts that were liked and boosted most among those with ids from `since`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn popular(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    (since, limit): (i64, i64),
) -> store::Result<Vec<PostView>> {
    let mut c = ctx.store.reader().await?;
    let posts = timelines::popular(&mut c, since, limit).await?;
    views(&mut c, Eyes::of(ctx, viewer).in_lists(), posts).await
}

/// A post in a list that is paged by `key`: the id of what put it there.
#[derive(Debug, Clone)]
pub struct Kept {
    pub key: i64,
    pub view: PostView,
}

/// What a local person keeps, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn bookmarks(ctx: &Ctx, viewer: ActorId, page: Page) -> store::Result<Vec<Kept>> {
    let mut c = ctx.store.reader().await?;
    let rows = bookmarks::list(&mut c, viewer, page).await?;
    kept(ctx, &mut c, viewer, rows).await
}

/// What a local person likes, the latest like first.
///
/// # Errors
/// When the database fails.
pub async fn favourites(ctx: &Ctx, viewer: ActorId, page: Page) -> store::Result<Vec<Kept>> {
    let mut c = ctx.store.reader().await?;
    let rows = bookmarks::list_liked(&mut c, viewer, page).await?;
    kept(ctx, &mut c, viewer, rows).await
}

async fn kept(
    ctx: &Ctx,
    c: &mut Conn,
    viewer: ActorId,
    rows: Vec<(i64, PostId)>,
) -> store::Result<Vec<Kept>> {
    let ids: Vec<PostId> = rows.iter().map(|(_, post)| *post).collect();
    let posts = store::posts::list(c, &ids).await?;
    let mut seen: HashMap<PostId, PostView> = views(c, Eyes::of(ctx, Some(viewer)), posts)
        .await?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|(key, post)| {
            Some(Kept {
                key,
                view: seen.remove(&post)?,
            })
        })
        .collect())
}
