//! Reading events and who answered them.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, EventId};
use crate::domain::participation::Standing;
use crate::services::reading::{self, EventView};

use super::auth::Viewer;
use super::body::{Id, Number, Query};
use super::entities::event::{Attendee, Event};
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::{All, shapes};
use super::{Api, people_of_event};

/// Events looked through for a window of time.
const LOOKED_THROUGH: i64 = 120;
/// Most attendees in one answer.
const ATTENDEES: i64 = 200;

/// The event with this key, if the viewer may see it.
pub(super) async fn find(api: &Api, viewer: Option<ActorId>, id: EventId) -> ApiResult<EventView> {
    reading::event(&api.ctx, viewer, id)
        .await?
        .ok_or(ApiError::NotFound)
}

/// One event as an answer.
pub(super) async fn shown(api: &Api, view: &EventView) -> ApiResult<Json<Event>> {
    let waiting = reading::waiting(&api.ctx, view).await?;
    let desk = api.desk(people_of_event(view)).await?;
    Ok(Json(Event::of(view, waiting, &desk)))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Which {
    group_id: Number,
    #[schema(format = DateTime)]
    from: Option<String>,
    #[schema(format = DateTime)]
    to: Option<String>,
    limit: Number,
}

/// `GET /api/v1/events?group_id=&from=&to=&limit=`: public events to come, soonest first
pub(super) async fn list_events(
    State(api): State<Api>,
    viewer: Viewer,
    Query(which): Query<Which>,
) -> ApiResult<All<Event>> {
    let viewer = viewer.with(Scope::Read(Area::Events));
    let from = moment("from", which.from.as_deref())?;
    let to = moment("to", which.to.as_deref())?;
    let limit = which.limit.0.unwrap_or(20).clamp(1, 40);
    let wide = if from.is_some() || to.is_some() {
        LOOKED_THROUGH
    } else {
        limit
    };
    let found = match which.group_id.0 {
        Some(host) => reading::upcoming_events_of(&api.ctx, viewer, ActorId(host), wide).await?,
        None => reading::upcoming_events(&api.ctx, viewer, wide).await?,
    };
    let events: Vec<EventView> = found
        .into_iter()
        .filter(|view| from.is_none_or(|from| view.event.starts_at >= from))
        .filter(|view| to.is_none_or(|to| view.event.starts_at <= to))
        .take(usize::try_from(limit).unwrap_or_default())
        .collect();
    let desk = api.desk_for_events(&events).await?;
    let mut answer = Vec::with_capacity(events.len());
    for view in &events {
        let waiting = reading::waiting(&api.ctx, view).await?;
        answer.push(Event::of(view, waiting, &desk));
    }
    Ok(All(answer))
}

/// RFC 3339, or a field error.
pub(super) fn moment(name: &'static str, text: Option<&str>) -> ApiResult<Option<Timestamp>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => match Timestamp::parse(text) {
            Some(at) => Ok(Some(at)),
            None => Err(ApiError::field(
                name,
                Wrong::Invalid,
                format!("{name} is a time such as 2026-08-20T18:30:00+02:00"),
            )),
        },
    }
}

/// `GET /api/v1/events/:id`
pub(super) async fn show_event(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<EventId>,
) -> ApiResult<Json<Event>> {
    let view = find(&api, viewer.with(Scope::Read(Area::Events)), id).await?;
    shown(&api, &view).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Standings {
    #[schema(schema_with = shapes::wish::<Standing>)]
    status: Option<String>,
    limit: Number,
}

/// `GET /api/v1/events/:id/attendees?status=&limit=`: in order of arrival, as far as the caller may see
pub(super) async fn list_attendees(
    State(api): State<Api>,
    viewer: Viewer,
    Id(id): Id<EventId>,
    Query(asked): Query<Standings>,
) -> ApiResult<All<Attendee>> {
    let view = find(&api, viewer.with(Scope::Read(Area::Events)), id).await?;
    let standing = match asked.status.as_deref() {
        None | Some("") => None,
        Some(word) => Some(Standing::parse(word).ok_or_else(|| {
            ApiError::field("status", Wrong::Invalid, "this status is not known")
        })?),
    };
    let limit = asked.limit.0.unwrap_or(ATTENDEES).clamp(1, ATTENDEES);
    let found = reading::attendees(&api.ctx, &view, standing, (None, limit)).await?;
    let desk = api.desk(found.iter().map(|guest| &guest.actor)).await?;
    let shown = found.iter().map(|guest| Attendee::of(guest, &desk));
    Ok(shown.collect())
}
