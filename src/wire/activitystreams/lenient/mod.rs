//! Reading values in every form that peers send them.
//!
//! Each function here is used as `deserialize_with` on a field that also has `default`. They take any JSON value
//! without failing: what cannot be used counts as absent. Only the functions that say so refuse a document.

mod ids;
mod numbers;
mod text;
mod times;

pub use ids::{acceptable_id, parse_id};
pub(crate) use ids::{
    id, id_of, ids, ids_of, kind, kind_of, optional_kind, optional_link, pages, pick_page,
    required_id, web_link,
};
pub(crate) use numbers::{count, flag, float_of, whole};
pub(crate) use text::{
    LanguageMap, clip_bytes, clip_chars, is_language, language_map, strings, text, text_of,
};
pub use times::LocalTime;
pub(crate) use times::{event_time, moment};

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::Value;

/// Reads one or many `T`; entries that are not a `T` are skipped.
///
/// # Errors
/// More than `most` entries.
pub(crate) fn items<'de, D, T>(d: D, most: usize, what: &str) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let all = match Value::deserialize(d)? {
        Value::Null => return Ok(Vec::new()),
        Value::Array(all) => all,
        one => vec![one],
    };
    if all.len() > most {
        return Err(D::Error::custom(format_args!("more than {most} {what}")));
    }
    Ok(all
        .into_iter()
        .filter_map(|value| T::deserialize(value).ok())
        .collect())
}

/// Reads a `T` that may be missing, empty, of another shape, or the first usable of an array.
pub(crate) fn embedded<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(match Value::deserialize(d)? {
        Value::Array(all) => all.into_iter().find_map(|value| T::deserialize(value).ok()),
        one => T::deserialize(one).ok(),
    })
}

#[cfg(test)]
mod tests;
