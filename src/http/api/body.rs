//! What clients send: JSON, forms and queries, read into one type.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request;
use axum::response::IntoResponse;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::{ApiError, ApiResult, Wrong};
use super::multipart::{self, Files, Parts};
use super::tree;

/// The parameters of a request: those of the query, and over them those of a JSON or form body.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

/// The same, and the files that came with them by the names of their fields.
#[derive(Debug)]
pub(super) struct Upload<T> {
    pub(super) asked: T,
    pub(super) files: Vec<(String, Bytes)>,
}

/// The parameters of the query alone.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

/// The key in the path. Anything that is no key is not found.
#[derive(Debug)]
pub(super) struct Id<T>(pub(super) T);

/// The same where two keys are in the path.
#[derive(Debug)]
pub(super) struct Ids<A, B>(pub(super) A, pub(super) B);

/// What is asked for in the query, or, as some clients write it, in the body of a GET.
#[derive(Debug)]
pub(super) struct Anywhere<T>(pub(super) T);

/// What may be sent with files.
pub(super) trait WithFiles {
    /// The fields that are files.
    const FILES: &'static [&'static str];
    /// There is nothing to do without them.
    const NEEDED: bool;
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let parts = parts(request, state, Files::Dropped).await?;
        typed(parts.fields).map(Body)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Anywhere<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Body(all) = Body::from_request(request, state).await?;
        Ok(Anywhere(all))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Upload<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let parts = parts(request, state, Files::Kept).await?;
        Ok(Upload {
            asked: typed(parts.fields)?,
            files: parts.files,
        })
    }
}

async fn parts<S: Send + Sync>(
    request: Request,
    state: &S,
    files: Files,
) -> Result<Parts, ApiError> {
    let mut all = tree::read(request.uri().query().unwrap_or_default().as_bytes())?;
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .map(str::to_ascii_lowercase);
    if kind.as_deref() == Some("multipart/form-data") {
        let mut parts = multipart::read(request, state, files).await?;
        all.extend(std::mem::take(&mut parts.fields));
        parts.fields = all;
        return Ok(parts);
    }
    let bytes = Bytes::from_request(request, state).await.map_err(|why| {
        match why.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
            _ => ApiError::Malformed("the body did not arrive whole"),
        }
    })?;
    if !bytes.is_empty() {
        all.extend(parse(kind.as_deref(), &bytes)?);
    }
    Ok(Parts {
        fields: all,
        files: Vec::new(),
    })
}

fn parse(kind: Option<&str>, bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match kind {
        Some("application/json") => serde_json::from_slice::<Map<String, Value>>(bytes)
            .ok()
            .ok_or(ApiError::Malformed("the body is not a JSON object")),
        Some("application/x-www-form-urlencoded") => tree::read(bytes),
        _ => Err(ApiError::MediaType),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, ApiError> {
        let all = tree::read(parts.uri.query().unwrap_or_default().as_bytes())?;
        typed(all).map(Query)
    }
}

fn typed<T: DeserializeOwned>(all: Map<String, Value>) -> Result<T, ApiError> {
    let all = Value::Object(all);
    if holds_nul(&all) {
        return Err(ApiError::Malformed("a parameter holds a NUL"));
    }
    serde_json::from_value(all)
        .ok()
        .ok_or(ApiError::Malformed("a parameter has the wrong form"))
}

/// Whether a text holds the one character that PostgreSQL does not store. The depth is bounded by the readers.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(all) => all.iter().any(holds_nul),
        Value::Object(map) => map.values().any(holds_nul),
        _ => false,
    }
}

impl<S: Send + Sync, T: std::str::FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(Path(text)) = Path::<String>::from_request_parts(parts, state).await else {
            return Err(ApiError::NotFound);
        };
        key(&text).map(Id)
    }
}

impl<S, A, B> FromRequestParts<S> for Ids<A, B>
where
    S: Send + Sync,
    A: std::str::FromStr + Send,
    B: std::str::FromStr + Send,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, ApiError> {
        let found = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((first, second))) = found else {
            return Err(ApiError::NotFound);
        };
        Ok(Ids(key(&first)?, key(&second)?))
    }
}

/// Nothing is called by a text with a NUL, which PostgreSQL would not even compare.
fn key<T: std::str::FromStr>(text: &str) -> ApiResult<T> {
    let text = Some(text).filter(|text| !text.contains('\0'));
    let key = text.and_then(|text| text.parse().ok());
    key.ok_or(ApiError::NotFound)
}

