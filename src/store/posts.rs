//! Posts, boosts, and whom they are addressed to.

mod arrival;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, EventId, PostId};
use crate::domain::interaction::Policy;
use crate::domain::post::{Post, Recipient};

use super::Conn;
use super::backend::{Both, MultiBackend, padded};
use super::conn::insert_many;
use super::error::{Error, Result, word};
use super::schema::{likes, notifications, pins, post_recipients, post_tags, posts};

pub use arrival::{Beforehand, adopt_replies, beforehand};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = posts, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct PostRow {
    id: i64,
    uri: String,
    url: Option<String>,
    local: bool,
    kind: String,
    actor_id: i64,
    boost_of_id: Option<i64>,
    in_reply_to_id: Option<i64>,
    in_reply_to_uri: Option<String>,
    thread_id: i64,
    event_id: Option<i64>,
    group_id: Option<i64>,
    title: String,
    content: String,
    source: Option<String>,
    warning: String,
    sensitive: bool,
    language: Option<String>,
    audience: String,
    attachments: Option<String>,
    policy: Option<String>,
    likes_count: i64,
    boosts_count: i64,
    replies_count: i64,
    quotes_count: i64,
    published_at: i64,
    edited_at: Option<i64>,
}

impl TryFrom<PostRow> for Post {
    type Error = Error;

    fn try_from(row: PostRow) -> Result<Post> {
        Ok(Post {
            id: PostId(row.id),
            uri: row.uri,
            url: row.url,
            local: row.local,
            kind: row.kind,
            author: ActorId(row.actor_id),
            boost_of: row.boost_of_id.map(PostId),
            in_reply_to: row.in_reply_to_id.map(PostId),
            in_reply_to_uri: row.in_reply_to_uri,
            thread: PostId(row.thread_id),
            event: row.event_id.map(EventId),
            group: row.group_id.map(ActorId),
            title: row.title,
            content: row.content,
            source: row.source,
            warning: row.warning,
            sensitive: row.sensitive,
            language: row.language,
            audience: word("posts.audience", Audience::parse(&row.audience))?,
            attachments: row.attachments,
            policy: Policy::read(row.policy.as_deref()),
            likes: row.likes_count,
            boosts: row.boosts_count,
            replies: row.replies_count,
            quotes: row.quotes_count,
            published_at: Timestamp::from_micros(row.published_at),
            edited_at: row.edited_at.map(Timestamp::from_micros),
        })
    }
}

impl From<&Post> for PostRow {
    fn from(post: &Post) -> Self {
        PostRow {
            id: post.id.0,
            uri: post.uri.clone(),
            url: post.url.clone(),
            local: post.local,
            kind: post.kind.clone(),
            actor_id: post.author.0,
            boost_of_id: post.boost_of.map(|id| id.0),
            in_reply_to_id: post.in_reply_to.map(|id| id.0),
            in_reply_to_uri: post.in_reply_to_uri.clone(),
            thread_id: post.thread.0,
            event_id: post.event.map(|id| id.0),
            group_id: post.group.map(|id| id.0),
            title: post.title.clone(),
            content: post.content.clone(),
            source: post.source.clone(),
            warning: post.warning.clone(),
            sensitive: post.sensitive,
            language: post.language.clone(),
            audience: post.audience.as_str().to_owned(),
            attachments: post.attachments.clone(),
            policy: post.policy.write(),
            likes_count: post.likes,
            boosts_count: post.boosts,
            replies_count: post.replies,
            quotes_count: post.quotes,
            published_at: post.published_at.micros(),
            edited_at: post.edited_at.map(Timestamp::micros),
        }
    }
}

pub(super) fn many(rows: Vec<PostRow>) -> Result<Vec<Post>> {
    rows.into_iter().map(Post::try_from).collect()
}

/// The post with this key.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: PostId) -> Result<Option<Post>> {
    let row: Option<PostRow> = posts::table
        .find(id.0)
        .select(PostRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Post::try_from).transpose()
}

/// The post with this key, which nobody else changes until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn find_locked(c: &mut Conn, id: PostId) -> Result<Option<Post>> {
    if let Conn::Pg(pg) = c {
        let row = posts::table.find(id.0).select(posts::id);
        let _: Option<i64> = row.for_no_key_update().first(pg).await.optional()?;
    }
    find(c, id).await
}

/// The post (or boost) with this ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, uri: &str) -> Result<Option<Post>> {
    let row: Option<PostRow> = posts::table
        .filter(posts::uri.eq(uri))
        .select(PostRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Post::try_from).transpose()
}

