//! Our people, groups and instance actor.

use serde::{Serialize, Serializer};
use url::Url;

use super::Document;
use super::parts::{OutgoingImage, OutgoingTag};
use crate::domain::actor::ActorKind;
use crate::wire::activitystreams::context::Context;

/// A `Person`, `Group` or `Application`. What is `None` or, for `alsoKnownAs` and the like, empty is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingActor {
    /// The id; the document is served there.
    pub id: Url,
    /// What it is.
    #[serde(rename = "type", serialize_with = "kind")]
    pub kind: ActorKind,
    /// The name part of the handle; for the instance actor the host name.
    pub preferred_username: String,
    /// `name@host` (FEP-2c59).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webfinger: Option<String>,
    /// The name people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The page; on the same host as `id`, or Mastodon drops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// Where to deliver.
    pub inbox: Url,
    /// What they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbox: Option<Url>,
    /// Who follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<Url>,
    /// Whom they follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<Url>,
    /// Members of a group (Mobilizon).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Url>,
    /// Events of a group (Mobilizon).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Url>,
    /// Events that are not over (FEP-8a8e).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upcoming_events: Option<Url>,
    /// Pinned posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub featured: Option<Url>,
    /// Hashtags of the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub featured_tags: Option<Url>,
    /// The collection of moderators of a group (FEP-1b12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<Url>,
    /// The shared inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// `open`, `moderated` or `invite_only` (Mobilizon).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openness: Option<String>,
    /// `open`, `closed` or `private` (Smithereen).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_type: Option<String>,
    /// That `Join` is understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
    /// How many members, where that is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_count: Option<u32>,
    /// Only moderators post (Lemmy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting_restricted_to_mods: Option<bool>,
    /// A person decides who may follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manually_approves_followers: Option<bool>,
    /// May be listed in directories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discoverable: Option<bool>,
    /// Public posts may be found by full text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indexable: Option<bool>,
    /// RFC 3339; day precision gives less away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Other accounts of the same person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_known_as: Vec<Url>,
    /// The account they moved to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Url>,
    /// Sites that may credit this person as author.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attribution_domains: Vec<String>,
    /// The portrait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<OutgoingImage>,
    /// The picture behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<OutgoingImage>,
    /// Profile lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachment: Vec<OutgoingField>,
    /// Hashtags of the summary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<OutgoingTag>,
    /// The RSA key: one object, never an array (Misskey).
    pub public_key: OutgoingPublicKey,
    /// The Ed25519 key (FEP-521a).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assertion_method: Vec<OutgoingMultikey>,
    /// What the server implements (FEP-844e).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// The same, on the instance actor itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub implements: Vec<Specification>,
}

/// What every actor has, and all that an unsigned request may see where signed fetches are demanded (rulings, 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorCore {
    /// The id.
    pub id: Url,
    /// What it is.
    pub kind: ActorKind,
    /// The name part of the handle.
    pub preferred_username: String,
    /// Where to deliver.
    pub inbox: Url,
    /// The RSA key.
    pub public_key: OutgoingPublicKey,
}

impl From<ActorCore> for OutgoingActor {
    fn from(core: ActorCore) -> Self {
        OutgoingActor {
            id: core.id,
            kind: core.kind,
            preferred_username: core.preferred_username,
            webfinger: None,
            name: None,
            summary: None,
            url: None,
            inbox: core.inbox,
            outbox: None,
            followers: None,
            following: None,
            members: None,
            events: None,
            upcoming_events: None,
            featured: None,
            featured_tags: None,
            attributed_to: None,
            endpoints: None,
            openness: None,
            access_type: None,
            capabilities: None,
            member_count: None,
            posting_restricted_to_mods: None,
            manually_approves_followers: None,
            discoverable: None,
            indexable: None,
            published: None,
            updated: None,
            also_known_as: Vec::new(),
            moved_to: None,
            attribution_domains: Vec::new(),
            icon: None,
            image: None,
            attachment: Vec::new(),
            tag: Vec::new(),
            public_key: core.public_key,
            assertion_method: Vec::new(),
            generator: None,
            implements: Vec::new(),
        }
    }
}

impl OutgoingActor {
    /// The context its terms need.
    #[must_use]
    pub fn context(&self) -> Context {
        if self.kind == ActorKind::Group {
            Context::Group
        } else {
            Context::Person
        }
    }

    /// The document served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        self.context().wrap(self)
    }
}

/// `endpoints`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    /// One inbox for everybody here.
    pub shared_inbox: Url,
}

/// `capabilities` of a group (`LitePub`, Smithereen).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// `Join` is understood.
    pub accepts_joins: bool,
    /// `TentativeJoin` is understood.
    pub tentative_membership: bool,
}

/// A profile line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "PropertyValue")]
pub struct OutgoingField {
    /// The label.
    pub name: String,
    /// HTML. A website is a single link whose text equals its address, so that `rel="me"` can be checked.
    pub value: String,
}

/// `publicKey`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingPublicKey {
    /// The actor's id and `#main-key`.
    pub id: Url,
    /// The actor's id.
    pub owner: Url,
    /// SPKI, lines of 64 characters, one final newline: the form that every parser reads.
    pub public_key_pem: String,
}

/// An entry of `assertionMethod` (FEP-521a).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Multikey", rename_all = "camelCase")]
pub struct OutgoingMultikey {
    /// The actor's id and `#ed25519-key`.
    pub id: Url,
    /// The actor's id.
    pub controller: Url,
    /// `z6Mk…`.
    pub public_key_multibase: String,
}

/// `generator` (FEP-844e).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Application")]
pub struct Generator {
    /// The id of the instance actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Url>,
    /// What it implements.
    pub implements: Vec<Specification>,
}

/// Something implemented (FEP-844e).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Specification {
    /// Its name.
    pub name: String,
    /// Its address.
    pub href: Url,
}

impl Specification {
    /// HTTP message signatures, which Kith accepts from everybody.
    ///
    /// # Panics
    /// Never: the address is a constant.
    #[must_use]
    pub fn rfc9421() -> Self {
        Specification {
            name: "RFC-9421: HTTP Message Signatures".to_owned(),
            href: Url::parse("https://datatracker.ietf.org/doc/html/rfc9421")
                .expect("a constant that is a URL"),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn kind<S: Serializer>(kind: &ActorKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}
