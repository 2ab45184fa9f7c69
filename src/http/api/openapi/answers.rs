//! What handlers answer.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::super::error::ApiError;
use super::super::paging::Listing;
use super::Operation;

/// An answer.
pub(in crate::http::api) trait Answers {
    /// Says what it holds, under which code.
    fn describe(operation: &mut Operation<'_>);
}

/// All of a list that has no pages.
#[derive(Debug)]
pub(in crate::http::api) struct All<T>(pub(in crate::http::api) Vec<T>);

impl<T: Serialize> IntoResponse for All<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T> FromIterator<T> for All<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        All(items.into_iter().collect())
    }
}

fn list_of<T: ToSchema>(operation: &mut Operation<'_>) -> serde_json::Value {
    json!({ "type": "array", "items": operation.schemas.refer::<T>() })
}

impl<T: ToSchema> Answers for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas.refer::<T>();
        operation.answers_json(&schema);
    }
}

impl<T: ToSchema> Answers for All<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = list_of::<T>(operation);
        operation.answers_json(&schema);
    }
}

impl<T: ToSchema> Answers for Listing<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = list_of::<T>(operation);
        operation.answers_page(&schema);
    }
}

/// Something else that has pages.
impl<T: ToSchema> Answers for (HeaderMap, Json<T>) {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas.refer::<T>();
        operation.answers_page(&schema);
    }
}

impl Answers for &'static str {
    fn describe(operation: &mut Operation<'_>) {
        let text = json!({ "schema": { "type": "string" } });
        let answer = json!({ "description": "Done.", "content": { "text/plain": text } });
        operation.answers(200, answer);
    }
}

/// Which errors there are follows from the arguments and what stands beside the route.
impl Answers for ApiError {
    fn describe(_: &mut Operation<'_>) {}
}

impl<T: Answers, E: Answers> Answers for Result<T, E> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
        E::describe(operation);
    }
}
