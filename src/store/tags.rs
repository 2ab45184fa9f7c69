//! Hashtags that people follow or show on their profile, and how much they are used.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, RowId};

use super::Conn;
use super::backend::Both;
use super::error::Result;
use super::schema::{featured_tags, followed_tags, post_tags, posts};

/// `actor` follows a hashtag (lower case, without `#`); once is enough.
///
/// # Errors
/// When the database fails.
pub async fn follow(
    c: &mut Conn,
    id: RowId,
    (actor, name): (ActorId, &str),
    now: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(followed_tags::table)
            .values((
                followed_tags::id.eq(id.0),
                followed_tags::actor_id.eq(actor.0),
                followed_tags::name.eq(name),
                followed_tags::created_at.eq(now.micros()),
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
pub async fn unfollow(c: &mut Conn, actor: ActorId, name: &str) -> Result<()> {
    diesel::delete(
        followed_tags::table.filter(
            followed_tags::actor_id
                .eq(actor.0)
                .and(followed_tags::name.eq(name)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The hashtags that `actor` follows, with their keys; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_followed(
    c: &mut Conn,
    actor: ActorId,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<(i64, String)>> {
    Ok(followed_tags::table
        .filter(
            followed_tags::actor_id
                .eq(actor.0)
                .and(followed_tags::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(followed_tags::id.desc())
        .limit(limit)
        .select((followed_tags::id, followed_tags::name))
        .load(c)
        .await?)
}

/// Whether `actor` follows a hashtag.
///
/// # Errors
/// When the database fails.
pub async fn is_followed(c: &mut Conn, actor: ActorId, name: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        followed_tags::table.filter(
            followed_tags::actor_id
                .eq(actor.0)
                .and(followed_tags::name.eq(name)),
        ),
    ))
    .get_result(c)
    .await?)
}

/// How many hashtags `actor` follows.
///
/// # Errors
/// When the database fails.
pub async fn count_followed(c: &mut Conn, actor: ActorId) -> Result<i64> {
    Ok(followed_tags::table
        .filter(followed_tags::actor_id.eq(actor.0))
        .count()
        .get_result(c)
        .await?)
}

/// `actor` shows a hashtag on their profile; `false` when they did.
///
/// # Errors
/// When the database fails.
pub async fn feature(
    c: &mut Conn,
    id: RowId,
    (actor, name): (ActorId, &str),
    now: Timestamp,
) -> Result<bool> {
    let new = Both(
        diesel::insert_into(featured_tags::table)
            .values((
                featured_tags::id.eq(id.0),
                featured_tags::actor_id.eq(actor.0),
                featured_tags::name.eq(name),
                featured_tags::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(new > 0)
}

/// `false` when `actor` has none with this key.
///
/// # Errors
/// When the database fails.
pub async fn unfeature(c: &mut Conn, actor: ActorId, id: RowId) -> Result<bool> {
    let gone = diesel::delete(
        featured_tags::table
            .find(id.0)
            .filter(featured_tags::actor_id.eq(actor.0)),
    )
    .execute(c)
    .await?;
    Ok(gone > 0)
}

/// The hashtags on `actor`'s profile, with their keys, in order of their coming.
///
/// # Errors
/// When the database fails.
pub async fn list_featured(c: &mut Conn, actor: ActorId) -> Result<Vec<(i64, String)>> {
    Ok(featured_tags::table
        .filter(featured_tags::actor_id.eq(actor.0))
        .order(featured_tags::id)
        .limit(100)
        .select((featured_tags::id, featured_tags::name))
        .load(c)
        .await?)
}

/// How often `actor` used a hashtag in what everybody may read, and when last.
///
/// # Errors
/// When the database fails.
pub async fn use_by(c: &mut Conn, actor: ActorId, name: &str) -> Result<(i64, Option<Timestamp>)> {
    let of_theirs = || {
        post_tags::table
            .inner_join(posts::table.on(posts::id.eq(post_tags::post_id)))
            .filter(post_tags::name.eq(name))
            .filter(posts::actor_id.eq(actor.0))
            .filter(posts::audience.eq_any(["public", "quiet"]))
    };
    let count: i64 = of_theirs().count().get_result(c).await?;
    let last: Option<i64> = of_theirs()
        .select(posts::published_at)
        .order(posts::id.desc())
        .first(c)
        .await
        .optional()?;
    Ok((count, last.map(Timestamp::from_micros)))
}

/// Public posts with a hashtag from `since` to before `until` by their ids, and how many people wrote them.
///
/// # Errors
/// When the database fails.
pub async fn count_use(c: &mut Conn, name: &str, (since, until): (i64, i64)) -> Result<(i64, i64)> {
    Ok(post_tags::table
        .inner_join(posts::table.on(posts::id.eq(post_tags::post_id)))
        .filter(post_tags::name.eq(name))
        .filter(
            post_tags::post_id
                .ge(since)
                .and(post_tags::post_id.lt(until)),
        )
        .filter(posts::audience.eq("public"))
        .select((count_star(), count(posts::actor_id).aggregate_distinct()))
        .first(c)
        .await?)
}

/// The hashtags most used in public posts of this instance with ids from `since`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn most_used(c: &mut Conn, since: i64, limit: i64) -> Result<Vec<String>> {
    let found: Vec<(String, i64)> = post_tags::table
        .inner_join(posts::table.on(posts::id.eq(post_tags::post_id)))
        .filter(posts::id.ge(since))
        .filter(posts::local.eq(true).and(posts::audience.eq("public")))
        .group_by(post_tags::name)
        .select((post_tags::name, count_star()))
        .order((count_star().desc(), post_tags::name.asc()))
        .limit(limit)
        .load(c)
        .await?;
    Ok(found.into_iter().map(|(name, _)| name).collect())
}
