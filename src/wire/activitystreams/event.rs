//! The parts that make an object an event (FEP-8a8e, Mobilizon and the other event servers).

mod place;

use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use url::Url;

pub use place::{OnlinePlace, Place, PostalAddress, read_location};

use super::lenient::{self, LocalTime};
use crate::domain::clock::Timestamp;

/// Whether an event takes place. Unknown words count as scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventStatus {
    /// It takes place as announced.
    #[default]
    Scheduled,
    /// It may take place.
    Tentative,
    /// It does not take place.
    Cancelled,
    /// It takes place later; when is not known.
    Postponed,
    /// It was moved to the time now given.
    Rescheduled,
    /// It takes place online instead.
    MovedOnline,
}

/// How to take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinMode {
    /// Whoever joins is in.
    Free,
    /// A person decides.
    Restricted,
    /// Only who was invited.
    Invite,
    /// On another site.
    External,
    /// Not at all: the server does not handle answers.
    None,
}

impl EventStatus {
    /// FEP-8a8e's word, for `eventStatus`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EventStatus::Scheduled => "EventScheduled",
            EventStatus::Tentative => "EventTentative",
            EventStatus::Cancelled => "EventCancelled",
            EventStatus::Postponed => "EventPostponed",
            EventStatus::Rescheduled => "EventRescheduled",
            EventStatus::MovedOnline => "EventMovedOnline",
        }
    }

    /// iCalendar's word (RFC 5545 §3.8.1.11), for `status`. A postponed event is tentative.
    #[must_use]
    pub fn as_ical(self) -> &'static str {
        match self {
            EventStatus::Tentative | EventStatus::Postponed => "TENTATIVE",
            EventStatus::Cancelled => "CANCELLED",
            EventStatus::Scheduled | EventStatus::Rescheduled | EventStatus::MovedOnline => {
                "CONFIRMED"
            }
        }
    }
}

impl JoinMode {
    /// The word for `joinMode`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            JoinMode::Free => "free",
            JoinMode::Restricted => "restricted",
            JoinMode::Invite => "invite",
            JoinMode::External => "external",
            JoinMode::None => "none",
        }
    }
}

/// What an `Event` says beyond what every post says.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "RawEvent")]
pub struct EventParts {
    /// When it begins.
    pub start: Option<Timestamp>,
    /// The offset the start was written with, in seconds east of UTC: for showing the local time where `timezone` is missing.
    pub start_offset: Option<i32>,
    /// When it ends; `None` if that is not told or lies before the start.
    pub end: Option<Timestamp>,
    /// False if the end is only a guess and must not be shown.
    pub display_end: bool,
    /// The IANA zone, only if it is one.
    pub timezone: Option<Tz>,
    /// Where it takes place.
    pub places: Vec<Place>,
    /// Where it takes place online.
    pub online: Vec<OnlinePlace>,
    /// Whether it takes place.
    pub status: EventStatus,
    /// When it would have begun, for a rescheduled event.
    pub previous_start: Option<Timestamp>,
    /// How to take part; `None` if not told.
    pub join_mode: Option<JoinMode>,
    /// Where to take part with [`JoinMode::External`]: http, https or mailto.
    pub external_participation_url: Option<Url>,
    /// How many can take part; `None` is without limit.
    pub capacity: Option<u32>,
    /// How many more can take part, by the server's claim.
    pub remaining: Option<u32>,
    /// How many take part, by the server's claim.
    pub participants: Option<u32>,
    /// Who organizes it, where the ids were embedded.
    pub organizers: Vec<Url>,
    /// The collection of organizers.
    pub organizers_collection: Option<Url>,
    /// The collection of people who take part.
    pub attendees: Option<Url>,
    /// Whom to ask (Mobilizon).
    pub contacts: Vec<Url>,
    /// Categories in upper case.
    pub categories: Vec<String>,
    /// It takes place (also) online.
    pub is_online: bool,
    /// Comments are welcome; `None` if not told.
    pub comments_enabled: Option<bool>,
    /// Its author has not published it yet (Mobilizon).
    pub draft: bool,
    /// Whom a `Join` must be addressed to at least (FEP-8a8e).
    pub required_join_visibility: Vec<Url>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEvent {
    #[serde(default, deserialize_with = "lenient::event_time")]
    start_time: Option<LocalTime>,
    #[serde(default, deserialize_with = "lenient::event_time")]
    end_time: Option<LocalTime>,
    #[serde(default, deserialize_with = "lenient::event_time")]
    previous_start_time: Option<LocalTime>,
    #[serde(default, deserialize_with = "lenient::flag")]
    display_end_time: Option<bool>,
    #[serde(default, deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(default)]
    location: Value,
    #[serde(default, deserialize_with = "lenient::optional_kind")]
    event_status: Option<String>,
    #[serde(default, deserialize_with = "lenient::optional_kind")]
    status: Option<String>,
    #[serde(
        default,
        rename = "ical:status",
        deserialize_with = "lenient::optional_kind"
    )]
    ical_status: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    join_mode: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    external_participation_url: Option<String>,
    #[serde(default, deserialize_with = "lenient::count")]
    maximum_attendee_capacity: Option<u32>,
    #[serde(default, deserialize_with = "lenient::count")]
    remaining_attendee_capacity: Option<u32>,
    #[serde(default, deserialize_with = "lenient::count")]
    participant_count: Option<u32>,
    #[serde(default)]
    organizers: Value,
    #[serde(default)]
    attendees: Value,
    #[serde(default, deserialize_with = "lenient::ids")]
    contacts: Vec<Url>,
    #[serde(default, deserialize_with = "categories")]
    category: Vec<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    is_online: Option<bool>,
    #[serde(default, deserialize_with = "lenient::flag")]
    comments_enabled: Option<bool>,
    #[serde(default, deserialize_with = "lenient::flag")]
    draft: Option<bool>,
    #[serde(default, deserialize_with = "lenient::ids")]
    required_join_visibility: Vec<Url>,
}

