//! Events of others, invitations to them, and answers to ours.

use crate::domain::actor::Actor;
use crate::domain::authority::{self, InviteWorth};
use crate::domain::event::Event;
use crate::domain::ids::EventId;
use crate::domain::participation::Answer;
use crate::federation::resolve::Found;
use crate::services::invite::ReceivedInvite;
use crate::services::participation::Asked;
use crate::store::{actors, events};
use crate::text::plain;
use crate::wire::activitystreams::render::url;

use super::{Case, Effect, Trouble};

const MESSAGE: usize = 1_000;

/// Somebody was invited.
pub(crate) struct Invited {
    uri: String,
    invitee: Actor,
    event: Event,
    worth: InviteWorth,
    message: String,
}

impl Invited {
    pub(super) fn as_received<'a>(&'a self, inviter: &'a Actor) -> ReceivedInvite<'a> {
        ReceivedInvite {
            uri: &self.uri,
            inviter,
            invitee: &self.invitee,
            event: &self.event,
            worth: self.worth,
            message: &self.message,
        }
    }
}

/// An event of ours was answered.
pub(crate) struct Answered {
    pub(super) event: EventId,
    pub(super) asked: Asked,
}

/// Join or Leave of a local event. Either of `object` and `target` may name it.
pub(super) async fn answered(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let mut reader = cx.ctx().store.reader().await?;
    for uri in cx
        .activity
        .object_id()
        .into_iter()
        .chain(cx.activity.target_id())
    {
        if !cx.ctx().uris.is_local(uri) {
            continue;
        }
        if let Some(event) = events::find_by_uri(&mut reader, uri.as_str()).await? {
            let answer = if cx.activity.kind == "Leave" {
                Answer::Declined
            } else {
                Answer::Going
            };
            let asked = Asked {
                kind: cx.activity.kind.clone(),
                uri: cx.uri(),
                answer,
            };
            return Ok(Effect::EventAnswered(Box::new(Answered {
                event: event.id,
                asked,
            })));
        }
    }
    Ok(Effect::Nothing("it names no event of this server"))
}

/// Invite of a local person to an event elsewhere, which is fetched from there.
pub(super) async fn invited(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let activity = cx.activity;
    let named = activity
        .object_id()
        .into_iter()
        .chain(activity.target_id())
        .chain(&activity.to);
    let mut invitee = None;
    let mut thing = None;
    for uri in named {
        match cx.local(uri).await? {
            Some(person) if !person.is_group() => invitee = invitee.or(Some(person)),
            None if thing.is_none() => thing = Some(uri.clone()),
            Some(_) | None => {}
        }
    }
    let (Some(invitee), Some(thing)) = (invitee, thing) else {
        return Ok(Effect::Nothing(
            "it invites nobody here to an event elsewhere",
        ));
    };
    if cx.ctx().uris.is_local(&thing) {
        return Ok(Effect::Nothing(
            "only this server's organizers invite to its events",
        ));
    }
    let Found::Event(event) = cx.federation.object(&thing, cx.budget).await? else {
        return Ok(Effect::Nothing("it invites to something that is no event"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    let behind: Vec<_> = event.organizer.into_iter().chain([event.host]).collect();
    let responsible: Vec<_> = actors::list(&mut reader, &behind)
        .await?
        .iter()
        .map(|actor| url(&actor.uri))
        .collect();
    let worth = authority::invite(&activity.actor, &url(&event.uri), &responsible);
    Ok(Effect::Invited(Box::new(Invited {
        uri: cx.uri(),
        invitee,
        event: *event,
        worth,
        message: plain::preview(activity.content.as_deref().unwrap_or_default(), MESSAGE),
    })))
}
