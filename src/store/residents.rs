//! Who of another server is concerned by something: a signed GET speaks for its server, not for one person.
//!
//! A server is named by its origin (`https://host`, RFC 6454 §6.2), and somebody lives there if their id does. The host
//! of a handle does not count: it may differ, and anybody can claim one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::ids::{ActorId, EventId};

use super::Conn;
use super::error::Result;
use super::schema::{actors, follows, invitations, participations};

/// The pattern of ids under `origin`. The slash keeps `https://a.example.evil` out.
fn under(origin: &str) -> String {
    let mut pattern = String::with_capacity(origin.len() + 2);
    for ch in origin.chars() {
        if matches!(ch, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(ch);
    }
    pattern.push_str("/%");
    pattern
}

/// Whether an accepted follower of `target` lives at `origin`.
///
/// # Errors
/// When the database fails.
pub async fn has_follower(c: &mut Conn, target: ActorId, origin: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target.0))
            .filter(follows::state.eq("accepted"))
            .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
            .filter(actors::suspended_at.is_null())
            .filter(actors::uri.like(under(origin)).escape('\\')),
    ))
    .get_result(c)
    .await?)
}

/// Whether somebody at `origin` has a standing at `event` that lets them see it: they asked, come, may come, or wait.
/// Who declined, left or was removed does not count.
///
/// # Errors
/// When the database fails.
pub async fn has_participant(c: &mut Conn, event: EventId, origin: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        participations::table
            .inner_join(actors::table.on(actors::id.eq(participations::actor_id)))
            .filter(participations::event_id.eq(event.0))
            .filter(participations::standing.eq_any([
                "invited",
                "requested",
                "going",
                "maybe",
                "waitlisted",
            ]))
            .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
            .filter(actors::suspended_at.is_null())
            .filter(actors::uri.like(under(origin)).escape('\\')),
    ))
    .get_result(c)
    .await?)
}

/// The ids of the people at `origin` who are invited to `event`, in order of their invitations; those whose invitation
/// was taken back or never counted are left out. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_invitees(
    c: &mut Conn,
    event: EventId,
    origin: &str,
    limit: i64,
) -> Result<Vec<String>> {
    Ok(invitations::table
        .inner_join(actors::table.on(actors::id.eq(invitations::invitee_id)))
        .filter(invitations::event_id.eq(event.0))
        .filter(invitations::state.eq_any(["pending", "accepted", "maybe", "declined"]))
        .filter(actors::local.eq(false).and(actors::gone_at.is_null()))
        .filter(actors::suspended_at.is_null())
        .filter(actors::uri.like(under(origin)).escape('\\'))
        .order(invitations::id)
        .limit(limit)
        .select(actors::uri)
        .load(c)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_no_pattern_and_no_prefix_of_another() {
        assert_eq!(under("https://a_b.example"), "https://a\\_b.example/%");
        assert_eq!(under("http://a:7000"), "http://a:7000/%");
    }
}
