//! For whom something is shown, when, and in what kind of place.

use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;
use crate::services::Ctx;

/// Where something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It was asked for: only what is not for the viewer's eyes is left out.
    Alone,
    /// It comes along: what the viewer does not want to see is left out too.
    InLists,
}

/// Whose eyes it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eyes {
    pub(super) viewer: Option<ActorId>,
    pub(super) now: Timestamp,
    pub(super) shown: Shown,
}

impl Eyes {
    pub(super) fn of(ctx: &Ctx, viewer: Option<ActorId>) -> Eyes {
        Eyes {
            viewer,
            now: ctx.now(),
            shown: Shown::Alone,
        }
    }

    pub(super) fn in_lists(self) -> Eyes {
        Eyes {
            shown: Shown::InLists,
            ..self
        }
    }
}
