//! What each received activity does here.
//!
//! `prepare` reads what is needed, also from other servers, and says what the effect will be; `apply` does it, in the
//! transaction that marks the activity as done. One file for each kind of effect.

mod answers;
mod content;
mod events;
mod follows;
mod reactions;
mod undo;

use crate::domain::actor::Actor;
use crate::domain::authority::Breach;
use crate::net::Budget;
use crate::services::Ctx;
use crate::services::follow::FollowError;
use crate::services::incoming::IncomingError;
use crate::services::invite::InviteError;
use crate::services::participation::ParticipationError;
use crate::services::reaction::ReactionError;
use crate::store::inbox_items::{self, InboxItem};
use crate::store::{self, Conn, DatabaseKind};
use crate::wire::activitystreams::ParseError;
use crate::wire::activitystreams::activity::IncomingActivity;

use super::{Failure, Federation};

/// Why an activity has no effect yet, or never will have.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Failure(#[from] Failure),
    #[error("refused: {0}")]
    Breach(#[from] Breach),
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] ParseError),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

impl Trouble {
    /// Whether it may work later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Trouble::Failure(failure) => failure.is_temporary(),
            Trouble::Store(_) => true,
            Trouble::Breach(_) | Trouble::Unreadable(_) => false,
        }
    }

    /// The database itself is in trouble.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Trouble::Store(error) | Trouble::Failure(Failure::Store(error)) => error.is_outage(),
            _ => false,
        }
    }
}

/// A use case that refuses leaves the activity without effect; only the database is a reason to try again.
macro_rules! refusals {
    ($($error:ident),+) => {$(
        impl From<$error> for Refused {
            fn from(error: $error) -> Self {
                match error {
                    $error::Store(error) => Refused::Store(error),
                    other => Refused::Because(other.to_string()),
                }
            }
        }
    )+};
}
refusals!(
    FollowError,
    IncomingError,
    InviteError,
    ParticipationError,
    ReactionError
);

/// What `apply` can say instead of having an effect.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("it has no effect: {0}")]
    Because(String),
    #[error("the database failed")]
    Store(#[from] store::Error),
    #[error("an earlier activity of this actor comes first, or this one is done")]
    NotItsTurn,
}

/// What became of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It means nothing here.
    Ignored,
    /// Another process has it or has had it, or an earlier one of its actor comes first: look again.
    Elsewhere,
}

impl Outcome {
    /// For metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Ignored => "ignored",
            Outcome::Elsewhere => "elsewhere",
        }
    }
}

/// What an activity will do, with everything it takes.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack of one task"
)]
pub(crate) enum Effect {
    /// Nothing, for this reason.
    Nothing(&'static str),
    Follow(follows::Asking),
    EndFollow(Box<(Actor, crate::domain::follow::Follow)>),
    FollowAnswered(Box<(crate::domain::follow::Follow, bool)>),
    Post(Box<crate::services::incoming::ReceivedPost>),
    Edit(Box<crate::services::incoming::ReceivedPost>),
    Remove(String),
    ActorGone,
    ActorChanged(Box<crate::services::incoming::ReceivedActor>),
    Like(reactions::Reaction),
    Boost(reactions::Reaction),
    Unlike(crate::domain::ids::PostId),
    Unboost(Box<crate::domain::post::Post>),
    Event(Box<crate::domain::event::Event>),
    Invited(Box<events::Invited>),
    InviteWithdrawn(Box<crate::domain::event::Invitation>),
    EventAnswered(Box<events::Answered>),
    HostAnswered(Box<answers::HostAnswer>),
}

/// Works one stored activity off; `activity` is its parsed body where that is at hand.
///
/// # Errors
/// When it has to be tried again or set aside; nothing was changed then.
pub(super) async fn process(
    federation: &Federation,
    item: &InboxItem,
    activity: Option<IncomingActivity>,
) -> Result<Outcome, Trouble> {
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
    let ctx = &federation.ctx;
    let done: Result<Outcome, Refused> = ctx
        .transact(async |tx| {
            // Two processes on one PostgreSQL keep an actor's order by this lock; SQLite has one process.
            if ctx.store.kind() == DatabaseKind::Postgres
                && inbox_items::take_head(tx, &item.actor_uri).await? != Some(item.id)
            {
                return Err(Refused::NotItsTurn);
            }
            let outcome = apply(ctx, tx, &who, &effect).await?;
            if inbox_items::finish(tx, item.id, ctx.now()).await? {
                Ok(outcome)
            } else {
                Err(Refused::NotItsTurn)
            }
        })
        .await;
    match done {
        Ok(outcome) => {
            if matches!(effect, Effect::ActorGone | Effect::ActorChanged(_)) {
                federation.forget(who.id);
            }
            if let Effect::Nothing(reason) = effect {
                tracing::debug!(activity.kind = %activity.kind, actor.uri = %activity.actor, reason, "a received activity means nothing here");
            }
            Ok(outcome)
        }
        Err(Refused::Because(reason)) => {
            tracing::debug!(activity.kind = %activity.kind, actor.uri = %activity.actor, %reason, "a received activity has no effect");
            let finished = ctx
                .store
                .transaction(async |tx| inbox_items::finish(tx, item.id, ctx.now()).await)
                .await?;
            Ok(if finished {
                Outcome::Ignored
            } else {
                Outcome::Elsewhere
            })
        }
        Err(Refused::Store(error)) => Err(error.into()),
        Err(Refused::NotItsTurn) => Ok(Outcome::Elsewhere),
    }
}

async fn prepare(
    federation: &Federation,
    who: &Actor,
    activity: &IncomingActivity,
    budget: &Budget,
) -> Result<Effect, Trouble> {
    let cx = Case {
        federation,
        who,
        activity,
        budget,
    };
    match activity.kind.as_str() {
        "Follow" => follows::asked(&cx).await,
        "Join" => match follows::asked(&cx).await? {
            Effect::Nothing(_) => events::answered(&cx).await,
            effect => Ok(effect),
        },
        "Leave" => match follows::left(&cx).await? {
            Effect::Nothing(_) => events::answered(&cx).await,
            effect => Ok(effect),
        },
        "Accept" | "Reject" | "TentativeAccept" => answers::answered(&cx).await,
        "Undo" => undo::undone(&cx).await,
        "Create" => content::created(&cx).await,
        "Update" => content::updated(&cx).await,
        "Delete" => content::deleted(&cx).await,
        "Like" => reactions::liked(&cx).await,
        "Announce" => reactions::announced(&cx).await,
        "Invite" => events::invited(&cx).await,
        _ => Ok(Effect::Nothing(
            "activities of this type are not understood",
        )),
    }
}

/// An activity with all that looking at it takes.
struct Case<'a> {
    federation: &'a Federation,
    who: &'a Actor,
    activity: &'a IncomingActivity,
    budget: &'a Budget,
}

