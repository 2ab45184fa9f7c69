//! Lists of posts, newest first, paged by id. Each says whose eyes it is for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::{ActorId, EventId, ListId, PostId};
use crate::domain::post::Post;

use super::Conn;
use super::error::Result;
use super::posts::{PostRow, many};
use super::schema::{
    actors, followed_tags, follows, list_members, lists, pins, post_recipients, post_tags, posts,
    quotes,
};

/// Posts that are looked through one after the other before those of each author are looked up.
const LOOKED_THROUGH: i64 = 2_000;

/// A page of a list: ids below `max`, above `since`, at most `limit`; with `min` the ones next above it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    pub max: Option<i64>,
    pub since: Option<i64>,
    pub min: Option<i64>,
    pub limit: i64,
}

impl Page {
    /// The first `limit` rows.
    #[must_use]
    pub const fn first(limit: i64) -> Page {
        Page {
            max: None,
            since: None,
            min: None,
            limit,
        }
    }

    pub(super) fn below(&self) -> i64 {
        self.max.unwrap_or(i64::MAX)
    }

    pub(super) fn above(&self) -> i64 {
        self.min.or(self.since).unwrap_or(0)
    }
}

macro_rules! paged {
    ($c:expr, $page:expr, $query:expr) => {{
        let query = $query
            .filter(posts::id.lt($page.below()).and(posts::id.gt($page.above())))
            .limit($page.limit)
            .select(PostRow::as_select());
        if $page.min.is_some() {
            let mut found = many(query.order(posts::id.asc()).load($c).await?)?;
            found.reverse();
            Ok(found)
        } else {
            many(query.order(posts::id.desc()).load($c).await?)
        }
    }};
}

/// What `viewer` sees at home: own posts, those of whom they follow, public ones with hashtags that they follow. Direct
/// posts of others appear only when addressed to the viewer, and those of members of an exclusive list not at all.
///
/// The newest posts are looked through one after the other, which is quick for whoever follows many; only where that
/// does not fill the page, each followed actor's posts are looked up.
///
/// # Errors
/// When the database fails.
pub async fn home(c: &mut Conn, viewer: ActorId, page: Page) -> Result<Vec<Post>> {
    // What is newer than an id may be anything from nothing to all: each author's index knows.
    if page.min.is_some() {
        return home_by_author(c, viewer, page).await;
    }
    let floor: Option<i64> = posts::table
        .filter(posts::id.lt(page.below()))
        .order(posts::id.desc())
        .select(posts::id)
        .offset(LOOKED_THROUGH)
        .first(c)
        .await
        .optional()?;
    let near = Page {
        since: floor.max(page.since),
        ..page
    };
    let found = home_in_order(c, viewer, near).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count >= page.limit);
    if is_full || near.since == page.since {
        return Ok(found);
    }
    home_by_author(c, viewer, page).await
}

/// The parts of what stands at home; `$author` is the posts' author.
macro_rules! at_home {
    ($viewer:expr, $page:expr, $author:expr) => {{
        let followed = follows::table
            .filter(
                follows::follower_id
                    .eq($viewer.0)
                    .and(follows::state.eq("accepted")),
            )
            .filter(follows::target_id.ne_all(apart($viewer)))
            .select(follows::target_id);
        let addressed = post_recipients::table
            .filter(post_recipients::actor_id.eq($viewer.0))
            .select(post_recipients::post_id);
        let names = followed_tags::table
            .filter(followed_tags::actor_id.eq($viewer.0))
            .select(followed_tags::name);
        let tagged = post_tags::table
            .filter(post_tags::name.eq_any(names))
            .filter(post_tags::post_id.lt($page.below()))
            .filter(post_tags::post_id.gt($page.above()))
            .select(post_tags::post_id);
        posts::table.filter(
            $author
                .eq($viewer.0)
                .or($author
                    .eq_any(followed)
                    .and(posts::audience.ne("direct").or(posts::id.eq_any(addressed))))
                .or(posts::audience.eq("public").and(posts::id.eq_any(tagged))),
        )
    }};
}

/// Goes through the posts by their ids: what is computed from the author has no index that the planner could take.
async fn home_in_order(c: &mut Conn, viewer: ActorId, page: Page) -> Result<Vec<Post>> {
    paged!(c, page, at_home!(viewer, page, (posts::actor_id + 0)))
}

/// Gathers the posts of each author.
async fn home_by_author(c: &mut Conn, viewer: ActorId, page: Page) -> Result<Vec<Post>> {
    paged!(c, page, at_home!(viewer, page, posts::actor_id))
}

/// Who is in exclusive lists of `viewer`.
#[diesel::dsl::auto_type(no_type_alias)]
fn apart(viewer: ActorId) -> _ {
    let key: i64 = viewer.0;
    list_members::table
        .inner_join(lists::table.on(lists::id.eq(list_members::list_id)))
        .filter(lists::actor_id.eq(key).and(lists::exclusive.eq(true)))
        .select(list_members::target_id)
}

/// What the members of a list posted, as far as it is not direct.
///
/// # Errors
/// When the database fails.
pub async fn of_list(c: &mut Conn, list: ListId, page: Page) -> Result<Vec<Post>> {
    let members = list_members::table
        .filter(list_members::list_id.eq(list.0))
        .select(list_members::target_id);
    paged!(
        c,
        page,
        posts::table
            .filter(posts::actor_id.eq_any(members))
            .filter(posts::audience.ne("direct"))
    )
}

