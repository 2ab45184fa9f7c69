//! Who stands where at which event, and who was invited.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::event::{Invitation, InvitationState};
use crate::domain::ids::{ActorId, EventId, InvitationId, ParticipationId};
use crate::domain::participation::{Participation, Standing};

use super::Conn;
use super::backend::{Both, MultiBackend};
use super::error::{Error, Result, word};
use super::schema::{invitations, participations};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = participations, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct ParticipationRow {
    id: i64,
    event_id: i64,
    actor_id: i64,
    standing: String,
    guests: i64,
    uri: String,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<ParticipationRow> for Participation {
    type Error = Error;

    fn try_from(row: ParticipationRow) -> Result<Participation> {
        Ok(Participation {
            id: ParticipationId(row.id),
            event: EventId(row.event_id),
            actor: ActorId(row.actor_id),
            standing: word("participations.standing", Standing::parse(&row.standing))?,
            guests: row.guests,
            uri: row.uri,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

/// `actor`'s standing at `event`.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, event: EventId, actor: ActorId) -> Result<Option<Participation>> {
    let row: Option<ParticipationRow> = participations::table
        .filter(
            participations::event_id
                .eq(event.0)
                .and(participations::actor_id.eq(actor.0)),
        )
        .select(ParticipationRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Participation::try_from).transpose()
}

/// The standing that the activity `uri` (a Join) made.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, actor: ActorId, uri: &str) -> Result<Option<Participation>> {
    let row: Option<ParticipationRow> = participations::table
        .filter(
            participations::actor_id
                .eq(actor.0)
                .and(participations::uri.eq(uri)),
        )
        .select(ParticipationRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Participation::try_from).transpose()
}

/// Adds a standing, or replaces the one this actor has; its age stays.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, standing: &Participation) -> Result<()> {
    Both(
        diesel::insert_into(participations::table)
            .values(ParticipationRow {
                id: standing.id.0,
                event_id: standing.event.0,
                actor_id: standing.actor.0,
                standing: standing.standing.as_str().to_owned(),
                guests: standing.guests,
                uri: standing.uri.clone(),
                created_at: standing.created_at.micros(),
                updated_at: standing.updated_at.micros(),
            })
            .on_conflict((participations::event_id, participations::actor_id))
            .do_update()
            .set((
                participations::standing.eq(excluded(participations::standing)),
                participations::guests.eq(excluded(participations::guests)),
                participations::uri.eq(excluded(participations::uri)),
                participations::updated_at.eq(excluded(participations::updated_at)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Those with a standing at `event`, in order of arrival, after `after`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    c: &mut Conn,
    event: EventId,
    standing: Option<Standing>,
    after: Option<ParticipationId>,
    limit: i64,
) -> Result<Vec<Participation>> {
    let query = participations::table
        .filter(
            participations::event_id
                .eq(event.0)
                .and(participations::id.gt(after.map_or(0, |id| id.0))),
        )
        .order(participations::id)
        .limit(limit)
        .select(ParticipationRow::as_select());
    let rows: Vec<ParticipationRow> = match standing {
        Some(standing) => {
            query
                .filter(participations::standing.eq(standing.as_str()))
                .load(c)
                .await?
        }
        None => query.load(c).await?,
    };
    rows.into_iter().map(Participation::try_from).collect()
}

/// Seats in use (those going and their guests) and people going.
///
/// # Errors
/// When the database fails.
pub async fn count_going(c: &mut Conn, event: EventId) -> Result<(i64, i64)> {
    let rows: Vec<i64> = participations::table
        .filter(
            participations::event_id
                .eq(event.0)
                .and(participations::standing.eq("going")),
        )
        .select(participations::guests)
        .load(c)
        .await?;
    let going = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok((going.saturating_add(rows.iter().sum()), going))
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, check_for_backend(MultiBackend), treat_none_as_default_value = false)]
struct InvitationRow {
    id: i64,
    uri: String,
    event_id: i64,
    inviter_id: i64,
    invitee_id: i64,
    state: String,
    message: String,
    created_at: i64,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = Error;

    fn try_from(row: InvitationRow) -> Result<Invitation> {
        Ok(Invitation {
            id: InvitationId(row.id),
            uri: row.uri,
            event: EventId(row.event_id),
            inviter: ActorId(row.inviter_id),
            invitee: ActorId(row.invitee_id),
            state: word("invitations.state", InvitationState::parse(&row.state))?,
            message: row.message,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// The invitation of `invitee` to `event`.
///
/// # Errors
/// When the database fails.
pub async fn find_invitation(
    c: &mut Conn,
    event: EventId,
    invitee: ActorId,
) -> Result<Option<Invitation>> {
    let row: Option<InvitationRow> = invitations::table
        .filter(
            invitations::event_id
                .eq(event.0)
                .and(invitations::invitee_id.eq(invitee.0)),
        )
        .select(InvitationRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Invitation::try_from).transpose()
}

/// The invitation that the Invite `uri` made.
///
/// # Errors
/// When the database fails.
pub async fn find_invitation_by_uri(c: &mut Conn, uri: &str) -> Result<Option<Invitation>> {
    let row: Option<InvitationRow> = invitations::table
        .filter(invitations::uri.eq(uri))
        .select(InvitationRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Invitation::try_from).transpose()
}

/// Adds an invitation.
///
/// # Errors
/// [`Error::Duplicate`] when this person is invited to this event, or the uri is known.
pub async fn insert_invitation(c: &mut Conn, invitation: &Invitation) -> Result<()> {
    diesel::insert_into(invitations::table)
        .values(InvitationRow {
            id: invitation.id.0,
            uri: invitation.uri.clone(),
            event_id: invitation.event.0,
            inviter_id: invitation.inviter.0,
            invitee_id: invitation.invitee.0,
            state: invitation.state.as_str().to_owned(),
            message: invitation.message.clone(),
            created_at: invitation.created_at.micros(),
        })
        .execute(c)
        .await?;
    Ok(())
}

/// Sets what became of an invitation.
///
/// # Errors
/// When the database fails.
pub async fn set_invitation_state(
    c: &mut Conn,
    id: InvitationId,
    state: InvitationState,
) -> Result<()> {
    diesel::update(invitations::table.find(id.0))
        .set(invitations::state.eq(state.as_str()))
        .execute(c)
        .await?;
    Ok(())
}
