//! What people are told: the list, and clearing it away.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, NotificationId};
use crate::services::reading::{self, NotificationView, Wanted};
use crate::services::settings;

use super::auth::SignedIn;
use super::body::{Flag, Id, Many, Number, Query};
use super::entities::notification::Notification;
use super::entities::settings::Count;
use super::entities::{Desk, Nothing};
use super::error::{ApiError, ApiResult};
use super::paging::{Listing, Paged};
use super::{Api, people_of_event, people_of_post};

/// Unread notifications are counted up to here when nobody says.
const COUNTED: i64 = 100;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Which {
    types: Many<String>,
    exclude_types: Many<String>,
    account_id: Number,
    include_filtered: Flag,
}

impl Which {
    pub(super) fn wants(&self, view: &NotificationView) -> bool {
        let named = |list: &Many<String>| {
            let kind = view.notification.kind.as_str();
            list.0.iter().any(|word| word == kind)
        };
        (self.types.0.is_empty() || named(&self.types)) && !named(&self.exclude_types)
    }

    pub(super) fn wanted(&self) -> Wanted {
        Wanted {
            filtered: self.include_filtered.0,
            from: self.account_id.0.map(ActorId),
        }
    }
}

/// `GET /api/v1/notifications?types[]=&exclude_types[]=&account_id=&include_filtered=`
pub(super) async fn list_notifications(
    State(api): State<Api>,
    who: SignedIn,
    Query(which): Query<Which>,
    paged: Paged,
) -> ApiResult<Listing<Notification>> {
    who.require(Scope::Read(Area::Notifications))?;
    let wanted = which.wanted();
    let found = reading::notifications(&api.ctx, who.actor.id, wanted, paged.wider()).await?;
    let (told, span) = paged.pick(
        found,
        |view| view.notification.id.0,
        |view| which.wants(view),
    );
    let desk = desk(&api, &told).await?;
    let items = told
        .iter()
        .map(|view| Notification::of(view, &desk))
        .collect();
    Ok(paged.answer(items, span))
}

/// `GET /api/v1/notifications/:id`
pub(super) async fn show_notification(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<NotificationId>,
) -> ApiResult<Json<Notification>> {
    who.require(Scope::Read(Area::Notifications))?;
    let view = reading::notification(&api.ctx, who.actor.id, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let desk = desk(&api, std::slice::from_ref(&view)).await?;
    Ok(Json(Notification::of(&view, &desk)))
}

pub(super) async fn desk<'a>(api: &'a Api, told: &[NotificationView]) -> ApiResult<Desk<'a>> {
    let mut people: Vec<&Actor> = Vec::new();
    for view in told {
        people.push(&view.from);
        people.extend(view.post.iter().flat_map(people_of_post));
        people.extend(view.event.iter().flat_map(people_of_event));
    }
    api.desk(people.into_iter()).await
}

/// `POST /api/v1/notifications/:id/dismiss`
pub(super) async fn dismiss_notification(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<NotificationId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Notifications))?;
    settings::dismiss(&api.ctx, &who.actor, &[id]).await?;
    Ok(Json(Nothing {}))
}

/// `POST /api/v1/notifications/clear`
pub(super) async fn clear_notifications(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Notifications))?;
    settings::clear(&api.ctx, &who.actor).await?;
    Ok(Json(Nothing {}))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Most {
    limit: Number,
}

/// `GET /api/v1/notifications/unread_count?limit=`
pub(super) async fn count_unread_notifications(
    State(api): State<Api>,
    who: SignedIn,
    Query(most): Query<Most>,
) -> ApiResult<Json<Count>> {
    who.require(Scope::Read(Area::Notifications))?;
    let most = most.limit.0.unwrap_or(COUNTED);
    let count = settings::count_unread(&api.ctx, who.actor.id, most).await?;
    Ok(Json(Count { count }))
}
