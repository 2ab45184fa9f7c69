//! Collections we serve, and tombstones.

use serde::Serialize;
use serde_json::value::RawValue;
use url::Url;

use super::Document;
use crate::wire::activitystreams::context::Context;

/// An `OrderedCollection`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename = "OrderedCollection", rename_all = "camelCase")]
pub struct OutgoingCollection {
    /// The id.
    pub id: Url,
    /// Whose it is (needed for threads, FEP-7888).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<Url>,
    /// How many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
    /// What can be seen of it.
    #[serde(flatten)]
    pub body: CollectionBody,
}

/// What can be seen of a collection.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum CollectionBody {
    /// Only the count. Without `first` Mastodon shows the list as hidden.
    Hidden {},
    /// Everything at once.
    #[serde(rename_all = "camelCase")]
    Items {
        /// Ids or whole objects, as JSON.
        ordered_items: Vec<Box<RawValue>>,
    },
    /// In pages.
    Pages {
        /// The address of the first page; no query, some peers sign without it.
        first: Url,
    },
}

/// An `OrderedCollectionPage`.
#[derive(Debug, Clone, Serialize)]
#[serde(
    tag = "type",
    rename = "OrderedCollectionPage",
    rename_all = "camelCase"
)]
pub struct OutgoingPage {
    /// The id.
    pub id: Url,
    /// The collection.
    pub part_of: Url,
    /// The next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Url>,
    /// Ids or whole objects, as JSON.
    pub ordered_items: Vec<Box<RawValue>>,
}

impl OutgoingCollection {
    /// The document served at its id; `context` is that of the embedded items.
    #[must_use]
    pub fn document(self, context: Context) -> Document<Self> {
        context.wrap(self)
    }
}

impl OutgoingPage {
    /// The document served at its id; `context` is that of the embedded items.
    #[must_use]
    pub fn document(self, context: Context) -> Document<Self> {
        context.wrap(self)
    }
}

/// What stands where something was deleted; served with status 410.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Tombstone", rename_all = "camelCase")]
pub struct OutgoingTombstone {
    /// The id of what was deleted.
    pub id: Url,
    /// What it was; Gancio needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_type: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
}

impl OutgoingTombstone {
    /// The document served at its id.
    #[must_use]
    pub fn document(self) -> Document<Self> {
        Context::Plain.wrap(self)
    }
}
