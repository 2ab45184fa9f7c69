//! The document, served.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::all_routes;
use super::document::document;
use super::{Answers, Operation};

/// The document and what it is recognised by; the same in every process of this version.
static WHOLE: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let (document, _) = document(all_routes().all());
    let text = format!("{document:#}\n");
    let digest = Sha256::digest(text.as_bytes());
    (text.into(), format!("\"{digest:x}\""))
});

/// The document, or that the caller has it.
#[derive(Debug)]
pub(in crate::http::api) struct Shown {
    known: Option<HeaderValue>,
}

/// `GET /api/openapi.json`
pub(in crate::http::api) async fn show_openapi(headers: HeaderMap) -> Shown {
    Shown {
        known: headers.get(header::IF_NONE_MATCH).cloned(),
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let (text, tag) = &*WHOLE;
        let kept = [
            (header::ETAG, tag.clone()),
            (header::CACHE_CONTROL, "public, max-age=3600".to_owned()),
        ];
        let known = self.known.as_ref().and_then(|known| known.to_str().ok());
        if known.is_some_and(|known| known.contains(tag.as_str())) {
            return (StatusCode::NOT_MODIFIED, kept).into_response();
        }
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (kept, kind, text.clone()).into_response()
    }
}

impl Answers for Shown {
    fn describe(operation: &mut Operation<'_>) {
        let known = json!({ "type": "string" });
        operation.takes_header(
            "If-None-Match",
            "The `ETag` of what the caller has.",
            &known,
        );
        operation.answers_json(&json!({ "type": "object" }));
        let same = json!({ "description": "The caller has it." });
        operation.answers(304, same);
    }
}
