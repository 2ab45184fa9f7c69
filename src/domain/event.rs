//! Events: when, where, for how many.

use super::clock::Timestamp;
use super::ids::{ActorId, EventId, InvitationId};

words! {
    /// How one joins.
    pub enum JoinMode {
        Free = "free",
        /// The host approves each answer.
        Restricted = "restricted",
        /// Only those invited.
        Invite = "invite",
        /// Somewhere else; here there is only a link.
        External = "external",
    }
}

words! {
    /// Who may see an event.
    pub enum EventVisibility {
        Public = "public",
        Unlisted = "unlisted",
        Group = "group",
        Invited = "invited",
    }
}

impl EventVisibility {
    /// From wide to narrow.
    const fn rank(self) -> u8 {
        match self {
            EventVisibility::Public => 0,
            EventVisibility::Unlisted => 1,
            EventVisibility::Group => 2,
            EventVisibility::Invited => 3,
        }
    }

    /// The narrower of two.
    #[must_use]
    pub fn narrower(self, other: EventVisibility) -> EventVisibility {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }
}

words! {
    /// Whether it takes place.
    pub enum EventStatus {
        Confirmed = "confirmed",
        Tentative = "tentative",
        Cancelled = "cancelled",
    }
}

words! {
    /// Who may know the exact address, and the online link.
    pub enum Disclosure {
        /// Those who go, and those who host. Others see the name of the place and its town.
        Attendees = "attendees",
        Everyone = "everyone",
    }
}

impl Default for Disclosure {
    /// What was told to everyone cannot be taken back.
    fn default() -> Self {
        Disclosure::Attendees
    }
}

impl serde::Serialize for Disclosure {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Disclosure {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        // A word of a later version is kept from others like the narrowest of ours.
        Ok(Disclosure::parse(&word).unwrap_or_default())
    }
}

/// Where it happens. All texts plain.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Place {
    pub name: String,
    pub street: String,
    pub city: String,
    pub postal_code: String,
    pub country: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// Who may know more than name, town and country.
    pub disclosure: Disclosure,
}

impl Place {
    /// The place as everybody may know it.
    #[must_use]
    pub fn as_told_to_all(&self) -> Place {
        if self.disclosure == Disclosure::Everyone {
            return self.clone();
        }
        Place {
            name: self.name.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            ..Place::default()
        }
    }
}

/// An event, hosted by a group or a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub uri: String,
    pub url: Option<String>,
    pub local: bool,
    /// `attributedTo`: the group, or the person for a personal event.
    pub host: ActorId,
    /// The person who organises it, when the host is a group.
    pub organizer: Option<ActorId>,
    /// Plain text.
    pub title: String,
    /// Plain text or HTML from elsewhere; empty for local events.
    pub summary: String,
    /// HTML; from elsewhere it is unsafe until sanitised.
    pub content: String,
    /// Markdown; local events only.
    pub source: Option<String>,
    pub language: Option<String>,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    /// IANA name.
    pub timezone: String,
    pub place: Option<Place>,
    pub online_url: Option<String>,
    /// Seats; `None` for no limit.
    pub capacity: Option<i64>,
    /// Seats in use: those going and their guests.
    pub seats_taken: i64,
    pub going: i64,
    pub join_mode: JoinMode,
    pub visibility: EventVisibility,
    pub status: EventStatus,
    pub published_at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

impl Event {
    /// Seats left; `None` when there is no limit.
    #[must_use]
    pub fn seats_left(&self) -> Option<i64> {
        self.capacity.map(|all| (all - self.seats_taken).max(0))
    }

    /// Whether everybody who sees it may know the exact address and the online link.
    #[must_use]
    pub fn discloses_all(&self) -> bool {
        let place = self.place.as_ref();
        place.is_some_and(|place| place.disclosure == Disclosure::Everyone)
    }

    /// Whether anybody may see it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(
            self.visibility,
            EventVisibility::Public | EventVisibility::Unlisted
        )
    }
}

words! {
    /// What became of an invitation.
    pub enum InvitationState {
        Pending = "pending",
        Accepted = "accepted",
        Maybe = "maybe",
        Declined = "declined",
        Withdrawn = "withdrawn",
        /// From somebody who may not invite to that event: shown, grants nothing.
        Recommended = "recommended",
    }
}

/// Somebody invited somebody to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    /// The id of the Invite.
    pub uri: String,
    pub event: EventId,
    pub inviter: ActorId,
    pub invitee: ActorId,
    pub state: InvitationState,
    /// Plain text.
    pub message: String,
    pub created_at: Timestamp,
}

impl Invitation {
    /// Whether it opens the event: it was not taken back, and who sent it may invite.
    #[must_use]
    pub fn opens(&self) -> bool {
        !matches!(
            self.state,
            InvitationState::Withdrawn | InvitationState::Recommended
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_never_shown_to_more_than_before() {
        use EventVisibility::{Group, Invited, Public, Unlisted};
        assert_eq!(Invited.narrower(Public), Invited);
        assert_eq!(Group.narrower(Unlisted), Group);
        assert_eq!(Public.narrower(Invited), Invited);
        assert_eq!(Public.narrower(Public), Public);
    }
}
