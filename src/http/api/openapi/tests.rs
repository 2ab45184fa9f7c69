use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::all_routes;
use super::document::document;

fn whole() -> Value {
    document(all_routes().all()).0
}

/// All operations with their method and path.
fn operations(whole: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, methods) in whole["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((format!("{method} {path}"), operation));
        }
    }
    found
}

fn addresses(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(address)) = map.get("$ref") {
                found.insert(address.clone());
            }
            map.values().for_each(|part| addresses(part, found));
        }
        Value::Array(all) => all.iter().for_each(|part| addresses(part, found)),
        _ => {}
    }
}

#[test]
fn the_description_is_as_it_was_agreed() {
    let mut whole = whole();
    whole["info"]["version"] = "[version]".into();
    insta::assert_snapshot!("openapi", format!("{whole:#}"));
}

#[test]
fn no_two_types_share_a_name() {
    let (_, clashes) = document(all_routes().all());
    assert!(clashes.is_empty(), "{clashes:?}");
}

#[test]
fn every_address_in_the_description_leads_somewhere() {
    let whole = whole();
    let mut found = BTreeSet::new();
    addresses(&whole, &mut found);
    assert!(found.len() > 100, "the addresses were read");
    for address in found {
        let pointer = address.trim_start_matches('#');
        assert!(whole.pointer(pointer).is_some(), "{address}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_heading_and_a_line() {
    let whole = whole();
    let tags: Vec<&Value> = whole["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    let mut names = BTreeSet::new();
    for (at, operation) in operations(&whole) {
        let name = operation["operationId"].as_str().unwrap();
        let is_verb = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        assert!(is_verb && names.insert(name), "{at}: {name}");
        assert!(
            tags.contains(&&operation["tags"][0]),
            "{at}: {}",
            operation["tags"]
        );
        let line = operation["summary"].as_str().unwrap();
        assert!(
            (4..80).contains(&line.len()) && !line.ends_with('.'),
            "{at}: {line}"
        );
        let keys = operation["parameters"].as_array().into_iter().flatten();
        let keys = keys.filter(|one| {
            one["in"] == "path" && at.contains(&format!("{{{}}}", one["name"].as_str().unwrap()))
        });
        assert_eq!(
            keys.count(),
            at.matches('{').count(),
            "{at}: all names of the path are read"
        );
    }
}

/// What a query cannot say is not asked of it: null, lists without their name, objects.
#[test]
fn parameters_can_be_written_in_a_query() {
    let whole = whole();
    for (at, operation) in operations(&whole) {
        for one in operation["parameters"].as_array().into_iter().flatten() {
            let shared = one["$ref"].as_str().map(|at| at.trim_start_matches('#'));
            let one = shared.map_or(one, |at| whole.pointer(at).unwrap());
            let schema = &one["schema"];
            let text = schema.to_string();
            assert!(
                !text.contains("null") && !text.contains("object"),
                "{at}: {one}"
            );
            let is_list = schema["type"] == "array";
            let name = one["name"].as_str().unwrap_or_default();
            assert_eq!(is_list, name.ends_with("[]"), "{at}: {one}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Whatever is registered with [`super::Routes`] is described; so there must be no other way.
#[test]
fn routes_are_registered_where_they_are_described() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/api");
    let mut files = Vec::new();
    sources(&api, &mut files);
    assert!(files.len() > 50, "the sources were read");
    for file in files {
        let inside = file.strip_prefix(&api).unwrap().display().to_string();
        // The catch-all, the one place where routes are made, and this sentence.
        let allowed = match inside.as_str() {
            "mod.rs" | "openapi/tests.rs" => 1,
            "openapi/routes.rs" => 2,
            _ => 0,
        };
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(text.matches(".route(").count() <= allowed, "{inside}");
    }
}

/// With a star for each name, so that names may differ.
fn plain(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| {
        if part.starts_with([':', '{']) {
            "*"
        } else {
            part
        }
    });
    format!(
        "{} {}",
        method.to_uppercase(),
        parts.collect::<Vec<_>>().join("/")
    )
}

/// `docs/mastodon.md` names every endpoint of Mastodon's and says whether it is here.
#[test]
fn the_list_of_mastodons_endpoints_is_true() {
    // A page, and an address on the listener for admins.
    const ELSEWHERE: [&str; 2] = ["GET /oauth/authorize", "GET /health"];
    const OWN: [&str; 3] = ["/api/v1/events", "/api/v1/groups", "/api/openapi.json"];
    let whole = whole();
    let mut served: BTreeSet<String> = BTreeSet::new();
    for (at, _) in operations(&whole) {
        let (method, path) = at.split_once(' ').unwrap();
        if !OWN.iter().any(|own| path.starts_with(own)) {
            served.insert(plain(method, path.trim_end_matches('/')));
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mastodon.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut listed = BTreeSet::new();
    for (endpoint, rest) in rows {
        let (method, path) = endpoint.split_once(' ').unwrap();
        let (here, why) = rest.split_once(" |").unwrap();
        let known = plain(method, path);
        assert!(
            listed.insert(known.clone()),
            "{endpoint} stands there twice"
        );
        assert!(
            ["yes", "partly", "no"].contains(&here),
            "{endpoint}: {here}"
        );
        assert!(here == "yes" || why.len() > 3, "{endpoint}: why {here}?");
        let is_here = served.contains(&known) || ELSEWHERE.contains(&endpoint);
        assert_eq!(here != "no", is_here, "{endpoint}: {here}");
    }
    let missing: Vec<_> = served.difference(&listed).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
