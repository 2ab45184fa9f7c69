//! Pieces that several kinds of documents share.

use serde::{Serialize, Serializer};
use url::Url;

use crate::wire::activitystreams::PUBLIC;

/// `icon` and `image`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Image", rename_all = "camelCase")]
pub struct OutgoingImage {
    /// For example `image/webp`.
    pub media_type: String,
    /// Where the file is.
    pub url: Url,
    /// Alt text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An entry of `tag`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum OutgoingTag {
    /// A hashtag; `name` begins with `#`.
    Hashtag {
        /// `#bouldering`.
        name: String,
        /// The page of the hashtag.
        href: Url,
    },
    /// Somebody mentioned.
    Mention {
        /// `@name@host`.
        name: String,
        /// The id of the actor.
        href: Url,
    },
}

/// An entry of `attachment` of a post or event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum OutgoingAttachment {
    /// A picture or file.
    #[serde(rename_all = "camelCase")]
    Document {
        /// For example `image/jpeg`; always there, because Gancio fails without it.
        media_type: String,
        /// Where the file is.
        url: Url,
        /// Alt text, or the mark `Banner`.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Alt text where the name is a mark.
        #[serde(skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
        /// FEP-8a8e: show it across the top.
        #[serde(skip_serializing_if = "Option::is_none")]
        is_banner_image: Option<bool>,
        /// Where to look, -1.0 to 1.0 each way.
        #[serde(skip_serializing_if = "Option::is_none")]
        focal_point: Option<[f64; 2]>,
        /// Pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        width: Option<u32>,
        /// Pixels.
        #[serde(skip_serializing_if = "Option::is_none")]
        height: Option<u32>,
        /// A blurred preview.
        #[serde(skip_serializing_if = "Option::is_none")]
        blurhash: Option<String>,
    },
    /// A link; the one named `Website` with `text/html` is where a hybrid event takes place online (Mobilizon).
    #[serde(rename_all = "camelCase")]
    Link {
        /// Where it leads.
        href: Url,
        /// `text/html`.
        media_type: String,
        /// The title.
        name: String,
    },
}

/// `replies`, by reference: its first page stands at `{id}/page`, like that of the collection itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepliesRef(
    /// The id of the collection.
    pub Url,
);

impl Serialize for RepliesRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id = self.0.as_str();
        let first = format!("{id}/page");
        serde_json::json!({"type": "OrderedCollection", "id": id, "first": first})
            .serialize(serializer)
    }
}

/// Who may quote (FEP-044f).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InteractionPolicy {
    /// Everybody may quote.
    QuotedByAll,
    /// Only these (a followers collection, or the author alone).
    QuotedBy(Vec<Url>),
}

impl Serialize for InteractionPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let who = match self {
            InteractionPolicy::QuotedByAll => serde_json::json!([PUBLIC]),
            InteractionPolicy::QuotedBy(who) => serde_json::json!(who),
        };
        serde_json::json!({"canQuote": {"automaticApproval": who}}).serialize(serializer)
    }
}
