//! `multipart/form-data`, as apps send it when a file may be among the fields.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::tree;

/// More parts than this are refused.
const MAX_PARTS: usize = 400;

/// The fields as a tree of strings, and the files with the names of their fields. What a file is called, and of what
/// kind it says to be, nobody here wants to know.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<(String, Bytes)>,
}

/// Whether files are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    Kept,
    /// They are read over, and forgotten.
    Dropped,
}

/// Reads a body. Its size is bounded by the layer around all routes.
///
/// # Errors
/// For what is no such body, does not arrive whole, or holds too much.
pub(super) async fn read<S: Send + Sync>(
    request: Request,
    state: &S,
    files: Files,
) -> Result<Parts, ApiError> {
    let form = Multipart::from_request(request, state).await;
    let mut form = form
        .ok()
        .ok_or(ApiError::Malformed("the body names no boundary"))?;
    let mut parts = Parts::default();
    for _ in 0..MAX_PARTS {
        let Some(field) = form.next_field().await.map_err(broken)? else {
            return Ok(parts);
        };
        take(&mut parts, field, files).await?;
    }
    Err(ApiError::Malformed("too many parameters"))
}

async fn take(parts: &mut Parts, mut field: Field<'_>, files: Files) -> Result<(), ApiError> {
    let name = field.name().unwrap_or_default().to_owned();
    if field.file_name().is_none() {
        let text = String::from_utf8(field.bytes().await.map_err(broken)?.into());
        let text = text
            .ok()
            .ok_or(ApiError::Malformed("a parameter is not UTF-8"))?;
        return tree::put(&mut parts.fields, &name, Cow::Owned(text));
    }
    if files == Files::Kept {
        let bytes = field.bytes().await.map_err(broken)?;
        // A form whose picture nobody chose sends an empty one.
        if !bytes.is_empty() {
            parts.files.push((name, bytes));
        }
    } else {
        while field.chunk().await.map_err(broken)?.is_some() {}
    }
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed to map_err by its name"
)]
fn broken(error: MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed("the body did not arrive whole"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn parse(body: &str, files: Files) -> Result<Parts, ApiError> {
        let request = Request::post("/")
            .header("content-type", "multipart/form-data; boundary=X")
            .body(Body::from(body.replace('\n', "\r\n")))
            .unwrap();
        read(request, &(), files).await
    }

    const BODY: &str = "--X\nContent-Disposition: form-data; name=\"source[privacy]\"\n\nprivate\n\
        --X\nContent-Disposition: form-data; name=\"avatar\"; filename=\"../../a.png\"\nContent-Type: text/html\n\nabc\n\
        --X\nContent-Disposition: form-data; name=\"id[]\"\n\n1\n--X\nContent-Disposition: form-data; name=\"id[]\"\n\n2\n--X--\n";

    #[tokio::test]
    async fn fields_nest_as_in_forms_and_files_are_kept_by_their_field() {
        let parts = parse(BODY, Files::Kept).await.unwrap();
        let expected = serde_json::json!({"source": {"privacy": "private"}, "id": ["1", "2"]});
        assert_eq!(Value::Object(parts.fields), expected);
        let files: Vec<_> = parts.files.iter().map(|(n, b)| (&**n, &**b)).collect();
        assert_eq!(files, [("avatar", &b"abc"[..])]);
        assert!(parse(BODY, Files::Dropped).await.unwrap().files.is_empty());
    }

    #[tokio::test]
    async fn what_is_cut_off_or_never_ends_is_refused() {
        assert!(parse("--X\nContent-Dispo", Files::Kept).await.is_err());
        let one = "--X\nContent-Disposition: form-data; name=\"a\"\n\n1\n";
        let many = format!("{}--X--\n", one.repeat(MAX_PARTS + 1));
        assert!(parse(&many, Files::Kept).await.is_err());
        let no_boundary = Request::post("/").header("content-type", "multipart/form-data");
        let request = no_boundary.body(Body::empty()).unwrap();
        assert!(read(request, &(), Files::Kept).await.is_err());
    }
}
