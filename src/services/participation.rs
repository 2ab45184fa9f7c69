//! Answering events: the host's server decides, the guest's server asks and hears.

use crate::domain::actor::Actor;
use crate::domain::event::{Event, EventVisibility, Invitation, InvitationState};
use crate::domain::ids::{ActivityId, ActorId, EventId, ParticipationId};
use crate::domain::notification::NotificationKind;
use crate::domain::participation::{self, Answer, Participation, Refusal, Standing};
use crate::store::{self, Conn, actors, blocks, events, follows, participations};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::event::manages;
use super::invite::responsible;
use super::notify::{About, tell};
use super::send::{Letter, send};

/// Why an answer has no effect.
#[derive(Debug, thiserror::Error)]
pub enum ParticipationError {
    #[error("there is no such event")]
    NoSuchEvent,
    #[error("only organizers can do that")]
    NotAnOrganizer,
    #[error("this person has not answered")]
    NoSuchAnswer,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// `who` (local) answers an event. For one hosted elsewhere the host is asked, and `requested` stands until it answers.
///
/// # Errors
/// See [`ParticipationError`].
pub async fn answer(
    ctx: &Ctx,
    who: &Actor,
    event: EventId,
    answer: Answer,
) -> Result<Participation, ParticipationError> {
    ctx.transact(async |tx| {
        let event = events::find_locked(tx, event)
            .await?
            .ok_or(ParticipationError::NoSuchEvent)?;
        if answer != Answer::Declined && is_kept_out(tx, who, &event).await? {
            return Err(ParticipationError::NoSuchEvent);
        }
        if event.local {
            let made_by = format!("{}/answers/{}", who.uri, ctx.id());
            return decide(ctx, tx, who, &event, (answer, &made_by)).await;
        }
        ask(ctx, tx, who, &event, answer).await
    })
    .await
}

/// The host's decision on an answer from anywhere; `made_by` is the id of the Join or Accept.
///
/// The event row must be locked.
///
/// # Errors
/// See [`ParticipationError`].
pub async fn decide(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    event: &Event,
    (answer, made_by): (Answer, &str),
) -> Result<Participation, ParticipationError> {
    let before = participations::find(tx, event.id, who.id).await?;
    let invitation = participations::find_invitation(tx, event.id, who.id).await?;
    let invited = invitation.as_ref().is_some_and(Invitation::opens)
        || manages(tx, who.id, event.host).await?;
    let standing = participation::decide(
        event,
        before.as_ref().map(|p| p.standing),
        invited,
        answer,
        ctx.now(),
    )?;
    let unchanged = before.as_ref().is_some_and(|p| p.standing == standing);
    let participation = put(
        ctx,
        tx,
        (who.id, event.id),
        (standing, made_by),
        before.as_ref(),
    )
    .await?;
    if let Some(invitation) = invitation {
        participations::set_invitation_state(tx, invitation.id, answered(answer)).await?;
    }
    if !unchanged {
        recount(tx, event.id).await?;
        for host in responsible(tx, event).await? {
            tell(
                ctx,
                tx,
                &host,
                (NotificationKind::Participation, who.id),
                About::event(event.id),
            )
            .await?;
        }
    }
    Ok(participation)
}

const fn answered(answer: Answer) -> InvitationState {
    match answer {
        Answer::Going => InvitationState::Accepted,
        Answer::Maybe => InvitationState::Maybe,
        Answer::Declined => InvitationState::Declined,
    }
}

async fn put(
    ctx: &Ctx,
    tx: &mut Conn,
    (who, event): (ActorId, EventId),
    (standing, uri): (Standing, &str),
    before: Option<&Participation>,
) -> store::Result<Participation> {
    let now = ctx.now();
    let participation = Participation {
        id: before.map_or_else(|| ParticipationId(ctx.id()), |p| p.id),
        event,
        actor: who,
        standing,
        guests: 0,
        uri: uri.to_owned(),
        created_at: before.map_or(now, |p| p.created_at),
        updated_at: now,
    };
    participations::upsert(tx, &participation).await?;
    Ok(participation)
}

/// Counts the seats of a local event anew.
pub(super) async fn recount(tx: &mut Conn, event: EventId) -> store::Result<()> {
    let (seats, going) = participations::count_going(tx, event).await?;
    events::set_seats(tx, event, seats, going).await
}

/// Asks a host elsewhere: an answer to its Invite where there is one, else a Join or Leave.
async fn ask(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    event: &Event,
    answer: Answer,
) -> Result<Participation, ParticipationError> {
    let before = participations::find(tx, event.id, who.id).await?;
    let invitation = participations::find_invitation(tx, event.id, who.id)
        .await?
        .filter(Invitation::opens);
    let id = ActivityId(ctx.id());
    let people = responsible(tx, event).await?;
    let mut to: Vec<ActorId> = people.iter().map(|actor| actor.id).collect();
    let inviter = match &invitation {
        Some(invitation) => actors::find(tx, invitation.inviter).await?,
        None => None,
    };
    to.extend(inviter.iter().map(|actor| actor.id));
    to.sort_unstable();
    to.dedup();
    let (activity, standing) = match (&invitation, &inviter) {
        (Some(invitation), Some(inviter)) => (
            reply(ctx, who, event, (invitation, inviter), (id, answer)),
            expected(answer),
        ),
        _ => match answer {
            Answer::Declined => (leaving(ctx, who, event, id), expected(answer)),
            Answer::Going | Answer::Maybe => {
                let join = OutgoingActivity::join(
                    url(&ctx.uris.under(&who.uri, "joins", id.0)),
                    url(&who.uri),
                    url(&event.uri),
                );
                (join, Standing::Requested)
            }
        },
    };
    let made_by = activity
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let addressed: Vec<_> = actors::list(tx, &to)
        .await?
        .iter()
        .map(|actor| url(&actor.uri))
        .collect();
    send(
        ctx,
        tx,
        Letter::plain(id, who.id, activity.addressed(addressed, Vec::new()), to),
    )
    .await?;
    if let Some(invitation) = &invitation {
        participations::set_invitation_state(tx, invitation.id, answered(answer)).await?;
    }
    Ok(put(
        ctx,
        tx,
        (who.id, event.id),
        (standing, &made_by),
        before.as_ref(),
    )
    .await?)
}

/// What stands here until the host says otherwise.
const fn expected(answer: Answer) -> Standing {
    match answer {
        Answer::Going => Standing::Requested,
        Answer::Maybe => Standing::Maybe,
        Answer::Declined => Standing::Declined,
    }
}

fn reply(
    ctx: &Ctx,
    who: &Actor,
    event: &Event,
    (invitation, inviter): (&Invitation, &Actor),
    (id, answer): (ActivityId, Answer),
) -> OutgoingActivity {
    let theirs = url::Url::parse(&invitation.uri).ok();
    let mut invite =
        OutgoingActivity::received("Invite", theirs, url(&inviter.uri), url(&event.uri))
            .expect("an Invite is answered");
    invite.target = Some(url(&who.uri));
    let make = match answer {
        Answer::Going => OutgoingActivity::accept,
        Answer::Maybe => OutgoingActivity::tentative_accept,
        Answer::Declined => OutgoingActivity::reject,
    };
    let mut activity = make(
        url(&ctx.uris.under(&who.uri, "answers", id.0)),
        url(&who.uri),
        invite,
    );
    activity.in_reply_to = Some(url(&event.uri));
    activity
}

fn leaving(ctx: &Ctx, who: &Actor, event: &Event, id: ActivityId) -> OutgoingActivity {
    OutgoingActivity::leave(
        url(&ctx.uris.under(&who.uri, "leaves", id.0)),
        url(&who.uri),
        url(&event.uri),
    )
}

type Answering = fn(url::Url, url::Url, OutgoingActivity) -> OutgoingActivity;

/// A remote actor answers a local event, with a Join, a Leave, or an answer to an invitation. Their server is told.
///
/// # Errors
/// See [`ParticipationError`].
///
/// # Panics
/// Never: a Join can be embedded in an answer.
pub async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    event: EventId,
    asked: &Asked,
) -> Result<(), ParticipationError> {
    let event = events::find_locked(tx, event)
        .await?
        .filter(|event| event.local)
        .ok_or(ParticipationError::NoSuchEvent)?;
    let host = actors::find(tx, event.host)
        .await?
        .ok_or(ParticipationError::NoSuchEvent)?;
    let before = participations::find(tx, event.id, who.id).await?;
    if asked.answer == Answer::Declined && before.is_none() && asked.kind == "Leave" {
        return Ok(());
    }
    if asked.answer != Answer::Declined && is_kept_out(tx, who, &event).await? {
        return Err(ParticipationError::NoSuchEvent);
    }
    // An answer, even a refusal, would tell a stranger that there is such an event.
    if before.is_none() && !may_know_of(tx, who, &event).await? {
        return Err(ParticipationError::NoSuchEvent);
    }
    let standing = match decide(ctx, tx, who, &event, (asked.answer, &asked.uri)).await {
        Ok(participation) => Some(participation.standing),
        Err(ParticipationError::Refused(_)) => None,
        Err(other) => return Err(other),
    };
    let make: Answering = match standing {
        Some(Standing::Going) => OutgoingActivity::accept,
        Some(Standing::Waitlisted) => OutgoingActivity::tentative_accept,
        None => OutgoingActivity::reject,
        Some(_) => return Ok(()),
    };
    if asked.kind == "Leave" {
        return Ok(());
    }
    let id = ActivityId(ctx.id());
    let theirs = url::Url::parse(&asked.uri).ok();
    let join = OutgoingActivity::received("Join", theirs, url(&who.uri), url(&event.uri))
        .expect("a Join is answered");
    let answer = make(
        url(&ctx.uris.under(&host.uri, "answers", id.0)),
        url(&host.uri),
        join,
    )
    .addressed(vec![url(&who.uri)], Vec::new());
    send(ctx, tx, Letter::plain(id, host.id, answer, vec![who.id])).await?;
    Ok(())
}

