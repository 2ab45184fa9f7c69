//! Reading places, preferences, and conversations.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::actor::Actor;
use crate::domain::ids::ConversationId;
use crate::domain::preferences::Timeline;
use crate::services::reading::{self, ConversationView};
use crate::services::settings::{self, SettingsError};

use super::auth::SignedIn;
use super::body::{Body, Id, Many, Number, Query};
use super::entities::list::Conversation;
use super::entities::settings::{Markers, Preferences};
use super::entities::{Desk, Nothing};
use super::error::{ApiError, ApiResult};
use super::paging::{Listing, Paged, Span};
use super::{Api, people_of_post};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Which {
    timeline: Many<String>,
}

/// `GET /api/v1/markers?timeline[]=`
pub(super) async fn show_markers(
    State(api): State<Api>,
    who: SignedIn,
    Query(which): Query<Which>,
) -> ApiResult<Json<Markers>> {
    who.require(Scope::Read(Area::Statuses))?;
    let markers = settings::markers(&api.ctx, who.actor.id).await?;
    let named = |timeline: Timeline| {
        which.timeline.0.is_empty() || which.timeline.0.iter().any(|w| w == timeline.as_str())
    };
    Ok(Json(Markers::of(&markers, named)))
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewMarker)]
pub(super) struct Place {
    last_read_id: Number,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewMarkers)]
pub(super) struct Places {
    home: Place,
    notifications: Place,
}

/// `POST /api/v1/markers`
pub(super) async fn update_markers(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Places>,
) -> ApiResult<Json<Markers>> {
    who.require(Scope::Write(Area::Statuses))?;
    let places: Vec<(Timeline, i64)> = [
        (Timeline::Home, asked.home),
        (Timeline::Notifications, asked.notifications),
    ]
    .into_iter()
    .filter_map(|(timeline, place)| Some((timeline, place.last_read_id.0.filter(|id| *id >= 0)?)))
    .collect();
    let markers = settings::mark(&api.ctx, &who.actor, &places).await?;
    let changed = |timeline| places.iter().any(|(named, _)| *named == timeline);
    Ok(Json(Markers::of(&markers, changed)))
}

/// `GET /api/v1/preferences`
pub(super) async fn show_preferences(
    State(api): State<Api>,
    who: SignedIn,
) -> ApiResult<Json<Preferences>> {
    who.require(Scope::Read(Area::Accounts))?;
    let set = settings::preferences(&api.ctx, who.actor.id).await?;
    Ok(Json(Preferences::from(&set)))
}

pub(super) async fn desk<'a>(api: &'a Api, found: &[ConversationView]) -> ApiResult<Desk<'a>> {
    let mut people: Vec<&Actor> = Vec::new();
    for view in found {
        people.extend(people_of_post(&view.last));
        people.extend(&view.people);
    }
    api.desk(people.into_iter()).await
}

/// `GET /api/v1/conversations`
pub(super) async fn list_conversations(
    State(api): State<Api>,
    who: SignedIn,
    paged: Paged,
) -> ApiResult<Listing<Conversation>> {
    who.require(Scope::Read(Area::Statuses))?;
    let found = reading::conversations(&api.ctx, who.actor.id, paged.page).await?;
    let span = Span::of(&found, |view| view.conversation.last.0);
    let desk = desk(&api, &found).await?;
    let items = found
        .iter()
        .map(|view| Conversation::of(view, &desk))
        .collect();
    Ok(paged.answer(items, span))
}

/// `POST /api/v1/conversations/:id/read`
pub(super) async fn read_conversation(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ConversationId>,
) -> ApiResult<Json<Conversation>> {
    mark_conversation(&api, &who, id, false).await
}

/// `POST /api/v1/conversations/:id/unread`
pub(super) async fn unread_conversation(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ConversationId>,
) -> ApiResult<Json<Conversation>> {
    mark_conversation(&api, &who, id, true).await
}

async fn mark_conversation(
    api: &Api,
    who: &SignedIn,
    id: ConversationId,
    unread: bool,
) -> ApiResult<Json<Conversation>> {
    who.require(Scope::Write(Area::Conversations))?;
    settings::mark_conversation(&api.ctx, &who.actor, id, unread).await?;
    let view = reading::conversation(&api.ctx, who.actor.id, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let desk = desk(api, std::slice::from_ref(&view)).await?;
    Ok(Json(Conversation::of(&view, &desk)))
}

/// `DELETE /api/v1/conversations/:id`
pub(super) async fn delete_conversation(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<ConversationId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Conversations))?;
    settings::forget_conversation(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::NotFound => ApiError::NotFound,
            SettingsError::Store(inner) => inner.into(),
        }
    }
}
