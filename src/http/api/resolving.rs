//! Finding what a handle or an address names, also on other servers.

use url::Url;

use crate::domain::actor::Actor;
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
        return Ok(elsewhere::actor_by_handle(api, acct).await);
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
    if viewer.is_some() && !api.ctx.uris.is_local(address) {
        // What was fetched is stored under its id, which may differ from the address that was given.
        if let Some(id) = elsewhere::fetch(api, address).await {
            return known_by(api, who, &id).await;
        }
    }
    Ok(None)
}

async fn known_by(api: &Api, who: Option<&SignedIn>, id: &str) -> ApiResult<Option<Found>> {
    match Url::parse(id) {
        Ok(address) => known(api, who, &address).await,
        Err(_) => Ok(None),
    }
}

pub(super) async fn known(
    api: &Api,
    who: Option<&SignedIn>,
    address: &Url,
) -> ApiResult<Option<Found>> {
    let viewer = who.map(|who| who.actor.id);
    if let Some(actor) = reading::actor_by_uri(&api.ctx, address).await? {
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

/// The one place that leads to other servers. Until `federation::resolve` is connected here, what is unknown stays so.
mod elsewhere {
    use url::Url;

    use super::{Actor, Api};

    /// WebFinger, then the actor. `None` when it cannot be had, for whatever reason.
    #[expect(clippy::unused_async, reason = "it fetches once it is connected")]
    pub(super) async fn actor_by_handle(_: &Api, _: &str) -> Option<Actor> {
        None
    }

    /// Fetches and stores what `address` names, and answers its ActivityPub id.
    #[expect(clippy::unused_async, reason = "it fetches once it is connected")]
    pub(super) async fn fetch(_: &Api, _: &Url) -> Option<String> {
        None
    }
}
