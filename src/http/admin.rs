//! The admin listener: how the instance is doing. Never public.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;

use super::error::chain;
use super::middleware::panic;
use super::{AppState, respond};
use crate::services::health::{self, Counts};
use crate::telemetry::metrics::{self as names, Metrics};

/// The media type of Prometheus' text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What `/health` answers.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    database: String,
    uptime_s: u64,
    /// Left out when they cannot be counted.
    #[serde(flatten)]
    counts: Option<Counts>,
}

/// The routes of the admin listener. `metrics` is `None` where nothing is counted.
pub fn router(app: AppState, metrics: Option<Metrics>) -> Router {
    Router::new()
        .route("/health", get(show_health))
        .route("/ready", get(show_ready))
        .route(
            "/metrics",
            get(async move |State(app): State<AppState>| show_metrics(&app, metrics).await),
        )
        .layer(CatchPanicLayer::custom(panic::answer))
        .with_state(app)
}

async fn show_health(State(app): State<AppState>) -> Response {
    let works = health::can_write(app.ctx(), app.process).await;
    let counts = match works {
        Ok(()) => health::counts(app.ctx()).await,
        Err(error) => Err(error),
    };
    let (status, code) = match &counts {
        Ok(_) => ("ok", StatusCode::OK),
        Err(error) => {
            tracing::warn!(error = %chain(error), "the database cannot do its work");
            ("failing", StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        database: app.ctx.store.kind().to_string(),
        uptime_s: app.ctx.now().since(app.started_at).as_secs(),
        counts: counts.ok(),
    };
    (code, axum::Json(health)).into_response()
}

/// Whether a proxy should send requests here: the database answers, and the process is not about to end.
async fn show_ready(State(app): State<AppState>) -> Response {
    let is_ending = *app.stop.borrow();
    if is_ending || health::counts(app.ctx()).await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response();
    }
    "ready\n".into_response()
}

async fn show_metrics(app: &AppState, metrics: Option<Metrics>) -> Response {
    let Some(metrics) = metrics else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Ok(counts) = health::counts(app.ctx()).await {
        set_gauges(&counts);
    }
    respond::typed(PROMETHEUS, metrics.render())
}

fn set_gauges(counts: &Counts) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of rows are far below 2^52"
    )]
    let set = |name: &'static str, value: i64| metrics::gauge!(name).set(value as f64);
    set(names::INBOX_WAITING, counts.inbox.waiting);
    set(names::INBOX_PARKED, counts.inbox.parked);
    set(names::DELIVERIES_DUE, counts.deliveries.due);
    set(names::DELIVERIES_DELAYED, counts.deliveries.delayed);
    set(names::DELIVERIES_PARKED, counts.deliveries.parked);
    set(names::HOSTS_PAUSED, counts.deliveries.hosts_paused);
    set(names::HOSTS_DEAD, counts.deliveries.hosts_dead);
    set(names::JOBS_DUE, counts.jobs.due);
    set(names::JOBS_PARKED, counts.jobs.parked);
}
