//! Every address of this instance is built here and read back here.

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::ids::{ActivityId, EventId, PostId};
use super::media::FileName;

/// Addresses of one instance, from its scheme and domain.
#[derive(Debug, Clone)]
pub struct Uris {
    scheme: String,
    domain: String,
    base: String,
}

/// Which of our things an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// `/actor`
    Instance,
    /// `/people/{name}` or `/groups/{name}` (and `/@name`)
    Actor { handle: String },
    /// `/posts/{id}`
    Post(PostId),
    /// `/events/{id}`
    Event(EventId),
    /// Anything else under our origin.
    Other,
}

impl Uris {
    /// `domain` carries the port when it is not the scheme's own.
    #[must_use]
    pub fn new(scheme: &str, domain: &str) -> Self {
        Uris {
            scheme: scheme.to_owned(),
            domain: domain.to_owned(),
            base: format!("{scheme}://{domain}"),
        }
    }

    /// The domain as it stands in handles, with its port if it has one.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The host without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.domain.split(':').next().unwrap_or(&self.domain)
    }

    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// `https://kith.example`, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `path` (with its leading slash) under our origin.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    #[must_use]
    pub fn instance_actor(&self) -> String {
        self.at("/actor")
    }

    #[must_use]
    pub fn person(&self, handle: &str) -> String {
        format!("{}/people/{handle}", self.base)
    }

    #[must_use]
    pub fn group(&self, handle: &str) -> String {
        format!("{}/groups/{handle}", self.base)
    }

    #[must_use]
    pub fn shared_inbox(&self) -> String {
        self.at("/inbox")
    }

    #[must_use]
    pub fn post(&self, id: PostId) -> String {
        format!("{}/posts/{id}", self.base)
    }

    #[must_use]
    pub fn event(&self, id: EventId) -> String {
        format!("{}/events/{id}", self.base)
    }

    /// The page of a hashtag. Its letters may be any; those of an address may not.
    #[must_use]
    pub fn tag(&self, name: &str) -> String {
        let name: String = byte_serialize(name.as_bytes()).collect();
        format!("{}/tags/{name}", self.base)
    }

    /// Where a stored picture is read.
    #[must_use]
    pub fn media(&self, file: &FileName) -> String {
        format!("{}/media/{}", self.base, file.as_str())
    }

    /// The id of an invitation: `/invites/{id}`.
    #[must_use]
    pub fn invite(&self, id: i64) -> String {
        format!("{}/invites/{id}", self.base)
    }

    /// The id of an activity that lives under its actor: `{actor}/{kind}/{id}`, as `…/follows/12`.
    #[must_use]
    pub fn under(&self, actor_uri: &str, kind: &str, id: i64) -> String {
        format!("{actor_uri}/{kind}/{id}")
    }

    /// The id of an activity that has no better place: `{actor}/activities/{id}`.
    #[must_use]
    pub fn activity(&self, actor_uri: &str, id: ActivityId) -> String {
        format!("{actor_uri}/activities/{id}")
    }

    /// Whether `uri` is on our origin: the same scheme, host and port.
    #[must_use]
    pub fn is_local(&self, uri: &Url) -> bool {
        uri.scheme() == self.scheme && authority(uri).is_some_and(|a| a == self.domain)
    }

    /// What an address of ours names. `None` when it is not on our origin.
    #[must_use]
    pub fn read(&self, uri: &Url) -> Option<Local> {
        if !self.is_local(uri) {
            return None;
        }
        let parts: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
        Some(match parts.as_slice() {
            ["actor"] => Local::Instance,
            ["people" | "groups", handle] => Local::Actor {
                handle: (*handle).to_owned(),
            },
            [at] if at.starts_with('@') => Local::Actor {
                handle: at.trim_start_matches('@').to_owned(),
            },
            ["posts", id] => id.parse().map_or(Local::Other, Local::Post),
            ["events", id] => id.parse().map_or(Local::Other, Local::Event),
            _ => Local::Other,
        })
    }
}

/// `host` or `host:port` of an address, the port only when it is not the scheme's own.
#[must_use]
pub fn authority(uri: &Url) -> Option<String> {
    let host = uri.host_str()?;
    Some(match uri.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether two addresses have one origin: scheme, host and port (RFC 6454 §4).
#[must_use]
pub fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str().is_some()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_built_is_read_back() {
        let uris = Uris::new("https", "kith.example");
        assert_eq!(
            uris.read(&url(&uris.person("maria"))),
            Some(Local::Actor {
                handle: "maria".into()
            })
        );
        assert_eq!(
            uris.read(&url(&uris.post(PostId(12)))),
            Some(Local::Post(PostId(12)))
        );
        assert_eq!(
            uris.read(&url(&uris.event(EventId(7)))),
            Some(Local::Event(EventId(7)))
        );
        assert_eq!(
            uris.read(&url("https://kith.example/posts/x")),
            Some(Local::Other)
        );
    }

    #[test]
    fn the_page_of_a_hashtag_has_an_address_that_is_one() {
        let uris = Uris::new("https", "kith.example");
        assert_eq!(uris.tag("köln"), "https://kith.example/tags/k%C3%B6ln");
        assert_eq!(uris.tag("tea_2"), "https://kith.example/tags/tea_2");
    }

    #[test]
    fn another_port_or_scheme_is_another_origin() {
        let uris = Uris::new("http", "alpha.localhost:7000");
        assert!(uris.is_local(&url("http://alpha.localhost:7000/people/a")));
        assert!(!uris.is_local(&url("http://alpha.localhost:7001/people/a")));
        assert!(!uris.is_local(&url("https://alpha.localhost:7000/people/a")));
        assert!(!same_origin(
            &url("https://a.example/"),
            &url("https://a.example:444/")
        ));
        assert!(same_origin(
            &url("https://a.example/"),
            &url("https://a.example:443/x")
        ));
    }
}
