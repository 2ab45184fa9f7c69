//! Telling local people.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, EventId, NotificationId, PostId};
use crate::domain::notification::{Notification, NotificationKind};
use crate::store::{self, Conn, notifications};

use super::Ctx;

/// What a notification is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) post: Option<PostId>,
    pub(super) event: Option<EventId>,
}

impl About {
    pub(super) fn post(id: PostId) -> Self {
        About {
            post: Some(id),
            event: None,
        }
    }

    pub(super) fn event(id: EventId) -> Self {
        About {
            post: None,
            event: Some(id),
        }
    }
}

/// Tells `to`, if they live here and did not do it themselves.
pub(super) async fn tell(
    ctx: &Ctx,
    tx: &mut Conn,
    to: &Actor,
    (kind, from): (NotificationKind, ActorId),
    about: About,
) -> store::Result<()> {
    if !to.local || to.is_group() || to.id == from {
        return Ok(());
    }
    let notification = Notification {
        id: NotificationId(ctx.id()),
        actor: to.id,
        kind,
        from,
        post: about.post,
        event: about.event,
        created_at: ctx.now(),
    };
    notifications::insert(tx, &notification).await
}
