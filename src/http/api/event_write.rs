//! Organising events and answering them.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::scope::{Area, Scope};
use crate::domain::event::{Disclosure, EventVisibility, JoinMode, Place};
use crate::domain::ids::{ActorId, EventId};
use crate::domain::participation::Answer;
use crate::services::event::{self, EventDraft};
use crate::services::{invite, participation};

use super::auth::SignedIn;
use super::body::{Body, Decimal, Flag, Id, Ids, Many, Number, language};
use super::entities::Nothing;
use super::entities::event::Event;
use super::error::{ApiError, ApiResult, Wrong};
use super::openapi::shapes;
use super::{Api, events};

/// Most people invited at once.
const INVITED: usize = 50;

/// An event as a client sends it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = NewEvent)]
pub(super) struct Asked {
    title: String,
    description: String,
    #[schema(format = DateTime)]
    start_time: String,
    #[schema(format = DateTime)]
    end_time: Option<String>,
    timezone: String,
    capacity: Number,
    #[schema(schema_with = shapes::wish::<JoinMode>)]
    join_mode: Option<String>,
    #[schema(schema_with = shapes::wish::<EventVisibility>)]
    visibility: Option<String>,
    group_id: Number,
    place: Option<AskedPlace>,
    online_url: Option<String>,
    language: Option<String>,
    rrule: Option<String>,
    guests_allowed: Number,
    waitlist: Option<Flag>,
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
#[schema(as = NewPlace)]
pub(super) struct AskedPlace {
    name: String,
    street: String,
    city: String,
    postal_code: String,
    country: String,
    latitude: Decimal,
    longitude: Decimal,
    #[schema(schema_with = shapes::wish::<Disclosure>)]
    disclosure: Option<String>,
}

/// `POST /api/v1/events`
pub(super) async fn create_event(
    State(api): State<Api>,
    who: SignedIn,
    Body(asked): Body<Asked>,
) -> ApiResult<Json<Event>> {
    who.require(Scope::Write(Area::Events))?;
    let draft = draft(asked)?;
    let event = event::publish(&api.ctx, &who.actor, &draft).await?;
    answer(&api, &who, event.id).await
}

async fn answer(api: &Api, who: &SignedIn, id: EventId) -> ApiResult<Json<Event>> {
    let view = events::find(api, Some(who.actor.id), id).await?;
    events::shown(api, &view).await
}

fn draft(asked: Asked) -> ApiResult<EventDraft> {
    not_yet(&asked)?;
    let starts_at = events::moment("start_time", Some(&asked.start_time))?
        .ok_or_else(|| ApiError::field("start_time", Wrong::Blank, "an event has a start_time"))?;
    Ok(EventDraft {
        group: asked.group_id.0.map(ActorId),
        title: asked.title,
        description: asked.description,
        starts_at,
        ends_at: events::moment("end_time", asked.end_time.as_deref())?,
        timezone: asked.timezone,
        place: asked.place.map(place).transpose()?,
        online_url: asked.online_url.filter(|text| !text.is_empty()),
        capacity: asked.capacity.0,
        join_mode: word(
            "join_mode",
            asked.join_mode,
            JoinMode::Free,
            JoinMode::parse,
        )?,
        visibility: word(
            "visibility",
            asked.visibility,
            EventVisibility::Public,
            EventVisibility::parse,
        )?,
        language: language(asked.language)?,
    })
}

/// What is promised and not there yet is refused, rather than quietly dropped.
fn not_yet(asked: &Asked) -> ApiResult<()> {
    let repeats = asked.rrule.as_deref().is_some_and(|rule| !rule.is_empty());
    let guests = asked.guests_allowed.0.is_some_and(|guests| guests > 0);
    let no_waiting = asked.capacity.0.is_some() && asked.waitlist == Some(Flag(false));
    for (wanted, field) in [
        (repeats, "rrule"),
        (guests, "guests_allowed"),
        (no_waiting, "waitlist"),
    ] {
        if wanted {
            let why = format!("{field} cannot be set like this yet");
            return Err(ApiError::field(field, Wrong::Invalid, why));
        }
    }
    Ok(())
}

fn word<T>(
    field: &'static str,
    text: Option<String>,
    fallback: T,
    parse: fn(&str) -> Option<T>,
) -> ApiResult<T> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(fallback),
        Some(text) => parse(&text).ok_or_else(|| {
            ApiError::field(field, Wrong::Invalid, format!("this {field} is not known"))
        }),
    }
}

