//! The JSON-LD contexts of what we send.
//!
//! Only two contexts are named by address, those that every peer ships: servers that process JSON-LD (Friendica,
//! Smithereen) load unknown ones over the network and drop the document when that fails. All other terms are inline, and
//! no term of ActivityStreams is redefined.

use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::outgoing::Document;

const ACTIVITYSTREAMS: &str = "https://www.w3.org/ns/activitystreams";
const SECURITY: &str = "https://w3id.org/security/v1";

/// Which terms a document uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// ActivityStreams alone: activities that embed nothing of ours, collections, tombstones.
    Plain,
    /// A `Person` or `Application`.
    Person,
    /// A `Group`.
    Group,
    /// An `Event`, alone or inside an activity.
    Event,
    /// A `Note`, alone or inside an activity.
    Note,
    /// A `Question`, alone or inside an activity.
    Question,
    /// A `QuoteRequest`, or the answer to one.
    QuoteRequest,
    /// A `QuoteAuthorization`.
    QuoteAuthorization,
    /// A `Join` with the words of who asks.
    Join,
}

static PLAIN: LazyLock<Value> = LazyLock::new(|| json!(ACTIVITYSTREAMS));
static PERSON: LazyLock<Value> =
    LazyLock::new(|| with_security(&[actor_terms(), person_terms(), key_terms()]));
static GROUP: LazyLock<Value> =
    LazyLock::new(|| with_security(&[actor_terms(), group_terms(), key_terms()]));
static EVENT: LazyLock<Value> =
    LazyLock::new(|| with_security(&[event_terms(), place_terms(), media_terms(), quote_terms()]));
static NOTE: LazyLock<Value> = LazyLock::new(|| bare(&[media_terms(), quote_terms()]));
static QUESTION: LazyLock<Value> = LazyLock::new(|| {
    bare(&[
        media_terms(),
        quote_terms(),
        json!({"votersCount": "toot:votersCount"}),
    ])
});
static QUOTE_REQUEST: LazyLock<Value> = LazyLock::new(|| {
    bare(&[
        media_terms(),
        quote_terms(),
        json!({"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"}),
    ])
});
static QUOTE_AUTHORIZATION: LazyLock<Value> = LazyLock::new(|| {
    bare(&[json!({
        "gts": "https://gotosocial.org/ns#",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    })])
});
static JOIN: LazyLock<Value> = LazyLock::new(|| {
    bare(&[
        json!({"mz": "https://joinmobilizon.org/ns#", "participationMessage": "mz:participationMessage"}),
    ])
});

