//! Posts, articles, events, polls and the like as they arrive. What we send is in `outgoing`.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;
use url::Url;

use super::attachment::{Attachment, Picture, attachments, picture};
use super::event::EventParts;
use super::interaction::IncomingPolicy;
use super::lenient::{self, LanguageMap};
use super::poll::Poll;
use super::tag::{Tags, tags};
use super::{PUBLIC, ParseError, read};
use crate::domain::clock::Timestamp;
use crate::domain::uris::same_origin;

/// Longest text that is kept, in bytes. The body limit allows more, people do not write it.
const MAX_CONTENT: usize = 256 * 1024;

/// Longest title that is kept, in characters.
const MAX_NAME: usize = 2_048;

/// An object of any type that can be shown as a post: `Note`, `Article`, `Page`, `Question`, `Event`, `Video` and others.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingObject {
    /// The id. Its origin decides who may speak for the object.
    #[serde(deserialize_with = "lenient::required_id")]
    pub id: Url,
    /// The type.
    #[serde(rename = "type", deserialize_with = "lenient::kind")]
    pub kind: String,
    /// The authors.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub attributed_to: Vec<Url>,
    /// The Pleroma family's author; the organizing person of a Mobilizon event.
    #[serde(default, deserialize_with = "lenient::id")]
    pub actor: Option<Url>,
    /// Primary addressees.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub to: Vec<Url>,
    /// Secondary addressees.
    #[serde(default, deserialize_with = "lenient::ids")]
    pub cc: Vec<Url>,
    /// The group it was said in (FEP-1b12).
    #[serde(default, deserialize_with = "lenient::id")]
    pub audience: Option<Url>,
    /// The title, plain text; for a vote the chosen option, byte for byte.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: Option<String>,
    /// The text, usually HTML, not cleaned.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: Option<String>,
    /// HTML: a content warning for notes, a short text for events and articles.
    #[serde(default, deserialize_with = "lenient::text")]
    pub summary: Option<String>,
    /// The media type of `content` where it is not HTML.
    #[serde(default, deserialize_with = "lenient::text")]
    pub media_type: Option<String>,
    /// The text as its author typed it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub source: Option<Source>,
    /// Hide pictures behind a click.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub sensitive: Option<bool>,
    /// What it answers.
    #[serde(default, deserialize_with = "lenient::id")]
    pub in_reply_to: Option<Url>,
    #[serde(default, rename = "url", deserialize_with = "lenient::pages")]
    pages: Vec<(Url, Option<String>)>,
    /// When it was published, by its author's clock.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub published: Option<Timestamp>,
    /// When it was last edited.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub updated: Option<Timestamp>,
    /// Mentions and hashtags.
    #[serde(default, rename = "tag", deserialize_with = "tags")]
    pub tags: Tags,
    /// Pictures, files and links.
    #[serde(default, rename = "attachment", deserialize_with = "attachments")]
    pub attachments: Vec<Attachment>,
    /// The picture beside it (a flyer, a thumbnail).
    #[serde(default, deserialize_with = "picture")]
    pub image: Option<Picture>,
    /// The language tag of the text.
    #[serde(default, deserialize_with = "language")]
    pub language: Option<String>,
    #[serde(default, deserialize_with = "language")]
    in_language: Option<String>,
    #[serde(default, deserialize_with = "lenient::language_map")]
    content_map: LanguageMap,
    #[serde(default, deserialize_with = "lenient::language_map")]
    name_map: LanguageMap,
    #[serde(default, deserialize_with = "lenient::language_map")]
    summary_map: LanguageMap,
    /// The thread (FEP-7888), if its id can be fetched.
    #[serde(default, deserialize_with = "lenient::id")]
    pub context: Option<Url>,
    #[serde(default, deserialize_with = "lenient::id")]
    conversation: Option<Url>,
    /// The collection of answers.
    #[serde(default, deserialize_with = "lenient::id")]
    pub replies: Option<Url>,
    /// The collection of likes.
    #[serde(default, deserialize_with = "lenient::id")]
    pub likes: Option<Url>,
    /// The collection of announces.
    #[serde(default, deserialize_with = "lenient::id")]
    pub shares: Option<Url>,
    /// The collection it was posted into (FEP-400e).
    #[serde(default, deserialize_with = "lenient::id")]
    pub target: Option<Url>,
    #[serde(default, deserialize_with = "lenient::id")]
    quote: Option<Url>,
    #[serde(default, deserialize_with = "lenient::id")]
    quote_url: Option<Url>,
    #[serde(default, deserialize_with = "lenient::id")]
    quote_uri: Option<Url>,
    #[serde(default, rename = "_misskey_quote", deserialize_with = "lenient::id")]
    misskey_quote: Option<Url>,
    /// What proves that the author of the quoted post agrees (FEP-044f).
    #[serde(default, deserialize_with = "lenient::id")]
    pub quote_authorization: Option<Url>,
    /// Who may answer, quote, like and announce it.
    #[serde(default, deserialize_with = "lenient::embedded")]
    pub interaction_policy: Option<IncomingPolicy>,
    /// What makes it an event. There for every `Event`, and for nothing else.
    #[serde(skip)]
    pub event: Option<Box<EventParts>>,
    /// What makes it a poll. There for every `Question`, and for nothing else.
    #[serde(skip)]
    pub poll: Option<Box<Poll>>,
}

/// What its author typed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub content: Option<String>,
    /// Its form: `text/markdown`, `text/bbcode`, `text/plain`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub media_type: Option<String>,
}

