//! What local people decide about others for themselves alone: mutes, domains, notes, how they follow. Nobody is told.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::ids::RowId;
use crate::domain::moderation::fold;
use crate::domain::relation::{FollowOptions, Mute};
use crate::store::{self, acquaintances, blocks, follows, mutes, notifications};

use super::Ctx;
use super::follow::{self, FollowError};

/// Longest note about somebody, in characters.
pub const MAX_NOTE: usize = 2_000;
/// Most languages that a follow is limited to.
pub const MAX_LANGUAGES: usize = 20;

/// Why something is not kept.
#[derive(Debug, thiserror::Error)]
pub enum AcquaintError {
    #[error("nobody does this to themselves")]
    Oneself,
    #[error("a note has at most {MAX_NOTE} characters")]
    NoteTooLong,
    #[error("this is no domain of another server")]
    NoDomain,
    #[error("only people whom one follows are recommended")]
    NotFollowed,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// `who` does not want to see `target`, with `notifications` nor to be told of them; for ever, or for `lasting`.
///
/// # Errors
/// See [`AcquaintError`].
pub async fn mute(
    ctx: &Ctx,
    who: &Actor,
    target: &Actor,
    (notifications, lasting): (bool, Option<Duration>),
) -> Result<(), AcquaintError> {
    if who.id == target.id {
        return Err(AcquaintError::Oneself);
    }
    let now = ctx.now();
    let mute = Mute {
        id: RowId(ctx.id()),
        actor: who.id,
        target: target.id,
        notifications,
        ends_at: lasting.map(|time| now.plus(time)),
        created_at: now,
    };
    ctx.store
        .transaction(async |tx| {
            mutes::upsert(tx, &mute).await?;
            if notifications {
                notifications::delete_from(tx, who.id, target.id).await?;
            }
            Ok(())
        })
        .await
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn unmute(ctx: &Ctx, who: &Actor, target: &Actor) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| mutes::delete(tx, who.id, target.id).await)
        .await
}

/// `who` wants to hear nothing of a domain: who follows them from there no longer does, and they follow nobody there.
///
/// # Errors
/// See [`AcquaintError`].
pub async fn block_domain(ctx: &Ctx, who: &Actor, domain: &str) -> Result<(), AcquaintError> {
    let domain = checked(ctx, domain)?;
    let done: Result<(), FollowError> = ctx
        .transact(async |tx| {
            let id = RowId(ctx.id());
            if !blocks::insert_domain(tx, id, (who.id, &domain), ctx.now()).await? {
                return Ok(());
            }
            for other in follows::list_on(tx, who.id, &domain).await? {
                follow::end(ctx, tx, who, &other).await?;
                follow::cast_off(ctx, tx, who, &other).await?;
                notifications::delete_from(tx, who.id, other.id).await?;
            }
            Ok(())
        })
        .await;
    match done {
        Err(FollowError::Store(error)) => Err(error.into()),
        // Ending a follow refuses for no other reason.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// See the name.
///
/// # Errors
/// See [`AcquaintError`].
pub async fn unblock_domain(ctx: &Ctx, who: &Actor, domain: &str) -> Result<(), AcquaintError> {
    let domain = checked(ctx, domain)?;
    ctx.store
        .transaction(async |tx| Ok(blocks::delete_domain(tx, who.id, &domain).await?))
        .await
}

fn checked(ctx: &Ctx, domain: &str) -> Result<String, AcquaintError> {
    let domain = fold(domain);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = !domain.is_empty()
        && domain.len() <= 255
        && domain.chars().all(plain)
        && domain.split('.').all(|label| !label.is_empty());
    if is_name && domain != fold(ctx.uris.domain()) {
        Ok(domain)
    } else {
        Err(AcquaintError::NoDomain)
    }
}

/// Keeps what `who` notes about `target`; an empty note is removed.
///
/// # Errors
/// See [`AcquaintError`].
pub async fn note(ctx: &Ctx, who: &Actor, target: &Actor, text: &str) -> Result<(), AcquaintError> {
    let text = text.trim();
    if text.chars().count() > MAX_NOTE {
        return Err(AcquaintError::NoteTooLong);
    }
    ctx.store
        .transaction(async |tx| Ok(acquaintances::put_note(tx, (who.id, target.id), text).await?))
        .await
}

/// What is to be different about how somebody follows.
#[derive(Debug, Clone, Default)]
pub struct FollowChange {
    pub reblogs: Option<bool>,
    pub notify: Option<bool>,
    pub languages: Option<Vec<String>>,
}

/// Keeps how `who` follows `target`; of no effect where they do not.
///
/// # Errors
/// When the database fails.
pub async fn follow_as(
    ctx: &Ctx,
    who: &Actor,
    target: &Actor,
    change: &FollowChange,
) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| {
            if follows::find(tx, who.id, target.id).await?.is_none() {
                return Ok(());
            }
            let before = acquaintances::find_options(tx, who.id, target.id).await?;
            let mut languages = change.languages.clone().unwrap_or(before.languages);
            languages.truncate(MAX_LANGUAGES);
            let how = FollowOptions {
                reblogs: change.reblogs.unwrap_or(before.reblogs),
                notify: change.notify.unwrap_or(before.notify),
                languages,
            };
            acquaintances::put_options(tx, (who.id, target.id), &how).await
        })
        .await
}

/// `who` recommends `target` on their profile, or does so no more.
///
/// # Errors
/// See [`AcquaintError`].
pub async fn endorse(
    ctx: &Ctx,
    who: &Actor,
    target: &Actor,
    yes: bool,
) -> Result<(), AcquaintError> {
    ctx.store
        .transaction(async |tx| {
            if !yes {
                return Ok(acquaintances::delete_endorsement(tx, who.id, target.id).await?);
            }
            if !follows::is_following(tx, who.id, target.id).await? {
                return Err(AcquaintError::NotFollowed);
            }
            let id = RowId(ctx.id());
            let pair = (who.id, target.id);
            Ok(acquaintances::insert_endorsement(tx, id, pair, ctx.now()).await?)
        })
        .await
}
