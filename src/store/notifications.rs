//! What people are told about.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, EventId, NotificationId, PostId};
use crate::domain::notification::{Notification, NotificationKind};

use super::Conn;
use super::backend::MultiBackend;
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
        })
        .execute(c)
        .await?;
    Ok(())
}

/// What `actor` was told, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, actor: ActorId, page: Page) -> Result<Vec<Notification>> {
    let rows: Vec<NotificationRow> = notifications::table
        .filter(notifications::actor_id.eq(actor.0))
        .filter(notifications::id.lt(page.max.unwrap_or(i64::MAX)))
        .filter(notifications::id.gt(page.min.or(page.since).unwrap_or(0)))
        .order(notifications::id.desc())
        .limit(page.limit)
        .select(NotificationRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Notification::try_from).collect()
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