impl Case<'_> {
    fn ctx(&self) -> &Ctx {
        &self.federation.ctx
    }

    /// The activity's id, or an address made up from what is received where it has none.
    fn uri(&self) -> String {
        self.activity.id.as_ref().map_or_else(
            || format!("{}#{}", self.activity.actor, self.activity.kind),
            ToString::to_string,
        )
    }

    /// The local, active actor with this id.
    async fn local(&self, uri: &url::Url) -> Result<Option<Actor>, Trouble> {
        if !self.ctx().uris.is_local(uri) {
            return Ok(None);
        }
        let mut reader = self.ctx().store.reader().await?;
        Ok(store::actors::find_by_uri(&mut reader, uri.as_str())
            .await?
            .filter(|actor| actor.local && actor.is_active()))
    }
}

async fn apply(ctx: &Ctx, tx: &mut Conn, who: &Actor, effect: &Effect) -> Result<Outcome, Refused> {
    use crate::services::{follow, incoming, invite, participation, reaction};
    match effect {
        Effect::Nothing(_) => return Ok(Outcome::Ignored),
        Effect::Follow(asking) => {
            drop(follow::receive(ctx, tx, who, &asking.target, asking.request.clone()).await?);
        }
        Effect::EndFollow(both) => follow::receive_end(tx, who, &both.0, &both.1).await?,
        Effect::FollowAnswered(both) => follow::receive_answer(tx, &both.0, both.1).await?,
        Effect::Post(post) => drop(incoming::receive_post(ctx, tx, post).await?),
        Effect::Edit(post) => incoming::receive_edit(tx, post).await?,
        Effect::Remove(uri) => incoming::receive_deletion(tx, who, uri, ctx.now()).await?,
        Effect::ActorGone => incoming::receive_actor_deletion(ctx, tx, who).await?,
        Effect::ActorChanged(actor) => drop(incoming::receive_actor(ctx, tx, actor).await?),
        Effect::Like(r) => reaction::receive_like(ctx, tx, who, &r.uri, r.post).await?,
        Effect::Boost(r) => reaction::receive_boost(ctx, tx, who, &r.uri, r.post).await?,
        Effect::Unlike(post) => reaction::receive_unlike(tx, who, *post).await?,
        Effect::Unboost(boost) => reaction::receive_unboost(tx, who, boost).await?,
        Effect::Event(event) => drop(incoming::receive_event(ctx, tx, event).await?),
        Effect::Invited(invited) => invite::receive(ctx, tx, &invited.as_received(who)).await?,
        Effect::InviteWithdrawn(invitation) => {
            invite::receive_withdrawal(tx, who, invitation).await?;
        }
        Effect::EventAnswered(a) => participation::receive(ctx, tx, who, a.event, &a.asked).await?,
        Effect::HostAnswered(a) => {
            participation::receive_answer(ctx, tx, (who, &a.standing), a.verdict).await?;
        }
    }
    Ok(Outcome::Done)
}
