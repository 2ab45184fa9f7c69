//! Text, with or without a language.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Texts by language tag, in the order of the document: what `contentMap`, `nameMap` and `summaryMap` hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LanguageMap(Vec<(String, String)>);

impl LanguageMap {
    /// The first text.
    pub(crate) fn first(&self) -> Option<&str> {
        self.0.first().map(|(_, text)| text.as_str())
    }

    /// The language of `text` if it is one of ours, else of the first entry. `und` and what is no tag is no language.
    pub(crate) fn language_of(&self, text: Option<&str>) -> Option<&str> {
        let same = self
            .0
            .iter()
            .find(|(_, candidate)| Some(candidate.as_str()) == text);
        let (language, _) = same.or_else(|| self.0.first())?;
        is_language(language).then_some(language.as_str())
    }
}

/// Whether this names a language: a tag of letters, digits and hyphens (RFC 5646 §2.1) other than `und`.
pub(crate) fn is_language(tag: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=64).contains(&tag.len()) && tag != "und" && tag.bytes().all(plain)
}

/// The text in a string, a number, a language map, an `@value` object, or the first usable entry of an array. Empty text is
/// no text. NUL characters are removed, because PostgreSQL cannot store them.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => clean(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(map) => map
            .get("@value")
            .or_else(|| map.values().find(|value| value.is_string()))
            .and_then(Value::as_str)
            .and_then(clean),
        Value::Array(all) => all
            .iter()
            .filter(|value| !value.is_array())
            .find_map(text_of),
        _ => None,
    }
}

fn clean(text: &str) -> Option<String> {
    let text = if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text.to_owned()
    };
    (!text.is_empty()).then_some(text)
}

pub(crate) fn text<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(d).map(|value| text_of(&value))
}

/// Reads one or many strings.
pub(crate) fn strings<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Array(all) => all.iter().filter_map(text_of).collect(),
        one => text_of(&one).into_iter().collect(),
    })
}

pub(crate) fn language_map<'de, D: Deserializer<'de>>(d: D) -> Result<LanguageMap, D::Error> {
    d.deserialize_any(MapVisitor)
}

struct MapVisitor;

impl<'de> Visitor<'de> for MapVisitor {
    type Value = LanguageMap;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("texts by language")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LanguageMap, A::Error> {
        let mut all = Vec::new();
        while let Some((language, value)) = map.next_entry::<String, Value>()? {
            if let (Some(text), true) = (
                text_of(&value),
                language.len() <= 64 && !language.contains('\0'),
            ) {
                all.push((language, text));
            }
        }
        Ok(LanguageMap(all))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<LanguageMap, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(LanguageMap::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }

    fn visit_unit<E>(self) -> Result<LanguageMap, E> {
        Ok(LanguageMap::default())
    }
}

/// Cuts `text` after `most` characters.
pub(crate) fn clip_chars(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
}

/// Cuts `text` after at most `most` bytes, between characters.
pub(crate) fn clip_bytes(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
    }
}