impl From<RawEvent> for EventParts {
    fn from(raw: RawEvent) -> Self {
        let timezone: Option<Tz> = raw
            .timezone
            .as_deref()
            .and_then(|name| name.trim().parse().ok());
        let start = raw.start_time.map(|time| time.resolve(timezone));
        let end = raw
            .end_time
            .map(|time| time.resolve(timezone))
            .filter(|end| start.is_none_or(|start| *end >= start));
        let (places, online) = read_location(&raw.location);
        let words = [raw.event_status, raw.status, raw.ical_status];
        EventParts {
            start,
            start_offset: raw.start_time.and_then(|time| match time {
                LocalTime::Fixed(_, offset) => Some(offset),
                LocalTime::Floating(_) => None,
            }),
            end,
            display_end: end.is_some() && raw.display_end_time.unwrap_or(true),
            timezone,
            status: words
                .iter()
                .flatten()
                .find_map(|word| status_of(word))
                .unwrap_or_default(),
            previous_start: raw.previous_start_time.map(|time| time.resolve(timezone)),
            join_mode: raw.join_mode.as_deref().and_then(join_mode_of),
            external_participation_url: raw
                .external_participation_url
                .as_deref()
                .and_then(participation_link),
            capacity: raw.maximum_attendee_capacity.filter(|most| *most > 0),
            remaining: raw.remaining_attendee_capacity,
            participants: raw.participant_count.or_else(|| total_of(&raw.attendees)),
            organizers: members_of(&raw.organizers),
            organizers_collection: collection_of(&raw.organizers),
            attendees: lenient::id_of(&raw.attendees),
            contacts: raw.contacts,
            categories: raw.category,
            is_online: raw.is_online.unwrap_or(!online.is_empty()),
            comments_enabled: raw.comments_enabled,
            draft: raw.draft.unwrap_or(false),
            required_join_visibility: raw.required_join_visibility,
            places,
            online,
        }
    }
}

/// Reads `eventStatus`, `status` or `ical:status`: FEP-8a8e's names, schema.org's addresses or iCalendar's words.
fn status_of(word: &str) -> Option<EventStatus> {
    let word = word
        .rsplit(['/', ':', '#'])
        .next()
        .unwrap_or(word)
        .to_ascii_lowercase();
    Some(match word.strip_prefix("event").unwrap_or(&word) {
        "scheduled" | "confirmed" => EventStatus::Scheduled,
        "tentative" => EventStatus::Tentative,
        "cancelled" | "canceled" => EventStatus::Cancelled,
        "postponed" => EventStatus::Postponed,
        "rescheduled" => EventStatus::Rescheduled,
        "movedonline" => EventStatus::MovedOnline,
        _ => return None,
    })
}

fn join_mode_of(word: &str) -> Option<JoinMode> {
    let word = word
        .rsplit([':', '#', '/'])
        .next()
        .unwrap_or(word)
        .to_ascii_lowercase();
    Some(match word.as_str() {
        "free" => JoinMode::Free,
        "restricted" => JoinMode::Restricted,
        "invite" => JoinMode::Invite,
        "external" => JoinMode::External,
        "none" => JoinMode::None,
        _ => return None,
    })
}

fn participation_link(text: &str) -> Option<Url> {
    lenient::web_link(text).or_else(|| {
        Url::parse(text.trim())
            .ok()
            .filter(|url| url.scheme() == "mailto")
    })
}

fn total_of(value: &Value) -> Option<u32> {
    value
        .get("totalItems")
        .and_then(Value::as_u64)
        .and_then(|total| u32::try_from(total).ok())
}

/// The ids in `organizers`: a collection with items, or the ids themselves.
fn members_of(value: &Value) -> Vec<Url> {
    match value {
        Value::Object(map) => ["items", "orderedItems"]
            .iter()
            .find_map(|key| map.get(*key))
            .map(lenient::ids_of)
            .unwrap_or_default(),
        Value::Array(_) => lenient::ids_of(value),
        _ => Vec::new(),
    }
}

fn collection_of(value: &Value) -> Option<Url> {
    (!value.is_array()).then(|| lenient::id_of(value)).flatten()
}

fn categories<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    let all = lenient::strings(d)?;
    Ok(all
        .into_iter()
        .filter(|name| name.len() <= 64)
        .take(16)
        .map(|name| name.trim().to_uppercase())
        .collect())
}

#[cfg(test)]
mod tests;
