//! One's own profile, as it is written and shown for changing.

use axum::Json;
use axum::extract::State;

use crate::auth::scope::Scope;
use crate::domain::actor::Actor;
use crate::services::{reading, tags};

use super::Api;
use super::account_update::{self, Asked};
use super::auth::SignedIn;
use super::body::Upload;
use super::entities::profile::Profile;
use super::error::ApiResult;

async fn shown(api: &Api, person: &Actor) -> ApiResult<Json<Profile>> {
    let view = reading::profile(&api.ctx, Some(person.id), person.clone()).await?;
    let featured = tags::featured(&api.ctx, person.id).await?;
    Ok(Json(Profile::of(&view, &featured, &api.ctx.uris)))
}

/// `GET /api/v1/profile`
pub(super) async fn show_profile(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Profile>> {
    who.require(Scope::Profile)?;
    shown(&api, &who.actor).await
}

/// `PATCH /api/v1/profile`
pub(super) async fn update_profile(
    State(api): State<Api>,
    who: SignedIn,
    upload: Upload<Asked>,
) -> ApiResult<Json<Profile>> {
    let person = account_update::update(&api, &who, upload).await?;
    shown(&api, &person).await
}
