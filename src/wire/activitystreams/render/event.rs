//! Events of this instance (§8.3).

use std::collections::BTreeMap;

use chrono::{SecondsFormat, TimeZone};
use chrono_tz::Tz;
use url::Url;

use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventStatus, EventVisibility, JoinMode, Place};
use crate::domain::uris::Uris;
use crate::wire::activitystreams::event::{EventStatus as WireStatus, JoinMode as WireJoin};
use crate::wire::activitystreams::outgoing::{
    CollectionRef, InteractionPolicy, OutgoingAddress, OutgoingAttachment, OutgoingEvent,
    OutgoingLocation, OutgoingPlace, OutgoingTag, RepliesRef,
};

use super::{public, url};

/// Where an event without a place is.
const ONLINE: &str = "Online";

/// What a local event's document is made of.
#[derive(Debug, Clone, Copy)]
pub struct EventCard<'a> {
    pub event: &'a Event,
    pub host_uri: &'a str,
    /// `@name@host`
    pub host_handle: &'a str,
    pub host_followers: &'a str,
    pub host_is_group: bool,
    pub organizer_uri: Option<&'a str>,
    /// The people invited to an event that is only for them.
    pub invited: &'a [String],
    /// Whether `actor` names the organizer of a group's event: in what is served, and for Mobilizon.
    pub with_organizer: bool,
    pub uris: &'a Uris,
}

/// An event as it is served and sent.
#[must_use]
pub fn event(card: &EventCard<'_>) -> OutgoingEvent {
    let event = card.event;
    let (to, cc) = audience(card);
    let group = card.host_is_group.then(|| url(card.host_uri));
    let organizer = card.organizer_uri.filter(|_| card.host_is_group);
    let people = organizer
        .into_iter()
        .chain([card.host_uri])
        .map(url)
        .collect::<Vec<_>>();
    OutgoingEvent {
        id: url(&event.uri),
        url: url(&event.uri),
        uuid: None,
        attributed_to: url(card.host_uri),
        actor: if card.host_is_group {
            organizer.filter(|_| card.with_organizer).map(url)
        } else {
            Some(url(card.host_uri))
        },
        audience: group,
        to,
        cc,
        name: event.title.clone(),
        summary: summary(event),
        content: event.content.clone(),
        media_type: "text/html",
        in_language: event.language.clone(),
        content_map: event
            .language
            .iter()
            .map(|lang| (lang.clone(), event.content.clone()))
            .collect::<BTreeMap<_, _>>(),
        published: event.published_at.rfc3339(),
        updated: event.edited_at.unwrap_or(event.published_at).rfc3339(),
        start_time: in_zone(event.starts_at, &event.timezone),
        end_time: in_zone(end(event), &event.timezone),
        display_end_time: event.ends_at.is_some(),
        timezone: event.timezone.clone(),
        status: status(event.status),
        previous_start_time: None,
        category: Some("MEETING".to_owned()),
        location: location(event),
        is_online: event.place.is_none() && event.online_url.is_some(),
        join_mode: join_mode(event.join_mode),
        external_participation_url: None,
        maximum_attendee_capacity: count(event.capacity),
        remaining_attendee_capacity: count(event.seats_left()),
        participant_count: count(Some(event.going)),
        anonymous_participation_enabled: false,
        replies_moderation_option: "allow_all",
        comments_enabled: true,
        organizers: Some(collection(event, "organizers", people.len(), people)),
        attendees: Some(CollectionRef {
            id: url(&format!("{}/attendees", event.uri)),
            total_items: count(Some(event.going)),
            items: Vec::new(),
        }),
        replies: Some(RepliesRef(url(&format!("{}/replies", event.uri)))),
        context: None,
        sensitive: false,
        tag: tags(card),
        image: None,
        attachment: website(event),
        interaction_policy: event.is_public().then(|| InteractionPolicy {
            quote: vec![public()],
            answer: None,
        }),
    }
}

fn audience(card: &EventCard<'_>) -> (Vec<Url>, Vec<Url>) {
    match card.event.visibility {
        EventVisibility::Public => (vec![public()], vec![url(card.host_followers)]),
        EventVisibility::Unlisted => (vec![url(card.host_followers)], vec![public()]),
        EventVisibility::Group => (vec![url(card.host_followers)], Vec::new()),
        EventVisibility::Invited => (
            card.invited.iter().map(|uri| url(uri)).collect(),
            Vec::new(),
        ),
    }
}

