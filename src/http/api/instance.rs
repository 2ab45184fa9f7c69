//! What clients ask of a server first.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::services::{reading, seen};

use super::Api;
use super::entities::instance::{self, Totals};
use super::error::ApiResult;

async fn totals(api: &Api) -> ApiResult<Totals> {
    let (people, posts) = reading::local_totals(&api.ctx).await?;
    let active_month = seen::active_month(&api.ctx).await?;
    Ok(Totals {
        people,
        posts,
        active_month,
    })
}

/// `GET /api/v1/instance`
pub(super) async fn show_instance_v1(State(api): State<Api>) -> ApiResult<Json<Value>> {
    let totals = totals(&api).await?;
    Ok(Json(instance::v1(&api.about, &api.ctx, totals)))
}

/// `GET /api/v2/instance`
pub(super) async fn show_instance_v2(State(api): State<Api>) -> ApiResult<Json<Value>> {
    let totals = totals(&api).await?;
    Ok(Json(instance::v2(&api.about, &api.ctx, totals)))
}
