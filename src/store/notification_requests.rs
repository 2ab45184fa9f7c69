//! People whose notifications a policy keeps back, and those who are heard all the same.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId, RowId};
use crate::domain::notification::{NotificationRequest, RequestState};

use super::Conn;
use super::backend::Both;
use super::error::{Result, word};
use super::schema::{notification_requests, notifications};

type Row = (i64, i64, i64, Option<i64>, String, i64, i64, i64);

fn request(
    (id, actor, from, last, state, count, created, updated): Row,
) -> Result<NotificationRequest> {
    Ok(NotificationRequest {
        id: RowId(id),
        actor: ActorId(actor),
        from: ActorId(from),
        last_post: last.map(PostId),
        state: word("notification_requests.state", RequestState::parse(&state))?,
        count,
        created_at: Timestamp::from_micros(created),
        updated_at: Timestamp::from_micros(updated),
    })
}

/// What stands between `actor` and `from`.
///
/// # Errors
/// When the database fails.
pub async fn find_for(
    c: &mut Conn,
    actor: ActorId,
    from: ActorId,
) -> Result<Option<NotificationRequest>> {
    let row: Option<Row> = notification_requests::table
        .filter(
            notification_requests::actor_id
                .eq(actor.0)
                .and(notification_requests::from_id.eq(from.0)),
        )
        .select(notification_requests::all_columns)
        .first(c)
        .await
        .optional()?;
    row.map(request).transpose()
}

/// One request to `actor`.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, actor: ActorId, id: RowId) -> Result<Option<NotificationRequest>> {
    let row: Option<Row> = notification_requests::table
        .find(id.0)
        .filter(notification_requests::actor_id.eq(actor.0))
        .select(notification_requests::all_columns)
        .first(c)
        .await
        .optional()?;
    row.map(request).transpose()
}

/// Adds a request or replaces the one between the two.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, request: &NotificationRequest) -> Result<()> {
    Both(
        diesel::insert_into(notification_requests::table)
            .values((
                notification_requests::id.eq(request.id.0),
                notification_requests::actor_id.eq(request.actor.0),
                notification_requests::from_id.eq(request.from.0),
                notification_requests::last_post_id.eq(request.last_post.map(|id| id.0)),
                notification_requests::state.eq(request.state.as_str()),
                notification_requests::count.eq(request.count),
                notification_requests::created_at.eq(request.created_at.micros()),
                notification_requests::updated_at.eq(request.updated_at.micros()),
            ))
            .on_conflict((
                notification_requests::actor_id,
                notification_requests::from_id,
            ))
            .do_update()
            .set((
                notification_requests::last_post_id
                    .eq(excluded(notification_requests::last_post_id)),
                notification_requests::state.eq(excluded(notification_requests::state)),
                notification_requests::count.eq(excluded(notification_requests::count)),
                notification_requests::updated_at.eq(excluded(notification_requests::updated_at)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Who waits to be heard by `actor`, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting(
    c: &mut Conn,
    actor: ActorId,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<NotificationRequest>> {
    let rows: Vec<Row> = notification_requests::table
        .filter(notification_requests::actor_id.eq(actor.0))
        .filter(notification_requests::state.eq(RequestState::Waiting.as_str()))
        .filter(notification_requests::id.lt(before.unwrap_or(i64::MAX)))
        .order(notification_requests::id.desc())
        .limit(limit)
        .select(notification_requests::all_columns)
        .load(c)
        .await?;
    rows.into_iter().map(request).collect()
}

/// How many wait, and how many notifications that are.
///
/// # Errors
/// When the database fails.
pub async fn counts(c: &mut Conn, actor: ActorId) -> Result<(i64, i64)> {
    let waiting: i64 = notification_requests::table
        .filter(notification_requests::actor_id.eq(actor.0))
        .filter(notification_requests::state.eq(RequestState::Waiting.as_str()))
        .count()
        .get_result(c)
        .await?;
    let kept: i64 = notifications::table
        .filter(notifications::actor_id.eq(actor.0))
        .filter(notifications::filtered.eq(true))
        .count()
        .get_result(c)
        .await?;
    Ok((waiting, kept))
}

/// What was kept back of `from` is shown.
///
/// # Errors
/// When the database fails.
pub async fn release(c: &mut Conn, actor: ActorId, from: ActorId) -> Result<()> {
    diesel::update(
        notifications::table.filter(
            notifications::actor_id
                .eq(actor.0)
                .and(notifications::from_id.eq(from.0)),
        ),
    )
    .set(notifications::filtered.eq(false))
    .execute(c)
    .await?;
    Ok(())
}

/// What was kept back of `from` goes, with the request.
///
/// # Errors
/// When the database fails.
pub async fn dismiss(c: &mut Conn, request: &NotificationRequest) -> Result<()> {
    diesel::delete(
        notifications::table
            .filter(
                notifications::actor_id
                    .eq(request.actor.0)
                    .and(notifications::from_id.eq(request.from.0)),
            )
            .filter(notifications::filtered.eq(true)),
    )
    .execute(c)
    .await?;
    diesel::delete(notification_requests::table.find(request.id.0))
        .execute(c)
        .await?;
    Ok(())
}
