//! What each received activity does here.
//!
//! `prepare` reads what is needed, also from other servers, and says what the effect will be; `apply` does it, in the
//! transaction that marks the activity as done; `work` leads through both. One file for each kind of effect.

mod answers;
mod blocks;
mod content;
mod events;
mod featured;
mod flags;
mod follows;
mod quotes;
mod reactions;
mod undo;
pub(super) mod work;

use crate::domain::actor::Actor;
use crate::domain::authority::Breach;
use crate::net::Budget;
use crate::services::Ctx;
use crate::services::block::BlockError;
use crate::services::follow::FollowError;
use crate::services::incoming::IncomingError;
use crate::services::invite::InviteError;
use crate::services::keep::KeepError;
use crate::services::participation::ParticipationError;
use crate::services::reaction::ReactionError;
use crate::services::report::ReportError;
use crate::store::{self, Conn};
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
    BlockError,
    FollowError,
    IncomingError,
    InviteError,
    KeepError,
    ParticipationError,
    ReactionError,
    ReportError
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
    Votes(Vec<crate::services::poll::ReceivedVote>),
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
    Blocked(Box<blocks::Blocked>),
    BlockEnded(Box<crate::domain::relation::Block>),
    Reported(Box<crate::services::report::ReceivedReport>),
    QuoteRequested(Box<crate::services::quote::ReceivedRequest>),
    QuoteAnswered(Box<quotes::QuoteAnswer>),
    /// What proved that its author agrees to a quote.
    QuoteRevoked(String),
    /// Put on top of its author's posts, or taken down.
    Pinned(crate::domain::ids::PostId, bool),
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
        "Accept" | "Reject" | "TentativeAccept" => Box::pin(answers::answered(&cx)).await,
        "Undo" => Box::pin(undo::undone(&cx)).await,
        "Create" => content::created(&cx).await,
        "Update" => content::updated(&cx).await,
        "Delete" => content::deleted(&cx).await,
        "Like" => reactions::liked(&cx).await,
        "Announce" => reactions::announced(&cx).await,
        "Invite" => Box::pin(events::invited(&cx)).await,
        "Block" => blocks::blocked(&cx).await,
        "Flag" => Box::pin(flags::flagged(&cx)).await,
        "QuoteRequest" => quotes::requested(&cx).await,
        "Add" | "Remove" => Box::pin(featured::changed(&cx)).await,
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
    use crate::services::{
        block, follow, incoming, invite, keep, participation, poll, quote, reaction, report,
    };
    match effect {
        Effect::Nothing(_) => return Ok(Outcome::Ignored),
        Effect::Follow(asking) => {
            drop(follow::receive(ctx, tx, who, &asking.target, asking.request.clone()).await?);
        }
        Effect::EndFollow(both) => follow::receive_end(tx, who, &both.0, &both.1).await?,
        Effect::FollowAnswered(both) => follow::receive_answer(tx, &both.0, both.1).await?,
        Effect::Post(post) => drop(incoming::receive_post(ctx, tx, post).await?),
        Effect::Edit(post) => incoming::receive_edit(ctx, tx, post).await?,
        Effect::Votes(votes) => poll::receive_votes(ctx, tx, who, votes).await?,
        Effect::Remove(uri) => incoming::receive_deletion(ctx, tx, who, uri).await?,
        Effect::ActorGone => incoming::receive_actor_deletion(ctx, tx, who).await?,
        Effect::ActorChanged(actor) => drop(incoming::receive_actor(ctx, tx, actor).await?),
        Effect::Like(r) => reaction::receive_like(ctx, tx, who, &r.uri, r.post).await?,
        Effect::Boost(r) => reaction::receive_boost(ctx, tx, who, &r.uri, r.post).await?,
        Effect::Unlike(post) => reaction::receive_unlike(tx, who, *post).await?,
        Effect::Unboost(boost) => reaction::receive_unboost(ctx, tx, who, boost).await?,
        Effect::Event(event) => drop(incoming::receive_event(ctx, tx, event).await?),
        Effect::Invited(invited) => invite::receive(ctx, tx, &invited.as_received(who)).await?,
        Effect::InviteWithdrawn(invitation) => {
            invite::receive_withdrawal(tx, who, invitation).await?;
        }
        Effect::EventAnswered(a) => participation::receive(ctx, tx, who, a.event, &a.asked).await?,
        Effect::HostAnswered(a) => {
            participation::receive_answer(ctx, tx, (who, &a.standing), a.verdict).await?;
        }
        Effect::Blocked(b) => block::receive(ctx, tx, who, (&b.target, &b.uri)).await?,
        Effect::BlockEnded(block) => block::receive_end(tx, block).await?,
        Effect::Reported(report) => report::receive(ctx, tx, who, report).await?,
        Effect::QuoteRequested(request) => quote::receive_request(ctx, tx, who, request).await?,
        Effect::QuoteAnswered(a) => {
            quote::receive_answer(ctx, tx, &a.quote, a.result.as_ref()).await?;
        }
        Effect::QuoteRevoked(uri) => quote::receive_revocation(ctx, tx, who, uri).await?,
        Effect::Pinned(post, yes) => keep::receive_pin(ctx, tx, who, (*post, *yes)).await?,
    }
    Ok(Outcome::Done)
}
