//! Deleting a local person or group: here, and wherever something of theirs was sent.

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::follow::{Follow, MemberRole};
use crate::domain::ids::{ActivityId, ActorId};
use crate::domain::outgoing::Receivers;
use crate::services::send::{Letter, send};
use crate::services::{Ctx, documents, erase};
use crate::store::tombstones::Tombstone;
use crate::store::{self, Conn, accounts, actors, erasure, follows, tombstones};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::{public, url};

use super::{AccountError, announce, load, suspend};

/// What a deletion left for others to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Groups of this instance that nobody organizes any more; the longest-serving moderator takes over where there is
    /// one.
    pub orphaned: Vec<Actor>,
}

/// Deletes a local person or group for good: log-ins, posts, events, follows and answers go, tombstones stay, and every
/// server that had something of theirs is sent a Delete. The handle is never given again.
///
/// It goes in pieces; one that was interrupted is finished by the next call.
///
/// # Errors
/// [`AccountError::Unknown`] when there is no such local actor.
pub async fn delete(ctx: &Ctx, id: ActorId) -> Result<Left, AccountError> {
    // Shut first: nothing new is written meanwhile, and nobody reads half of what there was.
    suspend(ctx, id).await?;
    loop {
        let more = ctx
            .store
            .transaction(async |tx| {
                let actor = deletable(tx, id).await?;
                Ok::<_, AccountError>(erase::piece(tx, &actor, ctx.now()).await?)
            })
            .await?;
        if !more {
            break;
        }
    }
    let (actor, left) = ctx.transact(async |tx| finish(ctx, tx, id).await).await?;
    documents::forget(ctx, &actor.uri);
    Ok(left)
}

async fn deletable(tx: &mut Conn, id: ActorId) -> Result<Actor, AccountError> {
    let (actor, _) = load(tx, id).await?;
    match actor.kind {
        ActorKind::Application => Err(AccountError::Unknown),
        _ => Ok(actor),
    }
}

/// The last piece: the Delete leaves in the same transaction in which the actor goes.
async fn finish(ctx: &Ctx, tx: &mut Conn, id: ActorId) -> Result<(Actor, Left), AccountError> {
    let (actor, account) = load(tx, id).await?;
    let now = ctx.now();
    while erase::piece(tx, &actor, now).await? {}
    tell(ctx, tx, &actor).await?;
    let left = hand_over(tx, &actor).await?;
    erase::rest(tx, &actor, now).await?;
    if let Some(account) = account {
        accounts::delete(tx, account.id).await?;
    }
    let gone = Tombstone {
        uri: actor.uri.clone(),
        former_type: actor.kind.as_str().to_owned(),
        public: true,
        deleted_at: now,
    };
    tombstones::insert(tx, &gone).await?;
    announce(tx, ctx.id(), id).await?;
    Ok((actor, left))
}

/// To everybody who was ever sent something, and everybody who follows or is followed, accepted or not.
async fn tell(ctx: &Ctx, tx: &mut Conn, actor: &Actor) -> store::Result<()> {
    erasure::inherit_lanes(tx, actor.id, &actor.uri, ctx.now()).await?;
    let activity =
        OutgoingActivity::delete_account(url(&format!("{}#delete", actor.uri)), url(&actor.uri))
            .addressed(vec![public()], Vec::new());
    let letter = Letter {
        id: ActivityId(ctx.id()),
        actor: actor.id,
        activity,
        object_uri: None,
        receivers: Receivers {
            followers_of: Vec::new(),
            actors: erasure::list_acquainted(tx, actor.id).await?,
            had: vec![actor.uri.clone()],
        },
        subjects: vec![actor.id],
        listed: false,
        for_mobilizon: None,
    };
    send(ctx, tx, letter).await
}

/// Groups that lose their last organizer get the moderator of longest standing.
async fn hand_over(tx: &mut Conn, actor: &Actor) -> store::Result<Left> {
    let mut left = Left::default();
    for membership in follows::list_organized(tx, actor.id).await? {
        let Some(group) = actors::find(tx, membership.target)
            .await?
            .filter(|group| group.local && group.gone_at.is_none())
        else {
            continue;
        };
        let mut others = follows::list_managers(tx, group.id).await?;
        others.retain(|other| other.follower != actor.id);
        if others
            .iter()
            .any(|other| other.role == MemberRole::Organizer)
        {
            continue;
        }
        match others.into_iter().next() {
            Some(moderator) => {
                let promoted = Follow {
                    role: MemberRole::Organizer,
                    ..moderator
                };
                follows::update(tx, &promoted).await?;
            }
            None => left.orphaned.push(group),
        }
    }
    Ok(left)
}
