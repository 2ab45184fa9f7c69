//! What people are told.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::NotificationId;
use crate::services::reading::{self, NotificationView, Page};

use super::auth::SignedIn;
use super::body::{Id, Many, Query};
use super::entities::Desk;
use super::entities::notification::Notification;
use super::error::{ApiError, ApiResult};
use super::paging::{Listing, Paged};
use super::{Api, people_of_event, people_of_post};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    types: Many<String>,
    exclude_types: Many<String>,
}

impl Which {
    fn wants(&self, view: &NotificationView) -> bool {
        let named = |list: &Many<String>| {
            let kind = view.notification.kind.as_str();
            list.0.iter().any(|word| word == kind)
        };
        (self.types.0.is_empty() || named(&self.types)) && !named(&self.exclude_types)
    }
}

/// `GET /api/v1/notifications?types[]=&exclude_types[]=`
pub(super) async fn list_notifications(
    State(api): State<Api>,
    who: SignedIn,
    Query(which): Query<Which>,
    paged: Paged,
) -> ApiResult<Listing<Notification>> {
    who.require(Scope::Read(Area::Notifications))?;
    let found = reading::notifications(&api.ctx, who.actor.id, paged.wider(), None).await?;
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
    let found = reading::notifications(&api.ctx, who.actor.id, Page::first(1), Some(id)).await?;
    let view = found.first().ok_or(ApiError::NotFound)?;
    let desk = desk(&api, std::slice::from_ref(view)).await?;
    Ok(Json(Notification::of(view, &desk)))
}

async fn desk<'a>(api: &'a Api, told: &[NotificationView]) -> ApiResult<Desk<'a>> {
    let mut people: Vec<&Actor> = Vec::new();
    for view in told {
        people.push(&view.from);
        people.extend(view.post.iter().flat_map(people_of_post));
        people.extend(view.event.iter().flat_map(people_of_event));
    }
    api.desk(people.into_iter()).await
}
