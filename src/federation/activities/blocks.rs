//! Block of one of our people.

use crate::domain::actor::Actor;

use super::{Case, Effect, Trouble};

/// A remote actor blocks somebody here.
pub(crate) struct Blocked {
    pub(super) target: Actor,
    pub(super) uri: String,
}

pub(super) async fn blocked(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = cx.activity.object_id() else {
        return Ok(Effect::Nothing("it blocks nobody"));
    };
    // With a target it is somebody's ban from a group or server elsewhere.
    if cx.activity.target_id().is_some_and(|id| id != object) {
        return Ok(Effect::Nothing("bans elsewhere mean nothing here"));
    }
    Ok(match cx.local(object).await? {
        Some(target) => Effect::Blocked(Box::new(Blocked {
            target,
            uri: cx.uri(),
        })),
        None => Effect::Nothing("it names nobody here"),
    })
}
