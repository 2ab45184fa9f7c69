//! Paging as Mastodon does it: `max_id`, `since_id`, `min_id`, `limit`, and a `Link` header with the neighbours.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::services::reading::Page;

use super::Api;
use super::body::{Number, Query};
use super::error::ApiError;

/// How many things a page holds when nobody says.
const DEFAULT: i64 = 20;
/// The most it holds.
const MAX: i64 = 40;

/// The page that a request asks for, and where it stands.
#[derive(Debug)]
pub(super) struct Paged {
    pub(super) page: Page,
    /// Our address of the list, without a query.
    address: String,
    /// The rest of the query, encoded.
    rest: String,
}

/// A page of a list, with its `Link` header.
#[derive(Debug)]
pub(super) struct Listing<T> {
    pub(super) headers: HeaderMap,
    items: Vec<T>,
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        (self.headers, Json(self.items)).into_response()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    max_id: Number,
    since_id: Number,
    min_id: Number,
    limit: Number,
}

impl FromRequestParts<Api> for Paged {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, api).await?;
        let query = parts.uri.query().unwrap_or_default();
        let mut rest = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !["max_id", "since_id", "min_id"].contains(&&*name) {
                rest.append_pair(&name, &value);
            }
        }
        Ok(Paged {
            page: Page {
                max: asked.max_id.0,
                since: asked.since_id.0,
                min: asked.min_id.0,
                limit: asked.limit.0.unwrap_or(DEFAULT).clamp(1, MAX),
            },
            address: api.ctx.uris.at(parts.uri.path()),
            rest: rest.finish(),
        })
    }
}

impl Paged {
    /// The page as an answer. `keys` are those of the first and the last thing in it.
    pub(super) fn answer<T>(&self, items: Vec<T>, keys: Option<Span>) -> Listing<T> {
        let mut headers = HeaderMap::new();
        if let Some(Span { newest, oldest }) = keys {
            let link = format!(
                "<{}>; rel=\"next\", <{}>; rel=\"prev\"",
                self.link("max_id", oldest),
                self.link("min_id", newest)
            );
            if let Ok(value) = HeaderValue::from_str(&link) {
                headers.insert(header::LINK, value);
            }
        }
        Listing { headers, items }
    }

    fn link(&self, name: &str, key: i64) -> String {
        let rest = if self.rest.is_empty() {
            String::new()
        } else {
            format!("{}&", self.rest)
        };
        format!("{}?{rest}{name}={key}", self.address)
    }

    /// A longer page to pick from with [`Paged::pick`].
    pub(super) fn wider(&self) -> Page {
        Page {
            limit: self.page.limit * 3,
            ..self.page
        }
    }

    /// Those of `found` (newest first) that `keep` likes, as many as the page holds, and the span that was looked through.
    pub(super) fn pick<T>(
        &self,
        found: Vec<T>,
        key: impl Fn(&T) -> i64,
        keep: impl Fn(&T) -> bool,
    ) -> (Vec<T>, Option<Span>) {
        let limit = usize::try_from(self.page.limit).unwrap_or_default();
        let mut span = Span::of(&found, &key);
        let mut kept: Vec<T> = found.into_iter().filter(|item| keep(item)).collect();
        if kept.len() > limit {
            if self.page.min.is_some() {
                kept.drain(..kept.len() - limit);
            } else {
                kept.truncate(limit);
            }
            span = Span::of(&kept, &key);
        }
        (kept, span)
    }
}

/// The keys at the two ends of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    newest: i64,
    oldest: i64,
}

impl Span {
    /// The span of things that are listed newest first; `None` when there are none.
    pub(super) fn of<T>(found: &[T], key: impl Fn(&T) -> i64) -> Option<Span> {
        Some(Span {
            newest: key(found.first()?),
            oldest: key(found.last()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paged(min: Option<i64>) -> Paged {
        Paged {
            page: Page {
                min,
                ..Page::first(2)
            },
            address: "https://kith.example/api/v1/x".into(),
            rest: "limit=2".into(),
        }
    }

    #[test]
    fn the_neighbours_keep_the_rest_of_the_query() {
        let page = paged(None).answer(vec![9, 8], Span::of(&[9, 8], |key| *key));
        assert_eq!(
            page.headers[header::LINK],
            "<https://kith.example/api/v1/x?limit=2&max_id=8>; rel=\"next\", \
             <https://kith.example/api/v1/x?limit=2&min_id=9>; rel=\"prev\""
        );
        let empty = paged(None).answer(Vec::<i64>::new(), None);
        assert!(empty.headers.is_empty());
    }

    #[test]
    fn picking_never_skips_what_was_not_shown() {
        let odd = |n: &i64| n % 2 == 1;
        let (kept, span) = paged(None).pick(vec![9, 8, 7, 6, 5], |n| *n, odd);
        assert_eq!(
            (kept, span),
            (
                vec![9, 7],
                Some(Span {
                    newest: 9,
                    oldest: 7
                })
            )
        );
        let (kept, span) = paged(Some(1)).pick(vec![9, 8, 7, 6, 5], |n| *n, odd);
        assert_eq!(
            (kept, span),
            (
                vec![7, 5],
                Some(Span {
                    newest: 7,
                    oldest: 5
                })
            )
        );
        let (kept, span) = paged(None).pick(vec![8, 6, 4], |n| *n, odd);
        assert_eq!(
            (kept, span),
            (
                vec![],
                Some(Span {
                    newest: 8,
                    oldest: 4
                })
            )
        );
    }
}
