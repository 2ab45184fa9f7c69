//! Finding what a handle or an address names, also on other servers.

use url::Url;

use crate::domain::actor::Actor;
use crate::federation::{Failure, resolve};
use crate::services::reading::{self, EventView, PostView};
use crate::text::markdown;

use super::error::ApiResult;
use super::{Api, SignedIn};

/// What an address names, as far as the caller may see it.
#[derive(Debug)]
pub(super) enum Found {
    Actor(Box<Actor>),
    Post(Box<PostView>),
    Event(Box<EventView>),
}

/// The actor of `maria` or `@maria@kith.example`; on another server only for the signed-in, who are slow to abuse it.
pub(super) async fn handle(
    api: &Api,
    who: Option<&SignedIn>,
    acct: &str,
) -> ApiResult<Option<Actor>> {
    if let Some(known) = reading::find_actor(&api.ctx, acct).await? {
        return Ok(Some(known));
    }
    let remote = acct
        .trim()
        .trim_start_matches('@')
        .split_once('@')
        .is_some_and(|(_, host)| host != api.ctx.uris.domain());
    if who.is_some() && remote {
        let budget = api.federation.budget();
        let acct = acct.trim().trim_start_matches('@');
        return heard(api.federation.by_handle(acct, &budget).await);
    }
    Ok(None)
}

/// What `address` names: known things for everybody, unknown ones fetched for the signed-in.
pub(super) async fn uri(
    api: &Api,
    who: Option<&SignedIn>,
    address: &Url,
) -> ApiResult<Option<Found>> {
    let viewer = who.map(|who| who.actor.id);
    if let Some(known) = known(api, who, address).await? {
        return Ok(Some(known));
    }
    if viewer.is_none() || api.ctx.uris.is_local(address) {
        return Ok(None);
    }
    let budget = api.federation.budget();
    // What was fetched goes by the same door as what was known: the viewer may not be meant to see it.
    Ok(
        match heard(api.federation.by_uri(address, &budget).await)? {
            Some(resolve::Found::Actor(actor)) => Some(Found::Actor(actor)),
            Some(resolve::Found::Post(id)) => {
                let post = reading::post(&api.ctx, viewer, id).await?;
                post.map(|post| Found::Post(Box::new(post)))
            }
            Some(resolve::Found::Event(event)) => {
                let event = reading::event(&api.ctx, viewer, event.id).await?;
                event.map(|event| Found::Event(Box::new(event)))
            }
            None => None,
        },
    )
}

/// What another server said; that it could not be asked, or said nothing that is understood, is no error of the caller.
fn heard<T>(answer: Result<T, Failure>) -> ApiResult<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Store(error)) => Err(error.into()),
        Err(failure) => {
            tracing::debug!(error = %failure, "a search found nothing elsewhere");
            Ok(None)
        }
    }
}

/// What is known here by that address.
pub(super) async fn known(
    api: &Api,
    who: Option<&SignedIn>,
    address: &Url,
) -> ApiResult<Option<Found>> {
    let viewer = who.map(|who| who.actor.id);
    if let Some(actor) = reading::actor_at(&api.ctx, address).await? {
        return Ok(Some(Found::Actor(Box::new(actor))));
    }
    if let Some(post) = reading::post_by_uri(&api.ctx, viewer, address.as_str()).await? {
        return Ok(Some(Found::Post(Box::new(post))));
    }
    let event = reading::event_by_uri(&api.ctx, viewer, address.as_str()).await?;
    Ok(event.map(|event| Found::Event(Box::new(event))))
}

/// The people that `text` names, as far as they can be found; the others stay plain text.
pub(super) async fn mentioned(api: &Api, who: &SignedIn, text: &str) -> ApiResult<Vec<Actor>> {
    let limit = usize::try_from(api.ctx.limits.mentions_per_activity).unwrap_or(usize::MAX);
    let mut found: Vec<Actor> = Vec::new();
    // One more than allowed, so that the service can say that there are too many.
    for mention in markdown::mentions(text).into_iter().take(limit + 1) {
        let acct = match &mention.host {
            Some(host) => format!("{}@{host}", mention.user),
            None => mention.user.clone(),
        };
        if let Some(actor) = handle(api, Some(who), &acct).await?
            && found.iter().all(|known| known.id != actor.id)
        {
            found.push(actor);
        }
    }
    Ok(found)
}
