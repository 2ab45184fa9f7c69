//! Activities we send. Each kind has its own constructor, so that a wrong shape cannot be written.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use url::Url;

use super::{Document, OutgoingActor, OutgoingEvent, OutgoingNote, OutgoingTombstone};
use crate::wire::activitystreams::context::Context;

/// An activity of ours, or of somebody else embedded in one of ours.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingActivity {
    /// The id; none only for embedded activities that came without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Url>,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Who acts; signs the request.
    pub actor: Url,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Primary addressees. `None` only in embedded activities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<Url>>,
    /// Secondary addressees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<Vec<Url>>,
    /// The group (FEP-1b12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ActivityObject>,
    /// To what or for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Url>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Url>,
    /// What an `Accept` hands out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Url>,
    /// With what: the post that quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<ActivityObject>,
    /// HTML: the words of an invitation, the comment of a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// HTML: the reason of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The event an answer is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Url>,
    /// RFC 3339: answer by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// The words of who asks to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation_message: Option<String>,
}

/// What an activity of ours is about.
#[derive(Debug, Clone)]
pub enum ActivityObject {
    /// An id.
    Id(Url),
    /// Several ids (reports).
    Ids(Vec<Url>),
    /// An activity: what is accepted, refused or undone.
    Activity(Box<OutgoingActivity>),
    /// An actor (profile changes).
    Actor(Box<OutgoingActor>),
    /// An event.
    Event(Box<OutgoingEvent>),
    /// A post or poll.
    Note(Box<OutgoingNote>),
    /// What was deleted.
    Tombstone(OutgoingTombstone),
    /// A document of somebody else, byte for byte (FEP-1b12).
    Raw(Box<RawValue>),
}

impl Serialize for ActivityObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            ActivityObject::Id(id) => id.serialize(serializer),
            ActivityObject::Ids(ids) => ids.serialize(serializer),
            ActivityObject::Activity(activity) => activity.serialize(serializer),
            ActivityObject::Actor(actor) => actor.serialize(serializer),
            ActivityObject::Event(event) => event.serialize(serializer),
            ActivityObject::Note(note) => note.serialize(serializer),
            ActivityObject::Tombstone(tombstone) => tombstone.serialize(serializer),
            ActivityObject::Raw(raw) => raw.serialize(serializer),
        }
    }
}

impl From<Url> for ActivityObject {
    fn from(id: Url) -> Self {
        ActivityObject::Id(id)
    }
}

impl From<OutgoingActivity> for ActivityObject {
    fn from(activity: OutgoingActivity) -> Self {
        ActivityObject::Activity(Box::new(activity.bare()))
    }
}

impl From<OutgoingActor> for ActivityObject {
    fn from(actor: OutgoingActor) -> Self {
        ActivityObject::Actor(Box::new(actor))
    }
}

impl From<OutgoingEvent> for ActivityObject {
    fn from(event: OutgoingEvent) -> Self {
        ActivityObject::Event(Box::new(event))
    }
}

impl From<OutgoingNote> for ActivityObject {
    fn from(note: OutgoingNote) -> Self {
        ActivityObject::Note(Box::new(note))
    }
}

/// Generates a constructor for each kind of activity that has the plain shape.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $kind:literal;)*) => {
        impl OutgoingActivity {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(id: Url, actor: Url, object: impl Into<ActivityObject>) -> Self {
                    Self::new($kind, Some(id), actor, object.into())
                }
            )*
        }
    };
}

