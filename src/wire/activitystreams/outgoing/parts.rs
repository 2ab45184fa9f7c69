//! Pieces that several kinds of documents share.

use serde::{Serialize, Serializer};
use url::Url;

use super::Document;
use crate::wire::activitystreams::context::Context;

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

/// Who may quote (FEP-044f) and answer, without asking. Empty lists mean nobody but the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InteractionPolicy {
    /// Everybody, a followers collection, or the author alone.
    pub quote: Vec<Url>,
    /// The same for answers; `None` where everybody who reads it may answer.
    pub answer: Option<Vec<Url>>,
}

impl Serialize for InteractionPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut policy = serde_json::json!({"canQuote": {"automaticApproval": self.quote}});
        if let Some(who) = &self.answer {
            policy["canReply"] = serde_json::json!({"automaticApproval": who});
        }
        policy.serialize(serializer)
    }
}

/// The post that a post of ours shows, under all names in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingQuote {
    quote: Url,
    quote_uri: Url,
    quote_url: Url,
    #[serde(rename = "_misskey_quote")]
    misskey_quote: Url,
    /// What proves that its author agrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_authorization: Option<Url>,
}

impl OutgoingQuote {
    /// Shows `quoted`, with the authorization where there is one.
    #[must_use]
    pub fn new(quoted: &Url, authorization: Option<Url>) -> Self {
        OutgoingQuote {
            quote: quoted.clone(),
            quote_uri: quoted.clone(),
            quote_url: quoted.clone(),
            misskey_quote: quoted.clone(),
            quote_authorization: authorization,
        }
    }
}

/// What proves that an author of ours agrees to a quote (FEP-044f).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingAuthorization {
    /// The id.
    pub id: Url,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The author of the quoted post.
    pub attributed_to: Url,
    /// The quoting post.
    pub interacting_object: Url,
    /// The quoted post.
    pub interaction_target: Url,
}

impl OutgoingAuthorization {
    /// `author` agrees to `quoting` showing `quoted`.
    #[must_use]
    pub fn new(id: Url, author: Url, quoting: Url, quoted: Url) -> Self {
        OutgoingAuthorization {
            id,
            kind: "QuoteAuthorization",
            attributed_to: author,
            interacting_object: quoting,
            interaction_target: quoted,
        }
    }

    /// The document served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        Context::QuoteAuthorization.wrap(self)
    }
}
