//! Who is here, and what used to be: what the front page and pages of deleted things need.

use crate::domain::actor::{Actor, ActorKind};
use crate::services::Ctx;
use crate::store::{self, actors, tombstones};

/// Read at most this many to find those who want to be found.
const LOOKED_AT: i64 = 200;

/// Active actors of this instance of one kind who agreed to be listed, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn directory(ctx: &Ctx, kind: ActorKind, limit: usize) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    let mut found = actors::list_local(&mut c, kind, None, LOOKED_AT).await?;
    found.retain(|actor| actor.discoverable);
    found.truncate(limit);
    Ok(found)
}

/// The active actor with this ActivityPub id, as far as it is known here.
///
/// # Errors
/// When the database fails.
pub async fn actor_by_uri(ctx: &Ctx, uri: &str) -> store::Result<Option<Actor>> {
    let mut c = ctx.store.reader().await?;
    let found = actors::find_by_uri(&mut c, uri).await?;
    Ok(found.filter(Actor::is_active))
}

/// Whether something public stood at this address of ours and was deleted. What was not public never existed
/// for those who ask now (rulings 12).
///
/// # Errors
/// When the database fails.
pub async fn was_public(ctx: &Ctx, uri: &str) -> store::Result<bool> {
    let mut c = ctx.store.reader().await?;
    let gone = tombstones::find(&mut c, uri).await?;
    Ok(gone.is_some_and(|gone| gone.public))
}