kinds! {
    /// Asks to follow; `object` is an id (Gancio reads nothing else).
    follow => "Follow";
    /// Says yes to a `Follow`, `Join` or `Invite` (embedded), or to an event (id; Friendica, Hubzilla).
    accept => "Accept";
    /// Says maybe to an `Invite` or event; or that a `Join` is on the waiting list.
    tentative_accept => "TentativeAccept";
    /// Says no; also takes back an `Accept`.
    reject => "Reject";
    /// Says that `Join` is not handled (FEP-8a8e).
    ignore => "Ignore";
    /// Takes back; the activity is embedded.
    undo => "Undo";
    /// Publishes.
    create => "Create";
    /// Publishes a change.
    update => "Update";
    /// Likes.
    like => "Like";
    /// Passes on: an id for what everybody reads, `Raw` for the activity of somebody else in a group.
    announce => "Announce";
    /// Invites to an event or group; `target` is who, and alone in `to`.
    invite => "Invite";
    /// Asks to take part in an event or be a member of a group.
    join => "Join";
    /// Takes part no more.
    leave => "Leave";
    /// Reports; the first id is the account.
    flag => "Flag";
    /// Blocks.
    block => "Block";
    /// Tells followers that the actor (`object`) moves to `target`.
    move_to => "Move";
    /// Adds to a collection of the actor (`target`).
    add => "Add";
    /// Removes from a collection of the actor (`target`), or expels a member (`origin` is the group).
    remove => "Remove";
    /// Asks whether a post (`instrument`) may quote one of somebody else's (FEP-044f).
    quote_request => "QuoteRequest";
    /// Asks to become a member of a group that reads `TentativeJoin` (Smithereen: "maybe").
    tentative_join => "TentativeJoin";
}

impl OutgoingActivity {
    fn new(kind: &'static str, id: Option<Url>, actor: Url, object: ActivityObject) -> Self {
        OutgoingActivity {
            id,
            kind,
            actor,
            published: None,
            to: None,
            cc: None,
            audience: None,
            object: Some(object),
            target: None,
            origin: None,
            result: None,
            instrument: None,
            content: None,
            summary: None,
            in_reply_to: None,
            end_time: None,
            participation_message: None,
        }
    }

    /// Deletes something that was published; a tombstone stands in its place.
    #[must_use]
    pub fn delete(id: Url, actor: Url, tombstone: OutgoingTombstone) -> Self {
        Self::new(
            "Delete",
            Some(id),
            actor,
            ActivityObject::Tombstone(tombstone),
        )
    }

    /// Deletes the account of `actor`.
    #[must_use]
    pub fn delete_account(id: Url, actor: Url) -> Self {
        Self::new("Delete", Some(id), actor.clone(), ActivityObject::Id(actor))
    }

    /// An activity that somebody sent to us, for embedding in the answer. `None` for kinds that are not answered.
    /// Its own id is kept, because peers look the answer up by it without fetching.
    #[must_use]
    pub fn received(kind: &str, id: Option<Url>, actor: Url, object: Url) -> Option<Self> {
        const ANSWERED: [&str; 8] = [
            "Follow",
            "Join",
            "Invite",
            "Like",
            "Announce",
            "QuoteRequest",
            "TentativeJoin",
            "Leave",
        ];
        let kind = ANSWERED.into_iter().find(|name| *name == kind)?;
        Some(Self::new(kind, id, actor, ActivityObject::Id(object)))
    }

    /// Sets `to` and `cc`.
    #[must_use]
    pub fn addressed(mut self, to: Vec<Url>, cc: Vec<Url>) -> Self {
        self.to = Some(to);
        self.cc = Some(cc);
        self
    }

    /// Sets `to` alone (`Follow`).
    #[must_use]
    pub fn to(mut self, to: Vec<Url>) -> Self {
        self.to = Some(to);
        self
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What it is about.
    #[must_use]
    pub fn object(&self) -> Option<&ActivityObject> {
        self.object.as_ref()
    }

    /// The context its terms need.
    #[must_use]
    pub fn context(&self) -> Context {
        match &self.object {
            _ if self.participation_message.is_some() => Context::Join,
            _ if self.kind == "QuoteRequest" => Context::QuoteRequest,
            Some(ActivityObject::Activity(inner)) if inner.kind == "QuoteRequest" => {
                Context::QuoteRequest
            }
            Some(ActivityObject::Actor(actor)) => actor.context(),
            Some(ActivityObject::Event(_)) => Context::Event,
            Some(ActivityObject::Note(note)) => note.context(),
            _ => Context::Plain,
        }
    }

    /// The document that is sent, and served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        self.context().wrap(self)
    }

    /// What is needed of it inside another activity: id, type, actor, object and target.
    fn bare(self) -> Self {
        OutgoingActivity {
            published: None,
            to: None,
            cc: None,
            audience: None,
            content: None,
            summary: None,
            in_reply_to: None,
            end_time: None,
            participation_message: None,
            ..self
        }
    }
}
