//! Finding what a handle or an address names, also on other servers: for the API and for pages.

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::ids::ActorId;
use crate::federation::{Failure, Federation, resolve};
use crate::services::Ctx;
use crate::services::reading::{self, EventView, PostView, ReadError};
use crate::text::markdown;

/// What an address names, as far as the viewer may see it.
#[derive(Debug)]
pub(super) enum Found {
    Actor(Box<Actor>),
    Post(Box<PostView>),
    Event(Box<EventView>),
}

/// Who looks, and with what. Other servers are asked for the signed-in alone, who are slow to abuse it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finder<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) federation: &'a Federation,
    pub(super) viewer: Option<ActorId>,
}

impl Finder<'_> {
    /// The actor of `maria` or `@maria@kith.example`.
    pub(super) async fn handle(&self, acct: &str) -> Result<Option<Actor>, ReadError> {
        if let Some(known) = reading::find_actor(self.ctx, acct).await? {
            return Ok(Some(known));
        }
        let acct = acct.trim().trim_start_matches('@');
        let remote = acct
            .split_once('@')
            .is_some_and(|(_, host)| host != self.ctx.uris.domain());
        if self.viewer.is_some() && remote {
            let budget = self.federation.budget();
            return heard(self.federation.by_handle(acct, &budget).await);
        }
        Ok(None)
    }

    /// What `address` names: known things for everybody, unknown ones fetched.
    pub(super) async fn uri(&self, address: &Url) -> Result<Option<Found>, ReadError> {
        if let Some(known) = self.known(address).await? {
            return Ok(Some(known));
        }
        if self.viewer.is_none() || self.ctx.uris.is_local(address) {
            return Ok(None);
        }
        let budget = self.federation.budget();
        // What was fetched goes by the same door as what was known: the viewer may not be meant to see it.
        Ok(
            match heard(self.federation.by_uri(address, &budget).await)? {
                Some(resolve::Found::Actor(actor)) => Some(Found::Actor(actor)),
                Some(resolve::Found::Post(id)) => {
                    let post = reading::post(self.ctx, self.viewer, id).await?;
                    post.map(|post| Found::Post(Box::new(post)))
                }
                Some(resolve::Found::Event(event)) => {
                    let event = reading::event(self.ctx, self.viewer, event.id).await?;
                    event.map(|event| Found::Event(Box::new(event)))
                }
                None => None,
            },
        )
    }

    /// What is known here by that address.
    pub(super) async fn known(&self, address: &Url) -> Result<Option<Found>, ReadError> {
        if let Some(actor) = reading::actor_at(self.ctx, address).await? {
            return Ok(Some(Found::Actor(Box::new(actor))));
        }
        let uri = address.as_str();
        if let Some(post) = reading::post_by_uri(self.ctx, self.viewer, uri).await? {
            return Ok(Some(Found::Post(Box::new(post))));
        }
        let event = reading::event_by_uri(self.ctx, self.viewer, uri).await?;
        Ok(event.map(|event| Found::Event(Box::new(event))))
    }

    /// The people that `text` names, as far as they can be found; the others stay plain text.
    pub(super) async fn mentioned(&self, text: &str) -> Result<Vec<Actor>, ReadError> {
        let limit = self.ctx.limits.mentions_per_activity;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found: Vec<Actor> = Vec::new();
        // One more than allowed, so that the service can say that there are too many.
        for mention in markdown::mentions(text).into_iter().take(limit + 1) {
            let acct = match &mention.host {
                Some(host) => format!("{}@{host}", mention.user),
                None => mention.user.clone(),
            };
            if let Some(actor) = self.handle(&acct).await?
                && found.iter().all(|known| known.id != actor.id)
            {
                found.push(actor);
            }
        }
        Ok(found)
    }
}

/// What another server said; that it could not be asked, or said nothing that is understood, is no error of the caller.
fn heard<T>(answer: Result<T, Failure>) -> Result<Option<T>, ReadError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Store(error)) => Err(error),
        Err(failure) => {
            tracing::debug!(error = %failure, "a search found nothing elsewhere");
            Ok(None)
        }
    }
}
