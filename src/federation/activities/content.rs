//! Create, Update and Delete of posts, events and actors.

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::authority::{self, Belief, Claimed};
use crate::domain::poll::MOST_RECEIVED_OPTIONS;
use crate::domain::uris::same_origin;
use crate::federation::{Failure, objects};
use crate::services::poll::ReceivedVote;
use crate::store::{blocks, events, follows, posts};
use crate::wire::activitystreams::note::IncomingObject;
use crate::wire::activitystreams::object_ref::ObjectRef;

use super::{Case, Effect, Trouble, quotes};

/// The object as it may be believed: as it was sent by its owner, else as its origin serves it.
async fn believed(cx: &Case<'_>, reference: &ObjectRef) -> Result<Option<IncomingObject>, Trouble> {
    if let Some(embedded) = reference.embedded() {
        let object = embedded.as_object()?;
        let claimed = Claimed {
            id: &object.id,
            attributed_to: &object.attributed_to,
            actor: object.actor.as_ref(),
            is_event: object.kind == "Event",
            is_local: cx.ctx().uris.is_local(&object.id),
        };
        if authority::create(&cx.activity.actor, claimed)? == Belief::AsSent {
            return Ok(Some(object));
        }
    }
    let Some(id) = reference
        .id()
        .filter(|id| same_origin(id, &cx.activity.actor))
    else {
        return Ok(None);
    };
    let object = match cx.federation.read_object(id, cx.budget).await {
        Ok(object) => object,
        Err(failure) if failure.is_gone() => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let responsible = object.belongs_to(&cx.activity.actor);
    Ok(responsible.then_some(object))
}

pub(super) async fn created(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(reference) = cx
        .activity
        .object
        .as_ref()
        .and_then(|object| object.iter().next())
    else {
        return Ok(Effect::Nothing("it creates nothing"));
    };
    let Some(object) = believed(cx, reference).await? else {
        return Ok(Effect::Nothing("its object is not to be had"));
    };
    if object.kind == "Event" {
        return Box::pin(event(cx, &object)).await;
    }
    if object.is_vote() {
        return Ok(votes(cx));
    }
    if !objects::note::is_shown(&object.kind) {
        return Ok(Effect::Nothing("objects of this type are not shown here"));
    }
    let named = cx.federation.named(cx.who, &object).await?;
    let names_us = is_welcome(cx, named.iter().map(|(actor, _)| actor.as_ref())).await?;
    if !concerns_us(cx, &object, names_us).await? {
        return Ok(Effect::Nothing("it concerns nobody here"));
    }
    Ok(Effect::Post(Box::new(objects::note::read(
        cx.ctx(),
        cx.who,
        &object,
        named,
    ))))
}

/// The votes of an activity, which may be several at once (`GoToSocial`). Only what was sent by its owner counts: a vote
/// cannot be looked up.
fn votes(cx: &Case<'_>) -> Effect {
    let sent = cx.activity.object.iter().flat_map(ObjectRef::iter);
    let found = sent
        .filter_map(ObjectRef::embedded)
        .take(MOST_RECEIVED_OPTIONS)
        .filter_map(|embedded| embedded.as_object().ok())
        .filter(|vote| vote.is_vote() && vote.belongs_to(&cx.activity.actor))
        .filter_map(|vote| {
            let question = vote.in_reply_to.filter(|uri| cx.ctx().uris.is_local(uri))?;
            Some(ReceivedVote {
                uri: vote.id.to_string(),
                question: question.to_string(),
                option: vote.name?,
            })
        })
        .collect::<Vec<_>>();
    if found.is_empty() {
        Effect::Nothing("the votes are in no poll of this server")
    } else {
        Effect::Votes(found)
    }
}

/// Whether somebody here is among `named` who does not block the author.
async fn is_welcome(cx: &Case<'_>, named: impl Iterator<Item = &Actor>) -> Result<bool, Trouble> {
    let ours: Vec<_> = named.filter(|actor| actor.local).collect();
    if ours.is_empty() {
        return Ok(false);
    }
    let mut reader = cx.ctx().store.reader().await?;
    for person in ours {
        if !blocks::exists(&mut reader, person.id, cx.who.id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A post is kept when somebody here is named, follows its author, or is answered.
async fn concerns_us(
    cx: &Case<'_>,
    object: &IncomingObject,
    names_us: bool,
) -> Result<bool, Trouble> {
    if names_us {
        return Ok(true);
    }
    let mut reader = cx.ctx().store.reader().await?;
    if follows::has_local_follower(&mut reader, cx.who.id).await? {
        return Ok(true);
    }
    let Some(parent) = &object.in_reply_to else {
        return Ok(false);
    };
    if posts::find_by_uri(&mut reader, parent.as_str())
        .await?
        .is_some()
    {
        return Ok(true);
    }
    Ok(events::find_by_uri(&mut reader, parent.as_str())
        .await?
        .is_some_and(|event| event.local))
}

/// The host of an event is its `attributedTo`: the sender, or a group on the same origin.
async fn event(cx: &Case<'_>, object: &IncomingObject) -> Result<Effect, Trouble> {
    let Some(owner) = object.author() else {
        return Ok(Effect::Nothing("the event is nobody's"));
    };
    let host = if owner.as_str() == cx.who.uri {
        cx.who.clone()
    } else if same_origin(owner, &object.id) {
        cx.federation
            .actor(owner, cx.budget)
            .await?
            .as_ref()
            .clone()
    } else {
        return Ok(Effect::Nothing("the event's host is elsewhere"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    let known = events::find_by_uri(&mut reader, object.id.as_str())
        .await?
        .is_some();
    let followed = known || follows::has_local_follower(&mut reader, host.id).await?;
    drop(reader);
    if !followed
        && !cx
            .federation
            .named(&host, object)
            .await?
            .iter()
            .any(|(actor, _)| actor.local)
    {
        return Ok(Effect::Nothing("it concerns nobody here"));
    }
    let organizer = cx.federation.organizer(object, &host, cx.budget).await;
    Ok(
        match objects::event::read(cx.ctx(), &host, organizer, object) {
            Some(event) => Effect::Event(Box::new(event)),
            None => Effect::Nothing("the event has no title or no start"),
        },
    )
}

pub(super) async fn updated(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(reference) = cx
        .activity
        .object
        .as_ref()
        .and_then(|object| object.iter().next())
    else {
        return Ok(Effect::Nothing("it updates nothing"));
    };
    if reference.id() == Some(&cx.activity.actor) {
        return Box::pin(changed_actor(cx, reference)).await;
    }
    let Some(object) = believed(cx, reference).await? else {
        return Ok(Effect::Nothing("its object is not to be had"));
    };
    if object.kind == "Event" {
        return Box::pin(event(cx, &object)).await;
    }
    let mut reader = cx.ctx().store.reader().await?;
    let known = posts::find_by_uri(&mut reader, object.id.as_str()).await?;
    drop(reader);
    match known {
        Some(post) if post.author == cx.who.id => {
            let named = cx.federation.named(cx.who, &object).await?;
            Ok(Effect::Edit(Box::new(objects::note::read_edit(
                cx.ctx(),
                cx.who,
                &object,
                named,
            ))))
        }
        Some(_) => Ok(Effect::Nothing("the post is somebody else's")),
        None => Ok(Effect::Nothing("the post is not known here")),
    }
}

/// The document an actor sends of itself is as good as the one it serves, except for its handle: that stays as it was
/// confirmed, or is confirmed anew by reading the document.
async fn changed_actor(cx: &Case<'_>, reference: &ObjectRef) -> Result<Effect, Trouble> {
    let Some(embedded) = reference.embedded() else {
        cx.federation
            .read_actor(&cx.activity.actor, cx.budget)
            .await?;
        return Ok(Effect::Nothing("the actor was read again"));
    };
    let document = embedded.as_actor()?;
    let mut received = match objects::actor::read(cx.ctx(), &document, &[]) {
        Ok(received) => received,
        Err(Failure::NoKey) => {
            cx.federation
                .read_actor(&cx.activity.actor, cx.budget)
                .await?;
            return Ok(Effect::Nothing("the actor was read again"));
        }
        Err(failure) => return Err(failure.into()),
    };
    if received.actor.handle == cx.who.handle {
        received.actor.host.clone_from(&cx.who.host);
        received.actor.handle_confirmed = cx.who.handle_confirmed;
    }
    Ok(Effect::ActorChanged(Box::new(received)))
}

pub(super) async fn deleted(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(uri) = cx.activity.object_id() else {
        return Ok(Effect::Nothing("it deletes nothing"));
    };
    if *uri == cx.activity.actor {
        return Ok(Effect::ActorGone);
    }
    if !same_origin(uri, &cx.activity.actor) {
        return Ok(Effect::Nothing("it deletes what is elsewhere"));
    }
    owned(cx, uri).await
}

async fn owned(cx: &Case<'_>, uri: &Url) -> Result<Effect, Trouble> {
    let mut reader = cx.ctx().store.reader().await?;
    let post = posts::find_by_uri(&mut reader, uri.as_str()).await?;
    let event = events::find_by_uri(&mut reader, uri.as_str()).await?;
    if post.is_none() && event.is_none() && quotes::is_authorization(&mut reader, uri).await? {
        return Ok(Effect::QuoteRevoked(uri.to_string()));
    }
    let theirs = post.as_ref().is_none_or(|p| p.author == cx.who.id)
        && event
            .as_ref()
            .is_none_or(|e| e.host == cx.who.id || e.organizer == Some(cx.who.id));
    Ok(if theirs {
        Effect::Remove(uri.to_string())
    } else {
        Effect::Nothing("it deletes what is somebody else's")
    })
}
