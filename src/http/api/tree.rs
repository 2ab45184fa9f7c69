//! Forms with nested names (`fields_attributes[0][name]`, `id[]`) as one JSON value, so that forms, queries and JSON
//! bodies are read by the same types.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::error::ApiError;

/// More pairs than this are refused.
const MAX_PAIRS: usize = 400;
/// Deepest nesting of a name.
const MAX_DEPTH: usize = 4;

/// One step of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `[key]`
    Key(String),
    /// `[]`
    Next,
}

/// The pairs of a form or query (`application/x-www-form-urlencoded`) as a tree of strings.
///
/// # Errors
/// [`ApiError::Malformed`] for too many pairs, names nested too deep, and names that contradict each other.
pub(super) fn read(encoded: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let mut root = Map::new();
    for (count, (name, text)) in url::form_urlencoded::parse(encoded).enumerate() {
        if count >= MAX_PAIRS {
            return Err(ApiError::Malformed("too many parameters"));
        }
        put(&mut root, &name, text)?;
    }
    Ok(root)
}

/// Adds one named value.
///
/// # Errors
/// As [`read`].
pub(super) fn put(
    root: &mut Map<String, Value>,
    name: &str,
    text: Cow<'_, str>,
) -> Result<(), ApiError> {
    let (first, steps) = steps(name)?;
    let slot = root.entry(first).or_insert(Value::Null);
    place(slot, &steps, Value::String(text.into_owned()))
}

fn steps(name: &str) -> Result<(String, Vec<Step>), ApiError> {
    let Some((first, rest)) = name.split_once('[') else {
        return Ok((name.to_owned(), Vec::new()));
    };
    let Some(rest) = rest.strip_suffix(']') else {
        return Err(ApiError::Malformed("a parameter's name lacks its bracket"));
    };
    let steps: Vec<Step> = rest
        .split("][")
        .map(|key| match key {
            "" => Step::Next,
            key => Step::Key(key.to_owned()),
        })
        .collect();
    if steps.len() > MAX_DEPTH {
        return Err(ApiError::Malformed("a parameter is nested too deep"));
    }
    Ok((first.to_owned(), steps))
}

fn place(slot: &mut Value, steps: &[Step], value: Value) -> Result<(), ApiError> {
    const CLASH: ApiError = ApiError::Malformed("parameters contradict each other");
    let Some((step, rest)) = steps.split_first() else {
        // A checkbox sends its name twice; the last one counts.
        return match slot {
            Value::Null | Value::String(_) => {
                *slot = value;
                Ok(())
            }
            _ => Err(CLASH),
        };
    };
    match step {
        Step::Key(key) => {
            if slot.is_null() {
                *slot = Value::Object(Map::new());
            }
            let Value::Object(map) = slot else {
                return Err(CLASH);
            };
            place(map.entry(key.clone()).or_insert(Value::Null), rest, value)
        }
        Step::Next => {
            if slot.is_null() {
                *slot = Value::Array(Vec::new());
            }
            let Value::Array(list) = slot else {
                return Err(CLASH);
            };
            // `a[][x]=1&a[][y]=2&a[][x]=3` are two things: a key that is there already begins the next.
            if let (Some(Step::Key(key)), Some(Value::Object(last))) =
                (rest.first(), list.last_mut())
                && !last.contains_key(key)
            {
                let mut open = Value::Object(std::mem::take(last));
                let placed = place(&mut open, rest, value);
                if let Value::Object(filled) = open {
                    *last = filled;
                }
                return placed;
            }
            let mut next = Value::Null;
            place(&mut next, rest, value)?;
            list.push(next);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tree(text: &str) -> Value {
        Value::Object(read(text.as_bytes()).unwrap())
    }

    #[test]
    fn nested_names_become_lists_and_objects() {
        assert_eq!(
            tree("a=1&id[]=2&id%5B%5D=3&f[0][name]=x&f[0][value]=y+z"),
            json!({"a": "1", "id": ["2", "3"], "f": {"0": {"name": "x", "value": "y z"}}})
        );
        assert_eq!(
            tree("f[][name]=x&f[][value]=y&f[][name]=z"),
            json!({"f": [{"name": "x", "value": "y"}, {"name": "z"}]})
        );
    }

    #[test]
    fn contradictions_depth_and_number_are_refused() {
        let many = "a[]=1&".repeat(MAX_PAIRS + 1);
        for bad in [
            "a=1&a[x]=2",
            "a[]=1&a[x]=2",
            "a[b]=1&a=2",
            "a[x",
            "a[1][2][3][4][5]=x",
            &many,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_query_is_read_or_refused(text in "[a\\[\\]=&x0%]{0,60}") {
            let _ = read(text.as_bytes());
        }
    }
}
