//! What local people set for their apps, and what they do with what they were told: nothing of it leaves this server.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, ConversationId, NotificationId, RowId};
use crate::domain::notification::{NotificationPolicy, NotificationRequest, RequestState};
use crate::domain::preferences::{Marker, Preferences, Timeline};
use crate::store::{self, conversations, notification_requests, notifications, settings};

use super::Ctx;

/// Unread notifications are counted up to here.
pub const MAX_UNREAD: i64 = 1_000;

/// Why something is not set.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("there is no such thing")]
    NotFound,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// The defaults for new posts.
///
/// # Errors
/// When the database fails.
pub async fn preferences(ctx: &Ctx, who: ActorId) -> store::Result<Preferences> {
    let mut c = ctx.store.reader().await?;
    settings::find_preferences(&mut c, who).await
}

/// Keeps defaults for new posts.
///
/// # Errors
/// When the database fails.
pub async fn prefer(ctx: &Ctx, who: &Actor, set: &Preferences) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| settings::put_preferences(tx, who.id, set).await)
        .await
}

/// How far somebody has read.
///
/// # Errors
/// When the database fails.
pub async fn markers(ctx: &Ctx, who: ActorId) -> store::Result<Vec<Marker>> {
    let mut c = ctx.store.reader().await?;
    settings::list_markers(&mut c, who).await
}

/// Keeps how far somebody has read; answers all places.
///
/// # Errors
/// When the database fails.
pub async fn mark(
    ctx: &Ctx,
    who: &Actor,
    places: &[(Timeline, i64)],
) -> store::Result<Vec<Marker>> {
    ctx.store
        .transaction(async |tx| {
            for &place in places {
                settings::put_marker(tx, who.id, place, ctx.now()).await?;
            }
            settings::list_markers(tx, who.id).await
        })
        .await
}

/// The latest notification that somebody has read; 0 when they kept no place.
///
/// # Errors
/// When the database fails.
pub async fn last_read(ctx: &Ctx, who: ActorId) -> store::Result<i64> {
    let markers = markers(ctx, who).await?;
    Ok(markers
        .iter()
        .find(|marker| marker.timeline == Timeline::Notifications)
        .map_or(0, |marker| marker.last_read))
}

/// Notifications that are newer than the place somebody kept, up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn count_unread(ctx: &Ctx, who: ActorId, most: i64) -> store::Result<i64> {
    let read = last_read(ctx, who).await?;
    let mut c = ctx.store.reader().await?;
    notifications::count_after(&mut c, who, read, most.clamp(1, MAX_UNREAD)).await
}

/// Removes notifications of `who`; those of others stay.
///
/// # Errors
/// When the database fails.
pub async fn dismiss(ctx: &Ctx, who: &Actor, ids: &[NotificationId]) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| notifications::delete(tx, who.id, ids).await)
        .await
}

/// Removes all notifications of `who`.
///
/// # Errors
/// When the database fails.
pub async fn clear(ctx: &Ctx, who: &Actor) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| notifications::clear(tx, who.id).await)
        .await
}

/// Whose notifications `who` wants, how many senders wait, and how many notifications that are.
///
/// # Errors
/// When the database fails.
pub async fn policy(ctx: &Ctx, who: ActorId) -> store::Result<(NotificationPolicy, (i64, i64))> {
    let mut c = ctx.store.reader().await?;
    let policy = settings::find_policy(&mut c, who).await?;
    Ok((policy, notification_requests::counts(&mut c, who).await?))
}

/// Keeps whose notifications `who` wants from now on.
///
/// # Errors
/// When the database fails.
pub async fn set_policy(ctx: &Ctx, who: &Actor, policy: &NotificationPolicy) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| settings::put_policy(tx, who.id, policy).await)
        .await
}

/// What `who` decides about senders who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are heard from now on, and what was kept back is shown.
    Accept,
    /// What was kept back goes; the next one waits again.
    Dismiss,
}

/// Decides about senders who wait: about all that are named, or none.
///
/// # Errors
/// [`SettingsError::NotFound`].
pub async fn decide(
    ctx: &Ctx,
    who: &Actor,
    ids: &[RowId],
    verdict: Verdict,
) -> Result<(), SettingsError> {
    ctx.store
        .transaction(async |tx| {
            for &id in ids {
                let found = notification_requests::find(tx, who.id, id).await?;
                let request = found.ok_or(SettingsError::NotFound)?;
                match verdict {
                    Verdict::Dismiss => notification_requests::dismiss(tx, &request).await?,
                    Verdict::Accept => {
                        notification_requests::release(tx, who.id, request.from).await?;
                        let accepted = NotificationRequest {
                            state: RequestState::Accepted,
                            count: 0,
                            updated_at: ctx.now(),
                            ..request
                        };
                        notification_requests::upsert(tx, &accepted).await?;
                    }
                }
            }
            Ok(())
        })
        .await
}

/// `who` has read a conversation, or wants to read it once more.
///
/// # Errors
/// [`SettingsError::NotFound`].
pub async fn mark_conversation(
    ctx: &Ctx,
    who: &Actor,
    id: ConversationId,
    unread: bool,
) -> Result<(), SettingsError> {
    ctx.store
        .transaction(async |tx| {
            let found = conversations::find(tx, who.id, id).await?;
            let found = found.ok_or(SettingsError::NotFound)?;
            Ok(conversations::mark(tx, found.id, unread).await?)
        })
        .await
}

/// Removes a conversation from the list of `who`; the posts stay.
///
/// # Errors
/// [`SettingsError::NotFound`].
pub async fn forget_conversation(
    ctx: &Ctx,
    who: &Actor,
    id: ConversationId,
) -> Result<(), SettingsError> {
    ctx.store
        .transaction(async |tx| {
            let found = conversations::find(tx, who.id, id).await?;
            let found = found.ok_or(SettingsError::NotFound)?;
            Ok(conversations::delete(tx, found.id).await?)
        })
        .await
}
