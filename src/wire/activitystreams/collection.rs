//! Collections and their pages, and tombstones.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;
use url::Url;

use super::object_ref::{ObjectRef, object_ref};
use super::{ParseError, lenient, read};
use crate::domain::clock::Timestamp;

/// Most items of one collection or page that are read; more and it is refused.
pub const MAX_ITEMS: usize = 5_000;

/// A `Collection`, `OrderedCollection`, or a page of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingCollection {
    /// The id; embedded pages often have none.
    #[serde(default, deserialize_with = "lenient::id")]
    pub id: Option<Url>,
    /// The type.
    #[serde(rename = "type", deserialize_with = "collection_kind")]
    pub kind: String,
    /// How many there are, by the server's claim.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub total_items: Option<u64>,
    #[serde(default, deserialize_with = "members")]
    items: Vec<ObjectRef>,
    #[serde(default, deserialize_with = "members")]
    ordered_items: Vec<ObjectRef>,
    /// The first page, embedded or by id.
    #[serde(default, deserialize_with = "object_ref")]
    pub first: Option<ObjectRef>,
    /// The next page.
    #[serde(default, deserialize_with = "lenient::id")]
    pub next: Option<Url>,
    /// The collection that this is a page of.
    #[serde(default, deserialize_with = "lenient::id")]
    pub part_of: Option<Url>,
    /// Whose it is.
    #[serde(default, deserialize_with = "lenient::id")]
    pub attributed_to: Option<Url>,
}

impl IncomingCollection {
    /// Reads a collection or page from a fetched document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, not a collection type, or more than [`MAX_ITEMS`] items.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes)
    }

    /// Reads a collection that is part of a document whose shape was checked.
    pub(crate) fn from_json(text: &str) -> Result<Self, ParseError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The items in this document, without those of further pages, in order.
    pub fn items(&self) -> impl Iterator<Item = &ObjectRef> {
        self.ordered_items.iter().chain(&self.items)
    }
}

fn collection_kind<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let kind = lenient::kind(d)?;
    match kind.as_str() {
        "Collection" | "OrderedCollection" | "CollectionPage" | "OrderedCollectionPage" => Ok(kind),
        _ => Err(D::Error::custom("the type is not that of a collection")),
    }
}

fn members<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<ObjectRef>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(d)? else {
        return Ok(Vec::new());
    };
    ObjectRef::list_from_raw(&raw, MAX_ITEMS).map_err(D::Error::custom)
}

/// What stands where something was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingTombstone {
    /// The id of what was deleted.
    #[serde(deserialize_with = "lenient::required_id")]
    pub id: Url,
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    kind: String,
    /// What it was.
    #[serde(default, deserialize_with = "lenient::optional_kind")]
    pub former_type: Option<String>,
    /// When it was deleted.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub deleted: Option<Timestamp>,
}

impl IncomingTombstone {
    /// Reads a tombstone from a fetched document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, no acceptable `id`; [`ParseError::WrongKind`] if it is something else.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let found: Self = read(bytes)?;
        if found.kind == "Tombstone" {
            Ok(found)
        } else {
            Err(ParseError::WrongKind)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_from_either_property() {
        let page = IncomingCollection::parse(
            br#"{"type": "CollectionPage", "next": "https://a.example/2", "items": ["https://a.example/x", {"type": "Note"}, 4],
                 "orderedItems": "https://a.example/y"}"#,
        )
        .unwrap();
        let ids: Vec<_> = page.items().map(|item| item.id().map(Url::path)).collect();
        assert_eq!(ids, [Some("/y"), Some("/x"), None]);
        assert!(page.next.is_some());
    }

    #[test]
    fn the_first_page_can_be_embedded() {
        let whole = IncomingCollection::parse(
            br#"{"id": "https://a.example/c", "type": "OrderedCollection", "totalItems": "7",
                 "first": {"type": "OrderedCollectionPage", "orderedItems": ["https://a.example/x"]}}"#,
        )
        .unwrap();
        let first = whole
            .first
            .as_ref()
            .and_then(ObjectRef::embedded)
            .unwrap()
            .as_collection()
            .unwrap();
        assert_eq!((whole.total_items, first.items().count()), (Some(7), 1));
    }

    #[test]
    fn other_types_are_not_collections() {
        assert!(IncomingCollection::parse(br#"{"type": "Note"}"#).is_err());
        assert!(matches!(
            IncomingTombstone::parse(br#"{"id": "https://a.example/1", "type": "Note"}"#),
            Err(ParseError::WrongKind)
        ));
    }
}
