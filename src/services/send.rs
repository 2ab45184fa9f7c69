//! The one way out: an activity becomes rows in the transaction of what caused it.

use std::sync::atomic::Ordering;

use crate::domain::ids::{ActivityId, ActorId};
use crate::domain::outgoing::{Outgoing, Receivers, Variant};
use crate::store::deliveries::{self, Enqueue};
use crate::store::{self, Conn};
use crate::wire::activitystreams::outgoing::OutgoingActivity;

use super::Ctx;

/// An activity with whom it concerns and who gets it.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) id: ActivityId,
    pub(super) actor: ActorId,
    pub(super) activity: OutgoingActivity,
    /// The object a receipt is kept for.
    pub(super) object_uri: Option<String>,
    pub(super) receivers: Receivers,
    pub(super) subjects: Vec<ActorId>,
    /// Shown in the public outbox.
    pub(super) listed: bool,
    /// Another rendering for Mobilizon.
    pub(super) for_mobilizon: Option<OutgoingActivity>,
}

impl Letter {
    /// To some actors, about nothing that a receipt is kept for.
    pub(super) fn plain(
        id: ActivityId,
        actor: ActorId,
        activity: OutgoingActivity,
        to: Vec<ActorId>,
    ) -> Letter {
        Letter {
            id,
            actor,
            activity,
            object_uri: None,
            receivers: Receivers::only(to.iter().copied()),
            subjects: std::iter::once(actor).chain(to).collect(),
            listed: false,
            for_mobilizon: None,
        }
    }
}

/// Stores an activity and its deliveries; they leave once the transaction commits.
pub(super) async fn send(ctx: &Ctx, tx: &mut Conn, letter: Letter) -> store::Result<()> {
    let uri = letter
        .activity
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let kind = letter.activity.kind();
    let mut bodies = vec![(Variant::Standard, letter.activity.document().to_json())];
    if let Some(other) = letter.for_mobilizon {
        bodies.push((Variant::Mobilizon, other.document().to_json()));
    }
    let outgoing = Outgoing {
        id: letter.id,
        uri,
        actor: letter.actor,
        kind,
        object_uri: letter.object_uri,
        receivers: letter.receivers,
        subjects: letter.subjects,
        bodies,
        listed: letter.listed,
    };
    let rules = ctx.rules.get();
    deliveries::enqueue(
        tx,
        &outgoing,
        Enqueue {
            now: ctx.now(),
            ids: &ctx.ids,
            rules: &rules,
        },
    )
    .await?;
    ctx.wake.enqueued.fetch_add(1, Ordering::AcqRel);
    Ok(())
}
