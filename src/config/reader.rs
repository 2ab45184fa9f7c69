//! Takes values out of file and environment by key, and remembers everything that was wrong on the way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Value;

use super::error::Problem;
use super::key::{self, Preset};

const ENV_PREFIX: &str = "KITH__";

/// Settings as they were given, not yet understood.
pub(super) struct Reader {
    given: BTreeMap<&'static str, Given>,
    problems: Vec<Problem>,
}

/// A value knows where it came from, because the environment only has text.
#[derive(Clone)]
enum Given {
    File(Value),
    Env(String),
}

impl Reader {
    /// The environment wins over the file. Names that are no keys become problems.
    pub(super) fn new(table: toml::Table, env: impl Iterator<Item = (String, String)>) -> Self {
        let mut reader = Self {
            given: BTreeMap::new(),
            problems: Vec::new(),
        };
        reader.add_table("", table);
        for (name, value) in env {
            reader.add_variable(&name, value);
        }
        reader
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) fn refuse(&mut self, path: &str, advice: impl Into<String>) {
        self.problems.push(Problem::new(path, advice));
    }

    /// Whether somebody set this key to something that is not empty text.
    pub(super) fn is_given(&self, path: &str) -> bool {
        match self.given.get(path) {
            None => false,
            Some(Given::Env(text) | Given::File(Value::String(text))) => !text.is_empty(),
            Some(Given::File(_)) => true,
        }
    }

    pub(super) fn text(&mut self, path: &str) -> String {
        self.value(path, "a text in quotes", as_text)
            .unwrap_or_default()
    }

    /// `None` where the key is unset or empty.
    pub(super) fn optional(&mut self, path: &str) -> Option<String> {
        Some(self.text(path)).filter(|text| !text.is_empty())
    }

    /// A file or folder; relative ones start at `base`.
    pub(super) fn path(&mut self, path: &str, base: &Path) -> PathBuf {
        base.join(self.text(path))
    }

    /// A text that `parse` understands; `parse` answers an advice otherwise, and the default takes its place.
    pub(super) fn parsed<T>(
        &mut self,
        path: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(path);
        match parse(&text) {
            Ok(value) => Some(value),
            Err(advice) => {
                self.refuse(path, advice);
                let preset = preset(path).and_then(as_text)?;
                parse(&preset).ok()
            }
        }
    }

    pub(super) fn flag(&mut self, path: &str) -> bool {
        self.value(path, "true or false", |given| match given {
            Given::File(value) => value.as_bool(),
            Given::Env(text) => text.parse().ok(),
        })
        .unwrap_or_default()
    }

    /// A whole number from 0 up to what `T` holds.
    pub(super) fn count<T: TryFrom<i64> + Default>(&mut self, path: &str) -> T {
        self.value(path, "a whole number, 0 or more", |given| match given {
            Given::File(value) => value.as_integer().and_then(|n| T::try_from(n).ok()),
            Given::Env(text) => {
                let number: i64 = text.replace('_', "").parse().ok()?;
                T::try_from(number).ok()
            }
        })
        .unwrap_or_default()
    }

    pub(super) fn real(&mut self, path: &str) -> f64 {
        self.value(path, "a number such as 1.0", |given| match given {
            Given::File(Value::Integer(n)) => i32::try_from(n).ok().map(f64::from),
            Given::File(value) => value.as_float(),
            Given::Env(text) => text.parse().ok(),
        })
        .unwrap_or_default()
    }

    /// A list of texts: a TOML array, in the environment also separated by commas.
    pub(super) fn list(&mut self, path: &str) -> Vec<String> {
        self.value(path, "a list such as [\"a\", \"b\"]", as_list)
            .unwrap_or_default()
    }

    /// What was given if `take` understands it, else the default and a problem that names what was `expected`.
    fn value<T>(
        &mut self,
        path: &str,
        expected: &str,
        take: impl Fn(Given) -> Option<T>,
    ) -> Option<T> {
        if let Some(given) = self.given.get(path).cloned() {
            if let Some(value) = take(given) {
                return Some(value);
            }
            self.refuse(path, format!("This must be {expected}."));
        }
        preset(path).and_then(take)
    }

    fn add_table(&mut self, section: &str, table: toml::Table) {
        for (name, value) in table {
            let path = if section.is_empty() {
                name
            } else {
                format!("{section}.{name}")
            };
            match (key::find(&path), value) {
                (Some(key), value) => {
                    self.given.insert(key.path, Given::File(value));
                }
                (None, Value::Table(inner)) if key::is_section(&path) => {
                    self.add_table(&path, inner);
                }
                (None, Value::Table(_)) => {
                    let near = key::nearest_section(&path);
                    self.refuse(
                        &path,
                        format!("There is no section of this name; the nearest one is [{near}]."),
                    );
                }
                (None, _) if key::is_section(&path) => {
                    self.refuse(
                        &path,
                        format!("This is a section: write [{path}] above its keys."),
                    );
                }
                (None, _) => {
                    let near = key::nearest(&path);
                    self.refuse(
                        &path,
                        format!("There is no key of this name; the nearest one is `{near}`."),
                    );
                }
            }
        }
    }

    fn add_variable(&mut self, name: &str, value: String) {
        let Some(rest) = name.strip_prefix(ENV_PREFIX) else {
            return;
        };
        let path = rest.replace("__", ".").to_ascii_lowercase();
        if let Some(key) = key::find(&path) {
            self.given.insert(key.path, Given::Env(value));
        } else {
            let near = variable(key::nearest(&path));
            self.refuse(
                name,
                format!("No key belongs to this environment variable; the nearest one is {near}."),
            );
        }
    }
}

/// The environment variable of a key.
pub(super) fn variable(path: &str) -> String {
    format!(
        "{ENV_PREFIX}{}",
        path.replace('.', "__").to_ascii_uppercase()
    )
}

fn preset(path: &str) -> Option<Given> {
    match key::find(path)?.preset {
        Preset::Value(text) => literal(text).map(Given::File),
        Preset::Required(_) | Preset::Unset(_) => None,
    }
}

/// Reads one TOML value.
fn literal(text: &str) -> Option<Value> {
    let mut table: toml::Table = format!("value = {text}").parse().ok()?;
    table.remove("value")
}

fn as_text(given: Given) -> Option<String> {
    match given {
        Given::File(Value::String(text)) | Given::Env(text) => Some(text),
        Given::File(_) => None,
    }
}

fn as_list(given: Given) -> Option<Vec<String>> {
    let value = match given {
        Given::Env(text) if !text.trim_start().starts_with('[') => {
            return Some(
                text.split(',')
                    .map(|item| item.trim().to_owned())
                    .filter(|item| !item.is_empty())
                    .collect(),
            );
        }
        Given::Env(text) => literal(&text)?,
        Given::File(value) => value,
    };
    let Value::Array(items) = value else {
        return None;
    };
    items
        .into_iter()
        .map(|item| as_text(Given::File(item)))
        .collect()
}
