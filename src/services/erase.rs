//! What goes when an actor goes: everything they wrote, hosted, liked and answered. What others wrote stays.
//!
//! It goes in pieces, so that nobody else waits long for the database.

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::store::timelines::{Depth, Page};
use crate::store::tombstones::Tombstone;
use crate::store::{
    self, Conn, erasure, events, follows, polls, posts, profile_fields, timelines, tombstones,
};

use super::participation::recount;

/// Posts, or events, removed at once.
const PIECE: i64 = 50;
/// Rows that nothing else depends on, removed at once.
const ROWS: i64 = 500;

/// Removes a piece of what `actor` left; `true` while there may be more. Of what was made here a tombstone stays, and who
/// was sent it counts as one who was sent the actor.
pub(super) async fn piece(tx: &mut Conn, actor: &Actor, now: Timestamp) -> store::Result<bool> {
    if posts_of(tx, actor, now).await? || events_of(tx, actor, now).await? {
        return Ok(true);
    }
    if erasure::forget_likes(tx, actor.id, ROWS).await? > 0
        || polls::forget_votes(tx, actor.id, PIECE).await? > 0
    {
        return Ok(true);
    }
    Ok(actor.local && erasure::forget_activities(tx, actor.id, ROWS).await? > 0)
}

async fn posts_of(tx: &mut Conn, actor: &Actor, now: Timestamp) -> store::Result<bool> {
    let found = timelines::by_author(tx, actor.id, Depth::Own, Page::first(PIECE)).await?;
    if actor.local {
        let uris: Vec<String> = found.iter().map(|post| post.uri.clone()).collect();
        erasure::inherit_receipts(tx, &uris, &actor.uri).await?;
    }
    for post in &found {
        posts::delete(tx, post).await?;
        if post.local && post.boost_of.is_none() {
            let gone = Tombstone {
                uri: post.uri.clone(),
                former_type: post.kind.clone(),
                public: post.audience.is_public(),
                deleted_at: now,
            };
            tombstones::insert(tx, &gone).await?;
        }
    }
    Ok(!found.is_empty())
}

async fn events_of(tx: &mut Conn, actor: &Actor, now: Timestamp) -> store::Result<bool> {
    let found = events::list_hosted(tx, actor.id, PIECE).await?;
    if actor.local {
        let uris: Vec<String> = found.iter().map(|event| event.uri.clone()).collect();
        erasure::inherit_receipts(tx, &uris, &actor.uri).await?;
    }
    for event in &found {
        events::delete(tx, event.id).await?;
        if event.local {
            let gone = Tombstone {
                uri: event.uri.clone(),
                former_type: "Event".to_owned(),
                public: event.is_public(),
                deleted_at: now,
            };
            tombstones::insert(tx, &gone).await?;
        }
    }
    Ok(!found.is_empty())
}

/// Removes all that [`piece`] leaves: standings, invitations, notifications, follows and the profile. Seats become free.
pub(super) async fn rest(tx: &mut Conn, actor: &Actor, now: Timestamp) -> store::Result<()> {
    for event in erasure::forget_answers(tx, actor.id).await? {
        if events::find_locked(tx, event)
            .await?
            .is_some_and(|event| event.local)
        {
            recount(tx, event).await?;
        }
    }
    erasure::forget_traces(tx, actor.id).await?;
    erasure::forget_relations(tx, actor.id).await?;
    follows::delete_all_of(tx, actor.id).await?;
    profile_fields::replace(tx, actor.id, &[]).await?;
    store::actors::update(tx, &emptied(actor, now)).await
}

/// What is kept of a gone actor: who it was, never what it said of itself.
fn emptied(actor: &Actor, now: Timestamp) -> Actor {
    Actor {
        name: String::new(),
        summary: String::new(),
        summary_source: None,
        icon: None,
        image: None,
        updated_at: now,
        suspended_at: None,
        gone_at: Some(now),
        ..actor.clone()
    }
}
