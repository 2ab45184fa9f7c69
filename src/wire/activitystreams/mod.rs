//! ActivityStreams 2.0 objects, actors, activities and collections.
//!
//! Belongs here: `Incoming…` types, which accept every form that known peers send (one or many, string or object,
//! unknown fields ignored, `null` as absent), and `Outgoing…` types, which have exactly one form. Does not belong here:
//! JSON-LD processing (terms are read by their short names, as most of the network does) and trust: a parsed document
//! has only been understood, not believed.

pub mod activity;
pub mod actor;
pub mod attachment;
pub mod collection;
pub mod context;
pub mod event;
pub mod interaction;
pub mod lenient;
pub mod note;
pub mod object_ref;
pub mod outgoing;
pub mod poll;
pub mod render;
pub mod shape;
pub mod tag;

use serde::de::DeserializeOwned;

pub use shape::{Shape, check_shape};

/// The id of the special collection that stands for everybody (ActivityPub §5.6).
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Most tags an object may carry; more and the document is refused.
pub const MAX_TAGS: usize = 1_000;

/// Most attachments an object may carry; more and the document is refused.
pub const MAX_ATTACHMENTS: usize = 100;

/// Most options a `Question` may have, and most objects one activity may name; more and the document is refused.
pub const MAX_OPTIONS: usize = 500;

/// Why a document was refused. All of these are the sender's mistake.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Objects and arrays are nested deeper than the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// One object or array has more members than the limit.
    #[error("more than {0} members in one object or array")]
    TooWide(usize),
    /// The bytes are not UTF-8.
    #[error("not UTF-8")]
    NotUtf8(#[source] std::str::Utf8Error),
    /// Not JSON, a required property is missing or unusable, or a count limit is passed. The inner message says which.
    #[error("malformed document: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The document is well formed but of another kind than the one asked for.
    #[error("the type is not one of the expected ones")]
    WrongKind,
}

/// Checks the shape of `bytes` and reads them as `T`.
///
/// # Errors
/// Any [`ParseError`] but `WrongKind`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParseError> {
    check_shape(bytes, Shape::default())?;
    let text = std::str::from_utf8(bytes).map_err(ParseError::NotUtf8)?;
    Ok(serde_json::from_str(text)?)
}
