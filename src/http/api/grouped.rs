//! Notifications in groups (version 2): likes and boosts of one post, and new followers, stand together.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::NotificationId;
use crate::domain::notification::NotificationKind;
use crate::services::reading::{self, NotificationView, Page};
use crate::services::settings;

use super::Api;
use super::auth::SignedIn;
use super::body::{Id, Many, Number, Query};
use super::entities::Nothing;
use super::entities::account::Account;
use super::entities::grouped::{Group, Groups};
use super::entities::settings::Count;
use super::error::{ApiError, ApiResult};
use super::notifications::{Which, desk};
use super::openapi::All;
use super::paging::Paged;

/// Notifications looked through to find those of one group, or to count groups.
const LOOKED_AT: i64 = 400;

/// What may stand in a group, as clients ask for it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct How {
    grouped_types: Option<Many<String>>,
}

impl How {
    /// The key of the group of a notification.
    fn key(&self, view: &NotificationView) -> String {
        let told = &view.notification;
        let kind = told.kind.as_str();
        let allowed = match &self.grouped_types {
            Some(only) => only.0.iter().any(|word| word == kind),
            None => true,
        };
        if allowed {
            key_of(view)
        } else {
            format!("ungrouped-{}", told.id)
        }
    }
}

fn key_of(view: &NotificationView) -> String {
    let told = &view.notification;
    let kind = told.kind.as_str();
    match (told.kind, told.post) {
        (NotificationKind::Favourite | NotificationKind::Reblog, Some(post)) => {
            format!("{kind}-{post}")
        }
        // A day's new followers.
        (NotificationKind::Follow, _) => {
            format!("{kind}-{}", told.created_at.secs().div_euclid(86_400))
        }
        _ => format!("ungrouped-{}", told.id),
    }
}

/// Those of one list by group, in order of each group's latest.
fn grouped(found: Vec<NotificationView>, how: &How) -> Vec<(String, Vec<NotificationView>)> {
    let mut groups: Vec<(String, Vec<NotificationView>)> = Vec::new();
    for view in found {
        let key = how.key(&view);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.push(view),
            None => groups.push((key, vec![view])),
        }
    }
    groups
}

/// `GET /api/v2/notifications`
pub(super) async fn list_notification_groups(
    State(api): State<Api>,
    who: SignedIn,
    Query(which): Query<Which>,
    Query(how): Query<How>,
    paged: Paged,
) -> ApiResult<(HeaderMap, Json<Groups>)> {
    who.require(Scope::Read(Area::Notifications))?;
    let wanted = which.wanted();
    let found = reading::notifications(&api.ctx, who.actor.id, wanted, paged.wider()).await?;
    let (told, span) = paged.pick(
        found,
        |view| view.notification.id.0,
        |view| which.wants(view),
    );
    let desk = desk(&api, &told).await?;
    let groups = grouped(told, &how);
    let headers = paged.answer(Vec::<()>::new(), span).headers;
    Ok((headers, Json(Groups::of(&groups, &desk))))
}

/// The notifications of one group, latest first.
async fn of_group(api: &Api, who: &SignedIn, key: &str) -> ApiResult<Vec<NotificationView>> {
    if let Some(id) = key.strip_prefix("ungrouped-") {
        let id: NotificationId = id.parse().map_err(|_not_a_key| ApiError::NotFound)?;
        let found = reading::notification(&api.ctx, who.actor.id, id).await?;
        return Ok(vec![found.ok_or(ApiError::NotFound)?]);
    }
    let all = Which::default().wanted();
    let page = Page::first(LOOKED_AT);
    let mut found = reading::notifications(&api.ctx, who.actor.id, all, page).await?;
    found.retain(|view| key_of(view) == key);
    if found.is_empty() {
        return Err(ApiError::NotFound);
    }
    Ok(found)
}

/// `GET /api/v2/notifications/:group_key`
pub(super) async fn show_notification_group(
    State(api): State<Api>,
    who: SignedIn,
    Id(key): Id<String>,
) -> ApiResult<Json<Groups>> {
    who.require(Scope::Read(Area::Notifications))?;
    let found = of_group(&api, &who, &key).await?;
    let desk = desk(&api, &found).await?;
    Ok(Json(Groups::of(&[(key, found)], &desk)))
}

/// `GET /api/v2/notifications/:group_key/accounts`
pub(super) async fn list_notification_group_accounts(
    State(api): State<Api>,
    who: SignedIn,
    Id(key): Id<String>,
) -> ApiResult<All<Account>> {
    who.require(Scope::Read(Area::Notifications))?;
    let found = of_group(&api, &who, &key).await?;
    let desk = desk(&api, &found).await?;
    let people = Group::people(&found);
    Ok(people
        .iter()
        .map(|actor| Account::of(actor, &desk))
        .collect())
}

/// `POST /api/v2/notifications/:group_key/dismiss`
pub(super) async fn dismiss_notification_group(
    State(api): State<Api>,
    who: SignedIn,
    Id(key): Id<String>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Notifications))?;
    let found = of_group(&api, &who, &key).await?;
    let ids: Vec<NotificationId> = found.iter().map(|view| view.notification.id).collect();
    settings::dismiss(&api.ctx, &who.actor, &ids).await?;
    Ok(Json(Nothing {}))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Most {
    limit: Number,
}

/// `GET /api/v2/notifications/unread_count?limit=`: groups
pub(super) async fn count_unread_notification_groups(
    State(api): State<Api>,
    who: SignedIn,
    Query(which): Query<Which>,
    Query(how): Query<How>,
    Query(most): Query<Most>,
) -> ApiResult<Json<Count>> {
    who.require(Scope::Read(Area::Notifications))?;
    let most = most.limit.0.unwrap_or(100).clamp(1, 1_000);
    let read = settings::last_read(&api.ctx, who.actor.id).await?;
    let page = Page {
        since: Some(read),
        ..Page::first(LOOKED_AT)
    };
    let wanted = which.wanted();
    let mut found = reading::notifications(&api.ctx, who.actor.id, wanted, page).await?;
    found.retain(|view| which.wants(view));
    let count = i64::try_from(grouped(found, &how).len()).unwrap_or(most);
    Ok(Json(Count {
        count: count.min(most),
    }))
}
