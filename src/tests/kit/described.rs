//! Compares answers of the API with its own description. A test of anything else fails where they differ.

use axum::http::Method;
use serde_json::{Map, Value};

/// Codes that the description tells of all answers at once.
const EVERYWHERE: [u16; 5] = [405, 408, 421, 500, 503];

/// The description that the server gives of itself.
#[derive(Debug)]
pub(crate) struct Described(Value);

/// What was answered to which request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) method: &'a Method,
    /// Without the query.
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) kind: &'a str,
    pub(crate) body: &'a [u8],
}

impl Described {
    pub(crate) fn new(document: Value) -> Described {
        Described(document)
    }

    /// Whether this is an address that the description is about.
    pub(crate) fn covers(path: &str) -> bool {
        path.starts_with("/api/")
            || ["/oauth/token", "/oauth/revoke", "/oauth/userinfo"].contains(&path)
    }

    /// Fails the test where an answer is not as it is described.
    pub(crate) fn check(&self, answered: Answered<'_>) {
        let Answered {
            method,
            path,
            status,
            ..
        } = answered;
        if [Method::OPTIONS, Method::HEAD].contains(method) || path.ends_with('/') {
            return;
        }
        let Some(operation) = self.operation(method, path) else {
            assert!(status >= 400, "{method} {path} is served and not described");
            return;
        };
        let known = &operation["responses"][status.to_string()];
        if known.is_null() {
            let is_known = EVERYWHERE.contains(&status);
            assert!(
                is_known,
                "{method} {path} answers {status}, which is not described"
            );
            return;
        }
        let schema = &self.resolve(known)["content"]["application/json"]["schema"];
        if schema.is_null() || !answered.kind.starts_with("application/json") {
            return;
        }
        let body: Value = serde_json::from_slice(answered.body).unwrap();
        if let Err(why) = self.fits(schema, &body, "") {
            panic!("{method} {path} ({status}): {why}\n{body:#}");
        }
    }

    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let method = method.as_str().to_lowercase();
        let paths = self.0["paths"].as_object().unwrap().iter();
        let fitting =
            paths.filter(|(template, all)| all.get(&method).is_some() && is_at(template, path));
        // Where several fit, the one that names most.
        let best = fitting.min_by_key(|(template, _)| template.matches('{').count());
        best.map(|(_, all)| &all[&method])
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(at) => {
                let found = self.0.pointer(at.trim_start_matches('#'));
                self.resolve(found.unwrap_or_else(|| panic!("{at} leads nowhere")))
            }
            None => value,
        }
    }

    /// Says where and why `value` is not of this shape. Stricter than JSON Schema: fields that are not named do not fit.
    fn fits(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = self.resolve(schema);
        let wrong = |why: &str| Err(format!("{at}: {why}"));
        if let Some(all) = schema["enum"].as_array()
            && !all.contains(value)
        {
            return wrong(&format!("{value} is none of the words"));
        }
        if !is_of(&schema["type"], value) {
            return wrong(&format!("{value} is not of the type {}", schema["type"]));
        }
        for (word, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
            let Some(all) = schema[word].as_array() else {
                continue;
            };
            let tried: Vec<_> = all.iter().map(|one| self.fits(one, value, at)).collect();
            let count = tried.iter().filter(|fit| fit.is_ok()).count();
            if count == 0 || count > most {
                return wrong(&format!("fits {count} of {word}: {tried:?}"));
            }
        }
        match value {
            Value::String(text) => fits_text(schema, text).map_err(|why| format!("{at}: {why}")),
            Value::Array(all) => {
                if schema["maxItems"]
                    .as_u64()
                    .is_some_and(|most| all.len() as u64 > most)
                {
                    return wrong("too many items");
                }
                (0..).zip(all).try_for_each(|(n, item): (usize, &Value)| {
                    self.fits(&schema["items"], item, &format!("{at}/{n}"))
                })
            }
            Value::Object(map) => self.fits_object(schema, map, at),
            _ => Ok(()),
        }
    }

    fn fits_object(
        &self,
        schema: &Value,
        map: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        let mut named = Map::new();
        let mut required = Vec::new();
        self.fields(schema, (&mut named, &mut required));
        if let Some(name) = required.iter().find(|name| !map.contains_key(**name)) {
            return Err(format!("{at}: {name} is missing"));
        }
        let rest = &schema["additionalProperties"];
        for (name, value) in map {
            let at = format!("{at}/{name}");
            match named.get(name) {
                Some(schema) => self.fits(schema, value, &at)?,
                None if rest.is_object() => self.fits(rest, value, &at)?,
                None if named.is_empty() => {}
                None => return Err(format!("{at}: this field is not described")),
            }
        }
        Ok(())
    }

    /// The fields of an object, those of its parts as well.
    fn fields<'a>(
        &'a self,
        schema: &'a Value,
        (named, required): (&mut Map<String, Value>, &mut Vec<&'a str>),
    ) {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fields(self.resolve(part), (named, required));
        }
        if let Some(properties) = schema["properties"].as_object() {
            named.extend(properties.clone());
        }
        let needed = schema["required"].as_array().into_iter().flatten();
        required.extend(needed.filter_map(Value::as_str));
    }
}

fn is_at(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(name), Some(part)) if name == part => {}
            (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => {}
            _ => return false,
        }
    }
}

fn is_of(kinds: &Value, value: &Value) -> bool {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |wanted: &Value| {
        *wanted == kind || (*wanted == "integer" && (value.is_i64() || value.is_u64()))
    };
    match kinds {
        Value::Null => true,
        Value::Array(all) => all.iter().any(is),
        one => is(one),
    }
}

fn fits_text(schema: &Value, text: &str) -> Result<(), String> {
    let fits = match schema["format"].as_str() {
        Some("date-time") => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        Some("date") => chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(),
        Some("uri") => url::Url::parse(text).is_ok(),
        _ => true,
    };
    let is_number = schema["pattern"] != "^[0-9]+$" || text.bytes().all(|b| b.is_ascii_digit());
    if fits && is_number {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is not of the form {} {}",
            schema["format"], schema["pattern"]
        ))
    }
}
