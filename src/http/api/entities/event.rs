//! `Event` and those who answered one: Kith's own.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::event::{self, Disclosure, EventStatus, EventVisibility, JoinMode};
use crate::domain::participation::Standing;
use crate::http::api::openapi::shapes;
use crate::services::reading::{self, EventView, Waiting};
use crate::text::sanitize::sanitize;

use super::account::Account;
use super::{Desk, web};

/// An event as the caller may see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct Event {
    id: String,
    #[schema(format = Uri)]
    uri: String,
    #[schema(format = Uri)]
    url: String,
    title: String,
    /// HTML.
    description: String,
    #[schema(format = DateTime)]
    start_time: String,
    #[schema(required, format = DateTime)]
    end_time: Option<String>,
    /// IANA name.
    timezone: String,
    #[schema(schema_with = shapes::word::<EventStatus>)]
    status: &'static str,
    #[schema(required)]
    capacity: Option<i64>,
    /// Whether more people than seats may answer, and wait.
    waitlist: bool,
    going_count: i64,
    waitlist_count: i64,
    #[schema(schema_with = shapes::word::<JoinMode>)]
    join_mode: &'static str,
    #[schema(schema_with = shapes::word::<EventVisibility>)]
    visibility: &'static str,
    #[schema(required)]
    place: Option<Place>,
    #[schema(required, format = Uri)]
    online_url: Option<String>,
    #[schema(required)]
    group: Option<Account>,
    /// The person who organises it, where that is known; else the group.
    host: Account,
    #[schema(required)]
    own_participation: Option<OwnParticipation>,
    #[schema(required)]
    rrule: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Where an event happens. All texts plain; what the caller may not know is empty.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Place {
    name: String,
    street: String,
    city: String,
    postal_code: String,
    country: String,
    #[schema(required)]
    latitude: Option<f64>,
    #[schema(required)]
    longitude: Option<f64>,
    #[schema(schema_with = shapes::word::<Disclosure>)]
    disclosure: &'static str,
}

impl From<&event::Place> for Place {
    fn from(place: &event::Place) -> Self {
        Place {
            name: place.name.clone(),
            street: place.street.clone(),
            city: place.city.clone(),
            postal_code: place.postal_code.clone(),
            country: place.country.clone(),
            latitude: place.latitude,
            longitude: place.longitude,
            disclosure: place.disclosure.as_str(),
        }
    }
}

/// Where the caller stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct OwnParticipation {
    #[schema(schema_with = shapes::word::<Standing>)]
    status: &'static str,
    guests: i64,
    /// The place on the waiting list, from 1.
    #[schema(required)]
    position: Option<i64>,
}

impl Event {
    pub(in crate::http::api) fn of(view: &EventView, waiting: Waiting, desk: &Desk<'_>) -> Event {
        let event = &view.event;
        let host = view.organizer.as_ref().unwrap_or(&view.host);
        let told = view.is_told_details();
        Event {
            id: event.id.to_string(),
            uri: event.uri.clone(),
            url: web(event.url.as_deref()).unwrap_or_else(|| event.uri.clone()),
            title: event.title.clone(),
            description: sanitize(&event.content),
            start_time: event.starts_at.rfc3339_millis(),
            end_time: event.ends_at.map(Timestamp::rfc3339_millis),
            timezone: event.timezone.clone(),
            status: event.status.as_str(),
            capacity: event.capacity,
            waitlist: event.capacity.is_some(),
            going_count: event.going,
            waitlist_count: waiting.count,
            join_mode: event.join_mode.as_str(),
            visibility: event.visibility.as_str(),
            place: event.place.as_ref().map(|place| {
                if told {
                    Place::from(place)
                } else {
                    Place::from(&place.as_told_to_all())
                }
            }),
            online_url: web(event.online_url.as_deref()).filter(|_| told),
            group: view.host.is_group().then(|| Account::of(&view.host, desk)),
            host: Account::of(host, desk),
            own_participation: own(view, waiting),
            rrule: None,
            created_at: event.published_at.rfc3339_millis(),
        }
    }
}

fn own(view: &EventView, waiting: Waiting) -> Option<OwnParticipation> {
    let (standing, guests) = match &view.own {
        Some(own) => (own.standing, own.guests),
        None if view.invitation.is_some() => (Standing::Invited, 0),
        None => return None,
    };
    Some(OwnParticipation {
        status: standing.as_str(),
        guests,
        position: waiting.position,
    })
}

/// Somebody who answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct Attendee {
    account: Account,
    #[schema(schema_with = shapes::word::<Standing>)]
    status: &'static str,
    guests: i64,
    #[schema(required)]
    position: Option<i64>,
}

impl Attendee {
    pub(in crate::http::api) fn of(found: &reading::Attendee, desk: &Desk<'_>) -> Attendee {
        Attendee {
            account: Account::of(&found.actor, desk),
            status: found.participation.standing.as_str(),
            guests: found.participation.guests,
            position: found.position,
        }
    }
}