/// Public posts with ids from `since`, those that were liked and boosted most first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn popular(c: &mut Conn, since: i64, limit: i64) -> Result<Vec<Post>> {
    many(
        posts::table
            .filter(posts::id.ge(since))
            .filter(posts::audience.eq("public"))
            .filter(posts::boost_of_id.is_null().and(posts::local.eq(true)))
            .filter((posts::likes_count + posts::boosts_count).gt(0))
            .order((
                (posts::likes_count + posts::boosts_count).desc(),
                posts::id.desc(),
            ))
            .limit(limit)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// Public posts, no boosts, no answers; `local` for those of this instance only.
///
/// # Errors
/// When the database fails.
pub async fn public(c: &mut Conn, local: bool, page: Page) -> Result<Vec<Post>> {
    let query = posts::table.filter(
        posts::audience
            .eq("public")
            .and(posts::boost_of_id.is_null())
            .and(posts::in_reply_to_uri.is_null()),
    );
    if local {
        paged!(c, page, query.filter(posts::local.eq(true)))
    } else {
        paged!(c, page, query)
    }
}

/// What `author` posted, as far as `depth` allows; boosts included.
///
/// # Errors
/// When the database fails.
pub async fn by_author(
    c: &mut Conn,
    author: ActorId,
    depth: Depth,
    page: Page,
) -> Result<Vec<Post>> {
    let query = posts::table.filter(posts::actor_id.eq(author.0));
    match depth {
        Depth::Public => paged!(
            c,
            page,
            query.filter(posts::audience.eq_any(["public", "quiet"]))
        ),
        Depth::Follower(viewer) => paged!(
            c,
            page,
            query.filter(
                posts::audience
                    .ne("direct")
                    .or(posts::id.eq_any(addressed_to(viewer)))
            )
        ),
        Depth::Known(viewer) => paged!(
            c,
            page,
            query.filter(
                posts::audience
                    .eq_any(["public", "quiet"])
                    .or(posts::id.eq_any(addressed_to(viewer)))
            )
        ),
        Depth::Own => paged!(c, page, query),
    }
}

/// How much of an author's posts a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// A stranger's view.
    Public,
    /// A signed-in person who does not follow.
    Known(ActorId),
    /// An accepted follower.
    Follower(ActorId),
    /// The author.
    Own,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn addressed_to(viewer: ActorId) -> _ {
    let key: i64 = viewer.0;
    post_recipients::table
        .filter(post_recipients::actor_id.eq(key))
        .select(post_recipients::post_id)
}

/// Public posts with a hashtag.
///
/// # Errors
/// When the database fails.
pub async fn tagged(c: &mut Conn, tag: &str, page: Page) -> Result<Vec<Post>> {
    let with = post_tags::table
        .filter(post_tags::name.eq(tag))
        .select(post_tags::post_id);
    paged!(
        c,
        page,
        posts::table
            .filter(posts::id.eq_any(with))
            .filter(posts::audience.eq("public"))
    )
}

/// Public posts about an event, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn about_event(c: &mut Conn, event: EventId, limit: i64) -> Result<Vec<Post>> {
    many(
        posts::table
            .filter(
                posts::event_id
                    .eq(event.0)
                    .and(posts::audience.eq_any(["public", "quiet"])),
            )
            .order(posts::id)
            .limit(limit)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// All of a conversation, oldest first, whoever may see it. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn thread(c: &mut Conn, thread: PostId, limit: i64) -> Result<Vec<Post>> {
    many(
        posts::table
            .filter(
                posts::thread_id
                    .eq(thread.0)
                    .and(posts::boost_of_id.is_null()),
            )
            .order(posts::id)
            .limit(limit)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// Public answers to a post, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn public_replies(c: &mut Conn, post: PostId, limit: i64) -> Result<Vec<Post>> {
    many(
        posts::table
            .filter(
                posts::in_reply_to_id
                    .eq(post.0)
                    .and(posts::audience.eq_any(["public", "quiet"])),
            )
            .order(posts::id)
            .limit(limit)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// Public posts that `actor` pinned, latest pin first.
///
/// # Errors
/// When the database fails.
pub async fn pinned(c: &mut Conn, actor: ActorId) -> Result<Vec<Post>> {
    many(
        pins::table
            .inner_join(posts::table)
            .filter(
                pins::actor_id
                    .eq(actor.0)
                    .and(posts::audience.eq_any(["public", "quiet"])),
            )
            .order(pins::created_at.desc())
            .limit(20)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// How many posts local people have written, and how many of them answer others.
///
/// # Errors
/// When the database fails.
pub async fn count_local(c: &mut Conn) -> Result<(i64, i64)> {
    let own = posts::table.inner_join(actors::table.on(actors::id.eq(posts::actor_id)));
    let local = own.filter(posts::local.eq(true).and(posts::boost_of_id.is_null()));
    let all: i64 = local.count().get_result(c).await?;
    let answers: i64 = local
        .filter(posts::in_reply_to_uri.is_not_null())
        .count()
        .get_result(c)
        .await?;
    Ok((all - answers, answers))
}

/// Boosts of a post, newest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn boosts_of(
    c: &mut Conn,
    post: PostId,
    before: Option<PostId>,
    limit: i64,
) -> Result<Vec<Post>> {
    many(
        posts::table
            .filter(
                posts::boost_of_id
                    .eq(post.0)
                    .and(posts::id.lt(before.map_or(i64::MAX, |id| id.0))),
            )
            .order(posts::id.desc())
            .limit(limit)
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// Posts that quote `quoted` with its author's leave.
///
/// # Errors
/// When the database fails.
pub async fn quoting(c: &mut Conn, quoted: PostId, page: Page) -> Result<Vec<Post>> {
    let ids = quotes::table
        .filter(
            quotes::quoted_id
                .eq(quoted.0)
                .and(quotes::state.eq("accepted")),
        )
        .select(quotes::post_id.assume_not_null());
    paged!(c, page, posts::table.filter(posts::id.eq_any(ids)))
}
