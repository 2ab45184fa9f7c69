//! Parameters of a query, from the type they are read into.

use serde_json::{Map, Value, json};

use super::shapes::Schemas;

/// One for each property of `whole`.
pub(super) fn of(whole: &Value, schemas: &mut Schemas) -> Vec<Value> {
    let properties = whole.get("properties").and_then(Value::as_object);
    let required = whole.get("required").and_then(Value::as_array);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let needed = required.is_some_and(|all| all.iter().any(|one| one == name));
            one((name, needed), schema, schemas)
        })
        .collect()
}

fn one((name, needed): (&str, bool), schema: &Value, schemas: &mut Schemas) -> Value {
    let mut schema = without_null(schema.clone());
    let says = schema
        .as_object_mut()
        .and_then(|map| map.remove("description"));
    let mut parameter = Map::from_iter([("in".to_owned(), json!("query"))]);
    if let Some(says) = says {
        parameter.insert("description".into(), says);
    }
    if needed {
        parameter.insert("required".into(), json!(true));
    }
    let kind = schema.get("$ref").and_then(Value::as_str).unwrap_or("");
    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
    let name = if let Some(item) = kind.strip_prefix("Many_") {
        let items = match item {
            "String" => json!({ "type": "string" }),
            item => schemas.parameter(item),
        };
        schema = json!({ "type": "array", "items": items });
        parameter.insert("style".into(), json!("form"));
        parameter.insert("explode".into(), json!(true));
        format!("{name}[]")
    } else {
        if !kind.is_empty()
            && let Some(map) = schema.as_object_mut()
            && let Value::Object(other) = schemas.parameter(&kind)
        {
            map.extend(other);
        }
        name.to_owned()
    };
    parameter.insert("name".into(), json!(name));
    parameter.insert("schema".into(), schema);
    Value::Object(parameter)
}

/// In a query nothing is null.
fn without_null(mut schema: Value) -> Value {
    let null = json!("null");
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| *kind != null);
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            if let Some(map) = schema.as_object_mut() {
                map.insert("type".into(), only);
            }
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return schema;
    };
    choices.retain(|choice| choice.get("type") != Some(&null));
    let [Value::Object(only)] = choices.as_slice() else {
        return schema;
    };
    let only = only.clone();
    if let Some(map) = schema.as_object_mut() {
        map.remove("anyOf");
        map.extend(only);
    }
    schema
}

/// Those that many operations share, by name.
pub(super) fn shared(schemas: &mut Schemas) -> Value {
    let number = schemas.parameter("Number");
    let all = [
        ("max_id", "Only what is older than this."),
        (
            "since_id",
            "Only what is newer than this, the newest of it.",
        ),
        ("min_id", "Only what is newer than this, the next of it."),
        (
            "limit",
            "How many at most: 1 to 40, and 20 where nothing is said. What is beyond is taken for the nearest.",
        ),
    ];
    let all: Map<String, Value> = all
        .into_iter()
        .map(|(name, says)| {
            let parameter = json!({
                "name": name, "in": "query", "description": says, "schema": number,
            });
            (name.to_owned(), parameter)
        })
        .collect();
    json!(all)
}

/// Where the other pages of a list are.
pub(super) fn link() -> Value {
    json!({
        "description": "The addresses of the older (`next`) and newer (`prev`) page (RFC 8288); absent on an empty one.",
        "schema": { "type": "string" },
    })
}
