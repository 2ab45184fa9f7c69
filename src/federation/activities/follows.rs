//! Follow, Join and Leave of people and groups.

use crate::domain::actor::Actor;
use crate::domain::follow::AskedBy;
use crate::domain::ids::FollowId;
use crate::services::follow::Request;
use crate::store;

use super::{Case, Effect, Trouble};

/// A request to follow a local actor.
pub(crate) struct Asking {
    pub(super) target: Actor,
    pub(super) request: Request,
}

/// Follow of a person or group, or Join of a group. Either of `object` and `target` may name it.
pub(super) async fn asked(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let activity = cx.activity;
    for uri in activity.object_id().into_iter().chain(activity.target_id()) {
        let Some(target) = cx.local(uri).await? else {
            continue;
        };
        let asked_by = if activity.kind == "Join" {
            AskedBy::Join
        } else {
            AskedBy::Follow
        };
        if asked_by == AskedBy::Join && !target.is_group() {
            continue;
        }
        let request = Request {
            id: FollowId(cx.ctx().id()),
            uri: cx.uri(),
            asked_by,
        };
        return Ok(Effect::Follow(Asking { target, request }));
    }
    Ok(Effect::Nothing("it names nobody here"))
}

/// Leave of a group.
pub(super) async fn left(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let activity = cx.activity;
    for uri in activity.object_id().into_iter().chain(activity.target_id()) {
        let Some(target) = cx.local(uri).await?.filter(Actor::is_group) else {
            continue;
        };
        let mut reader = cx.ctx().store.reader().await?;
        return Ok(
            match store::follows::find(&mut reader, cx.who.id, target.id).await? {
                Some(follow) => Effect::EndFollow(Box::new((target, follow))),
                None => Effect::Nothing("its actor was no member"),
            },
        );
    }
    Ok(Effect::Nothing("it names no group here"))
}
