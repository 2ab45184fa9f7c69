//! All routes of the public listener, and what surrounds them.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use super::middleware::body::{BodyLimits, HELD_BYTES, PATIENCE, body};
use super::middleware::host::host;
use super::middleware::load::{IN_FLIGHT, load};
use super::middleware::observe::observe;
use super::middleware::panic;
use super::middleware::private::private;
use super::middleware::security::security;
use super::middleware::target::target;
use super::{AppState, HttpError, ap, api, discovery, error, media, shared, web};

/// Everything that the public listener answers.
pub fn router(app: AppState) -> Router {
    let routes = Router::new()
        .merge(discovery::routes())
        .merge(ap::routes())
        .merge(api::routes(&app))
        .merge(web::routes(&app))
        .merge(media::routes())
        .merge(shared::routes());
    surround(routes, app)
}

/// `routes` with all middleware; the last layer added is the outermost.
pub fn surround(routes: Router<AppState>, app: AppState) -> Router {
    let bodies = BodyLimits {
        app: app.clone(),
        held: Arc::new(Semaphore::new(HELD_BYTES)),
        patience: PATIENCE,
    };
    routes
        .fallback(|| async { HttpError::not_found() })
        .method_not_allowed_fallback(|| async { HttpError::plain(StatusCode::METHOD_NOT_ALLOWED) })
        // Sizes are limited by the layer `body`, the same for every extractor.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(bodies, body))
        .layer(from_fn(target))
        .layer(from_fn_with_state(app.clone(), host))
        .layer(from_fn_with_state(
            Arc::new(Semaphore::new(IN_FLIGHT)),
            load,
        ))
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(app.clone(), error::pages))
        .layer(from_fn(private))
        .layer(from_fn_with_state(app.clone(), security))
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}
