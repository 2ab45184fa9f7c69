//! Who answered an event, as far as the viewer may know.

use crate::domain::actor::Actor;
use crate::domain::ids::{EventId, ParticipationId};
use crate::domain::participation::{Participation, Standing};
use crate::services::Ctx;
use crate::store::{self, Conn, actors, participations};

use super::EventView;

/// More people than this are not counted one by one.
const COUNTED: i64 = 1_000;

/// Somebody who answered.
#[derive(Debug, Clone)]
pub struct Attendee {
    pub actor: Actor,
    pub participation: Participation,
    /// Their place on the waiting list, from 1.
    pub position: Option<i64>,
}

/// The waiting list of an event, as one viewer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    pub count: i64,
    /// The viewer's own place, from 1.
    pub position: Option<i64>,
}

/// Those who answered, in order of arrival, after `after`; with `standing` only those who stand there.
///
/// Whoever manages the event sees everybody; others who take part or were invited see who is going; strangers see
/// nobody. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn attendees(
    ctx: &Ctx,
    event: &EventView,
    standing: Option<Standing>,
    (after, limit): (Option<i64>, i64),
) -> store::Result<Vec<Attendee>> {
    let standing = match standing {
        _ if event.manages => standing,
        None | Some(Standing::Going) if takes_part(event) => Some(Standing::Going),
        _ => return Ok(Vec::new()),
    };
    let mut c = ctx.store.reader().await?;
    let after = after.map(ParticipationId);
    let rows = participations::list(&mut c, event.event.id, standing, after, limit).await?;
    let waiting = if rows.iter().any(|row| row.standing == Standing::Waitlisted) {
        waitlist(&mut c, event.event.id).await?
    } else {
        Vec::new()
    };
    let ids: Vec<_> = rows.iter().map(|row| row.actor).collect();
    let people = actors::list(&mut c, &ids).await?;
    Ok(rows
        .into_iter()
        .filter_map(|participation| {
            let actor = people.iter().find(|a| a.id == participation.actor)?;
            Some(Attendee {
                actor: actor.clone(),
                position: place(&waiting, &participation),
                participation,
            })
        })
        .collect())
}

fn takes_part(event: &EventView) -> bool {
    let standing = event.own.as_ref().map(|own| own.standing);
    event.invitation.is_some()
        || matches!(
            standing,
            Some(Standing::Going | Standing::Maybe | Standing::Waitlisted | Standing::Requested)
        )
}

/// How many wait, and where the viewer stands among them.
///
/// # Errors
/// When the database fails.
pub async fn waiting(ctx: &Ctx, event: &EventView) -> store::Result<Waiting> {
    if event.event.capacity.is_none() || !event.event.local {
        return Ok(Waiting::default());
    }
    let mut c = ctx.store.reader().await?;
    let rows = waitlist(&mut c, event.event.id).await?;
    Ok(Waiting {
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        position: event.own.as_ref().and_then(|own| place(&rows, own)),
    })
}

async fn waitlist(c: &mut Conn, event: EventId) -> store::Result<Vec<Participation>> {
    participations::list(c, event, Some(Standing::Waitlisted), None, COUNTED).await
}

fn place(waiting: &[Participation], who: &Participation) -> Option<i64> {
    let before = waiting.iter().position(|row| row.id == who.id)?;
    i64::try_from(before).ok().map(|before| before + 1)
}