fn place(asked: AskedPlace) -> ApiResult<Place> {
    let disclosure = word(
        "place",
        asked.disclosure,
        Disclosure::default(),
        Disclosure::parse,
    )?;
    let inside = |value: Option<f64>, most: f64| value.is_none_or(|v| v.abs() <= most);
    if !inside(asked.latitude.0, 90.0) || !inside(asked.longitude.0, 180.0) {
        return Err(ApiError::field(
            "place",
            Wrong::Invalid,
            "latitude and longitude are degrees",
        ));
    }
    Ok(Place {
        name: asked.name,
        street: asked.street,
        city: asked.city,
        postal_code: asked.postal_code,
        country: asked.country,
        latitude: asked.latitude.0,
        longitude: asked.longitude.0,
        disclosure,
    })
}

/// `DELETE /api/v1/events/:id`
pub(super) async fn delete_event(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<EventId>,
) -> ApiResult<Json<Nothing>> {
    who.require(Scope::Write(Area::Events))?;
    events::find(&api, Some(who.actor.id), id).await?;
    event::delete(&api.ctx, &who.actor, id).await?;
    Ok(Json(Nothing {}))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = EventAnswer)]
pub(super) struct Answered {
    #[schema(schema_with = shapes::wish::<Answer>)]
    answer: Option<String>,
    guests: Number,
}

/// `POST /api/v1/events/:id/join {answer}`
pub(super) async fn join_event(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<EventId>,
    Body(asked): Body<Answered>,
) -> ApiResult<Json<Event>> {
    who.require(Scope::Write(Area::Events))?;
    if asked.guests.0.is_some_and(|guests| guests != 0) {
        let why = "guests cannot be brought yet";
        return Err(ApiError::field("guests", Wrong::Invalid, why));
    }
    let said = word("answer", asked.answer, Answer::Going, Answer::parse)?;
    say(&api, &who, id, said).await
}

/// `POST /api/v1/events/:id/leave`
pub(super) async fn leave_event(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<EventId>,
) -> ApiResult<Json<Event>> {
    who.require(Scope::Write(Area::Events))?;
    say(&api, &who, id, Answer::Declined).await
}

async fn say(api: &Api, who: &SignedIn, id: EventId, said: Answer) -> ApiResult<Json<Event>> {
    // One answers only what one may see.
    events::find(api, Some(who.actor.id), id).await?;
    participation::answer(&api.ctx, &who.actor, id, said).await?;
    answer(api, who, id).await
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = EventInvitees)]
pub(super) struct Invited {
    handles: Many<String>,
    emails: Many<String>,
}

/// `POST /api/v1/events/:id/invite {handles}`: all of them, or nobody
pub(super) async fn invite_to_event(
    State(api): State<Api>,
    who: SignedIn,
    Id(id): Id<EventId>,
    Body(asked): Body<Invited>,
) -> ApiResult<Json<Event>> {
    who.require(Scope::Write(Area::Events))?;
    if !asked.emails.0.is_empty() {
        let why = "people are invited by their handles only, yet";
        return Err(ApiError::field("emails", Wrong::Invalid, why));
    }
    if asked.handles.0.is_empty() || asked.handles.0.len() > INVITED {
        let why = format!("one to {INVITED} handles are invited at once");
        return Err(ApiError::field("handles", Wrong::Invalid, why));
    }
    let event = events::find(&api, Some(who.actor.id), id).await?;
    if !event.manages {
        return Err(ApiError::NotAllowed);
    }
    let mut people = Vec::with_capacity(asked.handles.0.len());
    for handle in &asked.handles.0 {
        let found = api.finder(Some(&who)).handle(handle).await?;
        let person = found.filter(|actor| !actor.is_group()).ok_or_else(|| {
            ApiError::field("handles", Wrong::Invalid, format!("{handle} is not known"))
        })?;
        people.push(person);
    }
    invite::invite(&api.ctx, &who.actor, id, &people).await?;
    answer(&api, &who, id).await
}

/// `POST /api/v1/events/:id/attendees/:account_id/accept`
pub(super) async fn accept_attendee(
    State(api): State<Api>,
    who: SignedIn,
    Ids(event, guest): Ids<EventId, ActorId>,
) -> ApiResult<Json<Event>> {
    settle(&api, &who, event, (guest, true)).await
}

/// `POST /api/v1/events/:id/attendees/:account_id/reject`, `…/remove`
pub(super) async fn remove_attendee(
    State(api): State<Api>,
    who: SignedIn,
    Ids(event, guest): Ids<EventId, ActorId>,
) -> ApiResult<Json<Event>> {
    settle(&api, &who, event, (guest, false)).await
}

/// The host's decision about a guest.
async fn settle(
    api: &Api,
    who: &SignedIn,
    event: EventId,
    decided: (ActorId, bool),
) -> ApiResult<Json<Event>> {
    who.require(Scope::Write(Area::Events))?;
    events::find(api, Some(who.actor.id), event).await?;
    participation::settle(&api.ctx, &who.actor, event, decided).await?;
    answer(api, who, event).await
}
