//! Removing what an actor left behind, table by table. In which order, and who is told, is decided in `services`.

mod relations;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::conn::insert_many;
use super::schema::{
    activities, actor_keys, actors, deliveries, events, follows, invitations, lanes, likes,
    notifications, participations, pins, posts, receipts,
};
use super::{Conn, Result};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, EventId};

pub use relations::forget_relations;

/// Rows a statement.
const CHUNK: usize = 500;

/// Counts everybody who was sent one of `objects` as one who was sent `owner`, so that the Delete of `owner` reaches
/// them. The objects' own receipts stay: they say who may learn that an object is gone.
///
/// # Errors
/// When the database fails.
pub async fn inherit_receipts(tx: &mut Conn, objects: &[String], owner: &str) -> Result<()> {
    for chunk in objects.chunks(CHUNK) {
        let found: Vec<(String, String, i64)> = receipts::table
            .filter(receipts::object_uri.eq_any(chunk))
            .select((receipts::inbox, receipts::host, receipts::at))
            .distinct()
            .load(tx)
            .await?;
        keep_receipts(tx, found, owner).await?;
    }
    Ok(())
}

/// Counts every inbox that `actor` ever sent something to, as far as that is known, as one that was sent `owner`.
///
/// # Errors
/// When the database fails.
pub async fn inherit_lanes(
    tx: &mut Conn,
    actor: ActorId,
    owner: &str,
    now: Timestamp,
) -> Result<()> {
    let found: Vec<(String, String)> = lanes::table
        .filter(lanes::actor_id.eq(actor.0))
        .select((lanes::inbox, lanes::host))
        .load(tx)
        .await?;
    let found = found
        .into_iter()
        .map(|(inbox, host)| (inbox, host, now.micros()))
        .collect();
    keep_receipts(tx, found, owner).await
}

async fn keep_receipts(
    tx: &mut Conn,
    found: Vec<(String, String, i64)>,
    owner: &str,
) -> Result<()> {
    let mut rest = found.into_iter();
    loop {
        let rows: Vec<_> = rest
            .by_ref()
            .take(CHUNK)
            .map(|(inbox, host, at)| {
                (
                    receipts::object_uri.eq(owner.to_owned()),
                    receipts::inbox.eq(inbox),
                    receipts::host.eq(host),
                    receipts::at.eq(at),
                )
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        insert_many!(tx, receipts::table, rows)?;
    }
}

/// Everybody who follows `actor`, or wants to, and everybody `actor` follows, or wants to; in no order, some twice.
///
/// # Errors
/// When the database fails.
pub async fn list_acquainted(c: &mut Conn, actor: ActorId) -> Result<Vec<ActorId>> {
    let mut ids: Vec<i64> = follows::table
        .filter(follows::target_id.eq(actor.0))
        .select(follows::follower_id)
        .load(c)
        .await?;
    let followed: Vec<i64> = follows::table
        .filter(follows::follower_id.eq(actor.0))
        .select(follows::target_id)
        .load(c)
        .await?;
    ids.extend(followed);
    Ok(ids.into_iter().map(ActorId).collect())
}

/// Takes back at most `limit` likes of `actor`. Returns how many; call again until it returns none.
///
/// # Errors
/// When the database fails.
pub async fn forget_likes(tx: &mut Conn, actor: ActorId, limit: i64) -> Result<usize> {
    let found: Vec<(i64, i64)> = likes::table
        .filter(likes::actor_id.eq(actor.0))
        .order(likes::id)
        .limit(limit)
        .select((likes::id, likes::post_id))
        .load(tx)
        .await?;
    // One like a post: each is counted down once.
    let (ids, liked): (Vec<i64>, Vec<i64>) = found.into_iter().unzip();
    for chunk in liked.chunks(CHUNK) {
        diesel::update(posts::table.filter(posts::id.eq_any(chunk)))
            .set(posts::likes_count.eq(posts::likes_count - 1))
            .execute(tx)
            .await?;
    }
    for chunk in ids.chunks(CHUNK) {
        diesel::delete(likes::table.filter(likes::id.eq_any(chunk)))
            .execute(tx)
            .await?;
    }
    Ok(ids.len())
}

/// Removes `actor`'s answers to events. Returns the events, whose seats are to be counted anew.
///
/// # Errors
/// When the database fails.
pub async fn forget_answers(tx: &mut Conn, actor: ActorId) -> Result<Vec<EventId>> {
    let answered: Vec<i64> = participations::table
        .filter(participations::actor_id.eq(actor.0))
        .order(participations::event_id)
        .select(participations::event_id)
        .load(tx)
        .await?;
    diesel::delete(participations::table.filter(participations::actor_id.eq(actor.0)))
        .execute(tx)
        .await?;
    Ok(answered.into_iter().map(EventId).collect())
}

/// Removes `actor`'s invitations, given and received, the notifications to and about them, and their pins; events of
/// groups that they organized have no organizer any more.
///
/// # Errors
/// When the database fails.
pub async fn forget_traces(tx: &mut Conn, actor: ActorId) -> Result<()> {
    let id = actor.0;
    diesel::delete(
        invitations::table.filter(
            invitations::inviter_id
                .eq(id)
                .or(invitations::invitee_id.eq(id)),
        ),
    )
    .execute(tx)
    .await?;
    diesel::delete(
        notifications::table.filter(
            notifications::actor_id
                .eq(id)
                .or(notifications::from_id.eq(id)),
        ),
    )
    .execute(tx)
    .await?;
    diesel::delete(pins::table.filter(pins::actor_id.eq(id)))
        .execute(tx)
        .await?;
    diesel::update(events::table.filter(events::organizer_id.eq(id)))
        .set(events::organizer_id.eq(None::<i64>))
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes at most `limit` activities of `actor`, with what of them waits to be delivered. Returns how many; call
/// again until it returns none.
///
/// # Errors
/// When the database fails.
pub async fn forget_activities(tx: &mut Conn, actor: ActorId, limit: i64) -> Result<usize> {
    let ids: Vec<i64> = activities::table
        .filter(activities::actor_id.eq(actor.0))
        .order(activities::id)
        .limit(limit)
        .select(activities::id)
        .load(tx)
        .await?;
    for chunk in ids.chunks(CHUNK) {
        diesel::delete(deliveries::table.filter(deliveries::activity_id.eq_any(chunk)))
            .execute(tx)
            .await?;
    }
    super::activities::delete(tx, &ids).await?;
    Ok(ids.len())
}

/// Removes what a gone local actor's Delete was sent with: keys, lanes, and what still waits in them. Does nothing for
/// any other `uri`.
///
/// # Errors
/// When the database fails.
pub async fn forget_sender(tx: &mut Conn, uri: &str) -> Result<()> {
    let gone: Option<i64> = actors::table
        .filter(actors::uri.eq(uri))
        .filter(actors::local.eq(true))
        .filter(actors::gone_at.is_not_null())
        .select(actors::id)
        .first(tx)
        .await
        .optional()?;
    let Some(actor) = gone else { return Ok(()) };
    let lanes_of = lanes::table
        .filter(lanes::actor_id.eq(actor))
        .select(lanes::id);
    diesel::delete(deliveries::table.filter(deliveries::lane_id.eq_any(lanes_of)))
        .execute(tx)
        .await?;
    diesel::delete(lanes::table.filter(lanes::actor_id.eq(actor)))
        .execute(tx)
        .await?;
    diesel::delete(actor_keys::table.filter(actor_keys::actor_id.eq(actor)))
        .execute(tx)
        .await?;
    Ok(())
}
