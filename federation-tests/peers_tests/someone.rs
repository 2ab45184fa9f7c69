//! A person on a foreign peer, and how the test makes them do something.

use serde_json::{Value, json};

use crate::kit::login::list;
use crate::kit::wire::Ask;
use crate::kit::{setting, until};

use super::PUBLIC;

/// The control address of a peer.
#[derive(Debug)]
pub(super) struct Control {
    port: u16,
    host: &'static str,
}

impl Control {
    /// The peer `host`, whose control address stands in this variable.
    pub(super) fn named(variable: &str, host: &'static str) -> Control {
        let address = setting(variable).expect("set beside KITH_PEERS");
        let port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        Control {
            port: port.expect("an address with a port"),
            host,
        }
    }

    /// An operation that must succeed.
    pub(super) fn ask(&self, operation: &str, wish: &Value) -> Value {
        let ask = Ask::post(&format!("/_peer/{operation}"), wish.to_string())
            .header("Host", format!("127.0.0.1:{}", self.port))
            .header("Content-Type", "application/json");
        let answer = ask.send(self.port).expect("an answer of the peer");
        assert_eq!(answer.status, 200, "{operation} {wish}: {}", answer.text());
        answer.json()
    }

    pub(super) fn read(&self, what: &str) -> Value {
        let ask =
            Ask::get(&format!("/_peer/{what}")).header("Host", format!("127.0.0.1:{}", self.port));
        ask.send(self.port)
            .map_or(Value::Null, |answer| answer.json())
    }
}

/// What somebody posts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Post<'a> {
    pub(super) content: &'a str,
    /// `public` where empty; `unlisted`, `followers`, `direct`.
    pub(super) visibility: &'a str,
    /// Handle and id.
    pub(super) mentions: Option<(&'a str, &'a str)>,
    pub(super) in_reply_to: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Software {
    Fedify,
    Pubby,
}

/// Somebody on a peer.
#[derive(Debug)]
pub(super) struct Someone<'a> {
    control: &'a Control,
    pub(super) software: Software,
    name: &'a str,
}

