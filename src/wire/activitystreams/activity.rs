//! Activities as they arrive. What we send is in `outgoing`.

use serde::Deserialize;
use url::Url;

use super::object_ref::{ObjectRef, object_ref};
use super::{ParseError, lenient, read};
use crate::domain::clock::Timestamp;

/// The envelope of an activity of any type. Unknown types parse too; whoever dispatches on `kind` ignores them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingActivity {
    /// Some `Accept`, `Reject`, `Undo` and `Delete` come without one.
    #[serde(default, deserialize_with = "lenient::id")]
    pub id: Option<Url>,
    /// The type, `Create` for example.
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// Who acts. Must be who signed the request.
    #[serde(deserialize_with = "lenient::required_id")]
    pub actor: Url,
    /// What is acted on.
    #[serde(default, deserialize_with = "object_ref")]
    pub object: Option<ObjectRef>,
    /// To what or for whom: the invited person, the collection added to, the new account of a `Move`.
    #[serde(default, deserialize_with = "object_ref")]
    pub target: Option<ObjectRef>,
    /// From where: the group that a member is removed from.
    #[serde(default, deserialize_with = "lenient::id")]
    pub origin: Option<Url>,
    /// With what: the quoting post of a `QuoteRequest`.
    #[serde(default, deserialize_with = "object_ref")]
    pub instrument: Option<ObjectRef>,
    /// The outcome: the authorization that an `Accept{QuoteRequest}` hands out.
    #[serde(default, deserialize_with = "lenient::id")]
    pub result: Option<Url>,
    /// Primary addressees; entries that are no ids are left out.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub to: Vec<Url>,
    /// Secondary addressees.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub cc: Vec<Url>,
    /// Blind addressees. Never shown or passed on.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub bto: Vec<Url>,
    /// Blind secondary addressees. Never shown or passed on.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub bcc: Vec<Url>,
    /// The group it was said in (FEP-1b12).
    #[serde(default, deserialize_with = "lenient::id")]
    pub audience: Option<Url>,
    /// When it was done, by the sender's clock.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub published: Option<Timestamp>,
    /// When it was changed, by the sender's clock.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub updated: Option<Timestamp>,
    /// A message (HTML): the words of an invitation, the comment of a report, the emoji of a reaction.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: Option<String>,
    /// A reason (HTML) for a `Reject` or `Delete`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// The event that an answer is for.
    #[serde(default, deserialize_with = "lenient::id")]
    pub in_reply_to: Option<Url>,
    /// Answer by then.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub end_time: Option<Timestamp>,
    /// The words of somebody who asks to join (Mobilizon).
    #[serde(default, deserialize_with = "lenient::text")]
    pub participation_message: Option<String>,
    /// A block with this takes down what the person posted (Lemmy).
    #[serde(default, deserialize_with = "lenient::flag")]
    pub remove_data: Option<bool>,
}

impl IncomingActivity {
    /// Reads an activity from the body of a request.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, no `type`, no acceptable `actor`, or more than 500 objects.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes)
    }

    /// Reads an activity that is part of a document whose shape was checked.
    pub(crate) fn from_json(text: &str) -> Result<Self, ParseError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The id of the (first) object.
    #[must_use]
    pub fn object_id(&self) -> Option<&Url> {
        self.object.as_ref().and_then(ObjectRef::id)
    }

    /// The id of the (first) target.
    #[must_use]
    pub fn target_id(&self) -> Option<&Url> {
        self.target.as_ref().and_then(ObjectRef::id)
    }

    /// Everybody addressed openly: `to`, then `cc`.
    pub fn addressees(&self) -> impl Iterator<Item = &Url> {
        self.to.iter().chain(&self.cc)
    }

    /// True if the special public collection is in `to` or `cc`.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.addressees().any(|id| id.as_str() == super::PUBLIC)
    }
}

#[cfg(test)]
mod tests;
