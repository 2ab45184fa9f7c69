//! Inviting people to events, and hearing of invitations.

use crate::domain::actor::Actor;
use crate::domain::authority::InviteWorth;
use crate::domain::event::{Event, Invitation, InvitationState};
use crate::domain::ids::{ActivityId, EventId, InvitationId};
use crate::domain::notification::NotificationKind;
use crate::domain::outgoing::Receivers;
use crate::store::{self, Conn, actors, blocks, events, participations};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::event::manages;
use super::notify::{About, tell};
use super::send::{Letter, send};

/// Why nobody is invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    #[error("there is no such event")]
    NoSuchEvent,
    #[error("only its organizers invite to this event")]
    NotAnOrganizer,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// `who` (local) invites people to an event hosted here. Who is invited already is left as they are.
/// Answers the new invitations.
///
/// # Errors
/// See [`InviteError`].
pub async fn invite(
    ctx: &Ctx,
    who: &Actor,
    event: EventId,
    people: &[Actor],
) -> Result<Vec<Invitation>, InviteError> {
    ctx.transact(async |tx| {
        let event = events::find(tx, event)
            .await?
            .filter(|event| event.local)
            .ok_or(InviteError::NoSuchEvent)?;
        if !manages(tx, who.id, event.host).await? {
            return Err(InviteError::NotAnOrganizer);
        }
        let mut sent = Vec::new();
        for person in people {
            if person.id == who.id
                || participations::find_invitation(tx, event.id, person.id)
                    .await?
                    .is_some()
                || blocks::stand_between(tx, who.id, person.id).await?
            {
                continue;
            }
            sent.push(invite_one(ctx, tx, (who, person), &event).await?);
        }
        Ok(sent)
    })
    .await
}

async fn invite_one(
    ctx: &Ctx,
    tx: &mut Conn,
    (who, person): (&Actor, &Actor),
    event: &Event,
) -> store::Result<Invitation> {
    let id = ctx.id();
    let invitation = Invitation {
        id: InvitationId(id),
        uri: ctx.uris.invite(id),
        event: event.id,
        inviter: who.id,
        invitee: person.id,
        state: InvitationState::Pending,
        message: String::new(),
        created_at: ctx.now(),
    };
    participations::insert_invitation(tx, &invitation).await?;
    tell(
        ctx,
        tx,
        person,
        (NotificationKind::Invitation, who.id),
        About::event(event.id),
    )
    .await?;
    if !person.local {
        let mut activity =
            OutgoingActivity::invite(url(&invitation.uri), url(&who.uri), url(&event.uri))
                .addressed(vec![url(&person.uri)], Vec::new());
        activity.target = Some(url(&person.uri));
        activity.published = Some(invitation.created_at.rfc3339());
        activity.end_time = Some(event.starts_at.rfc3339());
        let letter = Letter {
            id: ActivityId(id),
            actor: who.id,
            activity,
            object_uri: Some(event.uri.clone()),
            receivers: Receivers::only([person.id]),
            subjects: vec![who.id],
            listed: false,
            for_mobilizon: None,
        };
        send(ctx, tx, letter).await?;
    }
    Ok(invitation)
}

/// A remote actor invites a local person to an event that is known here. To an event that is not public, only an
/// invitation of those behind it counts.
///
/// # Errors
/// When the database fails.
pub async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    received: &ReceivedInvite<'_>,
) -> Result<(), InviteError> {
    let standing =
        participations::find_invitation(tx, received.event.id, received.invitee.id).await?;
    let granted = received.worth == InviteWorth::Grants;
    // Who may not invite shows nobody what is not public.
    if !granted && !received.event.is_public() {
        return Ok(());
    }
    if blocks::stand_between(tx, received.invitee.id, received.inviter.id).await? {
        return Ok(());
    }
    match standing {
        // A genuine invitation outranks a recommendation; anything else stands.
        Some(before) if granted && before.state == InvitationState::Recommended => {
            participations::set_invitation_state(tx, before.id, InvitationState::Pending).await?;
        }
        Some(_) => return Ok(()),
        None => {
            let invitation = Invitation {
                id: InvitationId(ctx.id()),
                uri: received.uri.to_owned(),
                event: received.event.id,
                inviter: received.inviter.id,
                invitee: received.invitee.id,
                state: if granted {
                    InvitationState::Pending
                } else {
                    InvitationState::Recommended
                },
                message: received.message.to_owned(),
                created_at: ctx.now(),
            };
            participations::insert_invitation(tx, &invitation).await?;
        }
    }
    let about = About::event(received.event.id);
    tell(
        ctx,
        tx,
        received.invitee,
        (NotificationKind::Invitation, received.inviter.id),
        about,
    )
    .await?;
    Ok(())
}

/// An Invite as it came, checked.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedInvite<'a> {
    pub uri: &'a str,
    pub inviter: &'a Actor,
    pub invitee: &'a Actor,
    pub event: &'a Event,
    pub worth: InviteWorth,
    /// Plain text.
    pub message: &'a str,
}

/// Takes an invitation back from the inviter's side.
///
/// # Errors
/// When the database fails.
pub async fn receive_withdrawal(
    tx: &mut Conn,
    who: &Actor,
    invitation: &Invitation,
) -> Result<(), InviteError> {
    if invitation.inviter == who.id && invitation.state == InvitationState::Pending {
        participations::set_invitation_state(tx, invitation.id, InvitationState::Withdrawn).await?;
    }
    Ok(())
}

/// Who stands behind an event, to be told of answers: the host, or its organizer when the host is a group.
pub(crate) async fn responsible(c: &mut Conn, event: &Event) -> store::Result<Vec<Actor>> {
    actors::list(
        c,
        &event
            .organizer
            .into_iter()
            .chain([event.host])
            .collect::<Vec<_>>(),
    )
    .await
}