/// Yes or no, as JSON or as forms write it (`true`, `1`, `on`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match Value::deserialize(input)? {
            Value::Bool(yes) => Ok(Flag(yes)),
            Value::Null => Ok(Flag(false)),
            Value::Number(n) => Ok(Flag(n.as_i64() != Some(0))),
            Value::String(text) => match text.as_str() {
                "true" | "1" | "on" | "t" | "True" | "TRUE" => Ok(Flag(true)),
                "false" | "0" | "off" | "f" | "False" | "FALSE" | "" => Ok(Flag(false)),
                _ => Err(D::Error::custom("neither yes nor no")),
            },
            _ => Err(D::Error::custom("neither yes nor no")),
        }
    }
}

/// A whole number, as JSON or as text; empty text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Number(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let found = match Value::deserialize(input)? {
            Value::Null => None,
            Value::Number(n) => Some(whole(&n).ok_or(D::Error::custom("not a whole number"))?),
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.trim().parse().map_err(D::Error::custom)?),
            _ => return Err(D::Error::custom("not a number")),
        };
        Ok(Number(found))
    }
}

/// `1.0` is one, as JSON has only one kind of number.
fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let found = number.as_f64().filter(|found| found.fract() == 0.0)?;
        found.to_string().parse().ok()
    })
}

/// A number with a fraction, as JSON or as text; empty text is none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Decimal(pub(super) Option<f64>);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let found = match Value::deserialize(input)? {
            Value::Null => None,
            Value::Number(n) => n.as_f64(),
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.trim().parse().map_err(D::Error::custom)?),
            _ => return Err(D::Error::custom("not a number")),
        };
        Ok(Decimal(found))
    }
}

/// Several values: a list, an object whose keys are positions (as forms and some clients send them), or a single one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Many<T>(pub(super) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Many(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let values = match Value::deserialize(input)? {
            Value::Null => Vec::new(),
            Value::Array(list) => list,
            Value::Object(map) if map.keys().all(|key| key.parse::<u32>().is_ok()) => {
                let mut placed: Vec<(u32, Value)> = map
                    .into_iter()
                    .map(|(key, value)| (key.parse().unwrap_or_default(), value))
                    .collect();
                placed.sort_by_key(|(at, _)| *at);
                placed.into_iter().map(|(_, value)| value).collect()
            }
            single => vec![single],
        };
        let typed: Result<Vec<T>, _> = values.into_iter().map(serde_json::from_value).collect();
        typed.map(Many).map_err(D::Error::custom)
    }
}

/// A BCP 47 tag; empty is none.
///
/// # Errors
/// A field error for what is no tag.
pub(super) fn language(tag: Option<String>) -> ApiResult<Option<String>> {
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Ok(None);
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if tag.len() > 35 || !tag.chars().all(plain) {
        return Err(ApiError::field(
            "language",
            Wrong::Invalid,
            "a language is a tag such as en or de-AT",
        ));
    }
    Ok(Some(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Default)]
    #[serde(default)]
    struct Asked {
        yes: Option<Flag>,
        n: Number,
        at: Decimal,
        id: Many<Number>,
    }

    fn form(text: &str) -> Result<Asked, ApiError> {
        typed(tree::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn forms_and_json_say_the_same() {
        let asked = Asked {
            yes: Some(Flag(true)),
            n: Number(Some(3)),
            at: Decimal(Some(1.5)),
            id: Many(vec![Number(Some(1)), Number(Some(2))]),
        };
        assert_eq!(form("yes=1&n=3&at=1.5&id[]=1&id[]=2").unwrap(), asked);
        assert_eq!(form("yes=true&n=3&at=1.5&id[9]=2&id[1]=1").unwrap(), asked);
        let json = br#"{"yes": true, "n": 3, "at": 1.5, "id": [1, "2"]}"#;
        let all = parse(Some("application/json"), json).unwrap();
        assert_eq!(typed::<Asked>(all).unwrap(), asked);
    }

    #[test]
    fn absent_and_empty_are_none_and_nonsense_is_refused() {
        assert_eq!(form("n=&unknown=x").unwrap(), Asked::default());
        for bad in ["yes=maybe", "n=three", "n[x]=1", "id[]=x"] {
            assert!(form(bad).is_err(), "{bad}");
        }
        assert!(matches!(
            parse(Some("text/plain"), b"x"),
            Err(ApiError::MediaType)
        ));
        assert!(parse(Some("application/json"), b"[1]").is_err());
    }
}
