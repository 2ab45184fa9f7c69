//! What other servers read from us: one ready JSON text for each address, or the word that there is none.
//!
//! Belongs here: which document stands at an address, and whether the asking server may have it. Does not belong here:
//! its shape (`wire`), HTTP, and who asks (`http::ap`). Pages and the client API read through `reading`.
//!
//! Every decision about access starts from [`Eyes`]. What is not for those eyes is [`Document::Missing`], in the same
//! way as what never existed.

mod activity;
mod actor;
mod event;
#[cfg(test)]
pub(crate) mod kit;
mod lists;
mod outbox;
mod post;
mod shelf;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::domain::ids::{ActivityId, EventId, PostId, QuoteId};
use crate::store::tombstones::Tombstone;
use crate::store::{self, Conn, deliveries, tombstones};
use crate::wire::activitystreams::outgoing::OutgoingTombstone;
use crate::wire::activitystreams::render::url;

use super::Ctx;

pub use shelf::{KEPT, forget};

/// The hosts looked through to learn whether one of them had a deleted thing. Only what was not public is looked up, and
/// that never went to this many.
const RECEIVERS: i64 = 10_000;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// For whom a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes<'a> {
    /// Nobody in particular.
    Everyone,
    /// A server that proved who it is.
    Server(Server<'a>),
}

/// A server, as a checked signature names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server<'a> {
    /// `https://host`, with the port where it is not the scheme's own.
    pub origin: &'a str,
    /// The same without the scheme.
    pub host: &'a str,
}

/// Whose documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// The instance's own actor.
    Instance,
    /// By handle, as it is spelled in the address.
    Person(&'a str),
    /// By handle, as it is spelled in the address.
    Group(&'a str),
}

/// A collection of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorList {
    Outbox,
    Followers,
    Following,
    Members,
    Moderators,
    Featured,
    FeaturedTags,
    Events,
}

/// A collection of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventList {
    Attendees,
    Organizers,
    Replies,
    RepliesPage,
}

/// Every address that servers read: nothing else is served to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    Actor(Owner<'a>),
    /// What a key check needs of an actor, for those who did not sign where that is asked for.
    Stub(Owner<'a>),
    ActorList(Owner<'a>, ActorList),
    /// A page of an outbox: what is older than this activity.
    OutboxPage(Owner<'a>, Option<ActivityId>),
    /// An activity under its actor, by its path.
    Activity(&'a str),
    Invite(i64),
    Post(PostId),
    /// The `Create` of a post.
    PostActivity(PostId),
    /// What proves that the author of a post agrees to a quote of it.
    QuoteAuthorization(PostId, QuoteId),
    Replies(PostId),
    RepliesPage(PostId),
    Event(EventId),
    /// The `Create` of an event.
    EventActivity(EventId),
    EventList(EventId, EventList),
}

/// A JSON text that is ready to be sent. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub json: Bytes,
    /// Of the text: the same text has the same tag. Without quotes.
    pub tag: String,
    /// Anybody may read it and keep a copy.
    pub public: bool,
}

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    Found(Sheet),
    /// A tombstone.
    Gone(Sheet),
    /// Nothing, or nothing for these eyes.
    Missing,
}

impl Document {
    fn found(json: String, public: bool) -> Self {
        Document::Found(Sheet::new(json, public))
    }

    /// Whether it is nothing, or nothing for these eyes.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Document::Missing)
    }
}

impl Sheet {
    fn new(json: String, public: bool) -> Self {
        let digest = Sha256::digest(json.as_bytes());
        // Half of it: 128 bits tell texts apart, and this is no signature.
        let half = digest.first_chunk::<16>().copied().unwrap_or_default();
        let tag = format!("{:032x}", u128::from_be_bytes(half));
        Sheet {
            json: Bytes::from(json),
            tag,
            public,
        }
    }
}

/// The document that is `wanted`, as far as it is for these eyes.
///
/// # Errors
/// When the database fails.
pub async fn read(ctx: &Ctx, wanted: Wanted<'_>, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    match wanted {
        Wanted::Actor(owner) => actor::actor(ctx, owner).await,
        Wanted::Stub(owner) => actor::stub(ctx, owner).await,
        Wanted::ActorList(owner, list) => lists::of_actor(ctx, owner, list).await,
        Wanted::OutboxPage(owner, before) => outbox::page(ctx, owner, before).await,
        Wanted::Activity(path) => activity::activity(ctx, path, eyes).await,
        Wanted::Invite(id) => activity::invite(ctx, id, eyes).await,
        Wanted::Post(id) => post::post(ctx, id, eyes).await,
        Wanted::PostActivity(id) => post::create(ctx, id, eyes).await,
        Wanted::QuoteAuthorization(id, quote) => post::authorization(ctx, (id, quote), eyes).await,
        Wanted::Replies(id) => post::replies(ctx, id, eyes).await,
        Wanted::RepliesPage(id) => post::replies_page(ctx, id, eyes).await,
        Wanted::Event(id) => event::event(ctx, id, eyes).await,
        Wanted::EventActivity(id) => event::create(ctx, id, eyes).await,
        Wanted::EventList(id, list) => event::list(ctx, (id, list), eyes).await,
    }
}

/// The tombstone of something that is gone: for everybody if it was public, else for servers that had it (rulings 12).
async fn gone(c: &mut Conn, uri: &str, eyes: Eyes<'_>) -> store::Result<Document> {
    let Some(grave) = tombstones::find(c, uri).await? else {
        return Ok(Document::Missing);
    };
    if !grave.public {
        let Eyes::Server(server) = eyes else {
            return Ok(Document::Missing);
        };
        let had = deliveries::list_receiving_hosts(c, uri, RECEIVERS).await?;
        if !had.iter().any(|host| host == server.host) {
            return Ok(Document::Missing);
        }
    }
    Ok(tombstone(&grave))
}

fn tombstone(grave: &Tombstone) -> Document {
    let body = OutgoingTombstone {
        id: url(&grave.uri),
        former_type: Some(grave.former_type.clone()),
        deleted: Some(grave.deleted_at.rfc3339()),
    };
    Document::Gone(Sheet::new(body.document().to_json(), grave.public))
}
