//! Each document is built as the server builds it and compared, property by property, with the example kept in
//! `wire/fixtures`. An example may show fewer terms in its `@context` than we send, never others.

mod activities;
mod actors;
mod objects;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::Document;

pub(super) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// The address of something on the example server.
pub(super) fn here(path: &str) -> Url {
    url(&format!("https://kith.example/{path}"))
}

pub(super) fn public() -> Url {
    url(crate::wire::activitystreams::PUBLIC)
}

fn fixture(name: &str) -> Value {
    let path = format!(
        "{}/src/wire/fixtures/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Fails unless `document` is the example `name`.
pub(super) fn assert_is<T: Serialize>(name: &str, document: &Document<T>) {
    let mut expected = fixture(name);
    let mut actual: Value = serde_json::from_str(&document.to_json()).unwrap();
    let shown = expected
        .as_object_mut()
        .unwrap()
        .remove("@context")
        .unwrap();
    let sent = actual.as_object_mut().unwrap().remove("@context").unwrap();
    assert_eq!(actual, expected, "{name}");
    assert_covers(name, &sent, &shown);
    assert!(!document.to_json().contains("null"), "{name} has a null");
}

fn assert_covers(name: &str, sent: &Value, shown: &Value) {
    let (Value::Array(sent), Value::Array(shown)) = (sent, shown) else {
        assert_eq!(sent, shown, "{name}");
        return;
    };
    assert_eq!(sent.len(), shown.len(), "{name}");
    for (sent, shown) in sent.iter().zip(shown) {
        match (sent, shown) {
            (Value::Object(sent), Value::Object(shown)) => {
                for (term, meaning) in shown {
                    assert_eq!(sent.get(term), Some(meaning), "{name}: {term}");
                }
            }
            (sent, shown) => assert_eq!(sent, shown, "{name}"),
        }
    }
}

#[test]
fn every_property_we_send_has_a_term() {
    // Terms of ActivityStreams and security/v1 that our documents use.
    const KNOWN: &str = "@context id type actor object target origin result to cc audience content contentMap summary name published updated \
        endTime startTime inReplyTo url href mediaType width height attributedTo tag attachment icon image replies first next partOf items \
        orderedItems totalItems context generator location latitude longitude oneOf closed formerType deleted inbox outbox followers following \
        preferredUsername endpoints sharedInbox publicKey owner publicKeyPem";
    let known: std::collections::HashSet<&str> = KNOWN.split_whitespace().collect();
    let folder =
        std::fs::read_dir(format!("{}/src/wire/fixtures", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for file in folder {
        let path = file.unwrap().path();
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Some(context) = used_context(&document) else {
            continue;
        };
        walk(&document, &mut |key| {
            let defined =
                known.contains(key) || context.value().to_string().contains(&format!("\"{key}\":"));
            assert!(defined, "{}: {key} has no term", path.display());
        });
    }
}

fn used_context(document: &Value) -> Option<crate::wire::activitystreams::context::Context> {
    use crate::wire::activitystreams::context::Context;
    document.get("@context")?;
    let object = document
        .get("object")
        .filter(|object| object.is_object())
        .unwrap_or(document);
    Some(match object.get("type")?.as_str()? {
        "Event" => Context::Event,
        "Note" => Context::Note,
        "Question" => Context::Question,
        "Group" => Context::Group,
        "Person" | "Application" => Context::Person,
        "Join" if object.get("participationMessage").is_some() => Context::Join,
        _ => Context::Plain,
    })
}

fn walk(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                see(key);
                if !matches!(key.as_str(), "@context" | "contentMap") {
                    walk(value, see);
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}
