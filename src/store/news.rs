//! The newest rows, for streams.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::{ActorId, NotificationId, PostId};

use super::Conn;
use super::backend::padded;
use super::error::Result;
use super::schema::{accounts, followed_tags, follows, notifications, posts, tokens};

/// Posts and boosts with ids from `since`, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn posts_since(c: &mut Conn, since: i64, limit: i64) -> Result<Vec<PostId>> {
    let ids: Vec<i64> = posts::table
        .filter(posts::id.ge(since))
        .order(posts::id)
        .limit(limit)
        .select(posts::id)
        .load(c)
        .await?;
    Ok(ids.into_iter().map(PostId).collect())
}

/// Notifications with ids from `since` that were not kept back, oldest first, and whose they are. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn notifications_since(
    c: &mut Conn,
    since: i64,
    limit: i64,
) -> Result<Vec<(NotificationId, ActorId)>> {
    let rows: Vec<(i64, i64)> = notifications::table
        .filter(notifications::id.ge(since))
        .filter(notifications::filtered.eq(false))
        .order(notifications::id)
        .limit(limit)
        .select((notifications::id, notifications::actor_id))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, actor)| (NotificationId(id), ActorId(actor)))
        .collect())
}

/// Who of `readers` follows `author`.
///
/// # Errors
/// When the database fails.
pub async fn followers_among(
    c: &mut Conn,
    author: ActorId,
    readers: &[ActorId],
) -> Result<Vec<ActorId>> {
    let ids = padded(readers.iter().map(|id| id.0));
    let found: Vec<i64> = follows::table
        .filter(follows::target_id.eq(author.0))
        .filter(follows::follower_id.eq_any(&ids))
        .filter(follows::state.eq("accepted"))
        .select(follows::follower_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}

/// Who of `readers` follows one of the hashtags `names`.
///
/// # Errors
/// When the database fails.
pub async fn tag_followers_among(
    c: &mut Conn,
    names: &[String],
    readers: &[ActorId],
) -> Result<Vec<ActorId>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(readers.iter().map(|id| id.0));
    let found: Vec<i64> = followed_tags::table
        .filter(followed_tags::name.eq_any(names))
        .filter(followed_tags::actor_id.eq_any(&ids))
        .select(followed_tags::actor_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(ActorId).collect())
}

/// Which of these tokens still speak for somebody.
///
/// # Errors
/// When the database fails.
pub async fn tokens_among(c: &mut Conn, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
    Ok(tokens::table
        .inner_join(accounts::table)
        .filter(tokens::hash.eq_any(hashes))
        .filter(tokens::revoked_at.is_null())
        .filter(accounts::suspended_at.is_null())
        .select(tokens::hash)
        .load(c)
        .await?)
}
