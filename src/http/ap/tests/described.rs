//! The examples in `docs/federation/documents.md` are what is served.

use std::fmt::Write as _;

use serde_json::Value;

use super::kit::{app, ask, router};
use crate::domain::audience::Audience;
use crate::domain::event::EventVisibility;
use crate::services;
use crate::services::documents::kit::Kit;

const DESCRIPTION: &str = include_str!("../../../../docs/federation/documents.md");

/// The examples: the path they are read at, and their text.
fn examples() -> Vec<(&'static str, &'static str)> {
    DESCRIPTION
        .split("```json\n")
        .collect::<Vec<_>>()
        .windows(2)
        .map(|pair| {
            let (_, path) = pair[0].rsplit_once("`GET ").unwrap();
            let (path, _) = path.split_once('`').unwrap();
            let (example, _) = pair[1].split_once("```").unwrap();
            (path, example)
        })
        .collect()
}

/// The names of all properties, one a line, with where they are. The context is not looked into: it is long, and the
/// same for all documents of a kind.
fn outline(value: &Value, at: &str, lines: &mut String) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let at = format!("{at}.{key}");
                writeln!(lines, "{at}").unwrap();
                if key != "@context" {
                    outline(inner, &at, lines);
                }
            }
        }
        Value::Array(items) => {
            for inner in items {
                outline(inner, at, lines);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_described_document_has_the_properties_of_the_one_served() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    kit.fields_of_every_audience(&maria).await;
    let post = kit
        .post(&maria, "hello #bouldering", Audience::Public)
        .await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let removed = kit.post(&maria, "no", Audience::Public).await;
    services::post::delete(&kit.ctx, &maria, removed.id)
        .await
        .unwrap();
    let boost = services::reaction::boost(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    let router = router(app(&kit, false).await);
    let examples = examples();
    assert!(examples.len() > 10);
    for (path, example) in examples {
        let real = path
            .replace("/posts/71", &format!("/posts/{}", post.id))
            .replace("/posts/70", &format!("/posts/{}", removed.id))
            .replace("/boosts/72", &format!("/boosts/{}", boost.id))
            .replace("/events/51", &format!("/events/{}", event.id));
        let served = ask(&router, &real, None).await.json();
        let described: Value = serde_json::from_str(example).unwrap();
        assert_eq!(described["id"], format!("https://kith.example{path}"));
        assert_eq!(described["type"], served["type"], "{path}");
        let (mut left, mut right) = (String::new(), String::new());
        outline(&described, "", &mut left);
        outline(&served, "", &mut right);
        assert_eq!(
            left,
            right,
            "{path}\n{}",
            serde_json::to_string_pretty(&served).unwrap()
        );
    }
}
