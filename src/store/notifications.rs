//! What people are told about.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, EventId, NotificationId, PostId};
use crate::domain::notification::{Notification, NotificationKind};

use super::Conn;
use super::backend::{MultiBackend, padded};
use super::error::{Error, Result, word};
use super::schema::notifications;
use super::timelines::Page;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notifications, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct NotificationRow {
    id: i64,
    actor_id: i64,
    kind: String,
    from_id: i64,
    post_id: Option<i64>,
    event_id: Option<i64>,
    created_at: i64,
    filtered: bool,
}

impl TryFrom<NotificationRow> for Notification {
    type Error = Error;

    fn try_from(row: NotificationRow) -> Result<Notification> {
        Ok(Notification {
            id: NotificationId(row.id),
            actor: ActorId(row.actor_id),
            kind: word("notifications.kind", NotificationKind::parse(&row.kind))?,
            from: ActorId(row.from_id),
            post: row.post_id.map(PostId),
            event: row.event_id.map(EventId),
            created_at: Timestamp::from_micros(row.created_at),
            filtered: row.filtered,
        })
    }
}

/// Tells somebody.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, n: &Notification) -> Result<()> {
    diesel::insert_into(notifications::table)
        .values(NotificationRow {
            id: n.id.0,
            actor_id: n.actor.0,
            kind: n.kind.as_str().to_owned(),
            from_id: n.from.0,
            post_id: n.post.map(|id| id.0),
            event_id: n.event.map(|id| id.0),
            created_at: n.created_at.micros(),
            filtered: n.filtered,
        })
        .execute(c)
        .await?;
    Ok(())
}

/// Which notifications are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Also those that a policy keeps back.
    pub filtered: bool,
    /// Only those of one sender.
    pub from: Option<ActorId>,
}

/// What `actor` was told, newest first; with `page.min` the ones next above it.
///
/// # Errors
/// When the database fails.
pub async fn list(
    c: &mut Conn,
    actor: ActorId,
    wanted: Wanted,
    page: Page,
) -> Result<Vec<Notification>> {
    let (first, last) = match wanted.from {
        Some(from) => (from.0, from.0),
        None => (i64::MIN, i64::MAX),
    };
    let query = notifications::table
        .filter(notifications::actor_id.eq(actor.0))
        .filter(notifications::id.lt(page.below()))
        .filter(notifications::id.gt(page.above()))
        .filter(
            notifications::filtered
                .eq(false)
                .or(notifications::filtered.eq(wanted.filtered)),
        )
        .filter(notifications::from_id.between(first, last))
        .limit(page.limit)
        .select(NotificationRow::as_select());
    let mut rows: Vec<NotificationRow>;
    if page.min.is_some() {
        rows = query.order(notifications::id.asc()).load(c).await?;
        rows.reverse();
    } else {
        rows = query.order(notifications::id.desc()).load(c).await?;
    }
    rows.into_iter().map(Notification::try_from).collect()
}

/// How many notifications of `actor`, none that are kept back, are newer than `after`. Counts up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn count_after(c: &mut Conn, actor: ActorId, after: i64, most: i64) -> Result<i64> {
    let found: Vec<i64> = notifications::table
        .filter(notifications::actor_id.eq(actor.0))
        .filter(notifications::id.gt(after))
        .filter(notifications::filtered.eq(false))
        .limit(most)
        .select(notifications::id)
        .load(c)
        .await?;
    Ok(i64::try_from(found.len()).unwrap_or(most))
}

/// Removes some notifications of `actor`; those of others stay whatever is asked.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, actor: ActorId, ids: &[NotificationId]) -> Result<()> {
    let ids = padded(ids.iter().map(|id| id.0));
    diesel::delete(
        notifications::table
            .filter(notifications::actor_id.eq(actor.0))
            .filter(notifications::id.eq_any(&ids)),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Removes all notifications of `actor`.
///
/// # Errors
/// When the database fails.
pub async fn clear(c: &mut Conn, actor: ActorId) -> Result<()> {
    diesel::delete(notifications::table.filter(notifications::actor_id.eq(actor.0)))
        .execute(c)
        .await?;
    Ok(())
}

/// One notification of `actor`.
///
/// # Errors
/// When the database fails.
pub async fn find(
    c: &mut Conn,
    actor: ActorId,
    id: NotificationId,
) -> Result<Option<Notification>> {
    let row: Option<NotificationRow> = notifications::table
        .find(id.0)
        .filter(notifications::actor_id.eq(actor.0))
        .select(NotificationRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Notification::try_from).transpose()
}

/// Removes what is no longer so: notifications of `kind` from `from`, about `post` if one is named.
///
/// # Errors
/// When the database fails.
pub async fn retract(
    c: &mut Conn,
    actor: ActorId,
    kind: NotificationKind,
    from: ActorId,
    post: Option<PostId>,
) -> Result<()> {
    let these = notifications::table.filter(
        notifications::actor_id
            .eq(actor.0)
            .and(notifications::kind.eq(kind.as_str()))
            .and(notifications::from_id.eq(from.0)),
    );
    match post {
        Some(post) => {
            diesel::delete(these.filter(notifications::post_id.eq(post.0)))
                .execute(c)
                .await?
        }
        None => diesel::delete(these).execute(c).await?,
    };
    Ok(())
}

/// Everything that `actor` was told of `from`.
///
/// # Errors
/// When the database fails.
pub async fn delete_from(c: &mut Conn, actor: ActorId, from: ActorId) -> Result<()> {
    diesel::delete(
        notifications::table.filter(
            notifications::actor_id
                .eq(actor.0)
                .and(notifications::from_id.eq(from.0)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}
