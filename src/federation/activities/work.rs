//! From stored items to their effects: each prepared by itself, then many in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::ids::InboxItemId;
use crate::federation::Federation;
use crate::services::Ctx;
use crate::store::inbox_items::{self, InboxItem};
use crate::store::{Conn, DatabaseKind};
use crate::wire::activitystreams::activity::IncomingActivity;

use super::{Effect, Outcome, Refused, Trouble, apply, prepare};

/// An item whose effect is known and needs nothing but the database.
pub(in crate::federation) struct Prepared {
    pub(in crate::federation) item: InboxItem,
    who: Arc<Actor>,
    effect: Effect,
}

impl Prepared {
    /// It may take long, and others should not wait for it.
    pub(in crate::federation) fn is_heavy(&self) -> bool {
        matches!(self.effect, Effect::ActorGone)
    }
}

/// Finds out what an item will do, reading what is needed, also from other servers.
///
/// # Errors
/// With the item, when it has to be tried again or set aside.
pub(in crate::federation) async fn ready(
    federation: &Federation,
    item: InboxItem,
    activity: Option<IncomingActivity>,
) -> Result<Prepared, (InboxItem, Trouble)> {
    match look(federation, &item, activity).await {
        Ok((who, effect)) => Ok(Prepared { item, who, effect }),
        Err(trouble) => Err((item, trouble)),
    }
}

async fn look(
    federation: &Federation,
    item: &InboxItem,
    activity: Option<IncomingActivity>,
) -> Result<(Arc<Actor>, Effect), Trouble> {
    let activity = match activity {
        Some(activity) => activity,
        None => IncomingActivity::parse(item.body.as_bytes())?,
    };
    let budget = federation.budget();
    let who = federation.actor(&activity.actor, &budget).await?;
    let effect = if who.is_active() || matches!(activity.kind.as_str(), "Delete") {
        prepare(federation, &who, &activity, &budget).await?
    } else {
        Effect::Nothing("its actor is suspended here or gone")
    };
    if let Effect::Nothing(reason) = effect {
        tracing::debug!(activity.kind = %activity.kind, actor.uri = %activity.actor, reason, "a received activity means nothing here");
    }
    Ok((who, effect))
}

/// Gives items of different actors their effect in one transaction. `None` when one of them stands in the way; nothing
/// was changed then, and each is to be tried [`alone`].
pub(in crate::federation) async fn together(
    federation: &Federation,
    batch: &[Prepared],
) -> Option<Vec<Outcome>> {
    let ctx = &federation.ctx;
    let done: Result<Vec<Outcome>, Refused> = ctx
        .transact(async |tx| {
            let ids: Vec<InboxItemId> = batch.iter().map(|prepared| prepared.item.id).collect();
            let turns = turns(ctx, tx, &ids).await?;
            let mut outcomes = Vec::with_capacity(batch.len());
            for prepared in batch {
                let is_its_turn = turns
                    .as_ref()
                    .is_none_or(|turns| turns.contains(&prepared.item.id));
                outcomes.push(if is_its_turn {
                    apply(ctx, tx, &prepared.who, &prepared.effect).await?
                } else {
                    Outcome::Elsewhere
                });
            }
            let done: Vec<InboxItemId> = ids
                .into_iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| **outcome != Outcome::Elsewhere)
                .map(|(id, _)| id)
                .collect();
            if inbox_items::finish(tx, &done, ctx.now()).await? == done.len() {
                Ok(outcomes)
            } else {
                Err(Refused::NotItsTurn)
            }
        })
        .await;
    let outcomes = done.ok()?;
    for prepared in batch {
        forget(federation, prepared);
    }
    Some(outcomes)
}

/// Those of the items that are the oldest of their actors. Two processes on one PostgreSQL keep an actor's order by
/// these locks; SQLite has one process, whose lanes keep it.
async fn turns(
    ctx: &Ctx,
    tx: &mut Conn,
    ids: &[InboxItemId],
) -> Result<Option<HashSet<InboxItemId>>, Refused> {
    if ctx.store.kind() == DatabaseKind::Sqlite {
        return Ok(None);
    }
    Ok(Some(
        inbox_items::lock_heads(tx, ids)
            .await?
            .into_iter()
            .collect(),
    ))
}

/// Gives one item its effect. What the rules refuse is done without effect.
///
/// # Errors
/// When it has to be tried again or set aside; nothing was changed then.
pub(in crate::federation) async fn alone(
    federation: &Federation,
    prepared: &Prepared,
) -> Result<Outcome, Trouble> {
    let ctx = &federation.ctx;
    let id = [prepared.item.id];
    let done: Result<Outcome, Refused> = ctx
        .transact(async |tx| {
            let turns = turns(ctx, tx, &id).await?;
            if turns.is_some_and(|turns| turns.is_empty()) {
                return Err(Refused::NotItsTurn);
            }
            let outcome = apply(ctx, tx, &prepared.who, &prepared.effect).await?;
            if inbox_items::finish(tx, &id, ctx.now()).await? == 1 {
                Ok(outcome)
            } else {
                Err(Refused::NotItsTurn)
            }
        })
        .await;
    match done {
        Ok(outcome) => {
            forget(federation, prepared);
            Ok(outcome)
        }
        Err(Refused::Because(reason)) => {
            tracing::debug!(activity.key = %prepared.item.key, actor.uri = %prepared.item.actor_uri, %reason, "a received activity has no effect");
            let finished = ctx
                .store
                .transaction(async |tx| inbox_items::finish(tx, &id, ctx.now()).await)
                .await?;
            Ok(if finished == 1 {
                Outcome::Ignored
            } else {
                Outcome::Elsewhere
            })
        }
        Err(Refused::Store(error)) => Err(error.into()),
        Err(Refused::NotItsTurn) => Ok(Outcome::Elsewhere),
    }
}

fn forget(federation: &Federation, prepared: &Prepared) {
    if matches!(prepared.effect, Effect::ActorGone | Effect::ActorChanged(_)) {
        federation.forget(prepared.who.id);
    }
}
