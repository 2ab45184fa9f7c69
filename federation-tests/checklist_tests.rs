//! `docs/security-checklist.md` names tests; each of them must be there.

use std::path::{Path, PathBuf};

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

#[test]
fn every_test_that_the_security_checklist_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("federation-tests"), &mut files);
    sources(&root.join("src"), &mut files);
    let code: String = files
        .iter()
        .map(|f| std::fs::read_to_string(f).expect("a file"))
        .collect();
    let page = std::fs::read_to_string(root.join("docs/security-checklist.md")).expect("the page");
    let rows: Vec<&str> = page
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains('`'))
        .collect();
    assert!(rows.len() >= 30, "{}", rows.len());
    for row in rows {
        for name in row.split('`').skip(1).step_by(2) {
            let test = name.rsplit("::").next().unwrap_or(name);
            assert!(code.contains(&format!("fn {test}(")), "{name} is not there");
        }
    }
}
