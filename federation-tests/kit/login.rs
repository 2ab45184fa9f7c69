//! Somebody with an account, through the client API.

use serde_json::{Value, json};

use super::wire::{Answer, Ask};
use super::{Kith, until};

/// A person with a token.
#[derive(Debug, Clone)]
pub(crate) struct Login<'a> {
    pub(crate) kith: &'a Kith,
    pub(crate) name: String,
    pub(crate) token: String,
}

impl Login<'_> {
    /// The person's ActivityPub id.
    pub(crate) fn uri(&self) -> String {
        self.kith.person(&self.name)
    }

    pub(crate) fn handle(&self) -> String {
        format!("{}@{}", self.name, self.kith.domain)
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut ask = Ask {
            method: method.to_owned(),
            target: path.to_owned(),
            ..Ask::default()
        };
        if !body.is_null() {
            ask.body = body.to_string().into_bytes();
            ask = ask.header("Content-Type", "application/json");
        }
        self.kith
            .ask(&ask.header("Authorization", format!("Bearer {}", self.token)))
    }

    /// A call that must succeed.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// A call that must succeed.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.call("POST", path, body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) fn toot(&self, text: &str) -> Value {
        self.post("/api/v1/statuses", &json!({"status": text}))
    }

    pub(crate) fn notifications(&self) -> Vec<Value> {
        list(&self.get("/api/v1/notifications?limit=80"))
    }

    /// How many notifications of this type there are.
    pub(crate) fn told(&self, kind: &str) -> usize {
        let all = self.notifications();
        all.iter().filter(|told| told["type"] == kind).count()
    }

    fn search(&self, text: &str, resolve: bool) -> Value {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        self.get(&format!("/api/v2/search?q={text}&resolve={resolve}"))
    }

    /// The post with this id, if it is known here. Nothing is fetched.
    pub(crate) fn status(&self, uri: &str) -> Option<Value> {
        list(&self.search(uri, false)["statuses"])
            .into_iter()
            .next()
    }

    /// What a person finds who enters an address or handle: fetched if need be.
    pub(crate) fn look_up(&self, text: &str) -> Value {
        self.search(text, true)
    }

    pub(crate) fn account(&self, text: &str) -> Option<Value> {
        list(&self.look_up(text)["accounts"]).into_iter().next()
    }

    /// Waits until the post is shown.
    pub(crate) fn awaits_status(&self, uri: &str) -> Value {
        until(&format!("{uri} to be shown"), || self.status(uri))
    }

    /// Follows somebody by handle, and answers the account.
    pub(crate) fn follow(&self, handle: &str) -> Value {
        let account = self
            .account(handle)
            .unwrap_or_else(|| panic!("{handle} is not found"));
        let id = account["id"].as_str().expect("an id");
        self.post(&format!("/api/v1/accounts/{id}/follow"), &json!({}));
        account
    }

    pub(crate) fn relationship(&self, account: &Value) -> Value {
        let id = account["id"].as_str().expect("an id");
        let found = self.get(&format!("/api/v1/accounts/relationships?id[]={id}"));
        found[0].clone()
    }

    pub(crate) fn follows(&self, account: &Value) -> bool {
        self.relationship(account)["following"] == true
    }

    /// The person's own account.
    pub(crate) fn me(&self) -> Value {
        self.get("/api/v1/accounts/verify_credentials")
    }

    pub(crate) fn followers(&self) -> i64 {
        self.me()["followers_count"].as_i64().unwrap_or(-1)
    }
}

/// The elements of an array.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}
