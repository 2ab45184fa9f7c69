//! Where a program wants to be told at once.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::Scope;
use crate::domain::push::{Alert, Alerts, PushPolicy, PushSubscription, Wishes};
use crate::push::{Named, Unusable};
use crate::services::push;

use super::Api;
use super::auth::SignedIn;
use super::body::{Body, Flag};
use super::entities::Nothing;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPushSubscription)]
pub(super) struct Asked {
    subscription: Option<AskedSubscription>,
    data: Option<AskedData>,
    /// Where Mastodon's documentation of the change has it.
    #[schema(schema_with = shapes::word_or_null::<PushPolicy>)]
    policy: Option<String>,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPushReceiver)]
struct AskedSubscription {
    endpoint: String,
    keys: AskedKeys,
    standard: Flag,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPushKeys)]
struct AskedKeys {
    p256dh: String,
    auth: String,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPushData)]
struct AskedData {
    alerts: Option<BTreeMap<String, Flag>>,
    #[schema(schema_with = shapes::word_or_null::<PushPolicy>)]
    policy: Option<String>,
}

/// A subscription to push messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebPushSubscription)]
pub(super) struct Subscription {
    id: String,
    #[schema(format = Uri)]
    endpoint: String,
    standard: bool,
    /// By the types of notifications.
    #[schema(value_type = BTreeMap<String, bool>)]
    alerts: BTreeMap<&'static str, bool>,
    #[schema(schema_with = shapes::word::<PushPolicy>)]
    policy: &'static str,
    server_key: String,
}

impl Subscription {
    fn of(api: &Api, found: &PushSubscription) -> Subscription {
        let wishes = &found.wishes;
        let alerts = Alert::ALL.iter();
        Subscription {
            id: found.id.to_string(),
            endpoint: found.receiver.endpoint.clone(),
            standard: found.receiver.standard,
            alerts: alerts
                .map(|alert| (alert.as_str(), wishes.alerts.include(*alert)))
                .collect(),
            policy: wishes.policy.as_str(),
            server_key: api.pusher.server_key().to_owned(),
        }
    }
}

/// What the request wants to be told of. Programs that do not know our own alerts get them where they want mentions.
fn wishes(data: Option<AskedData>, policy: Option<String>) -> ApiResult<Wishes> {
    let data = data.unwrap_or_default();
    let asked = data.alerts.unwrap_or_default();
    let wants = |alert: Alert| asked.get(alert.as_str()).map(|flag| flag.0);
    let policy = match data.policy.or(policy) {
        None => PushPolicy::All,
        Some(word) => PushPolicy::parse(&word).ok_or_else(|| {
            let reason = "a policy is all, followed, follower or none";
            ApiError::field("policy", Wrong::Invalid, reason)
        })?,
    };
    Ok(Wishes {
        alerts: Alerts::those(|alert| {
            wants(alert)
                .or_else(|| wants(Alert::Mention).filter(|_| alert.is_own()))
                .unwrap_or(false)
        }),
        policy,
    })
}

/// `POST /api/v1/push/subscription`
pub(super) async fn create_push_subscription(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Subscription>> {
    who.require(Scope::Push)?;
    let wishes = wishes(asked.data, asked.policy)?;
    let subscription = asked.subscription.unwrap_or_default();
    let receiver = api.pusher.check(Named {
        endpoint: &subscription.endpoint,
        p256dh: &subscription.keys.p256dh,
        auth: &subscription.keys.auth,
        standard: subscription.standard.0,
    })?;
    let made = push::subscribe(&api.ctx, &who, receiver, wishes).await?;
    Ok(Json(Subscription::of(&api, &made)))
}

/// `GET /api/v1/push/subscription`
pub(super) async fn show_push_subscription(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Subscription>> {
    who.require(Scope::Push)?;
    let found = push::find(&api.ctx, who.token).await?;
    let found = found.ok_or(ApiError::NotFound)?;
    Ok(Json(Subscription::of(&api, &found)))
}

/// `PUT /api/v1/push/subscription`
pub(super) async fn update_push_subscription(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Subscription>> {
    who.require(Scope::Push)?;
    let wishes = wishes(asked.data, asked.policy)?;
    let changed = push::change(&api.ctx, who.token, &wishes).await?;
    let changed = changed.ok_or(ApiError::NotFound)?;
    Ok(Json(Subscription::of(&api, &changed)))
}

/// `DELETE /api/v1/push/subscription`
pub(super) async fn delete_push_subscription(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Push)?;
    push::unsubscribe(&api.ctx, who.token).await?;
    Ok(Json(Nothing {}))
}

impl From<Unusable> for ApiError {
    fn from(error: Unusable) -> Self {
        let field = match error {
            Unusable::NoAddress | Unusable::Endpoint(_) => "endpoint",
            Unusable::P256dh => "p256dh",
            Unusable::Auth => "auth",
        };
        ApiError::field(field, Wrong::Invalid, error.to_string())
    }
}
