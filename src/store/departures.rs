//! What an actor that is gone leaves at other people's things: likes, and seats at events; and the events it hosted.
//!
//! Its posts, follows and profile go by the functions for those.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::{ActorId, EventId};

use super::Conn;
use super::error::Result;
use super::schema::{events, invitations, likes, participations, posts};
use super::{events as hosted, participations as seats};

/// Removes all of it; counters and free seats are right afterwards.
///
/// # Errors
/// When the database fails.
pub async fn remove(c: &mut Conn, actor: ActorId) -> Result<()> {
    let liked = likes::table
        .filter(likes::actor_id.eq(actor.0))
        .select(likes::post_id);
    diesel::update(posts::table.filter(posts::id.eq_any(liked)))
        .set(posts::likes_count.eq(posts::likes_count - 1))
        .execute(c)
        .await?;
    diesel::delete(likes::table.filter(likes::actor_id.eq(actor.0)))
        .execute(c)
        .await?;
    diesel::delete(invitations::table.filter(invitations::invitee_id.eq(actor.0)))
        .execute(c)
        .await?;
    let own: Vec<i64> = events::table
        .filter(events::host_id.eq(actor.0))
        .select(events::id)
        .load(c)
        .await?;
    for event in own {
        hosted::delete(c, EventId(event)).await?;
    }
    give_back_seats(c, actor).await
}

async fn give_back_seats(c: &mut Conn, actor: ActorId) -> Result<()> {
    let theirs = participations::table.filter(participations::actor_id.eq(actor.0));
    let joined: Vec<i64> = theirs
        .select(participations::event_id)
        .order(participations::event_id)
        .load(c)
        .await?;
    for event in joined.into_iter().map(EventId) {
        let local = hosted::find_locked(c, event)
            .await?
            .is_some_and(|e| e.local);
        diesel::delete(theirs.filter(participations::event_id.eq(event.0)))
            .execute(c)
            .await?;
        // The numbers of an event elsewhere are what its host says.
        if local {
            let (taken, going) = seats::count_going(c, event).await?;
            hosted::set_seats(c, event, taken, going).await?;
        }
    }
    Ok(())
}
