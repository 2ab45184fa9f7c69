//! Finding actors and objects by id or handle, here or at their origin.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::uris::authority;
use crate::net::{Accept, Budget};
use crate::services::incoming::{self, IncomingError, ReceivedActor};
use crate::store::{self, actors, events, posts};
use crate::wire::activitystreams::actor::{IncomingActor, Keys};
use crate::wire::activitystreams::note::IncomingObject;
use crate::wire::host_meta;
use crate::wire::webfinger::{Handle, Jrd};

use super::{Failure, Federation, objects};

/// A document older than this is read again when it is used.
const FRESH: Duration = Duration::from_hours(24);
/// Answers are followed up this far when somebody here asks for a post.
const PARENTS: usize = 8;

/// What an address names.
#[derive(Debug, Clone)]
pub enum Found {
    Actor(Box<Actor>),
    Post(PostId),
    Event(Box<Event>),
}

impl Federation {
    /// A budget for what one person's action or one received activity may fetch.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.client.budget()
    }

    /// The actor with this id: as it is known here, or read from its origin.
    ///
    /// # Errors
    /// When it is not known and cannot be fetched.
    pub async fn actor(&self, uri: &Url, budget: &Budget) -> Result<Arc<Actor>, Failure> {
        let is_fresh = |actor: &Actor| self.ctx.now().since(actor.fetched_at) < FRESH;
        let met = self.met.get(uri.as_str());
        if let Some(remote) = met.filter(|met| !met.local && is_fresh(met)) {
            return Ok(remote);
        }
        let known = actors::find_by_uri(&mut *self.ctx.store.reader().await?, uri.as_str()).await?;
        let actor = match known {
            Some(actor) if actor.local || is_fresh(&actor) => actor,
            Some(stale) => match Box::pin(self.read_actor(uri, budget)).await {
                Ok(actor) => actor,
                Err(Failure::Store(error)) => return Err(error.into()),
                Err(_) => stale,
            },
            None if self.ctx.uris.is_local(uri) => return Err(Failure::Ours),
            None => Box::pin(self.read_actor(uri, budget)).await?,
        };
        let actor = Arc::new(actor);
        if !actor.local {
            self.met.insert(uri.to_string(), actor.clone());
        }
        Ok(actor)
    }

    /// Reads an actor from its origin and stores what its document says.
    ///
    /// # Errors
    /// When it cannot be fetched or used.
    pub async fn read_actor(&self, uri: &Url, budget: &Budget) -> Result<Actor, Failure> {
        let document = self
            .document(uri, budget, |bytes| {
                let document = IncomingActor::parse(bytes)?;
                Ok((document.id.clone(), document))
            })
            .await?;
        let mut extra = Vec::new();
        for address in document.keys().urls.iter().take(2) {
            // A key that the actor names by address is read at that address, on the actor's own origin.
            if authority(address) == authority(&document.id)
                && let Ok((_, body)) = self.read(address, Accept::ActivityPub, budget).await
            {
                extra.extend(Keys::parse_document(&body));
            }
        }
        let mut received = objects::actor::read(&self.ctx, &document, &extra)?;
        self.confirm_handle(&mut received, &document, budget).await;
        self.keep_actor(&received).await
    }

    pub(super) async fn keep_actor(&self, received: &ReceivedActor) -> Result<Actor, Failure> {
        let ctx = &self.ctx;
        let stored = ctx
            .store
            .transaction(async |tx| incoming::receive_actor(ctx, tx, received).await)
            .await;
        let actor = stored.map_err(|error| match error {
            IncomingError::Store(error) => Failure::Store(error),
            IncomingError::Deleted | IncomingError::Unwanted => Failure::WrongKind,
        })?;
        self.forget(actor.id);
        self.met.invalidate(&actor.uri);
        Ok(actor)
    }

    /// A handle counts only when WebFinger at its host leads back to the actor.
    async fn confirm_handle(
        &self,
        received: &mut ReceivedActor,
        document: &IncomingActor,
        budget: &Budget,
    ) {
        let listed = &self.client.settings().loopback_hosts;
        let claimed = document
            .webfinger
            .as_deref()
            .and_then(|text| Handle::parse(text, listed).ok());
        let own = Handle::parse(
            &format!("{}@{}", received.actor.handle, received.actor.host),
            listed,
        )
        .ok();
        for handle in claimed.into_iter().chain(own) {
            if let Ok(led_to) = self.webfinger(&handle, budget).await
                && led_to.contains(&document.id)
            {
                received.actor.handle = handle.user().to_lowercase();
                handle.host().clone_into(&mut received.actor.host);
                received.actor.handle_confirmed = true;
                return;
            }
        }
    }

    /// The actor ids that WebFinger gives for a handle.
    ///
    /// # Errors
    /// When the host does not answer or does not know the handle.
    pub async fn webfinger(&self, handle: &Handle, budget: &Budget) -> Result<Vec<Url>, Failure> {
        let scheme = scheme_of(handle.host());
        let resource = format!("acct:{}@{}", handle.user(), handle.host());
        let address = Url::parse(&format!(
            "{scheme}://{}/.well-known/webfinger",
            handle.host()
        ))
        .map(|mut url| {
            url.query_pairs_mut().append_pair("resource", &resource);
            url
        })
        .ok()
        .ok_or(Failure::WrongKind)?;
        let body = match self.read(&address, Accept::Jrd, budget).await {
            Ok((_, body)) => body,
            Err(failure) if failure.is_gone() => {
                self.webfinger_by_host_meta(handle.host(), &resource, budget)
                    .await?
            }
            Err(failure) => return Err(failure),
        };
        let jrd = Jrd::parse(&body)?;
        let listed = &self.client.settings().loopback_hosts;
        match jrd.handle(listed) {
            Some(subject) if !subject.same_as(handle) => Err(Failure::HandleElsewhere),
            _ => Ok(jrd.actors()),
        }
    }

    async fn webfinger_by_host_meta(
        &self,
        host: &str,
        resource: &str,
        budget: &Budget,
    ) -> Result<bytes::Bytes, Failure> {
        let address = Url::parse(&format!(
            "{}://{host}/.well-known/host-meta",
            scheme_of(host)
        ))
        .ok()
        .ok_or(Failure::WrongKind)?;
        let (_, body) = self.read(&address, Accept::Xrd, budget).await?;
        let template =
            host_meta::lrdd_template(&String::from_utf8_lossy(&body)).ok_or(Failure::WrongKind)?;
        let encoded: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let address = Url::parse(&template.replace("{uri}", &encoded))
            .ok()
            .ok_or(Failure::WrongKind)?;
        Ok(self.read(&address, Accept::Jrd, budget).await?.1)
    }

    /// The actor with the handle `user@host`, as it is known here or as WebFinger says.
    ///
    /// # Errors
    /// When the handle is malformed, or leads nowhere.
    pub async fn by_handle(&self, text: &str, budget: &Budget) -> Result<Actor, Failure> {
        let handle = Handle::parse(text, &self.client.settings().loopback_hosts)
            .ok()
            .ok_or(Failure::WrongKind)?;
        let mut reader = self.ctx.store.reader().await?;
        if handle.host() == self.ctx.uris.domain() {
            let local = actors::find_local(&mut reader, &handle.user().to_lowercase()).await?;
            return local.filter(Actor::is_active).ok_or(Failure::WrongKind);
        }
        let known =
            actors::find_by_handle(&mut reader, &handle.user().to_lowercase(), handle.host())
                .await?;
        drop(reader);
        if let Some(actor) = known.filter(|actor| {
            actor.handle_confirmed && self.ctx.now().since(actor.fetched_at) < FRESH
        }) {
            return Ok(actor);
        }
        let led_to = self.webfinger(&handle, budget).await?;
        let uri = led_to.first().ok_or(Failure::WrongKind)?;
        let actor = self.read_actor(uri, budget).await?;
        if actor.handle_confirmed {
            Ok(actor)
        } else {
            Err(Failure::HandleElsewhere)
        }
    }

    /// What an address names, here or at its origin.
    ///
    /// # Errors
    /// When it names nothing that is understood here.
    pub async fn by_uri(&self, uri: &Url, budget: &Budget) -> Result<Found, Failure> {
        if let Some(found) = self.known(uri.as_str()).await? {
            return Ok(found);
        }
        if self.ctx.uris.is_local(uri) {
            return Err(Failure::Ours);
        }
        let (at, body) = self.read(uri, Accept::ActivityPub, budget).await?;
        if let Ok(document) = IncomingActor::parse(&body) {
            return Ok(Found::Actor(Box::new(
                self.read_actor(&document.id, budget).await?,
            )));
        }
        let object = IncomingObject::parse(&body)?;
        if object.id == at {
            self.keep_object(&object, budget).await
        } else {
            self.object(&object.id, budget).await
        }
    }

    async fn known(&self, uri: &str) -> Result<Option<Found>, Failure> {
        let mut reader = self.ctx.store.reader().await?;
        if let Some(post) = posts::find_by_uri(&mut reader, uri)
            .await?
            .filter(|post| post.boost_of.is_none())
        {
            return Ok(Some(Found::Post(post.id)));
        }
        if let Some(event) = events::find_by_uri(&mut reader, uri).await? {
            return Ok(Some(Found::Event(Box::new(event))));
        }
        Ok(actors::find_by_uri(&mut reader, uri)
            .await?
            .filter(Actor::is_active)
            .map(|actor| Found::Actor(Box::new(actor))))
    }

    /// The post or event with this id: as it is known here, or read from its origin and stored.
    ///
    /// # Errors
    /// When it cannot be fetched, or is nothing that is shown here.
    pub async fn object(&self, uri: &Url, budget: &Budget) -> Result<Found, Failure> {
        match self.known(uri.as_str()).await? {
            Some(Found::Actor(_)) => Err(Failure::WrongKind),
            Some(found) => Ok(found),
            None => {
                let object = self.read_object(uri, budget).await?;
                Box::pin(self.keep_object(&object, budget)).await
            }
        }
    }

    /// Reads an object from its origin.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub async fn read_object(&self, uri: &Url, budget: &Budget) -> Result<IncomingObject, Failure> {
        self.document(uri, budget, |bytes| {
            let object = IncomingObject::parse(bytes)?;
            Ok((object.id.clone(), object))
        })
        .await
    }

    /// Stores an object that was read at its id.
    async fn keep_object(
        &self,
        object: &IncomingObject,
        budget: &Budget,
    ) -> Result<Found, Failure> {
        let owner = object.author().cloned().ok_or(Failure::WrongKind)?;
        if !crate::domain::uris::same_origin(&owner, &object.id) {
            return Err(Failure::WrongKind);
        }
        let author = self.actor(&owner, budget).await?;
        if object.kind == "Event" {
            let organizer = self.organizer(object, &author, budget).await;
            let event = objects::event::read(&self.ctx, &author, organizer, object)
                .ok_or(Failure::WrongKind)?;
            let ctx = &self.ctx;
            let kept: Result<Event, IncomingError> = ctx
                .store
                .transaction(async |tx| incoming::receive_event(ctx, tx, &event).await)
                .await;
            return kept
                .map(|event| Found::Event(Box::new(event)))
                .map_err(failed);
        }
        self.keep_parents(object, budget).await;
        self.keep_post(object, budget).await.map(Found::Post)
    }

    /// The person who organises a group's event, if the document names one.
    pub(super) async fn organizer(
        &self,
        object: &IncomingObject,
        host: &Actor,
        budget: &Budget,
    ) -> Option<ActorId> {
        let uri = object
            .actor
            .as_ref()
            .filter(|uri| uri.as_str() != host.uri)?;
        self.actor(uri, budget).await.ok().map(|actor| actor.id)
    }

    /// Fetches what a post answers, upwards, as far as the budget goes; failures only shorten the conversation.
    async fn keep_parents(&self, object: &IncomingObject, budget: &Budget) {
        let mut chain = Vec::new();
        let mut next = object.in_reply_to.clone();
        while let Some(uri) = next.take().filter(|_| chain.len() < PARENTS) {
            match self.known(uri.as_str()).await {
                Ok(None) => {}
                _ => break,
            }
            let Ok(parent) = self.read_object(&uri, budget).await else {
                break;
            };
            next.clone_from(&parent.in_reply_to);
            chain.push(parent);
        }
        for parent in chain.iter().rev() {
            if self.keep_post(parent, budget).await.is_err() {
                break;
            }
        }
    }

    async fn keep_post(&self, object: &IncomingObject, budget: &Budget) -> Result<PostId, Failure> {
        let owner = object.author().cloned().ok_or(Failure::WrongKind)?;
        if !crate::domain::uris::same_origin(&owner, &object.id)
            || !objects::note::is_shown(&object.kind)
            || object.is_vote()
        {
            return Err(Failure::WrongKind);
        }
        let author = self.actor(&owner, budget).await?;
        let named = self.named(&author, object).await?;
        let received = objects::note::read(&self.ctx, &author, object, named);
        let ctx = &self.ctx;
        let kept: Result<PostId, IncomingError> = ctx
            .store
            .transaction(async |tx| incoming::receive_post(ctx, tx, &received).await)
            .await;
        kept.map_err(failed)
    }

    /// The people known here that an object of `author` is addressed to, and whether it mentions them. Nobody is fetched.
    pub(super) async fn named(
        &self,
        author: &Actor,
        object: &IncomingObject,
    ) -> store::Result<Vec<(Arc<Actor>, bool)>> {
        let most = usize::try_from(self.ctx.limits.mentions_per_activity).unwrap_or(usize::MAX);
        let mut uris: Vec<&Url> = object
            .tags
            .mentions
            .iter()
            .map(|m| &m.href)
            .chain(object.addressees())
            .collect();
        uris.sort_unstable();
        uris.dedup();
        let collection = author.followers.as_deref();
        let mut found = Vec::new();
        for uri in uris
            .into_iter()
            .filter(|uri| uri.host_str() != Some("www.w3.org") && collection != Some(uri.as_str()))
            .take(2 * most)
        {
            let Some(actor) = self.acquaintance(uri).await? else {
                continue;
            };
            let mentioned = object.tags.mentions.iter().any(|m| m.href == *uri);
            if (actor.local || mentioned) && found.len() < most {
                found.push((actor, mentioned));
            }
        }
        Ok(found)
    }

    /// The actor with this id, if it is known here; what changed within the last second may be missing.
    pub(super) async fn acquaintance(&self, uri: &Url) -> store::Result<Option<Arc<Actor>>> {
        if let Some(met) = self.met.get(uri.as_str()) {
            return Ok(Some(met));
        }
        let mut reader = self.ctx.store.reader().await?;
        let known = actors::find_by_uri(&mut reader, uri.as_str()).await?;
        Ok(known.map(|actor| {
            let actor = Arc::new(actor);
            self.met.insert(uri.to_string(), Arc::clone(&actor));
            actor
        }))
    }
}

pub(super) fn failed(error: IncomingError) -> Failure {
    match error {
        IncomingError::Store(error) => Failure::Store(error),
        IncomingError::Deleted | IncomingError::Unwanted => Failure::WrongKind,
    }
}

/// `http` for names under `.localhost`, which nobody else can have; https for all others.
pub(super) fn scheme_of(host: &str) -> &'static str {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name == "localhost" || name.ends_with(".localhost") {
        "http"
    } else {
        "https"
    }
}
