//! Likes of posts.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId};

use super::Conn;
use super::backend::{Both, padded};
use super::error::Result;
use super::schema::{likes, posts};

/// Adds a like; `false` when there was one.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    c: &mut Conn,
    id: i64,
    uri: &str,
    actor: ActorId,
    post: PostId,
    now: Timestamp,
) -> Result<bool> {
    let new = Both(
        diesel::insert_into(likes::table)
            .values((
                likes::id.eq(id),
                likes::uri.eq(uri),
                likes::actor_id.eq(actor.0),
                likes::post_id.eq(post.0),
                likes::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    if new > 0 {
        diesel::update(posts::table.find(post.0))
            .set(posts::likes_count.eq(posts::likes_count + 1))
            .execute(c)
            .await?;
    }
    Ok(new > 0)
}

/// Takes a like back; answers the id of its activity.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, actor: ActorId, post: PostId) -> Result<Option<String>> {
    let found: Option<(i64, String)> = likes::table
        .filter(likes::post_id.eq(post.0).and(likes::actor_id.eq(actor.0)))
        .select((likes::id, likes::uri))
        .first(c)
        .await
        .optional()?;
    let Some((id, uri)) = found else {
        return Ok(None);
    };
    diesel::delete(likes::table.find(id)).execute(c).await?;
    diesel::update(posts::table.find(post.0))
        .set(posts::likes_count.eq(posts::likes_count - 1))
        .execute(c)
        .await?;
    Ok(Some(uri))
}

/// The post that the Like `uri` of `actor` is about.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, actor: ActorId, uri: &str) -> Result<Option<PostId>> {
    let found: Option<i64> = likes::table
        .filter(likes::actor_id.eq(actor.0).and(likes::uri.eq(uri)))
        .select(likes::post_id)
        .first(c)
        .await
        .optional()?;
    Ok(found.map(PostId))
}

/// Which of `posts` `actor` likes.
///
/// # Errors
/// When the database fails.
pub async fn liked_among(c: &mut Conn, actor: ActorId, ids: &[PostId]) -> Result<Vec<PostId>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let found: Vec<i64> = likes::table
        .filter(likes::actor_id.eq(actor.0).and(likes::post_id.eq_any(&ids)))
        .select(likes::post_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(PostId).collect())
}

/// Who likes a post, with the keys of the likes; newest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_by_post(
    c: &mut Conn,
    post: PostId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, ActorId)>> {
    let found: Vec<(i64, i64)> = likes::table
        .filter(
            likes::post_id
                .eq(post.0)
                .and(likes::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(likes::id.desc())
        .limit(limit)
        .select((likes::id, likes::actor_id))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, actor)| (id, ActorId(actor)))
        .collect())
}
