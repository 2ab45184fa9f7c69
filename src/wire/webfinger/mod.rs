//! WebFinger (RFC 7033): from a handle to an actor and back.
//!
//! Belongs here: handles, and the JSON documents of both directions. Does not belong here: asking, and the check that an
//! actor and its handle confirm each other (`federation`).

mod handle;
mod jrd;
mod outgoing;

pub use handle::{Handle, HandleError, Resource};
pub use jrd::{Jrd, JrdLink};
pub use outgoing::{ActorJrd, OutgoingJrd, OutgoingLink};

/// The media type of WebFinger answers.
pub const JRD_TYPE: &str = "application/jrd+json";

/// Link relation of the actor itself.
pub const REL_SELF: &str = "self";
/// Link relation of the page for people.
pub const REL_PROFILE: &str = "http://webfinger.net/rel/profile-page";
/// Link relation of the portrait.
pub const REL_AVATAR: &str = "http://webfinger.net/rel/avatar";
/// Link relation of the page where one acts on something remote (`OStatus`).
pub const REL_SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";
/// Link relation from a host to its instance actor (FEP-d556).
pub const REL_SERVICE: &str = "https://www.w3.org/ns/activitystreams#Service";
/// What the link relations of activity intents begin with (FEP-3b86).
pub const REL_INTENT: &str = "https://w3id.org/fep/3b86/";

/// The media type that the strictest readers want on the `self` link.
pub const ACTIVITY_JSON: &str = "application/activity+json";

#[cfg(test)]
mod tests;
