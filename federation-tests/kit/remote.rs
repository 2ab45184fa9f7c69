//! An actor of a scripted server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::kith::federation::signatures::{Algorithm, PrivateKey};
use serde_json::{Value, json};

use super::wire::{Answer, Ask};
use super::{Kith, Peer, Signing};

/// Keys made once, so that tests need not.
const FIXED: [&[u8]; 4] = [
    include_bytes!("keys/rsa0.der"),
    include_bytes!("keys/rsa1.der"),
    include_bytes!("keys/rsa2.der"),
    include_bytes!("keys/rsa3.der"),
];
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// One of four RSA keys, each in turn.
pub(crate) fn rsa_key() -> PrivateKey {
    let at = NEXT.fetch_add(1, Ordering::Relaxed) % FIXED.len();
    PrivateKey::from_pkcs8(Algorithm::Rsa, FIXED[at]).expect("a key of ours")
}

/// Somebody on a [`Peer`].
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub(crate) peer: Peer,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) key_id: String,
    pub(crate) key: Arc<PrivateKey>,
    /// What stands in the document on top of the usual.
    pub(crate) extra: Value,
}

impl Remote {
    /// Not served yet; see [`Remote::publish`].
    pub(crate) fn new(peer: &Peer, name: &str) -> Remote {
        let id = peer.url(&format!("/users/{name}"));
        Remote {
            peer: peer.clone(),
            name: name.to_owned(),
            key_id: format!("{id}#main-key"),
            id,
            key: Arc::new(rsa_key()),
            extra: json!({}),
        }
    }

    /// The same with other properties in the document; not served yet.
    pub(crate) fn with(mut self, extra: Value) -> Remote {
        self.extra = extra;
        self
    }

    /// The same with a new key under the same name; not served yet.
    pub(crate) fn with_key(mut self, key: PrivateKey) -> Remote {
        self.key = Arc::new(key);
        self
    }

    pub(crate) fn document(&self) -> Value {
        let id = &self.id;
        let mut document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": "Person",
            "preferredUsername": self.name,
            "name": format!("{} from elsewhere", self.name),
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"),
            "endpoints": {"sharedInbox": self.peer.url("/inbox")},
            "publicKey": {
                "id": self.key_id,
                "owner": id,
                "publicKeyPem": self.key.public().to_spki_pem(),
            },
        });
        for (name, value) in self.extra.as_object().into_iter().flatten() {
            document[name] = value.clone();
        }
        document
    }

    /// Serves the document, the handle, and an empty outbox.
    pub(crate) fn publish(&self) {
        self.peer.serve(&self.document());
        self.peer.serve_webfinger(&self.name, &self.id);
    }

    /// `name@host`.
    pub(crate) fn handle(&self) -> String {
        format!("{}@{}", self.name, self.peer.host)
    }

    pub(crate) fn followers(&self) -> String {
        format!("{}/followers", self.id)
    }

    /// A signed POST to the shared inbox, not sent yet.
    pub(crate) fn request(&self, kith: &Kith, activity: &Value) -> Ask {
        self.request_to(kith, "/inbox", activity)
    }

    pub(crate) fn request_to(&self, kith: &Kith, path: &str, activity: &Value) -> Ask {
        Signing::of(self).post(&kith.domain, path, activity.to_string().into_bytes())
    }

    /// Signs and sends an activity to the shared inbox.
    pub(crate) fn send(&self, kith: &Kith, activity: &Value) -> Answer {
        kith.ask(&self.request(kith, activity))
    }

    /// [`Remote::send`], which must be taken.
    pub(crate) fn tell(&self, kith: &Kith, activity: &Value) {
        let answer = self.send(kith, activity);
        assert_eq!(answer.status, 202, "{}: {activity}", answer.text());
    }
}
