//! From stored items to their effects: each prepared by itself, then many in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::ids::InboxItemId;
use crate::federation::Federation;
use crate::net::Budget;
use crate::services::Ctx;
use crate::store::inbox_items::{self, InboxItem};
use crate::store::{Conn, DatabaseKind};
use crate::wire::activitystreams::activity::IncomingActivity;

use super::{Effect, Outcome, Refused, Trouble, apply, prepare};

/// What an activity does, which needs nothing but the database.
pub(in crate::federation) struct Meaning {
    who: Arc<Actor>,
    effect: Effect,
}

impl Meaning {
    /// Its effect may take long, and others should not wait for it.
    fn is_heavy(&self) -> bool {
        matches!(self.effect, Effect::ActorGone)
    }

    /// It changes what this process knows about its actor.
    fn changes_its_actor(&self) -> bool {
        matches!(self.effect, Effect::ActorGone | Effect::ActorChanged(_))
    }

    /// Gives the activity its effect.
    ///
    /// # Errors
    /// When the rules refuse it, or the database fails; the transaction must not stand then.
    pub(in crate::federation) async fn apply(
        &self,
        ctx: &Ctx,
        tx: &mut Conn,
    ) -> Result<Outcome, Refused> {
        apply(ctx, tx, &self.who, &self.effect).await
    }
}

/// An item whose effect is known.
pub(in crate::federation) struct Prepared {
    pub(in crate::federation) item: InboxItem,
    meaning: Meaning,
}

impl Prepared {
    /// It may take long, and others should not wait for it.
    pub(in crate::federation) fn is_heavy(&self) -> bool {
        self.meaning.is_heavy()
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
    let parsed = match activity {
        Some(activity) => Ok(activity),
        None => IncomingActivity::parse(item.body.as_bytes()),
    };
    let found = match parsed {
        Ok(activity) => look(federation, &activity, &federation.budget()).await,
        Err(error) => Err(error.into()),
    };
    match found {
        Ok(meaning) => Ok(Prepared { item, meaning }),
        Err(trouble) => Err((item, trouble)),
    }
}

/// What a new activity does, where that can be said and done at once: no other server has to be asked, and nothing
/// that was received from its actor before waits.
pub(in crate::federation) async fn at_hand(
    federation: &Federation,
    activity: &IncomingActivity,
) -> Option<Meaning> {
    let mut reader = federation.ctx.store.reader().await.ok()?;
    // Looked up before anything else is read: what was acknowledged before this activity came has had its effect then.
    let waits = inbox_items::has_waiting(&mut reader, activity.actor.as_str()).await;
    drop(reader);
    if waits.ok()? {
        return None;
    }
    let nothing = Budget::new(0);
    let meaning = look(federation, activity, &nothing).await.ok()?;
    let needs_more = nothing.ran_short() || meaning.is_heavy() || meaning.changes_its_actor();
    (!needs_more).then_some(meaning)
}

async fn look(
    federation: &Federation,
    activity: &IncomingActivity,
    budget: &Budget,
) -> Result<Meaning, Trouble> {
    let who = federation.actor(&activity.actor, budget).await?;
    let effect = if who.is_active() || matches!(activity.kind.as_str(), "Delete") {
        prepare(federation, &who, activity, budget).await?
    } else {
        Effect::Nothing("its actor is suspended here or gone")
    };
    if let Effect::Nothing(reason) = effect {
        tracing::debug!(activity.kind = %activity.kind, actor.uri = %activity.actor, reason, "a received activity means nothing here");
    }
    Ok(Meaning { who, effect })
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
                    prepared.meaning.apply(ctx, tx).await?
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
            let outcome = prepared.meaning.apply(ctx, tx).await?;
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
    if prepared.meaning.changes_its_actor() {
        federation.forget(prepared.meaning.who.id);
    }
}
