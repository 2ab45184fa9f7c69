//! Whose notifications somebody wants, and who waits to be heard.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::RowId;
use crate::domain::notification::{NotificationPolicy, NotificationRequest, PolicyValue};
use crate::services::reading::{self, PostView};
use crate::services::settings::{self, Verdict};

use super::auth::SignedIn;
use super::body::{Body, Id, Many, Number};
use super::entities::notification::{Merged, Policy, Request};
use super::entities::{Desk, Nothing};
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;
use super::paging::{Listing, Paged, Span};
use super::{Api, people_of_post};

/// Senders decided about at once.
const AT_ONCE: usize = 100;

async fn shown(api: &Api, who: &SignedIn) -> ApiResult<Json<Policy>> {
    let (policy, waiting) = settings::policy(&api.ctx, who.actor.id).await?;
    Ok(Json(Policy::of(policy, waiting)))
}

/// `GET /api/v2/notifications/policy`
pub(super) async fn show_notification_policy(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Policy>> {
    who.require(Scope::Read(Area::Notifications))?;
    shown(&api, &who).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NotificationPolicyUpdate)]
pub(super) struct Asked {
    #[serde(rename = "for_not_following")]
    #[schema(schema_with = shapes::word_or_null::<PolicyValue>)]
    not_following: Option<String>,
    #[serde(rename = "for_not_followers")]
    #[schema(schema_with = shapes::word_or_null::<PolicyValue>)]
    not_followers: Option<String>,
    #[serde(rename = "for_new_accounts")]
    #[schema(schema_with = shapes::word_or_null::<PolicyValue>)]
    new_accounts: Option<String>,
    #[serde(rename = "for_private_mentions")]
    #[schema(schema_with = shapes::word_or_null::<PolicyValue>)]
    private_mentions: Option<String>,
    #[serde(rename = "for_limited_accounts")]
    #[schema(schema_with = shapes::word_or_null::<PolicyValue>)]
    limited_accounts: Option<String>,
}

fn set(value: &mut PolicyValue, name: &'static str, asked: Option<&str>) -> ApiResult<()> {
    if let Some(word) = asked {
        *value = PolicyValue::parse(word).ok_or_else(|| {
            ApiError::field(name, Wrong::Invalid, "a value is accept, filter or drop")
        })?;
    }
    Ok(())
}

/// `PATCH /api/v2/notifications/policy`
pub(super) async fn update_notification_policy(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Policy>> {
    who.require(Scope::Write(Area::Notifications))?;
    let (mut policy, _): (NotificationPolicy, _) = settings::policy(&api.ctx, who.actor.id).await?;
    let fields = [
        (
            &mut policy.not_following,
            "for_not_following",
            &asked.not_following,
        ),
        (
            &mut policy.not_followers,
            "for_not_followers",
            &asked.not_followers,
        ),
        (
            &mut policy.new_accounts,
            "for_new_accounts",
            &asked.new_accounts,
        ),
        (
            &mut policy.private_mentions,
            "for_private_mentions",
            &asked.private_mentions,
        ),
        (
            &mut policy.limited_accounts,
            "for_limited_accounts",
            &asked.limited_accounts,
        ),
    ];
    for (value, name, word) in fields {
        set(value, name, word.as_deref())?;
    }
    settings::set_policy(&api.ctx, &who.actor, &policy).await?;
    shown(&api, &who).await
}

type Kept = (NotificationRequest, Actor, Option<PostView>);

async fn desk<'a>(api: &'a Api, found: &[Kept]) -> ApiResult<Desk<'a>> {
    let mut people: Vec<&Actor> = Vec::new();
    for (_, from, last) in found {
        people.push(from);
        people.extend(last.iter().flat_map(people_of_post));
    }
    api.desk(people.into_iter()).await
}

/// `GET /api/v1/notifications/requests`
pub(super) async fn list_notification_requests(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Request>> {
    who.require(Scope::Read(Area::Notifications))?;
    let page = paged.page;
    let of = who.actor.id;
    let found = reading::notification_requests(&api.ctx, of, page.max, page.limit).await?;
    let span = Span::of(&found, |(request, _, _)| request.id.0);
    let desk = desk(&api, &found).await?;
    let items = found.iter().map(|kept| Request::of(kept, &desk)).collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/notifications/requests/:id`
pub(super) async fn show_notification_request(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Request>> {
    who.require(Scope::Read(Area::Notifications))?;
    let before = id.0.checked_add(1).ok_or(ApiError::NotFound)?;
    let found = reading::notification_requests(&api.ctx, who.actor.id, Some(before), 1).await?;
    let one = found.first().filter(|(request, _, _)| request.id == id);
    let one = one.ok_or(ApiError::NotFound)?;
    let desk = desk(&api, std::slice::from_ref(one)).await?;
    Ok(Json(Request::of(one, &desk)))
}

async fn decide(
    api: &Api,
    who: &SignedIn,
    ids: &[RowId],
    verdict: Verdict,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Notifications))?;
    settings::decide(&api.ctx, &who.actor, ids, verdict).await?;
    Ok(Json(Nothing {}))
}

/// `POST /api/v1/notifications/requests/:id/accept`
pub(super) async fn accept_notification_request(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    decide(&api, &who, &[id], Verdict::Accept).await
}

/// `POST /api/v1/notifications/requests/:id/dismiss`
pub(super) async fn dismiss_notification_request(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<RowId>,
) -> ApiResult<Json<Nothing>> {
    decide(&api, &who, &[id], Verdict::Dismiss).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NotificationRequests)]
pub(super) struct Whom {
    id: Many<Number>,
}

impl Whom {
    fn rows(self) -> Vec<RowId> {
        let ids = self.id.0.into_iter().filter_map(|id| id.0);
        ids.take(AT_ONCE).map(RowId).collect()
    }
}

/// `POST /api/v1/notifications/requests/accept`
pub(super) async fn accept_notification_requests(
    State(api): State<Api>,
    who: SignedIn,
    Body(whom): Body<Whom>,
) -> ApiResult<Json<Nothing>> {
    decide(&api, &who, &whom.rows(), Verdict::Accept).await
}

/// `POST /api/v1/notifications/requests/dismiss`
pub(super) async fn dismiss_notification_requests(
    State(api): State<Api>,
    who: SignedIn,
    Body(whom): Body<Whom>,
) -> ApiResult<Json<Nothing>> {
    decide(&api, &who, &whom.rows(), Verdict::Dismiss).await
}

/// `GET /api/v1/notifications/requests/merged`: what was accepted is shown at once
pub(super) async fn show_notification_requests_merged(who: SignedIn) -> ApiResult<Json<Merged>> {
    who.require(Scope::Read(Area::Notifications))?;
    Ok(Json(Merged { merged: true }))
}
