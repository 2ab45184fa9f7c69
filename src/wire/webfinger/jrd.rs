//! Answers of other servers.

use serde::Deserialize;
use url::Url;

use super::{ACTIVITY_JSON, Handle, REL_INTENT, REL_SELF, REL_SERVICE, REL_SUBSCRIBE};
use crate::wire::activitystreams::{ParseError, lenient, read};

/// Most links and aliases that are read; more and the answer is refused.
const MAX_LINKS: usize = 200;

/// A WebFinger answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Jrd {
    /// What it is about: `acct:name@host`. Can name another account than the one asked for.
    #[serde(default, deserialize_with = "lenient::text")]
    pub subject: Option<String>,
    /// Other names of the same.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub aliases: Vec<String>,
    /// Where to find what.
    #[serde(default, deserialize_with = "links")]
    pub links: Vec<JrdLink>,
}

/// A link of a WebFinger answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct JrdLink {
    /// The relation; some servers write a list.
    #[serde(default, rename = "rel", deserialize_with = "lenient::strings")]
    pub rels: Vec<String>,
    /// The media type.
    #[serde(default, rename = "type", deserialize_with = "lenient::text")]
    pub media_type: Option<String>,
    /// Where it leads.
    #[serde(default, deserialize_with = "lenient::text")]
    pub href: Option<String>,
    /// Where it leads, with places to fill in.
    #[serde(default, deserialize_with = "lenient::text")]
    pub template: Option<String>,
}

fn links<'de, D: serde::de::Deserializer<'de>>(d: D) -> Result<Vec<JrdLink>, D::Error> {
    lenient::items(d, MAX_LINKS, "links")
}

impl Jrd {
    /// Reads an answer.
    ///
    /// # Errors
    /// Too deep or wide, not a JSON object, or more than 200 links.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes)
    }

    /// The ids of the actors it leads to, best first. More than one where a person and a group share a name (Lemmy).
    #[must_use]
    pub fn actors(&self) -> Vec<Url> {
        let mut ids: Vec<Url> = Vec::new();
        for link in self
            .with_rel(REL_SELF)
            .filter(|link| link.is_activitystreams())
        {
            if let Some(id) = link
                .href
                .as_deref()
                .and_then(lenient::parse_id)
                .filter(|id| !ids.contains(id))
            {
                ids.push(id);
            }
        }
        ids
    }

    /// The account it is about. `None` if that is not a handle.
    #[must_use]
    pub fn handle<S: AsRef<str>>(&self, listed: &[S]) -> Option<Handle> {
        self.subject
            .as_deref()
            .filter(|subject| subject.starts_with("acct:"))
            .and_then(|subject| Handle::parse(subject, listed).ok())
    }

    /// The instance actor (FEP-d556).
    #[must_use]
    pub fn service(&self) -> Option<Url> {
        self.with_rel(REL_SERVICE)
            .find_map(|link| link.href.as_deref().and_then(lenient::parse_id))
    }

    /// The address template with `{uri}` of the page where one acts on something remote.
    #[must_use]
    pub fn subscribe_template(&self) -> Option<&str> {
        self.with_rel(REL_SUBSCRIBE)
            .find_map(JrdLink::safe_template)
    }

    /// The address template for an activity intent such as `Join` (FEP-3b86).
    #[must_use]
    pub fn intent(&self, name: &str) -> Option<&str> {
        let is_it = |rel: &String| rel.strip_prefix(REL_INTENT) == Some(name);
        self.links
            .iter()
            .filter(|link| link.rels.iter().any(is_it))
            .find_map(JrdLink::safe_template)
    }

    fn with_rel(&self, rel: &str) -> impl Iterator<Item = &JrdLink> {
        self.links
            .iter()
            .filter(move |link| link.rels.iter().any(|candidate| candidate == rel))
    }
}

impl JrdLink {
    fn is_activitystreams(&self) -> bool {
        let Some(kind) = self.media_type.as_deref() else {
            return false;
        };
        let kind = kind.trim().to_ascii_lowercase();
        kind == ACTIVITY_JSON
            || kind.starts_with("application/activity+json;")
            || (kind.starts_with("application/ld+json")
                && kind.contains("https://www.w3.org/ns/activitystreams"))
    }

    /// The template, only if it leads to a web page: it will be opened in a browser.
    fn safe_template(&self) -> Option<&str> {
        self.template.as_deref().filter(|template| {
            let plain = template.replace(['{', '}'], "");
            Url::parse(&plain).is_ok_and(|url| lenient::acceptable_id(&url))
        })
    }
}
