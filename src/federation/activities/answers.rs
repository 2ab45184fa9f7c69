//! Accept, `TentativeAccept` and Reject: of a Follow, Join or `QuoteRequest` that we sent, or of our Invite, or of our
//! event.

use url::Url;

use crate::domain::authority;
use crate::domain::event::Invitation;
use crate::domain::follow::Follow;
use crate::domain::participation::{Answer, Participation, Standing};
use crate::services::participation::Asked;
use crate::store::{self, Conn, actors, events, follows, participations};
use crate::wire::activitystreams::object_ref::ObjectRef;

use super::events::Answered;
use super::{Case, Effect, Trouble};

/// The host elsewhere decided about the answer of a local person.
pub(crate) struct HostAnswer {
    pub(super) standing: Participation,
    pub(super) verdict: Standing,
}

pub(super) async fn answered(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = &cx.activity.object else {
        return Ok(Effect::Nothing("it answers nothing"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    if let Some(follow) = our_follow(cx, &mut reader, object).await? {
        let asked = actors::find(&mut reader, follow.target)
            .await?
            .map(|actor| actor.uri);
        let asked = asked.and_then(|uri| Url::parse(&uri).ok());
        let allowed =
            asked.is_some_and(|asked| authority::answer(&cx.activity.actor, &asked, &[]).is_ok());
        return Ok(match (allowed, cx.activity.kind.as_str()) {
            (false, _) => Effect::Nothing("its actor was not asked"),
            (true, "TentativeAccept") => Effect::Nothing("a follow is accepted or not"),
            (true, kind) => Effect::FollowAnswered(Box::new((follow, kind == "Accept"))),
        });
    }
    if let Some(quote) = super::quotes::asked_for(cx, &mut reader, object).await? {
        return Ok(super::quotes::answered(cx, quote));
    }
    if let Some(standing) = our_answer(cx, &mut reader, object).await? {
        return from_host(cx, &mut reader, standing).await;
    }
    let invitation = our_invite(cx, &mut reader, object).await?;
    let event = match (&invitation, object.id()) {
        (Some(invitation), _) => Some(invitation.event),
        (None, Some(uri)) if cx.ctx().uris.is_local(uri) => {
            events::find_by_uri(&mut reader, uri.as_str())
                .await?
                .map(|e| e.id)
        }
        (None, _) => None,
    };
    let Some(event) = event else {
        return Ok(Effect::Nothing(
            "it answers nothing that was asked from here",
        ));
    };
    let answer = match cx.activity.kind.as_str() {
        "Accept" => Answer::Going,
        "TentativeAccept" => Answer::Maybe,
        _ => Answer::Declined,
    };
    let asked = Asked {
        kind: cx.activity.kind.clone(),
        uri: cx.uri(),
        answer,
    };
    Ok(Effect::EventAnswered(Box::new(Answered { event, asked })))
}

/// The Follow or group Join of a local actor that this answers: by its id, or by who asked whom.
async fn our_follow(
    cx: &Case<'_>,
    c: &mut Conn,
    object: &ObjectRef,
) -> store::Result<Option<Follow>> {
    if let Some(id) = object.id()
        && cx.ctx().uris.is_local(id)
        && let Some(follow) = follows::find_by_uri(c, id.as_str()).await?
    {
        return Ok(Some(follow));
    }
    let Some(embedded) = object
        .embedded()
        .filter(|e| matches!(e.kind.as_deref(), Some("Follow" | "Join")))
    else {
        return Ok(None);
    };
    let (Some(asker), Some(target)) = (&embedded.actor, &embedded.object) else {
        return Ok(None);
    };
    if !cx.ctx().uris.is_local(asker) {
        return Ok(None);
    }
    let follower = actors::find_by_uri(c, asker.as_str()).await?;
    let target = actors::find_by_uri(c, target.as_str()).await?;
    match (follower, target) {
        (Some(follower), Some(target)) => follows::find(c, follower.id, target.id).await,
        _ => Ok(None),
    }
}

/// The standing of a local person at an event elsewhere that this is about.
async fn our_answer(
    cx: &Case<'_>,
    c: &mut Conn,
    object: &ObjectRef,
) -> store::Result<Option<Participation>> {
    let embedded = object.embedded();
    let person = match (embedded.and_then(|e| e.actor.as_ref()), object.id()) {
        (Some(person), _) if cx.ctx().uris.is_local(person) => {
            actors::find_by_uri(c, person.as_str()).await?
        }
        (None, Some(id)) if cx.ctx().uris.is_local(id) => match owner_of(cx, id) {
            Some(handle) => actors::find_local(c, &handle).await?,
            None => None,
        },
        _ => None,
    };
    let Some(person) = person else {
        return Ok(None);
    };
    if let Some(id) = object.id()
        && let Some(standing) = participations::find_by_uri(c, person.id, id.as_str()).await?
    {
        return Ok(Some(standing));
    }
    let Some(event) = embedded.and_then(|e| e.object.as_ref()) else {
        return Ok(None);
    };
    match events::find_by_uri(c, event.as_str()).await? {
        Some(event) if !event.local => participations::find(c, event.id, person.id).await,
        _ => Ok(None),
    }
}

/// The handle in `/people/{handle}/joins/12`.
fn owner_of(cx: &Case<'_>, id: &Url) -> Option<String> {
    let mut parts = id.path().trim_start_matches('/').split('/');
    (cx.ctx().uris.is_local(id) && parts.next() == Some("people"))
        .then(|| parts.next().map(str::to_owned))?
}

/// Only those behind the event decide: its host, its organizer.
async fn from_host(
    cx: &Case<'_>,
    c: &mut Conn,
    standing: Participation,
) -> Result<Effect, Trouble> {
    let Some(event) = events::find(c, standing.event)
        .await?
        .filter(|event| !event.local)
    else {
        return Ok(Effect::Nothing("this server decides about its own events"));
    };
    if cx.who.id != event.host && Some(cx.who.id) != event.organizer {
        return Ok(Effect::Nothing("its actor is not behind the event"));
    }
    let verdict = match cx.activity.kind.as_str() {
        "Accept" => Standing::Going,
        "TentativeAccept" => Standing::Waitlisted,
        _ => Standing::Removed,
    };
    Ok(Effect::HostAnswered(Box::new(HostAnswer {
        standing,
        verdict,
    })))
}

/// Our invitation of the activity's own actor.
async fn our_invite(
    cx: &Case<'_>,
    c: &mut Conn,
    object: &ObjectRef,
) -> store::Result<Option<Invitation>> {
    let Some(id) = object.id().filter(|id| cx.ctx().uris.is_local(id)) else {
        return Ok(None);
    };
    let found = participations::find_invitation_by_uri(c, id.as_str()).await?;
    Ok(found.filter(|invitation| invitation.invitee == cx.who.id))
}
