//! Who a token speaks for, in the words of `OpenID` Connect.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::scope::Scope;
use crate::http::api::Api;
use crate::http::api::auth::SignedIn;
use crate::http::api::error::ApiResult;

/// Who a token speaks for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct UserInfo {
    #[schema(format = Uri)]
    iss: String,
    /// The person's ActivityPub id.
    #[schema(format = Uri)]
    sub: String,
    name: String,
    preferred_username: String,
    #[schema(format = Uri)]
    profile: String,
}

/// `GET /oauth/userinfo`
pub(in crate::http::api) async fn show_userinfo(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<UserInfo>> {
    who.require(Scope::Profile)?;
    let actor = &who.actor;
    Ok(Json(UserInfo {
        iss: api.ctx.uris.at("/"),
        sub: actor.uri.clone(),
        name: actor.name.clone(),
        preferred_username: actor.handle.clone(),
        profile: actor.url.clone().unwrap_or_else(|| actor.uri.clone()),
    }))
}
