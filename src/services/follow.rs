//! Following people and groups; for a group this is the membership.

use crate::domain::actor::Actor;
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::{ActivityId, ActorId, FollowId};
use crate::domain::notification::NotificationKind;
use crate::store::{self, Conn, acquaintances, actors, blocks, follows, lists, notifications};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::notify::{About, tell};
use super::send::{Letter, send};

/// Why a follow does not come about.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("nobody follows themselves")]
    Oneself,
    #[error("this account is suspended or gone")]
    Inactive,
    #[error("one of the two blocks the other")]
    Blocked,
    #[error("there is no such request")]
    NoSuchRequest,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// `who` (local) wants to follow `target`. Answers the follow, pending or accepted.
///
/// # Errors
/// See [`FollowError`].
pub async fn follow(ctx: &Ctx, who: &Actor, target: &Actor) -> Result<Follow, FollowError> {
    if who.id == target.id {
        return Err(FollowError::Oneself);
    }
    if !target.is_active() {
        return Err(FollowError::Inactive);
    }
    ctx.transact(async |tx| {
        if let Some(standing) = follows::find(tx, who.id, target.id).await? {
            return Ok(standing);
        }
        if blocks::stand_between(tx, who.id, target.id).await? {
            return Err(FollowError::Blocked);
        }
        let id = FollowId(ctx.id());
        let asked_by = if target.is_group() && target.accepts_joins && !target.local {
            AskedBy::Join
        } else {
            AskedBy::Follow
        };
        let uri = ctx.uris.under(&who.uri, "follows", id.0);
        let request = Request { id, uri, asked_by };
        if target.local {
            return receive(ctx, tx, who, target, request).await;
        }
        let follow = new(ctx, who, target, request, FollowState::Pending);
        follows::insert(tx, &follow).await?;
        let asked = asked(&follow, who, target).to(vec![url(&target.uri)]);
        send(
            ctx,
            tx,
            Letter::plain(ActivityId(id.0), who.id, asked, vec![target.id]),
        )
        .await?;
        Ok(follow)
    })
    .await
}

/// What asks to follow.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: FollowId,
    pub uri: String,
    pub asked_by: AskedBy,
}

fn new(ctx: &Ctx, who: &Actor, target: &Actor, request: Request, state: FollowState) -> Follow {
    Follow {
        id: request.id,
        follower: who.id,
        target: target.id,
        uri: request.uri,
        asked_by: request.asked_by,
        state,
        role: if target.is_group() {
            MemberRole::Member
        } else {
            MemberRole::Follower
        },
        created_at: ctx.now(),
    }
}

fn asked(follow: &Follow, who: &Actor, target: &Actor) -> OutgoingActivity {
    let make = match follow.asked_by {
        AskedBy::Follow => OutgoingActivity::follow,
        AskedBy::Join => OutgoingActivity::join,
    };
    make(url(&follow.uri), url(&who.uri), url(&target.uri))
}

/// Somebody asked to follow the local `target`: accepted at once, or put before it.
/// A second request of one who is accepted is accepted again: the first answer may have been lost.
///
/// # Errors
/// See [`FollowError`].
pub async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    target: &Actor,
    request: Request,
) -> Result<Follow, FollowError> {
    if !target.is_active() {
        return Err(FollowError::Inactive);
    }
    if blocks::stand_between(tx, who.id, target.id).await? {
        return Err(FollowError::Blocked);
    }
    if let Some(mut standing) = follows::find(tx, who.id, target.id).await? {
        standing.uri = request.uri;
        standing.asked_by = request.asked_by;
        follows::update(tx, &standing).await?;
        if standing.state == FollowState::Accepted {
            send_answer(ctx, tx, &standing, (who, target), true).await?;
        }
        return Ok(standing);
    }
    let state = if target.manually_approves {
        FollowState::Pending
    } else {
        FollowState::Accepted
    };
    let follow = new(ctx, who, target, request, state);
    follows::insert(tx, &follow).await?;
    let kind = match state {
        FollowState::Pending => NotificationKind::FollowRequest,
        FollowState::Accepted => NotificationKind::Follow,
    };
    tell(ctx, tx, target, (kind, who.id), About::default()).await?;
    if state == FollowState::Accepted {
        send_answer(ctx, tx, &follow, (who, target), true).await?;
    }
    Ok(follow)
}

async fn send_answer(
    ctx: &Ctx,
    tx: &mut Conn,
    follow: &Follow,
    (who, target): (&Actor, &Actor),
    yes: bool,
) -> store::Result<()> {
    if who.local {
        return Ok(());
    }
    let id = ActivityId(ctx.id());
    let uri = url(&ctx
        .uris
        .under(&target.uri, if yes { "accepts" } else { "rejects" }, id.0));
    let theirs = url::Url::parse(&follow.uri).ok();
    let asked = OutgoingActivity::received(
        follow.asked_by.as_str(),
        theirs,
        url(&who.uri),
        url(&target.uri),
    )
    .expect("Follow and Join are answered");
    let make = if yes {
        OutgoingActivity::accept
    } else {
        OutgoingActivity::reject
    };
    let answer = make(uri, url(&target.uri), asked).addressed(vec![url(&who.uri)], Vec::new());
    send(ctx, tx, Letter::plain(id, target.id, answer, vec![who.id])).await
}