fn collection(event: &Event, name: &str, total: usize, items: Vec<Url>) -> CollectionRef {
    CollectionRef {
        id: url(&format!("{}/{name}", event.uri)),
        total_items: u32::try_from(total).ok(),
        items,
    }
}

fn tags(card: &EventCard<'_>) -> Vec<OutgoingTag> {
    if card.host_is_group {
        vec![OutgoingTag::Mention {
            name: card.host_handle.to_owned(),
            href: url(card.host_uri),
        }]
    } else {
        Vec::new()
    }
}

/// Date, place and the text: all that Mastodon shows.
fn summary(event: &Event) -> String {
    let zone: Tz = event.timezone.parse().unwrap_or(Tz::UTC);
    let start = zone.from_utc_datetime(&event.starts_at.to_datetime().naive_utc());
    let mut when = start.format("%a %-d %b %Y, %H:%M").to_string();
    if let Some(end) = event.ends_at {
        let end = zone.from_utc_datetime(&end.to_datetime().naive_utc());
        let same_day = end.date_naive() == start.date_naive();
        when.push_str(
            &end.format(if same_day {
                " – %H:%M"
            } else {
                " – %a %-d %b %Y, %H:%M"
            })
            .to_string(),
        );
    }
    let place = event.place.as_ref().map(place_line).unwrap_or_default();
    format!(
        "<p><strong>{when} ({})</strong>{place}</p>{}",
        event.timezone, event.content
    )
}

fn place_line(place: &Place) -> String {
    let parts: Vec<String> = [&place.name, &place.city]
        .iter()
        .filter(|p| !p.is_empty())
        .map(|p| escape(p))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("<br>{}", parts.join(", "))
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The end that is sent: peers require one.
fn end(event: &Event) -> Timestamp {
    event
        .ends_at
        .unwrap_or_else(|| event.starts_at.plus(std::time::Duration::from_hours(2)))
}

/// RFC 3339 with the offset that `zone` has at that moment.
fn in_zone(at: Timestamp, zone: &str) -> String {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    zone.from_utc_datetime(&at.to_datetime().naive_utc())
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What everybody may know of the place. What only those who go may know is sent to nobody: no server can be told to
/// keep it from others.
fn location(event: &Event) -> Option<OutgoingLocation> {
    if let Some(place) = &event.place {
        let place = place.as_told_to_all();
        let some = |text: String| (!text.is_empty()).then_some(text);
        return Some(OutgoingLocation::Place(OutgoingPlace {
            id: None,
            name: place.name,
            address: Some(OutgoingAddress {
                street_address: some(place.street),
                postal_code: some(place.postal_code),
                address_locality: some(place.city),
                address_region: None,
                address_country: some(place.country),
            }),
            latitude: place.latitude,
            longitude: place.longitude,
        }));
    }
    event
        .online_url
        .as_ref()
        .map(|_link| OutgoingLocation::VirtualLocation {
            name: ONLINE.to_owned(),
            url: None,
        })
}

fn website(event: &Event) -> Vec<OutgoingAttachment> {
    let link = event
        .online_url
        .as_deref()
        .filter(|_| event.discloses_all());
    link.and_then(|text| Url::parse(text).ok())
        .map(|href| OutgoingAttachment::Link {
            href,
            media_type: "text/html".to_owned(),
            name: "Website".to_owned(),
        })
        .into_iter()
        .collect()
}

fn count(number: Option<i64>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok())
}

const fn status(status: EventStatus) -> WireStatus {
    match status {
        EventStatus::Confirmed => WireStatus::Scheduled,
        EventStatus::Tentative => WireStatus::Tentative,
        EventStatus::Cancelled => WireStatus::Cancelled,
    }
}

const fn join_mode(mode: JoinMode) -> WireJoin {
    match mode {
        JoinMode::Free => WireJoin::Free,
        JoinMode::Restricted => WireJoin::Restricted,
        JoinMode::Invite => WireJoin::Invite,
        JoinMode::External => WireJoin::External,
    }
}
