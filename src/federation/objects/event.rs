//! A remote event, from its document.

use crate::domain::actor::Actor;
use crate::domain::event::{Disclosure, Event, EventStatus, EventVisibility, JoinMode, Place};
use crate::domain::ids::{ActorId, EventId};
use crate::services::Ctx;
use crate::text::name::clean_name;
use crate::wire::activitystreams::event::{
    EventStatus as WireStatus, JoinMode as WireJoin, Place as WirePlace,
};
use crate::wire::activitystreams::note::IncomingObject;

const TITLE: usize = 200;

/// Reads an event of `host`; `None` when it has no title or no start.
#[must_use]
pub fn read(
    ctx: &Ctx,
    host: &Actor,
    organizer: Option<ActorId>,
    object: &IncomingObject,
) -> Option<Event> {
    let parts = object.event.as_deref()?;
    let title = clean_name(object.name.as_deref()?, TITLE);
    let starts_at = parts.start?;
    let now = ctx.now();
    Some(Event {
        id: EventId(0),
        uri: object.id.to_string(),
        url: object.page_url().map(ToString::to_string),
        local: false,
        host: host.id,
        organizer,
        title,
        summary: object.summary.clone().unwrap_or_default(),
        content: object.content.clone().unwrap_or_default(),
        source: None,
        language: object.language.clone(),
        starts_at,
        ends_at: parts
            .end
            .filter(|end| parts.display_end && *end >= starts_at),
        timezone: parts
            .timezone
            .map_or_else(|| "UTC".to_owned(), |zone| zone.name().to_owned()),
        place: parts.places.first().map(place),
        online_url: parts
            .online
            .iter()
            .find_map(|place| place.url.as_ref())
            .or_else(|| object.online_address())
            .filter(|url| url.scheme() == "https")
            .map(ToString::to_string),
        capacity: parts.capacity.filter(|n| *n > 0).map(i64::from),
        seats_taken: taken(parts.capacity, parts.remaining),
        going: parts.participants.map_or(0, i64::from),
        join_mode: match parts.join_mode {
            Some(WireJoin::Restricted) => JoinMode::Restricted,
            Some(WireJoin::Invite) => JoinMode::Invite,
            Some(WireJoin::External | WireJoin::None) => JoinMode::External,
            Some(WireJoin::Free) | None => JoinMode::Free,
        },
        visibility: visibility(host, object),
        status: match parts.status {
            WireStatus::Cancelled => EventStatus::Cancelled,
            WireStatus::Tentative | WireStatus::Postponed => EventStatus::Tentative,
            WireStatus::Scheduled | WireStatus::Rescheduled | WireStatus::MovedOnline => {
                EventStatus::Confirmed
            }
        },
        published_at: object.published.unwrap_or(now).min(now),
        edited_at: object.updated,
    })
}

fn taken(capacity: Option<u32>, remaining: Option<u32>) -> i64 {
    match (capacity, remaining) {
        (Some(all), Some(left)) => i64::from(all.saturating_sub(left)),
        _ => 0,
    }
}

fn visibility(host: &Actor, object: &IncomingObject) -> EventVisibility {
    let followers = host.followers.as_deref();
    if object.is_listed() {
        EventVisibility::Public
    } else if object.is_public() {
        EventVisibility::Unlisted
    } else if object
        .to
        .iter()
        .chain(&object.cc)
        .any(|url| Some(url.as_str()) == followers)
    {
        EventVisibility::Group
    } else {
        EventVisibility::Invited
    }
}

fn place(wire: &WirePlace) -> Place {
    let text = |field: &Option<String>| clean_name(field.as_deref().unwrap_or_default(), TITLE);
    let name = text(&wire.name);
    Place {
        name: if name.is_empty() {
            text(&wire.address_text)
        } else {
            name
        },
        street: text(&wire.address.street_address),
        city: text(&wire.address.address_locality),
        postal_code: text(&wire.address.postal_code),
        country: text(&wire.address.address_country),
        latitude: wire.latitude,
        longitude: wire.longitude,
        disclosure: Disclosure::Everyone,
    }
}
