//! Push messages: which programs want them, and what they say: a row in the transaction that tells somebody, the words
//! when it is sent.
//!
//! A message says who did what and the title of an event, never what anybody wrote. Of the token that it is for only the
//! hash is known here, so it is not in the message either.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, NotificationId, PushSubscriptionId, TokenId};
use crate::domain::notification::Notification;
use crate::domain::push::{
    Alert, PushMessage, PushPolicy, PushSubscription, Receiver, VapidPair, Wishes, one_line, title,
};
use crate::store::{self, Conn, Store, actors, follows, instance_keys, jobs, push_subscriptions};

use super::reading::{self, NotificationView};
use super::session::SignedIn;
use super::{Ctx, Wake};

/// The kind of the job that sends a message.
pub const JOB: &str = "send-push";

/// Subscriptions that one person may have; a new one takes the place of the oldest.
const MOST: i64 = 20;
/// How long it is tried to hand a message in: what happened long ago need not ring.
const TRIED: Duration = Duration::from_hours(2);
/// How long a push service keeps it for a receiver that is away.
const KEPT: Duration = Duration::from_hours(48);

/// One message that waits: whom to tell of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub subscription: PushSubscriptionId,
    pub notification: NotificationId,
}

/// The instance's key pair for push services, if it was made.
///
/// # Errors
/// When the database fails.
pub async fn find_vapid(store: &Store) -> store::Result<Option<VapidPair>> {
    let mut reader = store.reader().await?;
    instance_keys::find_vapid(&mut reader).await
}

/// Keeps a new key pair and answers the one that counts: the one that is there already wins.
///
/// # Errors
/// When the database fails.
pub async fn keep_vapid(
    store: &Store,
    pair: VapidPair,
    now: Timestamp,
) -> store::Result<VapidPair> {
    let kept = store
        .transaction(async |tx: &mut Conn| {
            instance_keys::insert_vapid(tx, &pair, now).await?;
            instance_keys::find_vapid(tx).await
        })
        .await?;
    Ok(kept.unwrap_or(pair))
}

/// Keeps a subscription for the token of `who`, in place of the one it had.
///
/// # Errors
/// When the database fails.
pub async fn subscribe(
    ctx: &Ctx,
    who: &SignedIn,
    receiver: Receiver,
    wishes: Wishes,
) -> store::Result<PushSubscription> {
    let new = PushSubscription {
        id: PushSubscriptionId(ctx.id()),
        token: who.token,
        account: who.account,
        actor: who.actor.id,
        receiver,
        wishes,
        created_at: ctx.now(),
    };
    ctx.store
        .transaction(async |tx: &mut Conn| {
            push_subscriptions::upsert(tx, &new).await?;
            push_subscriptions::delete_beyond(tx, new.account, MOST).await
        })
        .await?;
    Ok(new)
}

/// The subscription of a token.
///
/// # Errors
/// When the database fails.
pub async fn find(ctx: &Ctx, token: TokenId) -> store::Result<Option<PushSubscription>> {
    let mut reader = ctx.store.reader().await?;
    push_subscriptions::find_of_token(&mut reader, token).await
}

/// Changes what the subscription of a token is told of; `None` when it has none.
///
/// # Errors
/// When the database fails.
pub async fn change(
    ctx: &Ctx,
    token: TokenId,
    wishes: &Wishes,
) -> store::Result<Option<PushSubscription>> {
    ctx.store
        .transaction(async |tx: &mut Conn| {
            push_subscriptions::set_wishes(tx, token, wishes).await?;
            push_subscriptions::find_of_token(tx, token).await
        })
        .await
}

/// Ends the subscription of a token.
///
/// # Errors
/// When the database fails.
pub async fn unsubscribe(ctx: &Ctx, token: TokenId) -> store::Result<()> {
    ctx.store
        .transaction(async |tx: &mut Conn| push_subscriptions::delete_of_tokens(tx, &[token]).await)
        .await
}

/// Ends a subscription whose receiver is no more.
///
/// # Errors
/// When the database fails.
pub async fn forget(ctx: &Ctx, id: PushSubscriptionId) -> store::Result<()> {
    ctx.store
        .transaction(async |tx: &mut Conn| push_subscriptions::delete(tx, id).await)
        .await
}

/// A message for each program of the person that wants to be told of this.
pub(super) async fn enqueue(ctx: &Ctx, tx: &mut Conn, about: &Notification) -> store::Result<()> {
    let alert = Alert::of(about.kind);
    for subscription in push_subscriptions::list(tx, about.actor, MOST).await? {
        let wishes = &subscription.wishes;
        if !wishes.alerts.include(alert) || !allows(tx, wishes.policy, about).await? {
            continue;
        }
        let waiting = Waiting {
            subscription: subscription.id,
            notification: about.id,
        };
        let payload = serde_json::to_string(&waiting).unwrap_or_default();
        jobs::insert(tx, ctx.id(), JOB, &payload, ctx.now()).await?;
        Wake::count(&ctx.wake.enqueued_outside);
    }
    Ok(())
}

async fn allows(tx: &mut Conn, policy: PushPolicy, about: &Notification) -> store::Result<bool> {
    let (me, them): (ActorId, ActorId) = (about.actor, about.from);
    match policy {
        PushPolicy::All => Ok(true),
        PushPolicy::None => Ok(false),
        PushPolicy::Followed => follows::is_following(tx, me, them).await,
        PushPolicy::Follower => follows::is_following(tx, them, me).await,
    }
}

/// The message of a row and who gets it. `None` when it has become pointless: the subscription, its token, the person or
/// the notification is gone, the person no longer wants or may no longer see it, or it is too late.
///
/// # Errors
/// When the database fails.
pub async fn write(
    ctx: &Ctx,
    waiting: Waiting,
) -> store::Result<Option<(PushSubscription, PushMessage)>> {
    let mut reader = ctx.store.reader().await?;
    let found = push_subscriptions::find(&mut reader, waiting.subscription).await?;
    let Some(subscription) = found else {
        return Ok(None);
    };
    let person = actors::find(&mut reader, subscription.actor).await?;
    drop(reader);
    if !person.as_ref().is_some_and(Actor::is_active) {
        return Ok(None);
    }
    let view = reading::notification(ctx, subscription.actor, waiting.notification).await?;
    let view = view.filter(|view| {
        let told = &view.notification;
        let is_late = ctx.now().since(told.created_at) > ctx.scale.apply(TRIED);
        let is_wanted = subscription.wishes.alerts.include(Alert::of(told.kind));
        is_wanted && !is_late && !told.filtered && is_whole(view)
    });
    Ok(view.map(|view| {
        let message = PushMessage {
            body: body(ctx, &view),
            lives: KEPT,
        };
        (subscription, message)
    }))
}

/// Whether what it is about is still there for the person to see.
fn is_whole(view: &NotificationView) -> bool {
    let told = &view.notification;
    told.post.is_some() == view.post.is_some() && told.event.is_some() == view.event.is_some()
}

/// As Mastodon's clients read it. The words are English, and say so.
fn body(ctx: &Ctx, view: &NotificationView) -> String {
    let told = &view.notification;
    let event = view.event.as_ref();
    json!({
        "access_token": "",
        "preferred_locale": "en",
        "notification_id": told.id.0,
        "notification_type": told.kind.as_str(),
        "icon": ctx.uris.at("/static/avatar.png"),
        "title": title(told.kind, view.from.display_name()),
        "body": event.map_or_else(String::new, |view| one_line(&view.event.title)),
    })
    .to_string()
}
