//! Blocking people, and being blocked. What a block keeps away is asked where it would happen.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, RowId};
use crate::domain::relation::Block;
use crate::store::{self, Conn, acquaintances, blocks, follows, notifications};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::follow::{self, FollowError};
use super::send::{Letter, send};

/// Why nobody is blocked.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    #[error("nobody blocks themselves")]
    Oneself,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

impl From<FollowError> for BlockError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Store(inner) => BlockError::Store(inner),
            // Ending a follow refuses for no other reason.
            FollowError::Oneself
            | FollowError::Inactive
            | FollowError::Blocked
            | FollowError::NoSuchRequest => BlockError::Oneself,
        }
    }
}

/// `who` (local) blocks `target`: follows end both ways, what was told of them goes, and their server is told.
///
/// # Errors
/// See [`BlockError`].
pub async fn block(ctx: &Ctx, who: &Actor, target: &Actor) -> Result<(), BlockError> {
    if who.id == target.id {
        return Err(BlockError::Oneself);
    }
    ctx.transact(async |tx| {
        let id = ctx.id();
        let block = Block {
            id: RowId(id),
            actor: who.id,
            target: target.id,
            uri: ctx.uris.under(&who.uri, "blocks", id),
            created_at: ctx.now(),
        };
        if !blocks::insert(tx, &block).await? {
            return Ok(());
        }
        // Some servers pass over a Block; that a follow ended they all understand.
        follow::end(ctx, tx, who, target).await?;
        follow::cast_off(ctx, tx, who, target).await?;
        notifications::delete_from(tx, who.id, target.id).await?;
        acquaintances::delete_endorsement(tx, who.id, target.id).await?;
        if target.local {
            acquaintances::delete_endorsement(tx, target.id, who.id).await?;
            return Ok(());
        }
        let activity = blocking(&block, who, target).to(vec![url(&target.uri)]);
        let letter = Letter::plain(ActivityId(id), who.id, activity, vec![target.id]);
        Ok(send(ctx, tx, letter).await?)
    })
    .await
}

fn blocking(block: &Block, who: &Actor, target: &Actor) -> OutgoingActivity {
    OutgoingActivity::block(url(&block.uri), url(&who.uri), url(&target.uri))
}

/// `who` (local) blocks `target` no more. Follows do not come back.
///
/// # Errors
/// When the database fails.
pub async fn unblock(ctx: &Ctx, who: &Actor, target: &Actor) -> Result<(), BlockError> {
    ctx.transact(async |tx| {
        let Some(block) = blocks::find(tx, who.id, target.id).await? else {
            return Ok(());
        };
        blocks::delete(tx, block.id).await?;
        if target.local {
            return Ok(());
        }
        let id = ActivityId(ctx.id());
        let activity = OutgoingActivity::undo(
            url(&ctx.uris.under(&who.uri, "undos", id.0)),
            url(&who.uri),
            blocking(&block, who, target),
        )
        .addressed(vec![url(&target.uri)], Vec::new());
        let letter = Letter::plain(id, who.id, activity, vec![target.id]);
        Ok(send(ctx, tx, letter).await?)
    })
    .await
}

/// A remote actor blocks the local `target`, who is not told.
///
/// # Errors
/// When the database fails.
pub async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    (target, uri): (&Actor, &str),
) -> Result<(), BlockError> {
    let block = Block {
        id: RowId(ctx.id()),
        actor: who.id,
        target: target.id,
        uri: uri.to_owned(),
        created_at: ctx.now(),
    };
    blocks::insert(tx, &block).await?;
    for (follower, followed) in [(who, target), (target, who)] {
        if let Some(standing) = follows::find(tx, follower.id, followed.id).await? {
            follow::receive_end(tx, follower, followed, &standing).await?;
        }
    }
    notifications::delete_from(tx, target.id, who.id).await?;
    acquaintances::delete_endorsement(tx, target.id, who.id).await?;
    Ok(())
}

/// A remote actor takes a block back.
///
/// # Errors
/// When the database fails.
pub async fn receive_end(tx: &mut Conn, block: &Block) -> Result<(), BlockError> {
    Ok(blocks::delete(tx, block.id).await?)
}