/// Whether one of those behind an event blocks `who`.
async fn is_kept_out(tx: &mut Conn, who: &Actor, event: &Event) -> store::Result<bool> {
    for behind in event.organizer.into_iter().chain([event.host]) {
        if blocks::exists(tx, behind, who.id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an event is there for `who`: it is public, they are invited, or it is for a group they belong to.
async fn may_know_of(tx: &mut Conn, who: &Actor, event: &Event) -> store::Result<bool> {
    if event.is_public() {
        return Ok(true);
    }
    let invitation = participations::find_invitation(tx, event.id, who.id).await?;
    if invitation.as_ref().is_some_and(Invitation::opens) {
        return Ok(true);
    }
    Ok(event.visibility == EventVisibility::Group
        && follows::is_following(tx, who.id, event.host).await?)
}

/// What a remote actor said to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `Join`, `Leave`, `Accept`, `TentativeAccept` or `Reject`.
    pub kind: String,
    /// The id of that activity.
    pub uri: String,
    pub answer: Answer,
}

/// The host elsewhere answered the Join (or the acceptance) of a local person.
///
/// # Errors
/// When the database fails.
pub async fn receive_answer(
    ctx: &Ctx,
    tx: &mut Conn,
    (host, standing): (&Actor, &Participation),
    verdict: Standing,
) -> Result<(), ParticipationError> {
    let Some(who) = actors::find(tx, standing.actor).await? else {
        return Ok(());
    };
    let pending = matches!(
        standing.standing,
        Standing::Requested | Standing::Going | Standing::Waitlisted
    );
    if !pending || standing.standing == verdict {
        return Ok(());
    }
    put(
        ctx,
        tx,
        (who.id, standing.event),
        (verdict, &standing.uri),
        Some(standing),
    )
    .await?;
    tell(
        ctx,
        tx,
        &who,
        (NotificationKind::ParticipationAnswered, host.id),
        About::event(standing.event),
    )
    .await?;
    Ok(())
}

/// `who` (local) manages the event and decides about the answer of `guest`: accept, or remove.
///
/// # Errors
/// See [`ParticipationError`].
///
/// # Panics
/// Never: a Join can be embedded in an answer.
pub async fn settle(
    ctx: &Ctx,
    who: &Actor,
    event: EventId,
    (guest, yes): (ActorId, bool),
) -> Result<(), ParticipationError> {
    ctx.transact(async |tx| {
        let event = events::find_locked(tx, event)
            .await?
            .filter(|event| event.local)
            .ok_or(ParticipationError::NoSuchEvent)?;
        if !manages(tx, who.id, event.host).await? {
            return Err(ParticipationError::NotAnOrganizer);
        }
        let guest = actors::find(tx, guest)
            .await?
            .ok_or(ParticipationError::NoSuchAnswer)?;
        let standing = participations::find(tx, event.id, guest.id)
            .await?
            .ok_or(ParticipationError::NoSuchAnswer)?;
        let full =
            event.seats_left().is_some_and(|left| left < 1) && standing.standing != Standing::Going;
        let next = match (yes, full) {
            (true, false) => Standing::Going,
            (true, true) => Standing::Waitlisted,
            (false, _) => Standing::Removed,
        };
        put(
            ctx,
            tx,
            (guest.id, event.id),
            (next, &standing.uri),
            Some(&standing),
        )
        .await?;
        recount(tx, event.id).await?;
        let host = actors::find(tx, event.host)
            .await?
            .ok_or(ParticipationError::NoSuchEvent)?;
        tell(
            ctx,
            tx,
            &guest,
            (NotificationKind::ParticipationAnswered, host.id),
            About::event(event.id),
        )
        .await?;
        if !guest.local {
            let id = ActivityId(ctx.id());
            let theirs = url::Url::parse(&standing.uri).ok();
            let join = OutgoingActivity::received("Join", theirs, url(&guest.uri), url(&event.uri))
                .expect("a Join is answered");
            let make: Answering = match next {
                Standing::Going => OutgoingActivity::accept,
                Standing::Waitlisted => OutgoingActivity::tentative_accept,
                _ => OutgoingActivity::reject,
            };
            let answer = make(
                url(&ctx.uris.under(&host.uri, "answers", id.0)),
                url(&host.uri),
                join,
            )
            .addressed(vec![url(&guest.uri)], Vec::new());
            send(ctx, tx, Letter::plain(id, host.id, answer, vec![guest.id])).await?;
        }
        Ok(())
    })
    .await
}
