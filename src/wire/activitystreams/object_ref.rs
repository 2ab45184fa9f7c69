//! What an activity is about: an id, an embedded document, or several of them.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;
use url::Url;

use super::activity::IncomingActivity;
use super::actor::IncomingActor;
use super::collection::IncomingCollection;
use super::note::IncomingObject;
use super::{MAX_OPTIONS, ParseError, lenient};
use crate::domain::uris::same_origin;

/// The value of `object`, `target`, `first` and the like.
#[derive(Debug, Clone)]
pub enum ObjectRef {
    /// Only an id; whoever needs more fetches it.
    Id(Url),
    /// A whole document. It may be believed only if its id has the origin of who sent it (FEP-fe34).
    Embedded(Box<Embedded>),
    /// Several of the above (poll votes of `GoToSocial`, reports).
    Many(Vec<ObjectRef>),
}

impl ObjectRef {
    /// The id of the first thing named. `None` for documents without one.
    #[must_use]
    pub fn id(&self) -> Option<&Url> {
        match self {
            ObjectRef::Id(id) => Some(id),
            ObjectRef::Embedded(embedded) => embedded.id.as_ref(),
            ObjectRef::Many(all) => all.iter().find_map(ObjectRef::id),
        }
    }

    /// The first embedded document.
    #[must_use]
    pub fn embedded(&self) -> Option<&Embedded> {
        match self {
            ObjectRef::Id(_) => None,
            ObjectRef::Embedded(embedded) => Some(embedded),
            ObjectRef::Many(all) => all.iter().find_map(ObjectRef::embedded),
        }
    }

    /// The type of the first embedded document.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.embedded()
            .and_then(|embedded| embedded.kind.as_deref())
    }

    /// Everything named, one by one; never yields [`ObjectRef::Many`].
    pub fn iter(&self) -> impl Iterator<Item = &ObjectRef> {
        match self {
            ObjectRef::Many(all) => all.iter(),
            one => std::slice::from_ref(one).iter(),
        }
    }

    /// Reads one value; `None` if nothing in it can be used.
    ///
    /// # Errors
    /// An array with more than `most` entries.
    pub(crate) fn from_raw(raw: &RawValue, most: usize) -> Result<Option<Self>, serde_json::Error> {
        if raw.get().starts_with('[') {
            let all = Self::list_from_raw(raw, most)?;
            return Ok((!all.is_empty()).then_some(ObjectRef::Many(all)));
        }
        Ok(Self::single(raw))
    }

    /// Reads one or many values; entries that cannot be used are skipped.
    ///
    /// # Errors
    /// An array with more than `most` entries.
    pub(crate) fn list_from_raw(
        raw: &RawValue,
        most: usize,
    ) -> Result<Vec<Self>, serde_json::Error> {
        if !raw.get().starts_with('[') {
            return Ok(Self::single(raw).into_iter().collect());
        }
        let entries: Vec<&RawValue> = serde_json::from_str(raw.get())?;
        if entries.len() > most {
            return Err(serde_json::Error::custom(format_args!(
                "more than {most} objects"
            )));
        }
        Ok(entries.into_iter().filter_map(Self::single).collect())
    }

    fn single(raw: &RawValue) -> Option<Self> {
        if raw.get().starts_with('"') {
            let text: String = serde_json::from_str(raw.get()).ok()?;
            return lenient::parse_id(&text).map(ObjectRef::Id);
        }
        let head: Head = serde_json::from_str(raw.get()).ok()?;
        Some(ObjectRef::Embedded(Box::new(Embedded {
            id: head.id,
            kind: head.kind,
            actor: head.actor,
            attributed_to: head.attributed_to,
            object: head.object,
            raw: raw.to_owned(),
        })))
    }
}

/// Reads an optional [`ObjectRef`]. Works only when reading JSON text, not a `Value`.
pub(crate) fn object_ref<'de, D: Deserializer<'de>>(d: D) -> Result<Option<ObjectRef>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(d)? else {
        return Ok(None);
    };
    ObjectRef::from_raw(&raw, MAX_OPTIONS).map_err(D::Error::custom)
}

/// A document inside another, read only as far as is needed to decide what to do with it.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// Its id, if it has an acceptable one.
    pub id: Option<Url>,
    /// Its type.
    pub kind: Option<String>,
    /// Its `actor`.
    pub actor: Option<Url>,
    /// Its `attributedTo`.
    pub attributed_to: Vec<Url>,
    /// The id of its own `object` (the event of an embedded `Join`).
    pub object: Option<Url>,
    raw: Box<RawValue>,
}

impl Embedded {
    /// The document exactly as it came.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        &self.raw
    }

    /// True if `owner` is its `actor` or among its `attributedTo`.
    #[must_use]
    pub fn belongs_to(&self, owner: &Url) -> bool {
        self.actor.as_ref() == Some(owner) || self.attributed_to.contains(owner)
    }

    /// True if it may be believed because `actor` sent it: its id has the actor's origin, and the actor owns it. Anything
    /// else has to be fetched from where its id says (FEP-fe34).
    #[must_use]
    pub fn is_of(&self, actor: &Url) -> bool {
        self.id.as_ref().is_some_and(|id| same_origin(id, actor)) && self.belongs_to(actor)
    }

    /// Reads it as a post, event or poll.
    ///
    /// # Errors
    /// As [`IncomingObject::parse`].
    pub fn as_object(&self) -> Result<IncomingObject, ParseError> {
        IncomingObject::from_json(self.raw.get())
    }

    /// Reads it as an actor.
    ///
    /// # Errors
    /// As [`IncomingActor::parse`].
    pub fn as_actor(&self) -> Result<IncomingActor, ParseError> {
        IncomingActor::from_json(self.raw.get())
    }

    /// Reads it as an activity.
    ///
    /// # Errors
    /// As [`IncomingActivity::parse`].
    pub fn as_activity(&self) -> Result<IncomingActivity, ParseError> {
        IncomingActivity::from_json(self.raw.get())
    }

    /// Reads it as a collection or page.
    ///
    /// # Errors
    /// As [`IncomingCollection::parse`].
    pub fn as_collection(&self) -> Result<IncomingCollection, ParseError> {
        IncomingCollection::from_json(self.raw.get())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default, deserialize_with = "lenient::id")]
    id: Option<Url>,
    #[serde(default, rename = "type", deserialize_with = "lenient::optional_kind")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    actor: Option<Url>,
    #[serde(default, deserialize_with = "lenient::ids")]
    attributed_to: Vec<Url>,
    #[serde(default, deserialize_with = "lenient::id")]
    object: Option<Url>,
}
