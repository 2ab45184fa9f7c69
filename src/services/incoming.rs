//! What other servers tell: posts, events and actors of theirs, kept as they say.
//!
//! The caller has authenticated the sender, checked its rights, and fetched what was needed. These functions run in
//! the transaction that marks the activity as done.

use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::ids::{ActorId, PostId, RowId};
use crate::domain::interaction::{Deed, Verdict};
use crate::domain::keys::PublicKeyRow;
use crate::domain::notification::NotificationKind;
use crate::domain::poll::Poll;
use crate::domain::post::{Post, Recipient};
use crate::domain::profile::ProfileField;
use crate::store::signals::Topic;
use crate::store::tombstones::Tombstone;
use crate::store::{
    self, Conn, actor_keys, actors, events, polls, post_versions, posts, profile_fields, signals,
    tombstones,
};

use super::notify::{About, spread, tell};
use super::poll::{self, Coming};
use super::quote::{self, ReceivedQuote};
use super::{Ctx, leave, news};

/// A post of a remote actor, read and checked. Ids of rows are made when it is stored.
#[derive(Debug, Clone)]
pub struct ReceivedPost {
    /// As it will be stored; `in_reply_to` and `thread` are found when it is.
    pub post: Post,
    pub author_uri: String,
    /// Known people it is addressed to, and whether it mentions them.
    pub recipients: Vec<(Arc<Actor>, bool)>,
    pub tags: Vec<String>,
    /// Its poll; `post` and `fetched_at` are set when it is stored.
    pub poll: Option<Poll>,
    /// What it shows.
    pub quote: Option<ReceivedQuote>,
}

/// A remote actor's document, read and checked.
#[derive(Debug, Clone)]
pub struct ReceivedActor {
    pub actor: Actor,
    pub fields: Vec<ProfileField>,
    pub keys: Vec<PublicKeyRow>,
}