impl IncomingObject {
    /// Reads an object from a fetched document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON, no acceptable `id`, no `type`, or more tags, attachments or poll options than allowed.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let raw: Box<serde_json::value::RawValue> = read(bytes)?;
        Self::from_json(raw.get())
    }

    /// Reads an object that is part of a document whose shape was checked.
    pub(crate) fn from_json(text: &str) -> Result<Self, ParseError> {
        let mut object: Self = serde_json::from_str(text)?;
        match object.kind.as_str() {
            "Event" => object.event = Some(Box::new(serde_json::from_str(text)?)),
            "Question" => object.poll = Some(Box::new(serde_json::from_str(text)?)),
            _ => {}
        }
        object.settle();
        Ok(object)
    }

    /// Fills gaps from the alternative properties and cuts what is too long.
    fn settle(&mut self) {
        let or_first = |text: &mut Option<String>, map: &LanguageMap| {
            if text.is_none() {
                *text = map.first().map(str::to_owned);
            }
        };
        or_first(&mut self.content, &self.content_map);
        or_first(&mut self.name, &self.name_map);
        or_first(&mut self.summary, &self.summary_map);
        let mapped = self.content_map.language_of(self.content.as_deref());
        let mapped = mapped.or_else(|| self.name_map.language_of(self.name.as_deref()));
        let mapped = mapped
            .or_else(|| self.summary_map.language_of(self.summary.as_deref()))
            .map(str::to_owned);
        self.language = mapped
            .or_else(|| self.language.take())
            .or_else(|| self.in_language.take());
        self.context = self.context.take().or_else(|| self.conversation.take());
        for text in [&mut self.content, &mut self.summary].into_iter().flatten() {
            lenient::clip_bytes(text, MAX_CONTENT);
        }
        if let Some(name) = &mut self.name {
            lenient::clip_chars(name, MAX_NAME);
        }
    }

    /// The page for people, only if it is on the object's own origin: a link elsewhere must not pass as the original.
    #[must_use]
    pub fn page_url(&self) -> Option<&Url> {
        lenient::pick_page(&self.pages).filter(|url| same_origin(url, &self.id))
    }

    /// The post it quotes, under any of the names in use.
    #[must_use]
    pub fn quoted(&self) -> Option<&Url> {
        self.quote
            .as_ref()
            .or(self.quote_url.as_ref())
            .or(self.quote_uri.as_ref())
            .or(self.misskey_quote.as_ref())
    }

    /// The first author, else the actor.
    #[must_use]
    pub fn author(&self) -> Option<&Url> {
        self.attributed_to.first().or(self.actor.as_ref())
    }

    /// True if `owner` is its `actor` or among its `attributedTo`.
    #[must_use]
    pub fn belongs_to(&self, owner: &Url) -> bool {
        self.actor.as_ref() == Some(owner) || self.attributed_to.contains(owner)
    }

    /// True for the form in which poll votes come: a name, no text, and what it answers. Whether the answered object
    /// is a poll of ours is for the caller to look up.
    #[must_use]
    pub fn is_vote(&self) -> bool {
        matches!(self.kind.as_str(), "Note" | "Answer")
            && self.name.is_some()
            && self.content.is_none()
            && self.in_reply_to.is_some()
            && self.attachments.is_empty()
    }

    /// Everybody addressed openly: `to`, then `cc`.
    pub fn addressees(&self) -> impl Iterator<Item = &Url> {
        self.to.iter().chain(&self.cc)
    }

    /// True if the special public collection is in `to` or `cc`.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.addressees().any(|id| id.as_str() == PUBLIC)
    }

    /// True if the special public collection is in `to`: only such events belong in calendars and search (FEP-8a8e).
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.to.iter().any(|id| id.as_str() == PUBLIC)
    }

    /// The picture across the top: the attachment marked as banner, else `image`, else the first picture attached.
    #[must_use]
    pub fn banner(&self) -> Option<Picture> {
        let marked =
            |a: &&Attachment| a.is_image() && (a.is_banner || a.name.as_deref() == Some("Banner"));
        let shown = |a: &Attachment| Picture {
            url: Some(a.url.clone()),
            media_type: a.media_type.clone(),
            alt: a.alt().map(str::to_owned),
        };
        let first = || self.attachments.iter().find(|a| a.is_image()).map(shown);
        self.attachments
            .iter()
            .find(marked)
            .map(shown)
            .or_else(|| self.image.clone())
            .or_else(first)
    }

    /// Where an event takes place online: its virtual location, else the link that Mobilizon names `Website`.
    #[must_use]
    pub fn online_address(&self) -> Option<&Url> {
        let places = self
            .event
            .as_ref()
            .and_then(|event| event.online.iter().find_map(|place| place.url.as_ref()));
        let website = |a: &&Attachment| a.kind == "Link" && a.name.as_deref() == Some("Website");
        places.or_else(|| {
            self.event
                .as_ref()
                .and(self.attachments.iter().find(website).map(|a| &a.url))
        })
    }
}

/// Reads a language: a tag, or Lemmy's `{"identifier": "en"}`, or the first of an array.
fn language<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    let one = |value: &Value| {
        let tag = value
            .as_str()
            .or_else(|| value.get("identifier").and_then(Value::as_str))?;
        lenient::is_language(tag).then(|| tag.to_owned())
    };
    Ok(match Value::deserialize(d)? {
        Value::Array(all) => all.iter().find_map(one),
        value => one(&value),
    })
}

#[cfg(test)]
mod tests;
