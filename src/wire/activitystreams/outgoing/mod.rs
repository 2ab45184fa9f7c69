//! What we send and serve. One form each, pinned by tests: no `null`, lists always lists, types always one string.
//!
//! Belongs here: the shape of documents. Does not belong here: which ids things have (`domain::uris`), who gets a
//! document, and cleaning or writing HTML.

mod activity;
mod actor;
mod collection;
mod event;
mod note;
mod parts;

use serde::Serialize;

pub use activity::{ActivityObject, OutgoingActivity};
pub use actor::{
    ActorCore, Capabilities, Endpoints, Generator, OutgoingActor, OutgoingField, OutgoingMultikey,
    OutgoingPublicKey, Specification,
};
pub use collection::{CollectionBody, OutgoingCollection, OutgoingPage, OutgoingTombstone};
pub use event::{CollectionRef, OutgoingAddress, OutgoingEvent, OutgoingLocation, OutgoingPlace};
pub use note::{OutgoingNote, OutgoingOption};
pub use parts::{
    InteractionPolicy, OutgoingAttachment, OutgoingAuthorization, OutgoingImage, OutgoingQuote,
    OutgoingTag, RepliesRef,
};

use super::context::Context;

/// A body with its `@context`.
#[derive(Debug, Clone, Serialize)]
pub struct Document<T> {
    /// The terms it uses.
    #[serde(rename = "@context")]
    pub context: Context,
    /// The properties.
    #[serde(flatten)]
    pub body: T,
}

impl<T: Serialize> Document<T> {
    /// The JSON text that is signed and sent.
    ///
    /// # Panics
    /// Never for the types of this module: all keys are strings and all values plain.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("outgoing types hold only what JSON can hold")
    }
}

#[cfg(test)]
mod tests;