/// `target` (local) answers the request of `follower`. A refusal also removes an accepted follower.
///
/// # Errors
/// [`FollowError::NoSuchRequest`] when there is none.
pub async fn answer(
    ctx: &Ctx,
    target: &Actor,
    follower: ActorId,
    yes: bool,
) -> Result<(), FollowError> {
    ctx.transact(async |tx| {
        let who = actors::find(tx, follower)
            .await?
            .ok_or(FollowError::NoSuchRequest)?;
        let mut follow = follows::find(tx, follower, target.id)
            .await?
            .ok_or(FollowError::NoSuchRequest)?;
        if yes {
            follow.state = FollowState::Accepted;
            follows::update(tx, &follow).await?;
        } else {
            follows::delete(tx, follow.id).await?;
        }
        notifications::retract(
            tx,
            target.id,
            NotificationKind::FollowRequest,
            follower,
            None,
        )
        .await?;
        if yes {
            tell(
                ctx,
                tx,
                target,
                (NotificationKind::Follow, follower),
                About::default(),
            )
            .await?;
        }
        send_answer(ctx, tx, &follow, (&who, target), yes).await?;
        Ok(())
    })
    .await
}

/// The one who was asked answered: accepted, or refused (also after having accepted).
///
/// # Errors
/// When the database fails.
pub async fn receive_answer(tx: &mut Conn, follow: &Follow, yes: bool) -> Result<(), FollowError> {
    if yes {
        follows::update(
            tx,
            &Follow {
                state: FollowState::Accepted,
                ..follow.clone()
            },
        )
        .await?;
    } else {
        follows::delete(tx, follow.id).await?;
    }
    Ok(())
}

/// `who` (local) follows `target` no more, or takes the request back.
///
/// # Errors
/// When the database fails.
pub async fn unfollow(ctx: &Ctx, who: &Actor, target: &Actor) -> Result<(), FollowError> {
    ctx.transact(async |tx| end(ctx, tx, who, target).await)
        .await
}

/// The same within a transaction.
pub(super) async fn end(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    target: &Actor,
) -> Result<(), FollowError> {
    let Some(follow) = follows::find(tx, who.id, target.id).await? else {
        return Ok(());
    };
    receive_end(tx, who, target, &follow).await?;
    if target.local {
        return Ok(());
    }
    let id = ActivityId(ctx.id());
    let activity = match follow.asked_by {
        AskedBy::Follow => OutgoingActivity::undo(
            url(&ctx.uris.under(&who.uri, "undos", id.0)),
            url(&who.uri),
            asked(&follow, who, target),
        ),
        AskedBy::Join => OutgoingActivity::leave(
            url(&ctx.uris.under(&who.uri, "leaves", id.0)),
            url(&who.uri),
            url(&target.uri),
        ),
    };
    let activity = activity.addressed(vec![url(&target.uri)], Vec::new());
    let letter = Letter::plain(id, who.id, activity, vec![target.id]);
    Ok(send(ctx, tx, letter).await?)
}

/// `follower` follows the local `target` no more, because that is what `target` wants.
pub(super) async fn cast_off(
    ctx: &Ctx,
    tx: &mut Conn,
    target: &Actor,
    follower: &Actor,
) -> Result<(), FollowError> {
    let Some(follow) = follows::find(tx, follower.id, target.id).await? else {
        return Ok(());
    };
    receive_end(tx, follower, target, &follow).await?;
    send_answer(ctx, tx, &follow, (follower, target), false).await?;
    Ok(())
}

/// Removes `follower` from those who follow `target` (local); their server is told.
///
/// # Errors
/// When the database fails.
pub async fn remove_follower(
    ctx: &Ctx,
    target: &Actor,
    follower: &Actor,
) -> Result<(), FollowError> {
    ctx.transact(async |tx| cast_off(ctx, tx, target, follower).await)
        .await
}

/// A follow ends from the follower's side.
///
/// # Errors
/// When the database fails.
pub async fn receive_end(
    tx: &mut Conn,
    who: &Actor,
    target: &Actor,
    follow: &Follow,
) -> Result<(), FollowError> {
    follows::delete(tx, follow.id).await?;
    if who.local {
        acquaintances::delete_options(tx, who.id, target.id).await?;
        lists::drop_member(tx, who.id, target.id).await?;
    }
    notifications::retract(tx, target.id, NotificationKind::FollowRequest, who.id, None).await?;
    notifications::retract(tx, target.id, NotificationKind::Follow, who.id, None).await?;
    Ok(())
}
