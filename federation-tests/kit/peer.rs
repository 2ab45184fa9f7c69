//! A server that is not Kith: a name, actors with keys, documents, and inboxes that answer as the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::server::{Page, Script, Seen};
use super::{Remote, ports, until};

static PAGES: AtomicUsize = AtomicUsize::new(1);

/// A scripted server `http://NAME.localhost:PORT`. Cloning shares it.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// `name.localhost:port`, as it stands in `federation.loopback_hosts`.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) script: Arc<Script>,
}

impl Peer {
    pub(crate) fn new(name: &str) -> Peer {
        let port = ports::free();
        Peer {
            host: format!("{name}.localhost:{port}"),
            port,
            script: Script::listen(port),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// An address of this server that was not used before.
    pub(crate) fn fresh(&self, kind: &str) -> String {
        let number = PAGES.fetch_add(1, Ordering::Relaxed);
        self.url(&format!("/{kind}/{number}"))
    }

    /// A person with a document, an answer to WebFinger and an inbox.
    pub(crate) fn person(&self, name: &str) -> Remote {
        let person = Remote::new(self, name);
        person.publish();
        person
    }

    /// Serves a document at its id.
    pub(crate) fn serve(&self, document: &Value) {
        let id = document["id"].as_str().expect("a document with an id");
        self.script.set(self.path(id), Page::activity(document));
    }

    /// The path of an address on this server.
    pub(crate) fn path<'a>(&self, url: &'a str) -> &'a str {
        let rest = url.strip_prefix(&self.url(""));
        rest.expect("an address of this server")
    }

    pub(crate) fn serve_webfinger(&self, name: &str, actor: &str) {
        let resource = format!("acct:{name}@{}", self.host);
        let jrd = json!({
            "subject": resource,
            "links": [{"rel": "self", "type": "application/activity+json", "href": actor}],
        });
        let encoded: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        for resource in [resource, encoded] {
            let path = format!("/.well-known/webfinger?resource={resource}");
            let page = Page::new(200, "application/jrd+json", jrd.to_string());
            self.script.set(&path, page);
        }
    }

    /// Every request that came, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen()
    }

    /// What was fetched from here.
    pub(crate) fn fetched(&self) -> Vec<String> {
        let gets = self.seen().into_iter().filter(|s| s.method == "GET");
        gets.map(|s| s.target).collect()
    }

    /// The activities that were delivered here and taken.
    pub(crate) fn received(&self) -> Vec<Value> {
        let taken = self.seen().into_iter();
        let taken = taken.filter(|s| s.method == "POST" && s.status < 300);
        taken.map(|s| s.json()).collect()
    }

    /// Those of one type.
    pub(crate) fn received_of(&self, kind: &str) -> Vec<Value> {
        let all = self.received().into_iter();
        all.filter(|activity| activity["type"] == kind).collect()
    }

    /// Waits until an activity of this type was delivered, and answers the first.
    pub(crate) fn awaits(&self, kind: &str) -> Value {
        until(&format!("{kind} at {}", self.host), || {
            self.received_of(kind).into_iter().next()
        })
    }
}
