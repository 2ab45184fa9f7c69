//! NodeInfo (FEP-f1d5, FEP-0151): what software runs on a server.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::activitystreams::{ParseError, lenient, read};

/// Link relation of version 2.0 documents.
pub const REL_2_0: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";
/// Link relation of version 2.1 documents.
pub const REL_2_1: &str = "http://nodeinfo.diaspora.software/ns/schema/2.1";
/// Link relation of the instance actor (FEP-2677).
pub const REL_APPLICATION: &str = "https://www.w3.org/ns/activitystreams#Application";
/// The media type of version 2.1 documents.
pub const NODEINFO_TYPE: &str =
    "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"";

/// Most links of the well-known document; more and it is refused.
const MAX_LINKS: usize = 50;

/// The well-known document of another server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NodeInfoLinks {
    #[serde(default, deserialize_with = "links")]
    links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Link {
    #[serde(default, deserialize_with = "lenient::text")]
    rel: Option<String>,
    #[serde(default, deserialize_with = "lenient::id")]
    href: Option<Url>,
}

fn links<'de, D: serde::de::Deserializer<'de>>(d: D) -> Result<Vec<Link>, D::Error> {
    lenient::items(d, MAX_LINKS, "links")
}

impl NodeInfoLinks {
    /// Reads the well-known document.
    ///
    /// # Errors
    /// Too deep or wide, not a JSON object, or more than 50 links.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        read(bytes)
    }

    /// Where the NodeInfo document is: 2.1, else 2.0.
    #[must_use]
    pub fn document(&self) -> Option<&Url> {
        self.find(REL_2_1).or_else(|| self.find(REL_2_0))
    }

    /// The instance actor (FEP-2677).
    #[must_use]
    pub fn application(&self) -> Option<&Url> {
        self.find(REL_APPLICATION)
    }

    fn find(&self, rel: &str) -> Option<&Url> {
        self.links
            .iter()
            .filter(|link| link.rel.as_deref() == Some(rel))
            .find_map(|link| link.href.as_ref())
    }
}

/// What another server says about itself. Only for choosing among known dialects and for showing to admins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeInfo {
    /// The software in lower case, at most 64 characters: `mastodon`, `mobilizon`.
    pub software: Option<String>,
    /// Its version, at most 64 characters.
    pub version: Option<String>,
    /// What it speaks.
    pub protocols: Vec<String>,
    /// Anybody can make an account; `None` if not told.
    pub open_registrations: Option<bool>,
    /// How many accounts; `None` if not told.
    pub users: Option<u64>,
    /// The name of the server, at most 200 characters.
    pub name: Option<String>,
    /// What the server is for, at most 1,000 characters.
    pub description: Option<String>,
}

impl NodeInfo {
    /// Reads a NodeInfo document.
    ///
    /// # Errors
    /// Too deep or wide, not JSON; [`ParseError::WrongKind`] if nothing in it names a software.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let document: Value = read(bytes)?;
        let software =
            clipped(document.pointer("/software/name"), 64).map(|name| name.trim().to_lowercase());
        if software.is_none() {
            return Err(ParseError::WrongKind);
        }
        let protocols = document.get("protocols").and_then(Value::as_array);
        let words = protocols
            .into_iter()
            .flatten()
            .take(50)
            .filter_map(|word| clipped(Some(word), 64));
        Ok(NodeInfo {
            software,
            version: clipped(document.pointer("/software/version"), 64),
            protocols: words.collect(),
            open_registrations: document.get("openRegistrations").and_then(Value::as_bool),
            users: document
                .pointer("/usage/users/total")
                .and_then(Value::as_u64),
            name: clipped(document.pointer("/metadata/nodeName"), 200),
            description: clipped(document.pointer("/metadata/nodeDescription"), 1_000),
        })
    }
}

fn clipped(value: Option<&Value>, most: usize) -> Option<String> {
    let mut text = lenient::text_of(value?)?;
    lenient::clip_chars(&mut text, most);
    Some(text)
}

/// Our well-known document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutgoingNodeInfoLinks {
    links: Vec<OutgoingLink>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct OutgoingLink {
    rel: &'static str,
    href: Url,
}

