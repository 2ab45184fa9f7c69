//! What a local person was told.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, NotificationId, PostId};
use crate::domain::notification::Notification;
use crate::services::Ctx;
use crate::store::notifications::Wanted;
use crate::store::timelines::Page;
use crate::store::{self, actors, stances};

use super::events::{self, EventView};
use super::eyes::Eyes;
use super::posts::{PostView, views};

/// A notification with what it is about.
#[derive(Debug, Clone)]
pub struct NotificationView {
    pub notification: Notification,
    pub from: Actor,
    pub post: Option<PostView>,
    pub event: Option<EventView>,
}

/// What a local person was told, newest first; what a policy keeps back is left out unless it is wanted.
///
/// # Errors
/// When the database fails.
pub async fn notifications(
    ctx: &Ctx,
    viewer: ActorId,
    wanted: Wanted,
    page: Page,
) -> store::Result<Vec<NotificationView>> {
    let mut c = ctx.store.reader().await?;
    let rows = store::notifications::list(&mut c, viewer, wanted, page).await?;
    drop(c);
    told(ctx, viewer, rows).await
}

/// One notification of a local person.
///
/// # Errors
/// When the database fails.
pub async fn notification(
    ctx: &Ctx,
    viewer: ActorId,
    id: NotificationId,
) -> store::Result<Option<NotificationView>> {
    let mut c = ctx.store.reader().await?;
    let row = store::notifications::find(&mut c, viewer, id).await?;
    drop(c);
    Ok(told(ctx, viewer, row.into_iter().collect()).await?.pop())
}

async fn told(
    ctx: &Ctx,
    viewer: ActorId,
    rows: Vec<Notification>,
) -> store::Result<Vec<NotificationView>> {
    let mut c = ctx.store.reader().await?;
    let eyes = Eyes::of(ctx, Some(viewer));
    let post_ids: Vec<PostId> = rows.iter().filter_map(|n| n.post).collect();
    let posts = store::posts::list(&mut c, &post_ids).await?;
    let posts = views(&mut c, eyes, posts).await?;
    let from_ids: Vec<ActorId> = rows.iter().map(|n| n.from).collect();
    let from = actors::list(&mut c, &from_ids).await?;
    let stances = stances::among(&mut c, viewer, from.iter(), eyes.now).await?;
    let mut told = Vec::with_capacity(rows.len());
    for notification in rows {
        let event = match notification.event {
            Some(id) => events::load(ctx, &mut c, Some(viewer), id).await?,
            None => None,
        };
        // Mutes may leave notifications as they are: whether they do is decided when something happens.
        let is_wanted = |actor: &Actor| {
            actor.is_active()
                && !stances.blocked.contains(&actor.id)
                && !stances.is_kept_out_by(actor.id)
                && !stances.blocks_host(&actor.host)
        };
        let Some(from) = from
            .iter()
            .find(|actor| actor.id == notification.from && is_wanted(actor))
            .cloned()
        else {
            continue;
        };
        let post = notification
            .post
            .and_then(|id| posts.iter().find(|view| view.post.id == id).cloned());
        told.push(NotificationView {
            notification,
            from,
            post,
            event,
        });
    }
    Ok(told)
}
