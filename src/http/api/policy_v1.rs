//! Whose notifications somebody wants, as it was asked before version 2: by yes and no.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::notification::PolicyValue;
use crate::services::settings;

use super::Api;
use super::auth::SignedIn;
use super::body::{Body, Flag};
use super::entities::notification::PolicyV1;
use super::error::ApiResult;

async fn shown(api: &Api, who: &SignedIn) -> ApiResult<Json<PolicyV1>> {
    let (policy, waiting) = settings::policy(&api.ctx, who.actor.id).await?;
    Ok(Json(PolicyV1::of(policy, waiting)))
}

/// `GET /api/v1/notifications/policy`
pub(super) async fn show_notification_policy_v1(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<PolicyV1>> {
    who.require(Scope::Read(Area::Notifications))?;
    shown(&api, &who).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NotificationPolicyV1Update)]
pub(super) struct Asked {
    #[serde(rename = "filter_not_following")]
    not_following: Option<Flag>,
    #[serde(rename = "filter_not_followers")]
    not_followers: Option<Flag>,
    #[serde(rename = "filter_new_accounts")]
    new_accounts: Option<Flag>,
    #[serde(rename = "filter_private_mentions")]
    private_mentions: Option<Flag>,
}

/// Yes is to filter, no to accept. What was to be dropped is not told more by a yes.
fn set(value: &mut PolicyValue, asked: Option<Flag>) {
    match asked {
        None => {}
        Some(Flag(false)) => *value = PolicyValue::Accept,
        Some(Flag(true)) if *value == PolicyValue::Drop => {}
        Some(Flag(true)) => *value = PolicyValue::Filter,
    }
}

/// `PATCH /api/v1/notifications/policy`
pub(super) async fn update_notification_policy_v1(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<PolicyV1>> {
    who.require(Scope::Write(Area::Notifications))?;
    let (mut policy, _) = settings::policy(&api.ctx, who.actor.id).await?;
    set(&mut policy.not_following, asked.not_following);
    set(&mut policy.not_followers, asked.not_followers);
    set(&mut policy.new_accounts, asked.new_accounts);
    set(&mut policy.private_mentions, asked.private_mentions);
    settings::set_policy(&api.ctx, &who.actor, &policy).await?;
    shown(&api, &who).await
}
