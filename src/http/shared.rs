//! Addresses that are a page for people and a document for other servers, by `Accept`.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::VARY;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::services::documents::Owner;

use super::extract::accept::wants_activity;
use super::web::{Older, PageError, Viewer, show_event, show_group, show_post, show_profile};
use super::{AppState, ap};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/people/{name}", get(person))
        .route("/groups/{name}", get(group))
        .route("/events/{id}", get(event))
        .route("/posts/{id}", get(post))
}

async fn person(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    Query(older): Query<Older>,
    parts: Parts,
) -> Response {
    if wants_activity(&parts.headers) {
        return ap::actor_document(&app, &parts, Owner::Person(&name)).await;
    }
    page(show_profile(&app, &viewer, &name, older).await)
}

async fn group(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(name): Path<String>,
    Query(older): Query<Older>,
    parts: Parts,
) -> Response {
    if wants_activity(&parts.headers) {
        return ap::actor_document(&app, &parts, Owner::Group(&name)).await;
    }
    page(show_group(&app, &viewer, &name, older).await)
}

async fn event(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    if wants_activity(&parts.headers) {
        return ap::event_document(&app, &parts, &id).await;
    }
    match id.parse() {
        Ok(id) => page(show_event(&app, &viewer, id).await),
        Err(_) => page(PageError::NotFound),
    }
}

async fn post(
    State(app): State<AppState>,
    viewer: Viewer,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    if wants_activity(&parts.headers) {
        return ap::post_document(&app, &parts, &id).await;
    }
    match id.parse() {
        Ok(id) => page(show_post(&app, &viewer, id).await),
        Err(_) => page(PageError::NotFound),
    }
}

/// A page says, too, that another `Accept` gets something else.
fn page(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers: &mut HeaderMap = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Accept"));
    response
}
