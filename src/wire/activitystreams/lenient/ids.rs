//! Ids, types and links.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;
use url::{Host, Url};

use crate::wire::activitystreams::PUBLIC;

/// The longest id, in bytes. No program makes ids half as long, and an index of PostgreSQL takes two of them together.
const MAX_ID_BYTES: usize = 1_024;
/// The longest link, in bytes.
const MAX_LINK_BYTES: usize = 2_048;

static PUBLIC_URL: LazyLock<Url> =
    LazyLock::new(|| Url::parse(PUBLIC).expect("a constant that is a URL"));

/// True if `url` can be the id of something on the network: https with a host name, without user name or password, and
/// not longer than 1,024 bytes.
/// Plain http is accepted only for `localhost` and names under it. Ports are left to `net`, which knows the
/// exceptions that the configuration lists.
#[must_use]
pub fn acceptable_id(url: &Url) -> bool {
    let Some(Host::Domain(host)) = url.host() else {
        return false;
    };
    let local = host == "localhost" || host.ends_with(".localhost");
    let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
    let short = url.as_str().len() <= MAX_ID_BYTES;
    scheme && short && url.username().is_empty() && url.password().is_none()
}

/// Reads an id. The short forms `Public` and `as:Public` become the full one. `None` if not [`acceptable_id`].
#[must_use]
pub fn parse_id(text: &str) -> Option<Url> {
    let text = text.trim();
    if text == PUBLIC || text == "as:Public" || text == "Public" {
        return Some(PUBLIC_URL.clone());
    }
    Url::parse(text).ok().filter(acceptable_id)
}

/// A property that is an address with any host, or nothing.
pub(crate) fn optional_link<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    let value = Value::deserialize(d)?;
    Ok(value.as_str().and_then(web_link))
}

/// Reads an address that people may open: http or https with a host, whatever the host.
pub(crate) fn web_link(text: &str) -> Option<Url> {
    Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .filter(|url| url.as_str().len() <= MAX_LINK_BYTES)
}

/// The id in a string, an object, or the first usable entry of an array.
pub(crate) fn id_of(value: &Value) -> Option<Url> {
    match value {
        Value::Array(all) => all.iter().find_map(single_id),
        one => single_id(one),
    }
}

/// All usable ids in a value; what has none is skipped.
pub(crate) fn ids_of(value: &Value) -> Vec<Url> {
    match value {
        Value::Array(all) => all.iter().filter_map(single_id).collect(),
        one => single_id(one).into_iter().collect(),
    }
}

fn single_id(value: &Value) -> Option<Url> {
    match value {
        Value::String(text) => parse_id(text),
        Value::Object(map) => ["id", "@id", "href"]
            .iter()
            .find_map(|key| map.get(*key))
            .and_then(Value::as_str)
            .and_then(parse_id),
        _ => None,
    }
}

pub(crate) fn id<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Url>, D::Error> {
    Value::deserialize(d).map(|value| id_of(&value))
}

pub(crate) fn ids<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Url>, D::Error> {
    Value::deserialize(d).map(|value| ids_of(&value))
}

/// Reads an id that must be there.
///
/// # Errors
/// Nothing usable: absent ids, other schemes, addresses without a host name.
pub(crate) fn required_id<'de, D: Deserializer<'de>>(d: D) -> Result<Url, D::Error> {
    let value = Value::deserialize(d)?;
    id_of(&value).ok_or_else(|| D::Error::custom("an id is missing or not an https address"))
}

/// The type: a string or the first plain name of an array, without the ActivityStreams prefix.
pub(crate) fn kind_of(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => plain_kind(name),
        Value::Array(all) => {
            let names = || all.iter().filter_map(Value::as_str).filter_map(plain_kind);
            names()
                .find(|name| !name.contains(':'))
                .or_else(|| names().next())
        }
        _ => None,
    }
}

fn plain_kind(name: &str) -> Option<String> {
    let name = name.trim();
    let name = name
        .strip_prefix("as:")
        .or_else(|| name.strip_prefix("https://www.w3.org/ns/activitystreams#"))
        .unwrap_or(name);
    (!name.is_empty() && name.len() <= 128 && !name.contains('\0')).then(|| name.to_owned())
}

/// Reads a type that must be there.
///
/// # Errors
/// No type, or one that is not a name.
pub(crate) fn kind<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let value = Value::deserialize(d)?;
    kind_of(&value).ok_or_else(|| D::Error::custom("a type is missing or not a name"))
}

pub(crate) fn optional_kind<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(d).map(|value| kind_of(&value))
}

/// Reads the links of a `url` property with their media types: a string, a `Link`, an object with `url`, or an array.
pub(crate) fn pages<'de, D: Deserializer<'de>>(
    d: D,
) -> Result<Vec<(Url, Option<String>)>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Array(all) => all.iter().filter_map(page).collect(),
        one => page(&one).into_iter().collect(),
    })
}

fn page(value: &Value) -> Option<(Url, Option<String>)> {
    match value {
        Value::String(text) => web_link(text).map(|url| (url, None)),
        Value::Object(map) => {
            let url = ["href", "url", "id"]
                .iter()
                .find_map(|key| map.get(*key))
                .and_then(Value::as_str)
                .and_then(web_link)?;
            let media_type = ["mediaType", "mimeType"]
                .iter()
                .find_map(|key| map.get(*key))
                .and_then(Value::as_str);
            Some((url, media_type.map(str::to_owned)))
        }
        _ => None,
    }
}

/// The link to show people: the HTML one, else the first without a media type. Files and feeds are not pages.
pub(crate) fn pick_page(all: &[(Url, Option<String>)]) -> Option<&Url> {
    let html = |kind: &Option<String>| {
        kind.as_deref()
            .is_some_and(|kind| kind.starts_with("text/html"))
    };
    all.iter()
        .find(|(_, kind)| html(kind))
        .or_else(|| all.iter().find(|(_, kind)| kind.is_none()))
        .map(|(url, _)| url)
}
