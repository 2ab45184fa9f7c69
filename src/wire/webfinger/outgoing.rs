//! Our answers.

use serde::Serialize;
use url::Url;

use super::{
    ACTIVITY_JSON, Handle, REL_AVATAR, REL_INTENT, REL_PROFILE, REL_SELF, REL_SERVICE,
    REL_SUBSCRIBE,
};

/// The activity intents that Kith has pages for, with the parameter that names what is acted on (FEP-3b86).
const INTENTS: [(&str, &str); 9] = [
    ("Follow", "object"),
    ("Join", "object"),
    ("Leave", "object"),
    ("Invite", "object"),
    ("Accept", "object"),
    ("Reject", "object"),
    ("TentativeAccept", "object"),
    ("Create", "content"),
    ("Object", "object"),
];

/// A WebFinger answer of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutgoingJrd {
    /// What it is about.
    pub subject: String,
    /// Other names of the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Url>,
    /// Where to find what.
    pub links: Vec<OutgoingLink>,
}

/// A link of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutgoingLink {
    /// The relation.
    pub rel: String,
    /// The media type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<Url>,
    /// Where it leads, with places to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// What an answer about an actor is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorJrd {
    /// Its handle.
    pub handle: Handle,
    /// Its id.
    pub id: Url,
    /// Its page.
    pub page: Url,
    /// Its portrait and the media type of that.
    pub avatar: Option<(Url, String)>,
    /// The page that acts on remote things, without query (`/authorize_interaction`).
    pub interact: Url,
    /// The address that the pages for intents lie under (`/intents`).
    pub intents: Url,
}

impl From<ActorJrd> for OutgoingJrd {
    fn from(actor: ActorJrd) -> Self {
        let mut links = vec![
            link(REL_PROFILE, "text/html", actor.page.clone()),
            link(REL_SELF, ACTIVITY_JSON, actor.id.clone()),
            template(
                REL_SUBSCRIBE.to_owned(),
                format!("{}?uri={{uri}}", actor.interact),
            ),
        ];
        links.extend(
            actor
                .avatar
                .map(|(url, media_type)| link(REL_AVATAR, &media_type, url)),
        );
        links.extend(INTENTS.iter().map(|(name, parameter)| {
            let page = name.to_ascii_lowercase();
            let address = format!("{}/{page}?{parameter}={{{parameter}}}&on-success={{on-success}}&on-cancel={{on-cancel}}", actor.intents);
            template(format!("{REL_INTENT}{name}"), address)
        }));
        let mut aliases = vec![actor.page, actor.id];
        aliases.dedup();
        OutgoingJrd {
            subject: actor.handle.acct(),
            aliases,
            links,
        }
    }
}

impl OutgoingJrd {
    /// The answer about the server itself: where its instance actor is (FEP-d556).
    #[must_use]
    pub fn of_host(host: &Url, instance_actor: Url) -> Self {
        OutgoingJrd {
            subject: host.to_string(),
            aliases: Vec::new(),
            links: vec![link(REL_SERVICE, ACTIVITY_JSON, instance_actor)],
        }
    }
}

fn link(rel: &str, media_type: &str, href: Url) -> OutgoingLink {
    OutgoingLink {
        rel: rel.to_owned(),
        media_type: Some(media_type.to_owned()),
        href: Some(href),
        template: None,
    }
}

fn template(rel: String, template: String) -> OutgoingLink {
    OutgoingLink {
        rel,
        template: Some(template),
        ..OutgoingLink::default()
    }
}
