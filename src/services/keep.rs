//! What local people keep of posts: bookmarks, what they put on top, threads they are told nothing more of.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId, RowId};
use crate::domain::outgoing::Receivers;
use crate::domain::post::Post;
use crate::store::{self, Conn, bookmarks, mutes, posts};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::{public, url};

use super::Ctx;
use super::send::{Letter, send};

/// Posts that somebody has on top.
pub const MAX_PINS: i64 = 20;

/// Why something is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error("there is no such post")]
    NoSuchPost,
    #[error("only one's own public posts are pinned")]
    NotPinnable,
    #[error("at most {MAX_PINS} posts are pinned")]
    TooManyPins,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// `who` keeps a post that they may see, or keeps it no more.
///
/// # Errors
/// When the database fails.
pub async fn bookmark(ctx: &Ctx, who: &Actor, post: PostId, yes: bool) -> Result<(), KeepError> {
    ctx.store
        .transaction(async |tx| {
            if yes {
                let id = RowId(ctx.id());
                bookmarks::insert(tx, id, (who.id, post), ctx.now()).await?;
            } else {
                bookmarks::delete(tx, who.id, post).await?;
            }
            Ok(())
        })
        .await
}

/// `who` is told nothing more of a thread, or is again.
///
/// # Errors
/// When the database fails.
pub async fn mute_thread(
    ctx: &Ctx,
    who: &Actor,
    thread: PostId,
    yes: bool,
) -> Result<(), KeepError> {
    ctx.store
        .transaction(async |tx| {
            if yes {
                mutes::insert_thread(tx, who.id, thread, ctx.now()).await?;
            } else {
                mutes::delete_thread(tx, who.id, thread).await?;
            }
            Ok(())
        })
        .await
}

async fn own(tx: &mut Conn, who: &Actor, id: PostId) -> Result<Post, KeepError> {
    let post = posts::find(tx, id).await?.ok_or(KeepError::NoSuchPost)?;
    let is_own = post.author == who.id && post.local;
    if is_own && post.boost_of.is_none() && post.audience.is_public() {
        Ok(post)
    } else {
        Err(KeepError::NotPinnable)
    }
}

/// `who` (local) puts a public post of theirs on top; followers' servers are told.
///
/// # Errors
/// See [`KeepError`].
pub async fn pin(ctx: &Ctx, who: &Actor, post: PostId) -> Result<(), KeepError> {
    ctx.transact(async |tx| {
        let post = own(tx, who, post).await?;
        let pinned = bookmarks::count_pins(tx, who.id).await?;
        if !bookmarks::pin(tx, who.id, post.id, ctx.now()).await? {
            return Ok(());
        }
        if pinned >= MAX_PINS {
            return Err(KeepError::TooManyPins);
        }
        announce(ctx, tx, (who, &post), ("adds", OutgoingActivity::add)).await
    })
    .await
}

/// `who` (local) takes a post down from the top.
///
/// # Errors
/// See [`KeepError`].
pub async fn unpin(ctx: &Ctx, who: &Actor, post: PostId) -> Result<(), KeepError> {
    ctx.transact(async |tx| {
        let post = own(tx, who, post).await?;
        if !bookmarks::unpin(tx, who.id, post.id).await? {
            return Ok(());
        }
        announce(ctx, tx, (who, &post), ("removes", OutgoingActivity::remove)).await
    })
    .await
}

type Make = fn(url::Url, url::Url, url::Url) -> OutgoingActivity;

async fn announce(
    ctx: &Ctx,
    tx: &mut Conn,
    (who, post): (&Actor, &Post),
    (kind, make): (&str, Make),
) -> Result<(), KeepError> {
    let Some(featured) = &who.featured else {
        return Ok(());
    };
    let id = ActivityId(ctx.id());
    let uri = ctx.uris.under(&who.uri, kind, id.0);
    let followers = who.followers.as_deref().map(url).into_iter().collect();
    let mut activity =
        make(url(&uri), url(&who.uri), url(&post.uri)).addressed(vec![public()], followers);
    activity.target = Some(url(featured));
    let letter = Letter {
        id,
        actor: who.id,
        activity,
        object_uri: None,
        receivers: Receivers {
            followers_of: vec![who.id],
            ..Receivers::default()
        },
        subjects: vec![who.id],
        listed: false,
        for_mobilizon: None,
    };
    Ok(send(ctx, tx, letter).await?)
}

/// A remote actor put a post of theirs on top, or took it down. More than [`MAX_PINS`] are not kept.
///
/// # Errors
/// When the database fails.
pub async fn receive_pin(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    (post, yes): (PostId, bool),
) -> Result<(), KeepError> {
    let Some(post) = posts::find(tx, post)
        .await?
        .filter(|post| post.author == who.id && post.audience.is_public())
    else {
        return Err(KeepError::NoSuchPost);
    };
    if !yes {
        bookmarks::unpin(tx, who.id, post.id).await?;
    } else if bookmarks::count_pins(tx, who.id).await? < MAX_PINS {
        bookmarks::pin(tx, who.id, post.id, ctx.now()).await?;
    }
    Ok(())
}