/// The posts with these keys, in no particular order.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, ids: &[PostId]) -> Result<Vec<Post>> {
    let ids = padded(ids.iter().map(|id| id.0));
    many(
        posts::table
            .filter(posts::id.eq_any(&ids))
            .select(PostRow::as_select())
            .load(c)
            .await?,
    )
}

/// `actor`'s boost of `post`.
///
/// # Errors
/// When the database fails.
pub async fn find_boost(c: &mut Conn, actor: ActorId, post: PostId) -> Result<Option<Post>> {
    let row: Option<PostRow> = posts::table
        .filter(
            posts::actor_id
                .eq(actor.0)
                .and(posts::boost_of_id.eq(post.0)),
        )
        .select(PostRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Post::try_from).transpose()
}

/// Which of `posts` `actor` boosted.
///
/// # Errors
/// When the database fails.
pub async fn boosted_among(c: &mut Conn, actor: ActorId, ids: &[PostId]) -> Result<Vec<PostId>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let found: Vec<Option<i64>> = posts::table
        .filter(
            posts::actor_id
                .eq(actor.0)
                .and(posts::boost_of_id.eq_any(&ids)),
        )
        .select(posts::boost_of_id)
        .load(c)
        .await?;
    Ok(found.into_iter().flatten().map(PostId).collect())
}

/// Adds a post and counts it at the one it boosts and, if everybody may read it, at the one it answers.
///
/// # Errors
/// [`Error::Duplicate`] when its uri is known, or this boost was made before.
pub async fn insert(
    c: &mut Conn,
    post: &Post,
    recipients: &[Recipient],
    tags: &[String],
) -> Result<()> {
    diesel::insert_into(posts::table)
        .values(PostRow::from(post))
        .execute(c)
        .await?;
    complete(c, post, recipients, tags).await
}

/// Like [`insert`], but `false` where that would be a duplicate.
///
/// # Errors
/// When the database fails.
pub async fn insert_if_new(
    c: &mut Conn,
    post: &Post,
    recipients: &[Recipient],
    tags: &[String],
) -> Result<bool> {
    let row = diesel::insert_into(posts::table).values(PostRow::from(post));
    if Both(row.on_conflict_do_nothing()).execute(c).await? == 0 {
        return Ok(false);
    }
    complete(c, post, recipients, tags).await?;
    Ok(true)
}

async fn complete(
    c: &mut Conn,
    post: &Post,
    recipients: &[Recipient],
    tags: &[String],
) -> Result<()> {
    set_recipients(c, post.id, recipients).await?;
    set_tags(c, post.id, tags).await?;
    if let Some(parent) = post.in_reply_to
        && post.audience.is_public()
    {
        count_reply(c, parent, 1).await?;
    }
    if let Some(boosted) = post.boost_of {
        count_boost(c, boosted, 1).await?;
    }
    Ok(())
}

/// Replaces everything of a post. An answer that everybody could read and that they can no longer is counted no more.
///
/// # Errors
/// When the database fails.
pub async fn update(
    c: &mut Conn,
    post: &Post,
    recipients: &[Recipient],
    tags: &[String],
) -> Result<()> {
    diesel::delete(post_recipients::table.filter(post_recipients::post_id.eq(post.id.0)))
        .execute(c)
        .await?;
    diesel::delete(post_tags::table.filter(post_tags::post_id.eq(post.id.0)))
        .execute(c)
        .await?;
    if let Some(parent) = post.in_reply_to {
        let before: Option<String> = posts::table
            .find(post.id.0)
            .select(posts::audience)
            .first(c)
            .await
            .optional()?;
        let was_public = before
            .and_then(|word| Audience::parse(&word))
            .is_some_and(Audience::is_public);
        if was_public && !post.audience.is_public() {
            count_reply(c, parent, -1).await?;
        }
    }
    diesel::update(posts::table.find(post.id.0))
        .set(PostRow::from(post))
        .execute(c)
        .await?;
    set_recipients(c, post.id, recipients).await?;
    set_tags(c, post.id, tags).await
}

async fn set_recipients(c: &mut Conn, post: PostId, recipients: &[Recipient]) -> Result<()> {
    if recipients.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = recipients
        .iter()
        .map(|r| {
            (
                post_recipients::post_id.eq(post.0),
                post_recipients::actor_id.eq(r.actor.0),
                post_recipients::mentioned.eq(r.mentioned),
            )
        })
        .collect();
    insert_many!(c, post_recipients::table, rows)?;
    Ok(())
}

