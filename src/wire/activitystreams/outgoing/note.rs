//! Our posts and polls.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use std::collections::BTreeMap;
use url::Url;

use super::Document;
use super::parts::{InteractionPolicy, OutgoingAttachment, OutgoingQuote, OutgoingTag, RepliesRef};
use crate::wire::activitystreams::context::Context;

/// A `Note`, or a `Question` if it has options.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingNote {
    /// The id.
    pub id: Url,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// The author.
    pub attributed_to: Url,
    /// Primary addressees.
    pub to: Vec<Url>,
    /// Secondary addressees.
    pub cc: Vec<Url>,
    /// The group it is said in (FEP-1b12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Url>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Url>,
    /// RFC 3339: when it was published.
    pub published: String,
    /// RFC 3339: when it was last edited; must grow, or Mastodon ignores the edit. Absent for new totals of a poll.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// A content warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Hide pictures behind a click.
    pub sensitive: bool,
    /// HTML. A poll vote has a name instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The text by language tag; one entry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub content_map: BTreeMap<String, String>,
    /// The chosen option, only for votes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Mentions and hashtags.
    pub tag: Vec<OutgoingTag>,
    /// Pictures.
    pub attachment: Vec<OutgoingAttachment>,
    /// The thread (FEP-7888).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Url>,
    /// The collection of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<RepliesRef>,
    /// The post it shows.
    #[serde(flatten)]
    pub quote: Option<OutgoingQuote>,
    /// Who may quote and answer it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction_policy: Option<InteractionPolicy>,
    /// RFC 3339: when voting ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// RFC 3339: when voting ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// How many voted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voters_count: Option<u32>,
    /// The answers to choose one of; makes it a `Question`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<OutgoingOption>,
    /// The answers of which several can be chosen; makes it a `Question`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<OutgoingOption>,
}

impl OutgoingNote {
    /// A note without text, addressed to nobody; `published` is RFC 3339.
    #[must_use]
    pub fn new(id: Url, attributed_to: Url, published: String) -> Self {
        OutgoingNote {
            id,
            kind: "Note",
            url: None,
            attributed_to,
            to: Vec::new(),
            cc: Vec::new(),
            audience: None,
            in_reply_to: None,
            published,
            updated: None,
            summary: None,
            sensitive: false,
            content: None,
            content_map: BTreeMap::new(),
            name: None,
            tag: Vec::new(),
            attachment: Vec::new(),
            context: None,
            replies: None,
            quote: None,
            interaction_policy: None,
            end_time: None,
            closed: None,
            voters_count: None,
            one_of: Vec::new(),
            any_of: Vec::new(),
        }
    }

    /// Makes it a `Question` with these answers, of which one can be chosen, or `several`. Without answers it stays a note.
    #[must_use]
    pub fn with_options(mut self, options: Vec<OutgoingOption>, several: bool) -> Self {
        self.kind = if options.is_empty() {
            "Note"
        } else {
            "Question"
        };
        if several {
            self.any_of = options;
        } else {
            self.one_of = options;
        }
        self
    }

    /// The context its terms need.
    #[must_use]
    pub fn context(&self) -> Context {
        if self.one_of.is_empty() && self.any_of.is_empty() {
            Context::Note
        } else {
            Context::Question
        }
    }

    /// The document served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        self.context().wrap(self)
    }
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingOption {
    /// The text; votes repeat it byte for byte.
    pub name: String,
    /// How many chose it, unless that is not told yet.
    pub votes: Option<u32>,
}

impl Serialize for OutgoingOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut option = serializer.serialize_struct("Note", 3)?;
        option.serialize_field("type", "Note")?;
        option.serialize_field("name", &self.name)?;
        let replies = match self.votes {
            Some(votes) => serde_json::json!({"type": "Collection", "totalItems": votes}),
            None => serde_json::json!({"type": "Collection"}),
        };
        option.serialize_field("replies", &replies)?;
        option.end()
    }
}