impl Context {
    /// The value of `@context`.
    #[must_use]
    pub fn value(self) -> &'static Value {
        match self {
            Context::Plain => &PLAIN,
            Context::Person => &PERSON,
            Context::Group => &GROUP,
            Context::Event => &EVENT,
            Context::Note => &NOTE,
            Context::Question => &QUESTION,
            Context::QuoteRequest => &QUOTE_REQUEST,
            Context::QuoteAuthorization => &QUOTE_AUTHORIZATION,
            Context::Join => &JOIN,
        }
    }

    /// Puts `@context` before the properties of `body`.
    #[must_use]
    pub fn wrap<T: Serialize>(self, body: T) -> Document<T> {
        Document {
            context: self,
            body,
        }
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

fn merged(parts: &[Value]) -> Value {
    Value::Object(
        parts
            .iter()
            .filter_map(Value::as_object)
            .flat_map(Clone::clone)
            .collect(),
    )
}

fn bare(parts: &[Value]) -> Value {
    json!([ACTIVITYSTREAMS, merged(parts)])
}

fn with_security(parts: &[Value]) -> Value {
    json!([ACTIVITYSTREAMS, SECURITY, merged(parts)])
}

fn actor_terms() -> Value {
    json!({
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "wf": "https://purl.archive.org/socialweb/webfinger#",
        "fep8a8e": "https://w3id.org/fep/8a8e/",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "Hashtag": "as:Hashtag",
        "webfinger": "wf:webfinger",
        "upcomingEvents": {"@id": "fep8a8e:upcomingEvents", "@type": "@id"},
    })
}

fn person_terms() -> Value {
    json!({
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
    })
}

fn group_terms() -> Value {
    json!({
        "mz": "https://joinmobilizon.org/ns#",
        "lemmy": "https://join-lemmy.org/ns#",
        "litepub": "http://litepub.social/ns#",
        "sm": "http://smithereen.software/ns#",
        "openness": "mz:openness",
        "members": {"@id": "mz:members", "@type": "@id"},
        "events": {"@id": "mz:events", "@type": "@id"},
        "memberCount": "mz:memberCount",
        "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
        "capabilities": {"@id": "litepub:capabilities"},
        "acceptsJoins": "litepub:acceptsJoins",
        "tentativeMembership": "sm:tentativeMembership",
        "accessType": "sm:accessType",
    })
}

/// FEP-521a and FEP-844e.
fn key_terms() -> Value {
    json!({
        "assertionMethod": {"@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set"},
        "Multikey": "https://w3id.org/security#Multikey",
        "controller": {"@id": "https://w3id.org/security#controller", "@type": "@id"},
        "publicKeyMultibase": {"@id": "https://w3id.org/security#publicKeyMultibase", "@type": "https://w3id.org/security#multibase"},
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@list"},
    })
}

fn event_terms() -> Value {
    json!({
        "mz": "https://joinmobilizon.org/ns#",
        "sc": "http://schema.org#",
        "pt": "https://joinpeertube.org/ns#",
        "ical": "http://www.w3.org/2002/12/cal/ical#",
        "fep8a8e": "https://w3id.org/fep/8a8e/",
        "uuid": "sc:identifier",
        "inLanguage": "sc:inLanguage",
        "maximumAttendeeCapacity": "sc:maximumAttendeeCapacity",
        "remainingAttendeeCapacity": "sc:remainingAttendeeCapacity",
        "category": "sc:category",
        "joinMode": "mz:joinMode",
        "externalParticipationUrl": {"@id": "mz:externalParticipationUrl", "@type": "sc:URL"},
        "participantCount": "mz:participantCount",
        "anonymousParticipationEnabled": "mz:anonymousParticipationEnabled",
        "repliesModerationOption": "mz:repliesModerationOption",
        "isOnline": "mz:isOnline",
        "commentsEnabled": "pt:commentsEnabled",
        "status": "ical:status",
        "timezone": "fep8a8e:timezone",
        "displayEndTime": "fep8a8e:displayEndTime",
        "previousStartTime": "fep8a8e:previousStartTime",
        "VirtualLocation": "fep8a8e:VirtualLocation",
        "eventStatus": {"@id": "fep8a8e:eventStatus", "@type": "@vocab"},
        "EventScheduled": "fep8a8e:EventScheduled",
        "EventTentative": "fep8a8e:EventTentative",
        "EventCancelled": "fep8a8e:EventCancelled",
        "EventPostponed": "fep8a8e:EventPostponed",
        "EventRescheduled": "fep8a8e:EventRescheduled",
        "EventMovedOnline": "fep8a8e:EventMovedOnline",
        "organizers": {"@id": "fep8a8e:organizers", "@type": "@id"},
        "attendees": {"@id": "fep8a8e:attendees", "@type": "@id"},
        "isBannerImage": "fep8a8e:isBannerImage",
    })
}

fn place_terms() -> Value {
    json!({
        "address": {"@id": "sc:address", "@type": "sc:PostalAddress"},
        "PostalAddress": "sc:PostalAddress",
        "streetAddress": "sc:streetAddress",
        "postalCode": "sc:postalCode",
        "addressLocality": "sc:addressLocality",
        "addressRegion": "sc:addressRegion",
        "addressCountry": "sc:addressCountry",
    })
}

fn media_terms() -> Value {
    json!({
        "toot": "http://joinmastodon.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    })
}

/// FEP-044f.
fn quote_terms() -> Value {
    json!({
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "quoteUri": "http://fedibird.com/ns#quoteUri",
        "quoteUrl": "as:quoteUrl",
        "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    })
}
