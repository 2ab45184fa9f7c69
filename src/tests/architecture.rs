//! Who may import whom (the table of the style guide), read from the sources. Also across several steps: nothing that
//! federates reaches `matching` or `friendship`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOMS: &[&str] = &[
    "app",
    "auth",
    "cli",
    "config",
    "domain",
    "federation",
    "friendship",
    "http",
    "i18n",
    "jobs",
    "mail",
    "matching",
    "media",
    "net",
    "push",
    "services",
    "store",
    "telemetry",
    "text",
    "wire",
];

/// What each room may import, besides itself. Rooms that are not named here may import anything.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("domain", &[][..]),
        ("matching", &["domain"]),
        ("wire", &["domain"]),
        ("config", &["domain"]),
        ("text", &["domain"]),
        ("auth", &["domain"]),
        ("telemetry", &["domain"]),
        ("net", &["domain", "config"]),
        ("store", &["domain", "config"]),
        ("mail", &["domain", "config"]),
        ("push", &["domain", "config", "net"]),
        ("media", &["domain", "config", "net"]),
        (
            "services",
            &["domain", "wire", "store", "auth", "text", "i18n", "config"],
        ),
        (
            "friendship",
            &["domain", "matching", "store", "services", "text", "i18n"],
        ),
        (
            "federation",
            &[
                "domain",
                "wire",
                "store",
                "services",
                "net",
                "config",
                "text",
                "telemetry",
            ],
        ),
    ])
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Tests arrange what the code they test may not touch.
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs")
            && name != "tests.rs"
            && name != "queue_kit.rs"
        {
            found.push(path);
        }
    }
}

/// For each room the rooms it names as `crate::room`, with one place each.
fn imports() -> BTreeMap<String, BTreeMap<String, String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let first = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for part in line.split("crate::").skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if ROOMS.contains(&name.as_str()) && name != room {
                    found
                        .entry(room.clone())
                        .or_default()
                        .entry(name)
                        .or_insert_with(|| inside.display().to_string());
                }
            }
        }
    }
    found
}

#[test]
fn rooms_import_only_what_they_may() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (room, used) in imports() {
        let Some(may) = allowed.get(room.as_str()) else {
            continue;
        };
        for (other, place) in used {
            if !may.contains(&other.as_str()) {
                wrong.push(format!("{room} imports {other} in {place}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_that_federates_reaches_matching() {
    let imports = imports();
    assert!(imports.contains_key("federation"), "the sources were read");
    for start in ["federation", "services", "wire", "net", "store"] {
        let mut reached = BTreeSet::new();
        let mut next = vec![start.to_owned()];
        while let Some(room) = next.pop() {
            if reached.insert(room.clone()) {
                next.extend(
                    imports
                        .get(&room)
                        .into_iter()
                        .flat_map(|used| used.keys().cloned()),
                );
            }
        }
        assert!(
            !reached.contains("matching") && !reached.contains("friendship"),
            "{start} reaches {reached:?}"
        );
    }
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    let homes: [(&str, &[&str]); 5] = [
        ("lettre", &["mail"]),
        ("diesel", &["store"]),
        ("axum", &["http"]),
        ("reqwest", &["net"]),
        ("activitypub_federation", &["federation", "http"]),
    ];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        for (name, rooms) in homes {
            let named = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && (line.contains(&format!("{name}::"))
                        || line.starts_with(&format!("use {name}")))
            });
            if named && !rooms.iter().any(|room| inside.starts_with(room)) {
                wrong.push(format!("{name} is named in {inside}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
