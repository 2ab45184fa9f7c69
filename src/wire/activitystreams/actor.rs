//! Actors as they arrive. What we serve is in `outgoing`.

mod keys;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use url::Url;

pub use keys::{KeyEntry, Keys, MultikeyEntry};

use super::attachment::{Picture, picture};
use super::event::EventParts;
use super::lenient::{self, LanguageMap};
use super::tag::{Tags, tags};
use super::{ParseError, read};
use crate::domain::actor::ActorKind;
use crate::domain::authority::inbox_is_own;
use crate::domain::clock::Timestamp;
use crate::domain::uris::same_origin;

/// Longest `name`, in characters.
pub const MAX_NAME: usize = 2_048;
/// Longest `summary`, in bytes.
pub const MAX_SUMMARY: usize = 20 * 1024;
/// Most profile fields.
pub const MAX_FIELDS: usize = 50;
/// Longest name or value of a profile field, in characters.
pub const MAX_FIELD: usize = 2_047;
/// Most other accounts in `alsoKnownAs`.
pub const MAX_ALIASES: usize = 256;

/// One line of a profile (`PropertyValue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The label, plain text.
    pub name: String,
    /// HTML, not cleaned.
    pub value: String,
}

/// A person, group or program on another server. The limits of this module have been applied.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingActor {
    /// The id.
    #[serde(deserialize_with = "lenient::required_id")]
    pub id: Url,
    /// What it is.
    #[serde(rename = "type", deserialize_with = "actor_kind")]
    pub kind: ActorKind,
    /// The name part of its handle. A claim, until WebFinger confirms it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub preferred_username: Option<String>,
    /// Its handle as `name@host` (FEP-2c59). A claim, until WebFinger confirms it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub webfinger: Option<String>,
    #[serde(
        default,
        rename = "https://purl.archive.org/socialweb/webfinger#webfinger",
        deserialize_with = "lenient::text"
    )]
    webfinger_iri: Option<String>,
    /// The name people see, plain text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// A few words about them, HTML, not cleaned.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    #[serde(default, deserialize_with = "lenient::language_map")]
    name_map: LanguageMap,
    #[serde(default, deserialize_with = "lenient::language_map")]
    summary_map: LanguageMap,
    #[serde(default, rename = "url", deserialize_with = "lenient::pages")]
    pages: Vec<(Url, Option<String>)>,
    /// Where activities are delivered.
    #[serde(deserialize_with = "lenient::required_id")]
    pub inbox: Url,
    /// What they did.
    #[serde(default, deserialize_with = "lenient::id")]
    pub outbox: Option<Url>,
    /// Who follows them.
    #[serde(default, deserialize_with = "lenient::id")]
    pub followers: Option<Url>,
    /// Whom they follow.
    #[serde(default, deserialize_with = "lenient::id")]
    pub following: Option<Url>,
    /// Their pinned posts.
    #[serde(default, deserialize_with = "lenient::id")]
    pub featured: Option<Url>,
    /// Members of a group (Mobilizon, Smithereen).
    #[serde(default, deserialize_with = "lenient::id")]
    pub members: Option<Url>,
    /// Their events that are not over (FEP-8a8e).
    #[serde(default, deserialize_with = "lenient::id")]
    pub upcoming_events: Option<Url>,
    #[serde(default, deserialize_with = "lenient::embedded")]
    endpoints: Option<Endpoints>,
    #[serde(
        default,
        rename = "sharedInbox",
        deserialize_with = "lenient::optional_link"
    )]
    own_shared_inbox: Option<Url>,
    #[serde(default, deserialize_with = "keys::public_keys")]
    public_key: Keys,
    #[serde(default, deserialize_with = "keys::public_keys")]
    public_keys: Keys,
    #[serde(default, deserialize_with = "keys::multikeys")]
    assertion_method: Keys,
    /// Profile lines.
    #[serde(skip)]
    pub fields: Vec<Field>,
    /// Set where the actor is itself an event (a Smithereen group with an `Event` attachment).
    #[serde(skip)]
    pub event: Option<Box<EventParts>>,
    #[serde(default)]
    attachment: Value,
    /// The portrait.
    #[serde(default, deserialize_with = "picture")]
    pub icon: Option<Picture>,
    /// The picture behind it.
    #[serde(default, deserialize_with = "picture")]
    pub image: Option<Picture>,
    /// A person decides who may follow.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub manually_approves_followers: Option<bool>,
    /// May be listed in directories; absent means no.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub discoverable: Option<bool>,
    /// Public posts may be found by full text (FEP-5feb); absent means no.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub indexable: Option<bool>,
    /// Other accounts of the same person, by their claim.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub also_known_as: Vec<Url>,
    /// The account they moved to, by their claim.
    #[serde(default, deserialize_with = "lenient::id")]
    pub moved_to: Option<Url>,
    /// For a group: its moderators, or one collection of them (FEP-1b12).
    #[serde(default, deserialize_with = "lenient::ids")]
    pub attributed_to: Vec<Url>,
    #[serde(default, deserialize_with = "lenient::embedded")]
    capabilities: Option<Capabilities>,
    /// Who may become a member: `open`, `moderated` or `invite_only` (Mobilizon).
    #[serde(default, deserialize_with = "lenient::text")]
    pub openness: Option<String>,
    /// Only moderators may post (Lemmy).
    #[serde(default, deserialize_with = "lenient::flag")]
    pub posting_restricted_to_mods: Option<bool>,
    /// How many members, by the server's claim.
    #[serde(default, deserialize_with = "lenient::count")]
    pub member_count: Option<u32>,
    /// Suspended by its server.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub suspended: Option<bool>,
    /// The person has died.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub memorial: Option<bool>,
    /// Hashtags of the profile.
    #[serde(default, rename = "tag", deserialize_with = "tags")]
    pub tags: Tags,
    /// When the account was made.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub published: Option<Timestamp>,
    /// When the profile was changed.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub updated: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::embedded")]
    generator: Option<Generator>,
    #[serde(default)]
    implements: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    #[serde(default, deserialize_with = "lenient::optional_link")]
    shared_inbox: Option<Url>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Capabilities {
    #[serde(default, deserialize_with = "lenient::flag")]
    accepts_joins: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
struct Generator {
    #[serde(default)]
    implements: Value,
}

impl IncomingActor {
    /// Reads an actor from a fetched document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, not an actor type, no acceptable `id` or `inbox`, or more than 1,000 tags.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes).map(Self::settled)
    }

    /// Reads an actor that is part of a document whose shape was checked.
    pub(crate) fn from_json(text: &str) -> Result<Self, ParseError> {
        Ok(Self::settled(serde_json::from_str(text)?))
    }

    fn settled(mut self) -> Self {
        self.webfinger = self.webfinger.or_else(|| self.webfinger_iri.take());
        self.name = self
            .name
            .or_else(|| self.name_map.first().map(str::to_owned));
        self.summary = self
            .summary
            .or_else(|| self.summary_map.first().map(str::to_owned));
        if let Some(name) = &mut self.name {
            lenient::clip_chars(name, MAX_NAME);
        }
        if let Some(summary) = &mut self.summary {
            lenient::clip_bytes(summary, MAX_SUMMARY);
        }
        self.also_known_as.truncate(MAX_ALIASES);
        let attachment = self.attachment.take();
        let all = attachment
            .as_array()
            .map_or_else(|| std::slice::from_ref(&attachment), Vec::as_slice);
        self.fields = all.iter().filter_map(field).take(MAX_FIELDS).collect();
        let is_event = |value: &&Value| {
            value.get("type").and_then(lenient::kind_of).as_deref() == Some("Event")
        };
        self.event = all
            .iter()
            .find(is_event)
            .and_then(|value| EventParts::deserialize(value).ok())
            .map(Box::new);
        self
    }

    /// The profile page for people, only if it is on the actor's own origin.
    #[must_use]
    pub fn page_url(&self) -> Option<&Url> {
        lenient::pick_page(&self.pages).filter(|url| same_origin(url, &self.id))
    }

    /// One inbox for everybody on that server; whatever its host, so that a foreign one is noticed, not left out.
    #[must_use]
    pub fn shared_inbox(&self) -> Option<&Url> {
        self.endpoints
            .as_ref()
            .and_then(|endpoints| endpoints.shared_inbox.as_ref())
            .or(self.own_shared_inbox.as_ref())
    }

    /// True if inbox and shared inbox are on the actor's own origin. Others are refused (see `docs/decisions.md`).
    #[must_use]
    pub fn inboxes_on_own_origin(&self) -> bool {
        inbox_is_own(&self.id, &self.inbox)
            && self
                .shared_inbox()
                .is_none_or(|url| inbox_is_own(&self.id, url))
    }

    /// All keys in the document, at most ten of each form. A key may be believed only if its owner is this actor.
    #[must_use]
    pub fn keys(&self) -> Keys {
        let mut keys = self.public_key.clone();
        keys.merge(&self.public_keys);
        keys.merge(&self.assertion_method);
        keys
    }

    /// True if a `Join` is understood where else a `Follow` would be sent (Smithereen, Kith).
    #[must_use]
    pub fn accepts_joins(&self) -> bool {
        self.capabilities
            .as_ref()
            .and_then(|capabilities| capabilities.accepts_joins)
            .unwrap_or(false)
    }

    /// Addresses of the specifications that the actor or its server says it implements (FEP-844e), at most 50.
    pub fn implements(&self) -> impl Iterator<Item = &str> {
        let of_server = self
            .generator
            .as_ref()
            .map(|generator| &generator.implements);
        let lists = of_server.into_iter().chain([&self.implements]);
        let entries = lists.flat_map(|value| {
            value
                .as_array()
                .map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
        });
        entries.take(50).filter_map(specification)
    }
}

/// The address in an entry of `implements`.
fn specification(value: &Value) -> Option<&str> {
    let inside = |key| value.get(key).and_then(Value::as_str);
    value
        .as_str()
        .or_else(|| inside("href"))
        .or_else(|| inside("id"))
}

fn field(value: &Value) -> Option<Field> {
    if value.get("type").and_then(lenient::kind_of).as_deref() != Some("PropertyValue") {
        return None;
    }
    let mut name = value.get("name").and_then(lenient::text_of)?;
    let mut value = value.get("value").and_then(lenient::text_of)?;
    lenient::clip_chars(&mut name, MAX_FIELD);
    lenient::clip_chars(&mut value, MAX_FIELD);
    Some(Field { name, value })
}

fn actor_kind<'de, D: Deserializer<'de>>(d: D) -> Result<ActorKind, D::Error> {
    let value = Value::deserialize(d)?;
    let one = |value: &Value| {
        lenient::kind_of(value)
            .as_deref()
            .and_then(ActorKind::parse)
    };
    let found = value
        .as_array()
        .map_or_else(|| one(&value), |all| all.iter().find_map(one));
    found.ok_or_else(|| serde::de::Error::custom("the type is not that of an actor"))
}

#[cfg(test)]
mod tests;
