//! An event as pages show it.

use crate::domain::event::{Event, EventStatus, EventVisibility, JoinMode, Place};
use crate::domain::participation::Standing;
use crate::domain::uris::Uris;
use crate::services::reading::EventView;
use crate::text::name::clean_name;

use super::actor_card::ActorCard;
use super::links;
use super::when::{Span, span};

const TITLE_CHARS: usize = 200;
const PLACE_CHARS: usize = 200;

/// One event, as much of it as its viewer may see.
#[derive(Debug, Clone)]
pub(super) struct EventCard {
    pub(super) title: String,
    /// Its page on this server.
    pub(super) href: String,
    pub(super) span: Span,
    /// What everyone may know of the place: its name and city; may be empty.
    pub(super) place: String,
    /// Street and postal code, for those who take part.
    pub(super) street: String,
    /// More about where will be told to those who take part.
    pub(super) more_for_guests: bool,
    pub(super) online: bool,
    /// Where to meet online, for those who take part.
    pub(super) online_url: Option<String>,
    pub(super) host: ActorCard,
    pub(super) organizer: Option<ActorCard>,
    /// `12 going · 3 seats left`; may be empty.
    pub(super) seats: String,
    pub(super) is_full: bool,
    status: EventStatus,
    /// How one joins, in words.
    pub(super) joining: &'static str,
    /// Who sees it, when not everyone.
    pub(super) audience: Option<&'static str>,
    /// How the viewer stands to it.
    pub(super) own: Option<&'static str>,
}

impl EventCard {
    pub(super) fn of(uris: &Uris, view: &EventView) -> EventCard {
        let event = &view.event;
        let told = view.is_told_details();
        let place = event.place.as_ref();
        let street = place.map(street).unwrap_or_default();
        let online_url = event
            .online_url
            .as_deref()
            .and_then(links::web_link)
            .map(String::from);
        EventCard {
            title: title(event),
            href: format!("/events/{}", event.id),
            span: span(event),
            place: place.map(name_and_city).unwrap_or_default(),
            more_for_guests: !told && (!street.is_empty() || online_url.is_some()),
            street: if told { street } else { String::new() },
            online: event.online_url.is_some(),
            online_url: online_url.filter(|_| told),
            host: ActorCard::of(uris, &view.host),
            organizer: view.organizer.as_ref().map(|o| ActorCard::of(uris, o)),
            seats: seats(event),
            is_full: event.seats_left() == Some(0),
            status: event.status,
            joining: joining(event.join_mode),
            audience: match event.visibility {
                EventVisibility::Public => None,
                EventVisibility::Unlisted => Some("Whoever has the link"),
                EventVisibility::Group => Some("Members of the group"),
                EventVisibility::Invited => Some("People who are invited"),
            },
            own: view.own.as_ref().and_then(|own| standing(own.standing)),
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.status == EventStatus::Cancelled
    }

    pub(super) fn is_tentative(&self) -> bool {
        self.status == EventStatus::Tentative
    }

    /// A list of events.
    pub(super) fn list(uris: &Uris, views: &[EventView]) -> Vec<EventCard> {
        views.iter().map(|view| EventCard::of(uris, view)).collect()
    }

    /// One line for previews: when and where.
    pub(super) fn summary(&self) -> String {
        let mut line = format!("{} ({})", self.span.start.text, self.span.zone);
        for part in [self.place.as_str(), self.seats.as_str()] {
            if !part.is_empty() {
                line.push_str(" · ");
                line.push_str(part);
            }
        }
        line
    }
}

/// The title of an event, never empty.
pub(super) fn title(event: &Event) -> String {
    let title = clean_name(&event.title, TITLE_CHARS);
    if title.is_empty() {
        "An event without a title".to_owned()
    } else {
        title
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| clean_name(part, PLACE_CHARS))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

fn name_and_city(place: &Place) -> String {
    joined(&[&place.name, &place.city, &place.country])
}

fn street(place: &Place) -> String {
    joined(&[&place.street, &place.postal_code])
}

fn seats(event: &Event) -> String {
    let going = match event.going {
        0 => String::new(),
        n => format!("{n} going"),
    };
    let left = match event.seats_left() {
        None => return going,
        Some(0) => "no seats left".to_owned(),
        Some(1) => "1 seat left".to_owned(),
        Some(n) => format!("{n} seats left"),
    };
    if going.is_empty() {
        left
    } else {
        format!("{going} · {left}")
    }
}

const fn joining(mode: JoinMode) -> &'static str {
    match mode {
        JoinMode::Free => "Everyone can come.",
        JoinMode::Restricted => "The host looks at each answer.",
        JoinMode::Invite => "For people who are invited.",
        JoinMode::External => "Answers are taken somewhere else; see the text.",
    }
}

const fn standing(standing: Standing) -> Option<&'static str> {
    Some(match standing {
        Standing::Going => "You are going.",
        Standing::Maybe => "You said maybe.",
        Standing::Waitlisted => "You are on the waiting list.",
        Standing::Requested => "You asked to come; the host has not answered yet.",
        Standing::Invited => "You are invited.",
        Standing::Declined | Standing::Left | Standing::Removed => return None,
    })
}
