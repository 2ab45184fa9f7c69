//! What clients ask of a server first.

use axum::Json;
use axum::extract::State;

use crate::services::{reading, seen};

use super::Api;
use super::entities::instance::{Instance, Totals};
use super::entities::instance_v1::InstanceV1;
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
pub(super) async fn show_instance_v1(State(api): State<Api>) -> ApiResult<Json<InstanceV1>> {
    let totals = totals(&api).await?;
    Ok(Json(InstanceV1::of(&api.about, &api.ctx, totals)))
}

/// `GET /api/v2/instance`
pub(super) async fn show_instance(State(api): State<Api>) -> ApiResult<Json<Instance>> {
    let totals = totals(&api).await?;
    Ok(Json(Instance::of(&api.about, &api.ctx, totals)))
}