impl<'a> Someone<'a> {
    pub(super) fn on_fedify(control: &'a Control, name: &'a str) -> Someone<'a> {
        Someone {
            control,
            software: Software::Fedify,
            name,
        }
    }

    pub(super) fn on_pubby(control: &'a Control) -> Someone<'a> {
        Someone {
            control,
            software: Software::Pubby,
            name: "penny",
        }
    }

    pub(super) fn host(&self) -> &'static str {
        self.control.host
    }

    pub(super) fn uri(&self) -> String {
        match self.software {
            Software::Fedify => format!("https://{}/users/{}", self.host(), self.name),
            Software::Pubby => format!("https://{}/ap/actor", self.host()),
        }
    }

    pub(super) fn handle(&self) -> String {
        format!("{}@{}", self.name, self.host())
    }

    /// An operation in this person's name.
    pub(super) fn does(&self, operation: &str, mut wish: Value) -> Value {
        if self.software == Software::Fedify {
            wish["as"] = json!(self.name);
        }
        self.control.ask(operation, &wish)
    }

    fn state(&self) -> Value {
        let state = self.control.read("state");
        match self.software {
            Software::Fedify => state["people"][self.name].clone(),
            Software::Pubby => state,
        }
    }

    pub(super) fn follow(&self, target: &str) {
        self.does("follow", json!({"target": target}));
    }

    pub(super) fn unfollow(&self, target: &str) {
        self.does("unfollow", json!({"target": target}));
    }

    /// How a follow of this person's stands: `pending`, `accepted`, `rejected`.
    pub(super) fn following(&self, target: &str) -> Option<String> {
        self.state()["following"][target]
            .as_str()
            .map(str::to_owned)
    }

    pub(super) fn followers(&self) -> Vec<String> {
        ids(&self.state()["followers"])
    }

    /// Who waits for an answer.
    pub(super) fn pending(&self) -> Vec<String> {
        ids(&self.state()["pending"])
    }

    /// From now on answers followers by hand.
    pub(super) fn approves_by_hand(&self) {
        let setting = match self.software {
            Software::Fedify => json!({self.name: true}),
            Software::Pubby => json!(true),
        };
        self.control
            .ask("config", &json!({"manuallyApproves": setting}));
    }

    pub(super) fn accept(&self, follower: &str) {
        self.does("accept", json!({"follower": follower}));
    }

    pub(super) fn reject(&self, follower: &str) {
        self.does("accept", json!({"follower": follower, "reject": true}));
    }

    /// Posts, and answers the id.
    pub(super) fn post(&self, post: &Post<'_>) -> String {
        let answer = match self.software {
            Software::Fedify => self.does("post", Self::fedify_wish(post)),
            Software::Pubby => self.does("publish", Self::pubby_wish(post)),
        };
        let object = answer.pointer("/activity/object/id");
        let object = object.or_else(|| answer.pointer("/object/id"));
        let id = object.and_then(Value::as_str).map(str::to_owned);
        id.unwrap_or_else(|| panic!("no id in {answer}"))
    }

    pub(super) fn toot(&self, content: &str) -> String {
        self.post(&Post {
            content,
            ..Post::default()
        })
    }

    fn fedify_wish(post: &Post<'_>) -> Value {
        let mut wish = json!({"content": post.content, "mentions": mentions(post)});
        if !post.visibility.is_empty() {
            wish["visibility"] = json!(post.visibility);
        }
        if let Some(answered) = post.in_reply_to {
            wish["inReplyTo"] = json!(answered);
        }
        wish
    }

    fn pubby_wish(post: &Post<'_>) -> Value {
        let followers = "https://pubby.test/ap/followers";
        let named: Vec<&str> = post.mentions.iter().map(|(_, id)| *id).collect();
        let (to, mut cc) = match post.visibility {
            "unlisted" => (vec![followers], vec![PUBLIC]),
            "followers" => (vec![followers], vec![]),
            "direct" => (named.clone(), vec![]),
            _ => (vec![PUBLIC], vec![followers]),
        };
        if post.visibility != "direct" {
            cc.extend(named);
        }
        let tags: Vec<Value> = list(&mentions(post))
            .into_iter()
            .map(|mut mention| {
                mention["type"] = json!("Mention");
                mention
            })
            .collect();
        json!({"content": post.content, "to": to, "cc": cc, "tag": tags, "in_reply_to": post.in_reply_to})
    }

    pub(super) fn edit(&self, post: &str, content: &str) {
        match self.software {
            Software::Fedify => self.does(
                "update",
                json!({"id": post, "fields": {"content": content}}),
            ),
            Software::Pubby => self.does(
                "publish",
                json!({"id": post, "content": content, "activity_type": "Update"}),
            ),
        };
    }

    pub(super) fn delete(&self, post: &str) {
        match self.software {
            Software::Fedify => self.does("delete", json!({"id": post})),
            Software::Pubby => self.does("publish", json!({"id": post, "activity_type": "Delete"})),
        };
    }

    /// Likes something of `author`, and answers the activity.
    pub(super) fn like(&self, object: &str, author: &str) -> Value {
        self.reacts("like", json!({"object": object, "to": [author]}))
    }

    /// Boosts something of `author`, and answers the activity.
    pub(super) fn boost(&self, object: &str, author: &str) -> Value {
        match self.software {
            Software::Fedify => self.reacts("boost", json!({"object": object})),
            Software::Pubby => {
                self.reacts("boost", json!({"object": object, "to": [PUBLIC, author]}))
            }
        }
    }

    fn reacts(&self, operation: &str, wish: Value) -> Value {
        let answer = self.does(operation, wish);
        match self.software {
            Software::Fedify => answer["activity"].clone(),
            Software::Pubby => answer,
        }
    }

    /// Takes back what `like` or `boost` answered.
    pub(super) fn undo(&self, activity: &Value, author: &str) {
        match self.software {
            Software::Fedify => {
                self.does("undo", json!({"id": activity["id"], "to": [author]}));
            }
            Software::Pubby => {
                let undo = json!({"type": "Undo", "object": activity, "to": [author]});
                self.send(&undo, author);
            }
        }
    }

    /// Deletes the account; its address answers 410 from then on where the peer can do that.
    pub(super) fn leaves(&self, to: &str) {
        match self.software {
            Software::Fedify => {
                self.does("deleteActor", json!({}));
            }
            Software::Pubby => {
                let me = self.uri();
                self.send(&json!({"type": "Delete", "object": me, "to": [PUBLIC]}), to);
            }
        }
    }

    /// What the peer answers to a plain request of anybody.
    pub(super) fn serves(&self, ask: &Ask) -> u16 {
        ask.send(self.control.port)
            .map_or(0, |answer| answer.status)
    }

    /// Sends any activity to one actor of Kith, and answers it as it was sent.
    pub(super) fn send(&self, activity: &Value, to: &str) -> Value {
        let wish = match self.software {
            Software::Fedify => json!({"activity": activity, "to": [to]}),
            Software::Pubby => json!({"activity": activity, "inbox": format!("{to}/inbox")}),
        };
        self.does("send", wish)["activity"].clone()
    }

    /// What passed the peer's verification, oldest first.
    pub(super) fn received(&self) -> Vec<Value> {
        let all = list(&self.control.read("received"));
        all.into_iter()
            .map(|entry| match self.software {
                Software::Fedify => entry["json"].clone(),
                Software::Pubby => entry,
            })
            .collect()
    }

    /// The newest activity of this type whose object, or the object's id, is `object`.
    pub(super) fn has(&self, kind: &str, object: &str) -> Option<Value> {
        self.received().into_iter().rev().find(|activity| {
            activity["type"] == kind
                && (activity["object"] == object || activity["object"]["id"] == object)
        })
    }

    /// Waits for it.
    pub(super) fn awaits(&self, kind: &str, object: &str) -> Value {
        until(
            &format!("{kind} of {object} to reach {}", self.name),
            || self.has(kind, object),
        )
    }
}

fn mentions(post: &Post<'_>) -> Value {
    post.mentions
        .iter()
        .map(|(handle, id)| json!({"name": format!("@{handle}"), "href": id}))
        .collect()
}

/// The ids in a list, or the keys of an object.
fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.keys().cloned().collect(),
        other => list(other)
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect(),
    }
}