async fn set_tags(c: &mut Conn, post: PostId, tags: &[String]) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = tags
        .iter()
        .map(|tag| {
            (
                post_tags::post_id.eq(post.0),
                post_tags::name.eq(tag.clone()),
            )
        })
        .collect();
    insert_many!(c, post_tags::table, rows)?;
    Ok(())
}

/// Removes a post with its boosts, likes, notifications and addressing. Answers to it stay and lose their parent.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, post: &Post) -> Result<()> {
    let boosts: Vec<i64> = posts::table
        .filter(posts::boost_of_id.eq(post.id.0))
        .select(posts::id)
        .load(c)
        .await?;
    for id in boosts.into_iter().chain([post.id.0]) {
        diesel::delete(post_recipients::table.filter(post_recipients::post_id.eq(id)))
            .execute(c)
            .await?;
        diesel::delete(post_tags::table.filter(post_tags::post_id.eq(id)))
            .execute(c)
            .await?;
        diesel::delete(likes::table.filter(likes::post_id.eq(id)))
            .execute(c)
            .await?;
        super::post_versions::delete_with(c, PostId(id)).await?;
        super::quotes::forget_post(c, PostId(id)).await?;
        diesel::delete(pins::table.filter(pins::post_id.eq(id)))
            .execute(c)
            .await?;
        diesel::delete(notifications::table.filter(notifications::post_id.eq(id)))
            .execute(c)
            .await?;
        if id != post.id.0 {
            diesel::delete(posts::table.find(id)).execute(c).await?;
        }
    }
    diesel::update(posts::table.filter(posts::in_reply_to_id.eq(post.id.0)))
        .set(posts::in_reply_to_id.eq(None::<i64>))
        .execute(c)
        .await?;
    diesel::delete(posts::table.find(post.id.0))
        .execute(c)
        .await?;
    if let Some(parent) = post.in_reply_to
        && post.audience.is_public()
    {
        count_reply(c, parent, -1).await?;
    }
    if let Some(boosted) = post.boost_of {
        count_boost(c, boosted, -1).await?;
    }
    Ok(())
}

/// Keeps what the author of a post says about who may answer and quote it.
///
/// # Errors
/// When the database fails.
pub async fn set_policy(c: &mut Conn, post: PostId, policy: &Policy) -> Result<()> {
    diesel::update(posts::table.find(post.0))
        .set(posts::policy.eq(policy.write()))
        .execute(c)
        .await?;
    Ok(())
}

async fn count_reply(c: &mut Conn, post: PostId, by: i64) -> Result<()> {
    diesel::update(posts::table.find(post.0))
        .set(posts::replies_count.eq(posts::replies_count + by))
        .execute(c)
        .await?;
    Ok(())
}

async fn count_boost(c: &mut Conn, post: PostId, by: i64) -> Result<()> {
    diesel::update(posts::table.find(post.0))
        .set(posts::boosts_count.eq(posts::boosts_count + by))
        .execute(c)
        .await?;
    Ok(())
}

/// Whom a post names.
///
/// # Errors
/// When the database fails.
pub async fn recipients(c: &mut Conn, post: PostId) -> Result<Vec<Recipient>> {
    let rows: Vec<(i64, bool)> = post_recipients::table
        .filter(post_recipients::post_id.eq(post.0))
        .order(post_recipients::actor_id)
        .select((post_recipients::actor_id, post_recipients::mentioned))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, mentioned)| Recipient {
            actor: ActorId(id),
            mentioned,
        })
        .collect())
}

/// Whom each of `posts` names, for showing many at once.
///
/// # Errors
/// When the database fails.
pub async fn recipients_of(c: &mut Conn, ids: &[PostId]) -> Result<Vec<(PostId, Recipient)>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let rows: Vec<(i64, i64, bool)> = post_recipients::table
        .filter(post_recipients::post_id.eq_any(&ids))
        .select((
            post_recipients::post_id,
            post_recipients::actor_id,
            post_recipients::mentioned,
        ))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(post, actor, mentioned)| {
            (
                PostId(post),
                Recipient {
                    actor: ActorId(actor),
                    mentioned,
                },
            )
        })
        .collect())
}

/// The hashtags of each of `posts`, lower case, without `#`.
///
/// # Errors
/// When the database fails.
pub async fn tags_of(c: &mut Conn, ids: &[PostId]) -> Result<Vec<(PostId, String)>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let rows: Vec<(i64, String)> = post_tags::table
        .filter(post_tags::post_id.eq_any(&ids))
        .order((post_tags::post_id, post_tags::name))
        .select((post_tags::post_id, post_tags::name))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(post, name)| (PostId(post), name))
        .collect())
}