impl OutgoingNodeInfoLinks {
    /// Links to the version 2.1 document and to the instance actor.
    #[must_use]
    pub fn new(document: Url, instance_actor: Url) -> Self {
        let link = |rel, href| OutgoingLink { rel, href };
        OutgoingNodeInfoLinks {
            links: vec![
                link(REL_2_1, document),
                link(REL_APPLICATION, instance_actor),
            ],
        }
    }
}

/// Our NodeInfo document, version 2.1. The types of its fields are exact: crawlers are strict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingNodeInfo {
    version: &'static str,
    software: Software,
    protocols: [&'static str; 1],
    services: Services,
    open_registrations: bool,
    usage: Usage,
    metadata: Metadata,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Software {
    name: &'static str,
    version: String,
    repository: Url,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Services {
    inbound: [&'static str; 0],
    outbound: [&'static str; 0],
}

/// Numbers of our server. What is `None` is not told; nothing wrong is ever told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Accounts.
    pub users: Users,
    /// Posts that are not answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_posts: Option<u64>,
    /// Answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_comments: Option<u64>,
}

/// Accounts of our server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// All.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Seen within 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_month: Option<u64>,
    /// Seen within 180 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_halfyear: Option<u64>,
}

/// What we tell people about our server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The name of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_description: Option<String>,
    /// The ids of its admins, if they agree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staff_accounts: Vec<Url>,
}

/// Whether anybody can make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrations {
    /// Anybody can.
    Open,
    /// Only who was invited.
    Closed,
}

impl OutgoingNodeInfo {
    /// A document for this version of Kith, whose source is at `repository`.
    #[must_use]
    pub fn new(
        repository: Url,
        registrations: Registrations,
        usage: Usage,
        metadata: Metadata,
    ) -> Self {
        OutgoingNodeInfo {
            version: "2.1",
            software: Software {
                name: "kith",
                version: env!("CARGO_PKG_VERSION").to_owned(),
                repository,
            },
            protocols: ["activitypub"],
            services: Services::default(),
            open_registrations: registrations == Registrations::Open,
            usage,
            metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn our_document_has_all_required_fields_and_hides_numbers_that_are_not_told() {
        let document = OutgoingNodeInfo::new(
            url("https://kith.example/source"),
            Registrations::Closed,
            Usage::default(),
            Metadata::default(),
        );
        assert_eq!(
            serde_json::to_value(&document).unwrap(),
            json!({"version": "2.1", "software": {"name": "kith", "version": env!("CARGO_PKG_VERSION"), "repository": "https://kith.example/source"},
                "protocols": ["activitypub"], "services": {"inbound": [], "outbound": []}, "openRegistrations": false,
                "usage": {"users": {}}, "metadata": {}})
        );
        let read = NodeInfo::parse(serde_json::to_string(&document).unwrap().as_bytes()).unwrap();
        assert_eq!((read.software.as_deref(), read.users), (Some("kith"), None));
    }

    #[test]
    fn the_well_known_document_leads_to_the_instance_actor() {
        let ours = OutgoingNodeInfoLinks::new(
            url("https://kith.example/nodeinfo/2.1"),
            url("https://kith.example/actor"),
        );
        let read = NodeInfoLinks::parse(serde_json::to_string(&ours).unwrap().as_bytes()).unwrap();
        assert_eq!(read.document().unwrap().path(), "/nodeinfo/2.1");
        assert_eq!(read.application().unwrap().path(), "/actor");
    }

    #[test]
    fn odd_documents_are_read_as_far_as_they_go() {
        let read = NodeInfo::parse(br#"{"software": {"name": "Friendica", "version": 3}, "protocols": {"inbound": []}, "usage": 5}"#).unwrap();
        assert_eq!(
            (read.software.as_deref(), read.version.as_deref()),
            (Some("friendica"), Some("3"))
        );
        assert!(matches!(NodeInfo::parse(b"{}"), Err(ParseError::WrongKind)));
        assert!(NodeInfo::parse(b"[]").is_err() && NodeInfo::parse(b"<html>").is_err());
    }
}
