//! Who is let in, as the description has it: asked of every operation.

use axum::http::Method;
use serde_json::{Value, json};

use super::kit::{Client, Kit, Sent};

/// An operation that asks for a token.
struct Guarded {
    method: Method,
    path: String,
    /// The scope; none where any token is enough.
    scope: Option<String>,
    /// Strangers are answered too.
    is_open: bool,
}

async fn guarded(kit: &Kit) -> Vec<Guarded> {
    let document = kit.stranger().get("/api/openapi.json").await.json;
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap();
            let Some(scopes) = security.iter().find_map(|one| one.get("OAuth")) else {
                continue;
            };
            found.push(Guarded {
                method: method.to_uppercase().parse().unwrap(),
                path: filled(path),
                scope: scopes[0].as_str().map(str::to_owned),
                is_open: security.contains(&json!({})),
            });
        }
    }
    assert!(found.len() > 150, "the description was read");
    found
}

/// A path with a key for each name; a thing with that key is not there.
fn filled(template: &str) -> String {
    let parts = template
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(client: &Client<'_>, operation: &Guarded) -> (u16, Value) {
    let sent = if operation.method == Method::GET {
        Sent::Nothing
    } else {
        Sent::Json(json!({}))
    };
    let reply = client
        .send(operation.method.clone(), &operation.path, sent)
        .await;
    (reply.status.as_u16(), reply.json)
}

/// Where a token of an app's own, or a person's that waits, is asked for.
fn is_for_apps(operation: &Guarded) -> bool {
    operation.path == "/api/v1/accounts" && operation.method == Method::POST
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_only_what_is_described_as_open_is_answered() {
    let kit = Kit::new().await;
    for operation in guarded(&kit).await {
        let (code, _) = ask(&kit.stranger(), &operation).await;
        let (method, path) = (&operation.method, &operation.path);
        assert_eq!(code == 401, !operation.is_open, "{method} {path}: {code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_is_needed_and_enough_as_it_is_described() {
    let kit = Kit::new().await;
    let all = guarded(&kit).await;
    // Of all scopes one never opens what another is for, but for `profile`, which has nothing beside it.
    let mut people = std::collections::BTreeMap::new();
    for (n, scope) in all
        .iter()
        .filter_map(|one| one.scope.as_deref())
        .enumerate()
    {
        if !people.contains_key(scope) {
            people.insert(scope, kit.person_with(&format!("person{n}"), scope).await);
        }
    }
    let narrow = kit.person_with("narrow", "write:reports").await;
    let other = kit.person_with("other", "read:search").await;
    let refused = |code: u16, said: &Value| {
        code == 403 && said["error"] == "This action is outside the authorized scopes"
    };
    for operation in all.iter().filter(|one| !one.is_open && !is_for_apps(one)) {
        let (method, path) = (&operation.method, &operation.path);
        let Some(scope) = operation.scope.as_deref() else {
            continue;
        };
        // A stream that is let in does not end.
        if !path.starts_with("/api/v1/streaming") {
            let (code, said) = ask(&people[scope], operation).await;
            assert!(
                !refused(code, &said),
                "{method} {path}: {scope} is not enough"
            );
        }
        let without = if scope == "write:reports" {
            &other
        } else {
            &narrow
        };
        let (code, said) = ask(without, operation).await;
        // What needs a tag, a list or a WebSocket says that first.
        let is_late = path.starts_with("/api/v1/streaming") && [400, 422].contains(&code);
        assert!(
            refused(code, &said) || is_late,
            "{method} {path}: {code} without {scope}"
        );
    }
}
