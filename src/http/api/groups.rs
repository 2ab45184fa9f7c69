//! Groups: accounts of the kind `group`. Following one is joining it.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::ActorId;
use crate::services::reading;

use super::auth::Viewer;
use super::body::{Id, Number, Query};
use super::entities::account::Account;
use super::error::{ApiError, ApiResult};
use super::openapi::All;
use super::{Api, accounts};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    limit: Number,
}

/// `GET /api/v1/groups?q=&limit=`: local groups, or with `q` all known ones that fit
pub(super) async fn list_groups(
    State(api): State<Api>,
    _: Viewer,
    Query(asked): Query<Asked>,
) -> ApiResult<All<Account>> {
    let limit = asked.limit.0.unwrap_or(20).clamp(1, 40);
    let found = reading::groups(&api.ctx, &asked.q, limit).await?;
    let desk = api.desk(found.iter()).await?;
    let shown = found.iter().map(|group| Account::of(group, &desk));
    Ok(shown.collect())
}

/// `GET /api/v1/groups/:id`
pub(super) async fn show_group(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<ActorId>,
) -> ApiResult<Json<Account>> {
    let group = Some(accounts::find(&api, id).await?)
        .filter(Actor::is_group)
        .ok_or(ApiError::NotFound)?;
    accounts::shown(&api, viewer.with(Scope::Read(Area::Groups)), group).await
}
