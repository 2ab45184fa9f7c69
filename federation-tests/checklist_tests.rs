//! `docs/security-checklist.md` names tests; each of them must be there, and every item that applies must name some.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Items of the checklist for which there is a surface today (rulings 32). Whoever adds a surface adds its items.
fn required() -> BTreeSet<u32> {
    let ranges = [
        1..=20,
        23..=25,
        26..=26,
        28..=30,
        32..=34,
        36..=41,
        42..=52,
        57..=59,
        64..=65,
        67..=74,
        75..=76,
        79..=84,
        86..=87,
    ];
    ranges.into_iter().flatten().collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table: an item each, and the tests in it.
fn rows() -> Vec<(u32, Vec<String>)> {
    let page =
        std::fs::read_to_string(root().join("docs/security-checklist.md")).expect("the page");
    page.lines()
        .filter_map(|line| {
            let (item, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
            let names = rest.split('`').skip(1).step_by(2).map(str::to_owned);
            Some((item.parse().ok()?, names.collect()))
        })
        .collect()
}

#[test]
fn every_test_that_the_security_checklist_names_exists() {
    for (item, names) in rows() {
        for name in names {
            // `faults_tests::x` stands in `faults_tests.rs`; a name without a file may stand anywhere.
            let (file, test) = name.rsplit_once("::").unwrap_or(("", &name));
            let mut files = Vec::new();
            sources(&root().join("federation-tests"), &mut files);
            sources(&root().join("src"), &mut files);
            let found = files.iter().any(|path| {
                let here =
                    file.is_empty() || path.with_extension("").ends_with(file.replace("::", "/"));
                here && std::fs::read_to_string(path).is_ok_and(|code| {
                    code.contains(&format!("#[test]\nfn {test}("))
                        || code.contains(&format!("async fn {test}("))
                })
            });
            assert!(found, "item {item}: {name} is not there");
        }
    }
}

#[test]
fn every_item_of_the_security_checklist_that_applies_has_a_test() {
    let rows = rows();
    let tested: BTreeSet<u32> = rows
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(item, _)| *item)
        .collect();
    assert_eq!(
        tested.len(),
        rows.len(),
        "an item has two rows, or a row no test"
    );
    let missing: Vec<u32> = required().difference(&tested).copied().collect();
    assert!(missing.is_empty(), "items without a test: {missing:?}");
}