/// Why something that was received is not kept.
#[derive(Debug, thiserror::Error)]
pub enum IncomingError {
    #[error("it was deleted before")]
    Deleted,
    #[error("who it answers takes no answers from its author")]
    Unwanted,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Stores a remote post, or answers the one that is stored.
///
/// # Errors
/// [`IncomingError::Deleted`] when its deletion came first.
pub async fn receive_post(
    ctx: &Ctx,
    tx: &mut Conn,
    received: &ReceivedPost,
) -> Result<PostId, IncomingError> {
    let uri = &received.post.uri;
    let beforehand = posts::beforehand(tx, uri, &deleted_by(&received.author_uri, uri)).await?;
    if beforehand.gone {
        return Err(IncomingError::Deleted);
    }
    let mut post = received.post.clone();
    post.id = PostId(ctx.id());
    post.thread = post.id;
    if let Some(uri) = &post.in_reply_to_uri {
        if let Some(parent) = posts::find_by_uri(tx, uri).await? {
            if parent.local
                && leave::verdict(tx, post.author, &parent, Deed::Answer).await? == Verdict::Refused
            {
                return Err(IncomingError::Unwanted);
            }
            post.in_reply_to = Some(parent.id);
            post.thread = parent.thread;
            post.event = parent.event;
        } else if let Some(event) = events::find_by_uri(tx, uri).await? {
            post.event = Some(event.id);
        }
    }
    let recipients: Vec<Recipient> = received
        .recipients
        .iter()
        .map(|(actor, mentioned)| Recipient {
            actor: actor.id,
            mentioned: *mentioned,
        })
        .collect();
    if !posts::insert_if_new(tx, &post, &recipients, &received.tags).await? {
        let known = posts::find_by_uri(tx, &post.uri).await?;
        return known.map(|known| known.id).ok_or(IncomingError::Deleted);
    }
    poll::receive(ctx, tx, (post.id, received.poll.as_ref()), Coming::Whole).await?;
    quote::receive(ctx, tx, &post, received.quote.as_ref()).await?;
    if beforehand.awaited {
        posts::adopt_replies(tx, &post.uri, post.id).await?;
    }
    for (person, mentioned) in &received.recipients {
        if *mentioned {
            tell(
                ctx,
                tx,
                person,
                (NotificationKind::Mention, post.author),
                About::post(post.id),
            )
            .await?;
        }
    }
    let named: Vec<ActorId> = recipients.iter().map(|r| r.actor).collect();
    spread(ctx, tx, &post, &named).await?;
    Ok(post.id)
}

/// Replaces a stored remote post by a newer version of itself. An older version, or one that would widen who may
/// read it, changes nothing of that. Of two versions of one second, which is all that many servers tell, the one that
/// comes later counts.
///
/// # Errors
/// When the database fails.
pub async fn receive_edit(
    ctx: &Ctx,
    tx: &mut Conn,
    received: &ReceivedPost,
) -> Result<(), IncomingError> {
    let Some(before) = posts::find_by_uri(tx, &received.post.uri).await? else {
        return Ok(());
    };
    let stale = match (received.post.edited_at, before.edited_at) {
        (None, _) => true,
        (Some(new), Some(old)) => new < old,
        (Some(_), None) => false,
    };
    if before.local || before.author != received.post.author {
        return Ok(());
    }
    let poll = (before.id, received.poll.as_ref());
    if stale {
        // As Mastodon does: counts, and who may do what, change without an edit.
        let standing = Post {
            policy: received.post.policy,
            ..before
        };
        posts::set_policy(tx, standing.id, &standing.policy).await?;
        quote::receive(ctx, tx, &standing, received.quote.as_ref()).await?;
        return Ok(poll::receive(ctx, tx, poll, Coming::Counts).await?);
    }
    let stored: Vec<Recipient> = posts::recipients(tx, before.id).await?;
    let mut recipients: Vec<Recipient> = received
        .recipients
        .iter()
        .map(|(actor, mentioned)| Recipient {
            actor: actor.id,
            mentioned: *mentioned,
        })
        .collect();
    recipients.retain(|r| before.audience.is_public() || stored.iter().any(|s| s.actor == r.actor));
    let post = Post {
        id: before.id,
        local: false,
        in_reply_to: before.in_reply_to,
        in_reply_to_uri: before.in_reply_to_uri.clone(),
        thread: before.thread,
        event: before.event,
        group: before.group,
        audience: before.audience.narrower(received.post.audience),
        published_at: before.published_at,
        likes: before.likes,
        boosts: before.boosts,
        replies: before.replies,
        quotes: before.quotes,
        ..received.post.clone()
    };
    let asked = polls::find(tx, before.id).await?;
    let asks_another = match (&asked, &received.poll) {
        (Some(old), Some(new)) => !old.asks_the_same(new),
        (None, None) => false,
        _ => true,
    };
    let changed = |post: &Post| {
        (
            post.content.clone(),
            post.warning.clone(),
            post.attachments.clone(),
        )
    };
    if asks_another || changed(&before) != changed(&post) {
        post_versions::keep(tx, RowId(ctx.id()), &before).await?;
    }
    posts::update(tx, &post, &recipients, &received.tags).await?;
    quote::receive(ctx, tx, &post, received.quote.as_ref()).await?;
    news::edited(ctx, tx, &post).await?;
    Ok(poll::receive(ctx, tx, poll, Coming::Whole).await?)
}

/// Removes what a remote actor deleted: a post, boost or event of theirs. What is not known is remembered, so that a
/// copy that comes late is not taken.
///
/// # Errors
/// When the database fails.
pub async fn receive_deletion(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    uri: &str,
) -> Result<(), IncomingError> {
    let post = posts::find_by_uri(tx, uri).await?;
    let event = events::find_by_uri(tx, uri).await?;
    if post.as_ref().is_some_and(|p| p.author != who.id)
        || event
            .as_ref()
            .is_some_and(|e| e.host != who.id && e.organizer != Some(who.id))
    {
        return Ok(());
    }
    if let Some(post) = post {
        posts::delete(tx, &post).await?;
        news::deleted(ctx, tx, &post).await?;
    }
    if let Some(event) = event {
        events::delete(tx, event.id).await?;
    }
    let gone = Tombstone {
        uri: deleted_by(&who.uri, uri),
        former_type: "Object".to_owned(),
        public: false,
        deleted_at: ctx.now(),
    };
    Ok(tombstones::remember(tx, &gone).await?)
}

/// Under whose word an id is gone: a neighbour's Delete must not keep the owner's object away.
fn deleted_by(who: &str, uri: &str) -> String {
    format!("{who} {uri}")
}

async fn is_deleted(tx: &mut Conn, owner: &str, uri: &str) -> store::Result<bool> {
    Ok(tombstones::find(tx, &deleted_by(owner, uri))
        .await?
        .is_some())
}

/// Stores what an actor's document says; its key here stays.
///
/// # Errors
/// When the database fails.
pub async fn receive_actor(
    ctx: &Ctx,
    tx: &mut Conn,
    received: &ReceivedActor,
) -> Result<Actor, IncomingError> {
    let stored = actors::upsert_remote(tx, &received.actor).await?;
    let keys: Vec<(i64, PublicKeyRow)> = received
        .keys
        .iter()
        .map(|key| (ctx.id(), key.clone()))
        .collect();
    actor_keys::replace_public(tx, stored.id, &keys).await?;
    profile_fields::replace(tx, stored.id, &received.fields).await?;
    signals::insert(tx, ctx.id(), Topic::Actor, &stored.id.to_string()).await?;
    Ok(stored)
}

/// A remote actor is gone: what it follows, wrote, liked, hosts and comes to goes with it.
///
/// # Errors
/// When the database fails.
pub async fn receive_actor_deletion(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
) -> Result<(), IncomingError> {
    let now = ctx.now();
    while super::erase::piece(tx, who, now).await? {}
    super::erase::rest(tx, who, now).await?;
    actor_keys::replace_public(tx, who.id, &[]).await?;
    signals::insert(tx, ctx.id(), Topic::Actor, &who.id.to_string()).await?;
    Ok(())
}

/// Stores a remote event, or replaces it by a newer version, which never widens who may see it. Seats and standing
/// here stay.
///
/// # Errors
/// [`IncomingError::Deleted`] when its deletion came first.
pub async fn receive_event(
    ctx: &Ctx,
    tx: &mut Conn,
    received: &Event,
) -> Result<Event, IncomingError> {
    let Some(before) = events::find_by_uri(tx, &received.uri).await? else {
        let host = actors::find(tx, received.host).await?;
        let host = host.map(|host| host.uri).unwrap_or_default();
        if is_deleted(tx, &host, &received.uri).await? {
            return Err(IncomingError::Deleted);
        }
        let event = Event {
            id: crate::domain::ids::EventId(ctx.id()),
            ..received.clone()
        };
        if events::insert_if_new(tx, &event).await? {
            return Ok(event);
        }
        // It came by two ways at once.
        let known = events::find_by_uri(tx, &received.uri).await?;
        return known.ok_or(IncomingError::Deleted);
    };
    let older =
        matches!((received.edited_at, before.edited_at), (Some(new), Some(old)) if new < old);
    if older || before.host != received.host || before.local {
        return Ok(before);
    }
    let event = Event {
        id: before.id,
        published_at: before.published_at,
        visibility: before.visibility.narrower(received.visibility),
        ..received.clone()
    };
    events::update(tx, &event).await?;
    Ok(event)
}
