//! Who does not want to see whom, and which threads.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId, RowId};
use crate::domain::relation::Mute;

use super::Conn;
use super::backend::{Both, padded};
use super::error::Result;
use super::schema::{mutes, thread_mutes};

type Row = (i64, i64, i64, bool, Option<i64>, i64);

fn mute((id, actor, target, notifications, ends_at, created_at): Row) -> Mute {
    Mute {
        id: RowId(id),
        actor: ActorId(actor),
        target: ActorId(target),
        notifications,
        ends_at: ends_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(created_at),
    }
}

/// Adds a mute, or changes what it covers and when it ends.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, mute: &Mute) -> Result<()> {
    Both(
        diesel::insert_into(mutes::table)
            .values((
                mutes::id.eq(mute.id.0),
                mutes::actor_id.eq(mute.actor.0),
                mutes::target_id.eq(mute.target.0),
                mutes::notifications.eq(mute.notifications),
                mutes::ends_at.eq(mute.ends_at.map(Timestamp::micros)),
                mutes::created_at.eq(mute.created_at.micros()),
            ))
            .on_conflict((mutes::actor_id, mutes::target_id))
            .do_update()
            .set((
                mutes::notifications.eq(excluded(mutes::notifications)),
                mutes::ends_at.eq(excluded(mutes::ends_at)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The mute of `target` by `actor`, if it has not ended.
///
/// # Errors
/// When the database fails.
pub async fn find(
    c: &mut Conn,
    actor: ActorId,
    target: ActorId,
    now: Timestamp,
) -> Result<Option<Mute>> {
    let row: Option<Row> = mutes::table
        .filter(
            mutes::actor_id
                .eq(actor.0)
                .and(mutes::target_id.eq(target.0)),
        )
        .filter(mutes::ends_at.is_null().or(mutes::ends_at.gt(now.micros())))
        .select(mutes::all_columns)
        .first(c)
        .await
        .optional()?;
    Ok(row.map(mute))
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<()> {
    diesel::delete(
        mutes::table.filter(
            mutes::actor_id
                .eq(actor.0)
                .and(mutes::target_id.eq(target.0)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The mutes of `actor` that have not ended, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    c: &mut Conn,
    actor: ActorId,
    now: Timestamp,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<Mute>> {
    let rows: Vec<Row> = mutes::table
        .filter(
            mutes::actor_id
                .eq(actor.0)
                .and(mutes::id.lt(before.unwrap_or(i64::MAX))),
        )
        .filter(mutes::ends_at.is_null().or(mutes::ends_at.gt(now.micros())))
        .order(mutes::id.desc())
        .limit(limit)
        .select(mutes::all_columns)
        .load(c)
        .await?;
    Ok(rows.into_iter().map(mute).collect())
}

/// `actor` is told nothing more of what is said in `thread`.
///
/// # Errors
/// When the database fails.
pub async fn insert_thread(
    c: &mut Conn,
    actor: ActorId,
    thread: PostId,
    now: Timestamp,
) -> Result<()> {
    Both(
        diesel::insert_into(thread_mutes::table)
            .values((
                thread_mutes::actor_id.eq(actor.0),
                thread_mutes::thread_id.eq(thread.0),
                thread_mutes::created_at.eq(now.micros()),
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
pub async fn delete_thread(c: &mut Conn, actor: ActorId, thread: PostId) -> Result<()> {
    diesel::delete(thread_mutes::table.find((actor.0, thread.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// Which of `threads` `actor` muted.
///
/// # Errors
/// When the database fails.
pub async fn threads_among(
    c: &mut Conn,
    actor: ActorId,
    threads: &[PostId],
) -> Result<Vec<PostId>> {
    let ids = padded(threads.iter().map(|id| id.0));
    let found: Vec<i64> = thread_mutes::table
        .filter(
            thread_mutes::actor_id
                .eq(actor.0)
                .and(thread_mutes::thread_id.eq_any(&ids)),
        )
        .select(thread_mutes::thread_id)
        .load(c)
        .await?;
    Ok(found.into_iter().map(PostId).collect())
}
