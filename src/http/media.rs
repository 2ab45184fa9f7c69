//! Giving out the pictures that are kept. Whoever has the address, which nobody guesses, sees the picture: apps and other
//! servers load it without saying who asks.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use super::{AppState, HttpError};
use crate::domain::media::FileName;

/// A name is never given to another content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Even a browser that took a picture for a page would do nothing with it.
const INERT: &str = "sandbox; default-src 'none'";
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/media/{file}", get(show_picture))
}

/// `GET /media/{file}`
async fn show_picture(
    State(app): State<AppState>,
    Path(file): Path<String>,
    asked: HeaderMap,
) -> Response {
    let Some(name) = FileName::parse(&file) else {
        return HttpError::not_found().into_response();
    };
    let opened = match app.pictures.open(&name).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return HttpError::not_found().into_response(),
        Err(error) => {
            tracing::error!(%error, "a picture that is kept could not be read");
            return HttpError::internal().into_response();
        }
    };
    let tag = format!("\"{}\"", name.as_str());
    let headers = [
        (header::CACHE_CONTROL, FOR_EVER),
        (header::CONTENT_SECURITY_POLICY, INERT),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::ETAG, &*tag),
    ];
    if knows(&asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let mut response = (headers, pieces(opened.file)).into_response();
    let kind = HeaderValue::from_static(name.format().media_type());
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, opened.bytes.into());
    response
}

/// Whether the client has it already (RFC 9110 §13.1.2).
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn pieces(file: tokio::fs::File) -> Body {
    Body::from_stream(stream::unfold(Some(file), async |file| {
        let mut file = file?;
        let mut piece = Vec::with_capacity(PIECE);
        match (&mut file).take(PIECE as u64).read_to_end(&mut piece).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(Bytes::from(piece)), Some(file))),
            Err(error) => Some((Err(error), None)),
        }
    }))
}
