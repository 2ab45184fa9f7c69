//! From domain types to what others see. Only local things are rendered; what others made is passed on as it came.

mod actor;
mod event;
mod note;

pub use actor::{ActorCard, actor, instance, stub};
pub use event::{EventCard, event};
pub use note::{Named, NoteCard, audience, note};

use url::Url;

use super::PUBLIC;

/// An address that this server built or checked before it stored it.
///
/// # Panics
/// When the stored text is no URL, which no version of this program writes.
#[must_use]
pub fn url(text: &str) -> Url {
    Url::parse(text).expect("stored addresses were checked when they were written")
}

/// The Public collection.
#[must_use]
pub fn public() -> Url {
    url(PUBLIC)
}
