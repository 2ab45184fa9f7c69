//! Our events (profile of FEP-8a8e and Mobilizon).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use url::Url;

use super::Document;
use super::parts::{InteractionPolicy, OutgoingAttachment, OutgoingImage, OutgoingTag, RepliesRef};
use crate::wire::activitystreams::context::Context;
use crate::wire::activitystreams::event::{EventStatus, JoinMode};

/// An `Event`. What is `None` is left out; lists are always there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "Event", rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has these flags")]
pub struct OutgoingEvent {
    /// The id.
    pub id: Url,
    /// The page; the same as `id`.
    pub url: Url,
    /// A UUID, for Mobilizon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The group, or the person for a personal event. Also who sends and signs `Create`.
    pub attributed_to: Url,
    /// The organizing person. For a person's event always the same as `attributedTo`. For a group's event only in what is
    /// served at the id and sent to Mobilizon: Mobilizon shows it on the group's page only then, the Pleroma family refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Url>,
    /// The group (FEP-1b12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Url>,
    /// Public here is needed for calendars.
    pub to: Vec<Url>,
    /// Secondary addressees.
    pub cc: Vec<Url>,
    /// The title, plain text, 3 to 200 characters (Mobilizon).
    pub name: String,
    /// HTML with date, place and a short text: all that Mastodon shows.
    pub summary: String,
    /// HTML; always there, if only empty (Mobilizon).
    pub content: String,
    /// Always `text/html`.
    pub media_type: &'static str,
    /// A language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_language: Option<String>,
    /// The text by language tag; one entry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub content_map: BTreeMap<String, String>,
    /// RFC 3339: when it was published, never the start.
    pub published: String,
    /// RFC 3339; must grow with each edit, or Mastodon ignores it.
    pub updated: String,
    /// RFC 3339 with the offset of `timezone`.
    pub start_time: String,
    /// RFC 3339 with the offset of `timezone`; always there.
    pub end_time: String,
    /// False if the end is open.
    pub display_end_time: bool,
    /// An IANA name.
    pub timezone: String,
    /// Becomes `status` and `eventStatus`.
    #[serde(flatten, serialize_with = "status")]
    pub status: EventStatus,
    /// RFC 3339: when it would have begun, for a rescheduled event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_start_time: Option<String>,
    /// One of the 29 that Mobilizon and FEP-8a8e share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// One place, never a list: Mobilizon loses the event otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<OutgoingLocation>,
    /// It takes place online only.
    pub is_online: bool,
    /// How to take part; `None` of [`JoinMode`] must not be used, Mobilizon loses the event.
    #[serde(serialize_with = "join_mode")]
    pub join_mode: JoinMode,
    /// Where to take part with `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_participation_url: Option<Url>,
    /// How many can take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_attendee_capacity: Option<u32>,
    /// How many more can take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_attendee_capacity: Option<u32>,
    /// How many take part, where that is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant_count: Option<u32>,
    /// Always false.
    pub anonymous_participation_enabled: bool,
    /// `allow_all` or `closed`.
    pub replies_moderation_option: &'static str,
    /// The same as a flag.
    pub comments_enabled: bool,
    /// Who organizes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizers: Option<CollectionRef>,
    /// Who takes part; the count only where it is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees: Option<CollectionRef>,
    /// The collection of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<RepliesRef>,
    /// The thread (FEP-7888).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Url>,
    /// Hide pictures behind a click.
    pub sensitive: bool,
    /// Hashtags and mentions; the group is mentioned, so that answers reach it.
    pub tag: Vec<OutgoingTag>,
    /// The flyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<OutgoingImage>,
    /// Banner, pictures, and the `Website` link of a hybrid event.
    pub attachment: Vec<OutgoingAttachment>,
    /// Who may quote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction_policy: Option<InteractionPolicy>,
}

impl OutgoingEvent {
    /// The document served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        Context::Event.wrap(self)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn status<S: Serializer>(status: &EventStatus, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("status", status.as_ical())?;
    map.serialize_entry("eventStatus", status.as_str())?;
    map.end()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn join_mode<S: Serializer>(mode: &JoinMode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(mode.as_str())
}

/// Where an event takes place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum OutgoingLocation {
    /// A physical place.
    Place(OutgoingPlace),
    /// Online only.
    VirtualLocation {
        /// Plain text.
        name: String,
        /// Where to go; left out where only guests may know.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<Url>,
    },
}

/// A physical place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutgoingPlace {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Url>,
    /// Plain text; Friendica and Gancio need it.
    pub name: String,
    /// The address in parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<OutgoingAddress>,
    /// Degrees north. Must be finite.
    #[serde(skip_serializing_if = "not_finite")]
    pub latitude: Option<f64>,
    /// Degrees east. Must be finite.
    #[serde(skip_serializing_if = "not_finite")]
    pub longitude: Option<f64>,
}

/// A number that is not finite would become `null`.
#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn not_finite(number: &Option<f64>) -> bool {
    number.is_none_or(|number| !number.is_finite())
}

/// A `PostalAddress`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "PostalAddress", rename_all = "camelCase")]
pub struct OutgoingAddress {
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_locality: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_region: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_country: Option<String>,
}

/// A collection inside an event: its id, and as much as may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Collection", rename_all = "camelCase")]
pub struct CollectionRef {
    /// The id.
    pub id: Url,
    /// How many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u32>,
    /// Who they are; left out where that is not shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Url>,
}
