//! Activities as other servers write them.

use serde_json::{Value, json};

use super::{Remote, now};

pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

impl Remote {
    /// An activity of this actor with a new id.
    pub(crate) fn activity(&self, kind: &str, object: impl Into<Value>) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.fresh(&kind.to_lowercase()),
            "type": kind,
            "actor": self.id,
            "object": object.into(),
        })
    }

    /// A public note with a new id, served at it, which mentions `named`.
    pub(crate) fn note(&self, text: &str, named: &[&str]) -> Value {
        let tags = named
            .iter()
            .map(|uri| json!({"type": "Mention", "href": uri, "name": uri}));
        let note = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.fresh("notes"),
            "type": "Note",
            "attributedTo": self.id,
            "content": format!("<p>{text}</p>"),
            "published": now().rfc3339(),
            "to": [PUBLIC],
            "cc": std::iter::once(self.followers()).chain(named.iter().map(ToString::to_string)).collect::<Vec<_>>(),
            "tag": tags.collect::<Vec<_>>(),
        });
        self.peer.serve(&note);
        note
    }

    /// A note that only `named` may read.
    pub(crate) fn direct(&self, text: &str, named: &[&str]) -> Value {
        let mut note = self.note(text, named);
        note["to"] = json!(named);
        note["cc"] = json!([]);
        note
    }

    pub(crate) fn create(&self, object: &Value) -> Value {
        let mut activity = self.activity("Create", object.clone());
        activity["to"] = object["to"].clone();
        activity["cc"] = object["cc"].clone();
        activity
    }

    pub(crate) fn update(&self, object: &Value) -> Value {
        let mut activity = self.activity("Update", object.clone());
        activity["to"] = object["to"].clone();
        activity["cc"] = object["cc"].clone();
        activity
    }

    pub(crate) fn delete(&self, id: &str) -> Value {
        let mut activity = self.activity("Delete", json!({"id": id, "type": "Tombstone"}));
        activity["to"] = json!([PUBLIC]);
        activity
    }

    pub(crate) fn follow(&self, target: &str) -> Value {
        self.activity("Follow", target)
    }

    pub(crate) fn undo(&self, activity: &Value) -> Value {
        self.activity("Undo", activity.clone())
    }

    pub(crate) fn announce(&self, id: &str) -> Value {
        let mut activity = self.activity("Announce", id);
        activity["to"] = json!([PUBLIC]);
        activity["cc"] = json!([self.followers()]);
        activity
    }
}

/// A note with another text and a later `updated`.
pub(crate) fn edited(note: &Value, text: &str) -> Value {
    let mut note = note.clone();
    note["content"] = json!(format!("<p>{text}</p>"));
    note["updated"] = json!(now().plus(std::time::Duration::from_secs(1)).rfc3339());
    note
}

/// The id of an object or activity.
pub(crate) fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}
