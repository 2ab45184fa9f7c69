//! The shapes of JSON: those of types, by name, and some that fields ask for.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::super::entities::status::visibility;
use crate::domain::audience::Audience;
use crate::words::Words;

/// The shapes that were met so far.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    by_name: BTreeMap<String, Value>,
    /// How the types that were met are named.
    met: BTreeMap<&'static str, Value>,
    /// Names that two different types have.
    clashes: Vec<String>,
}

impl Schemas {
    /// The address of the shape of `T`; the shape itself where it is a plain one.
    pub(super) fn refer<T: ToSchema>(&mut self) -> Value {
        let kind = std::any::type_name::<T>();
        if let Some(known) = self.met.get(kind) {
            return known.clone();
        }
        let whole = self.inline::<T>();
        let has_parts = ["properties", "allOf", "anyOf", "oneOf"]
            .iter()
            .any(|word| whole.get(word).is_some());
        let named = if has_parts {
            let name = T::name();
            self.put(&name, whole);
            refer("schemas", &name)
        } else {
            whole
        };
        self.met.insert(kind, named.clone());
        named
    }

    /// The shape of `T` itself; what it refers to is kept.
    pub(super) fn inline<T: ToSchema>(&mut self) -> Value {
        let mut nested = Vec::new();
        T::schemas(&mut nested);
        for (name, schema) in nested {
            self.put(&name, tidy(json!(schema)));
        }
        tidy(json!(T::schema()))
    }

    /// How the type called `kind` is written in a query, where everything is text.
    pub(super) fn parameter(&mut self, kind: &str) -> Value {
        let schema = match kind {
            "Flag" => json!({
                "description": "Yes or no; empty is no.",
                "anyOf": [{ "type": "boolean" }, { "type": "string", "enum": FLAG_WORDS }],
            }),
            "Number" => json!({
                "description": "A whole number; empty is none.",
                "anyOf": [
                    { "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX },
                    { "type": "string", "maxLength": 0 },
                ],
            }),
            other => return refer("schemas", other),
        };
        let name = format!("{kind}Parameter");
        self.put(&name, schema);
        refer("schemas", &name)
    }

    fn put(&mut self, name: &str, schema: Value) {
        match self.by_name.get(name) {
            Some(known) if *known != schema => self.clashes.push(name.to_owned()),
            Some(_) => {}
            None => {
                self.by_name.insert(name.to_owned(), schema);
            }
        }
    }

    /// All shapes by name, and the names that mean two things.
    pub(super) fn finish(self) -> (BTreeMap<String, Value>, Vec<String>) {
        (self.by_name, self.clashes)
    }
}

/// Words for yes and no, as forms and programs write them.
pub(in crate::http::api) const FLAG_WORDS: [&str; 13] = [
    "true", "1", "on", "t", "True", "TRUE", "false", "0", "off", "f", "False", "FALSE", "",
];

/// The address of something that stands once in the document.
pub(super) fn refer(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// Without defaults that say nothing, those of Rust's types; and what may be null is one or the other or both, because
/// what apps may send for a number may be null in itself.
fn tidy(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            let is_empty = match map.get("default") {
                Some(Value::String(text)) => text.is_empty(),
                Some(Value::Null | Value::Array(_)) => true,
                // Of a shape: a property of that name is an object too, but one with a shape.
                Some(Value::Object(default)) => !default.contains_key("type"),
                _ => false,
            };
            if is_empty {
                map.remove("default");
            }
            let null = json!({ "type": "null" });
            let may_be_null = |all: &Value| all.as_array().is_some_and(|all| all.contains(&null));
            if map.get("oneOf").is_some_and(may_be_null)
                && let Some(all) = map.remove("oneOf")
            {
                map.insert("anyOf".into(), all);
            }
            for part in map.values_mut() {
                *part = tidy(part.take());
            }
        }
        Value::Array(all) => {
            for part in all {
                *part = tidy(part.take());
            }
        }
        _ => {}
    }
    schema
}

/// One of the words of `T`.
pub(in crate::http::api) fn word<T: Words>() -> ObjectBuilder {
    words(&T::words())
}

/// One of the words of `T`, or null.
pub(in crate::http::api) fn word_or_null<T: Words>() -> ObjectBuilder {
    or_null(T::words())
}

/// The same, or nothing: apps send empty fields of forms.
pub(in crate::http::api) fn wish<T: Words>() -> ObjectBuilder {
    let mut all = T::words();
    all.push("");
    or_null(all)
}

/// One of these words, or null.
pub(in crate::http::api) fn or_null(words: Vec<&str>) -> ObjectBuilder {
    let all = words.into_iter().map(Value::from).chain([Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(all))
}

/// A list of words of `T`.
pub(in crate::http::api) fn word_list<T: Words>() -> utoipa::openapi::schema::ArrayBuilder {
    utoipa::openapi::schema::ArrayBuilder::new().items(word::<T>())
}

/// One of these words.
pub(in crate::http::api) fn words(words: &[&str]) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.iter().copied()))
}

/// Mastodon's words for audiences.
pub(in crate::http::api) fn visibilities() -> ObjectBuilder {
    let all: Vec<&str> = Audience::ALL.iter().map(|of| visibility(*of)).collect();
    words(&all)
}

/// Something that clients look for and that is never there.
pub(in crate::http::api) fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

/// A number as text.
pub(in crate::http::api) fn digits() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[0-9]+$"))
}

/// Anything.
pub(in crate::http::api) fn anything() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue)
}
