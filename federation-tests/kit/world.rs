//! What a person sees of everything, to be compared before and after something that must change nothing.

use serde_json::{Value, json};

use super::Login;

/// Lists that show what is stored, each as its reader sees it.
const LISTS: [&str; 7] = [
    "/api/v1/notifications?limit=40",
    "/api/v1/timelines/home?limit=40",
    "/api/v1/timelines/public?limit=40",
    "/api/v1/timelines/public?limit=40&local=true",
    "/api/v1/follow_requests?limit=40",
    "/api/v1/events?limit=40",
    "/api/v1/groups?limit=40",
];

impl Login<'_> {
    /// The person's account, followers, and every list they can read.
    pub(crate) fn world(&self) -> Value {
        let me = self.me();
        let own = me["id"].as_str().expect("an id").to_owned();
        let mut world = json!({"me": me});
        for list in LISTS {
            world[list] = self.get(list);
        }
        for list in ["followers", "following", "statuses"] {
            world[list] = self.get(&format!("/api/v1/accounts/{own}/{list}?limit=40"));
        }
        world
    }
}

/// Fails, naming what differs, unless both are the same.
pub(crate) fn assert_same(after: &Value, before: &Value, what: &str) {
    let mut found = Vec::new();
    differences(after, before, "", &mut found);
    assert!(found.is_empty(), "{what} changed: {found:#?}");
}

fn differences(after: &Value, before: &Value, path: &str, found: &mut Vec<String>) {
    match (after, before) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                differences(
                    &after[name],
                    &before[name],
                    &format!("{path} > {name}"),
                    found,
                );
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(a, b, &format!("{path}[{at}]"), found);
            }
        }
        _ if after == before => {}
        _ => found.push(format!("{path}: {before} is now {after}")),
    }
}
