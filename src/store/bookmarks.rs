//! What people keep for themselves and what they put on top: bookmarks and pins; and the posts they like.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId, RowId};

use super::Conn;
use super::backend::{Both, padded};
use super::error::Result;
use super::schema::{bookmarks, likes, pins, posts};
use super::timelines::Page;

/// Keeps a post; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    c: &mut Conn,
    id: RowId,
    (actor, post): (ActorId, PostId),
    now: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(bookmarks::table)
            .values((
                bookmarks::id.eq(id.0),
                bookmarks::actor_id.eq(actor.0),
                bookmarks::post_id.eq(post.0),
                bookmarks::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, actor: ActorId, post: PostId) -> Result<()> {
    diesel::delete(
        bookmarks::table.filter(
            bookmarks::actor_id
                .eq(actor.0)
                .and(bookmarks::post_id.eq(post.0)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Which of `posts` `actor` keeps.
///
/// # Errors
/// When the database fails.
pub async fn among(c: &mut Conn, actor: ActorId, ids: &[PostId]) -> Result<Vec<PostId>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let found: Vec<i64> = bookmarks::table
        .filter(
            bookmarks::actor_id
                .eq(actor.0)
                .and(bookmarks::post_id.eq_any(&ids)),
        )
        .select(bookmarks::post_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(PostId).collect())
}

fn keyed(found: Vec<(i64, i64)>) -> Vec<(i64, PostId)> {
    found
        .into_iter()
        .map(|(key, post)| (key, PostId(post)))
        .collect()
}

/// What `actor` keeps, with the keys; latest first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, actor: ActorId, page: Page) -> Result<Vec<(i64, PostId)>> {
    let query = bookmarks::table
        .filter(bookmarks::actor_id.eq(actor.0))
        .filter(bookmarks::id.lt(page.below()))
        .filter(bookmarks::id.gt(page.above()))
        .limit(page.limit)
        .select((bookmarks::id, bookmarks::post_id));
    let found = if page.min.is_some() {
        let mut found: Vec<(i64, i64)> = query.order(bookmarks::id.asc()).load(c).await?;
        found.reverse();
        found
    } else {
        query.order(bookmarks::id.desc()).load(c).await?
    };
    Ok(keyed(found))
}

/// What `actor` likes, with the keys of the likes; latest first.
///
/// # Errors
/// When the database fails.
pub async fn list_liked(c: &mut Conn, actor: ActorId, page: Page) -> Result<Vec<(i64, PostId)>> {
    let query = likes::table
        .filter(likes::actor_id.eq(actor.0))
        .filter(likes::id.lt(page.below()))
        .filter(likes::id.gt(page.above()))
        .limit(page.limit)
        .select((likes::id, likes::post_id));
    let found = if page.min.is_some() {
        let mut found: Vec<(i64, i64)> = query.order(likes::id.asc()).load(c).await?;
        found.reverse();
        found
    } else {
        query.order(likes::id.desc()).load(c).await?
    };
    Ok(keyed(found))
}

/// Puts a post of `actor` on top; `false` when it was.
///
/// # Errors
/// When the database fails.
pub async fn pin(c: &mut Conn, actor: ActorId, post: PostId, now: Timestamp) -> Result<bool> {
    let new = Both(
        diesel::insert_into(pins::table)
            .values((
                pins::actor_id.eq(actor.0),
                pins::post_id.eq(post.0),
                pins::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(new > 0)
}

/// Takes a post down from the top; `false` when it was not there.
///
/// # Errors
/// When the database fails.
pub async fn unpin(c: &mut Conn, actor: ActorId, post: PostId) -> Result<bool> {
    let gone = diesel::delete(pins::table.find((actor.0, post.0)))
        .execute(c)
        .await?;
    Ok(gone > 0)
}

/// How many posts `actor` has on top.
///
/// # Errors
/// When the database fails.
pub async fn count_pins(c: &mut Conn, actor: ActorId) -> Result<i64> {
    Ok(pins::table
        .filter(pins::actor_id.eq(actor.0))
        .count()
        .get_result(c)
        .await?)
}

/// Which of `posts` their authors have on top.
///
/// # Errors
/// When the database fails.
pub async fn pinned_among(c: &mut Conn, ids: &[PostId]) -> Result<Vec<PostId>> {
    let ids = padded(ids.iter().map(|id| id.0));
    let found: Vec<i64> = pins::table
        .inner_join(posts::table)
        .filter(pins::post_id.eq_any(&ids))
        .filter(pins::actor_id.eq(posts::actor_id))
        .select(pins::post_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(PostId).collect())
}
