//! Events.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventStatus, EventVisibility, JoinMode, Place};
use crate::domain::ids::{ActorId, EventId};

use super::Conn;
use super::backend::{Both, MultiBackend};
use super::error::{Error, Result, word};
use super::schema::{events, invitations, notifications, participations, posts};

#[derive(Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = events, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
struct EventRow {
    id: i64,
    uri: String,
    url: Option<String>,
    local: bool,
    host_id: i64,
    organizer_id: Option<i64>,
    title: String,
    summary: String,
    content: String,
    source: Option<String>,
    language: Option<String>,
    starts_at: i64,
    ends_at: Option<i64>,
    timezone: String,
    place: Option<String>,
    online_url: Option<String>,
    capacity: Option<i64>,
    seats_taken: i64,
    going_count: i64,
    join_mode: String,
    visibility: String,
    status: String,
    published_at: i64,
    edited_at: Option<i64>,
}

impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Event> {
        let place: Option<Place> = match row.place.as_deref().map(serde_json::from_str) {
            None => None,
            Some(read) => Some(word("events.place", read.ok())?),
        };
        Ok(Event {
            id: EventId(row.id),
            uri: row.uri,
            url: row.url,
            local: row.local,
            host: ActorId(row.host_id),
            organizer: row.organizer_id.map(ActorId),
            title: row.title,
            summary: row.summary,
            content: row.content,
            source: row.source,
            language: row.language,
            starts_at: Timestamp::from_micros(row.starts_at),
            ends_at: row.ends_at.map(Timestamp::from_micros),
            timezone: row.timezone,
            place,
            online_url: row.online_url,
            capacity: row.capacity,
            seats_taken: row.seats_taken,
            going: row.going_count,
            join_mode: word("events.join_mode", JoinMode::parse(&row.join_mode))?,
            visibility: word("events.visibility", EventVisibility::parse(&row.visibility))?,
            status: word("events.status", EventStatus::parse(&row.status))?,
            published_at: Timestamp::from_micros(row.published_at),
            edited_at: row.edited_at.map(Timestamp::from_micros),
        })
    }
}

fn row(event: &Event) -> EventRow {
    EventRow {
        id: event.id.0,
        uri: event.uri.clone(),
        url: event.url.clone(),
        local: event.local,
        host_id: event.host.0,
        organizer_id: event.organizer.map(|id| id.0),
        title: event.title.clone(),
        summary: event.summary.clone(),
        content: event.content.clone(),
        source: event.source.clone(),
        language: event.language.clone(),
        starts_at: event.starts_at.micros(),
        ends_at: event.ends_at.map(Timestamp::micros),
        timezone: event.timezone.clone(),
        place: event
            .place
            .as_ref()
            .and_then(|place| serde_json::to_string(place).ok()),
        online_url: event.online_url.clone(),
        capacity: event.capacity,
        seats_taken: event.seats_taken,
        going_count: event.going,
        join_mode: event.join_mode.as_str().to_owned(),
        visibility: event.visibility.as_str().to_owned(),
        status: event.status.as_str().to_owned(),
        published_at: event.published_at.micros(),
        edited_at: event.edited_at.map(Timestamp::micros),
    }
}

/// The event with this key.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: EventId) -> Result<Option<Event>> {
    let row: Option<EventRow> = events::table
        .find(id.0)
        .select(EventRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Event::try_from).transpose()
}

/// The event with this key, locked until the transaction ends: seats are counted one answer at a time.
///
/// # Errors
/// When the database fails.
pub async fn find_locked(c: &mut Conn, id: EventId) -> Result<Option<Event>> {
    if let Conn::Pg(pg) = c {
        let row = events::table.find(id.0).select(events::id);
        let _: Option<i64> = row.for_update().first(pg).await.optional()?;
    }
    find(c, id).await
}

/// The event with this ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, uri: &str) -> Result<Option<Event>> {
    let row: Option<EventRow> = events::table
        .filter(events::uri.eq(uri))
        .select(EventRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Event::try_from).transpose()
}

/// Adds an event.
///
/// # Errors
/// [`Error::Duplicate`] when its uri is known.
pub async fn insert(c: &mut Conn, event: &Event) -> Result<()> {
    diesel::insert_into(events::table)
        .values(row(event))
        .execute(c)
        .await?;
    Ok(())
}

/// Like [`insert`], but `false` where that would be a duplicate.
///
/// # Errors
/// When the database fails.
pub async fn insert_if_new(c: &mut Conn, event: &Event) -> Result<bool> {
    let row = diesel::insert_into(events::table).values(row(event));
    Ok(Both(row.on_conflict_do_nothing()).execute(c).await? > 0)
}

/// Replaces everything of an event.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, event: &Event) -> Result<()> {
    diesel::update(events::table.find(event.id.0))
        .set(row(event))
        .execute(c)
        .await?;
    Ok(())
}

/// Sets the seats in use and the number of people going.
///
/// # Errors
/// When the database fails.
pub async fn set_seats(c: &mut Conn, id: EventId, seats_taken: i64, going: i64) -> Result<()> {
    diesel::update(events::table.find(id.0))
        .set((
            events::seats_taken.eq(seats_taken),
            events::going_count.eq(going),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Removes an event with its invitations, answers and notifications; what was posted about it stays.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: EventId) -> Result<()> {
    diesel::delete(invitations::table.filter(invitations::event_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::delete(participations::table.filter(participations::event_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::delete(notifications::table.filter(notifications::event_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::update(posts::table.filter(posts::event_id.eq(id.0)))
        .set(posts::event_id.eq(None::<i64>))
        .execute(c)
        .await?;
    diesel::delete(events::table.find(id.0)).execute(c).await?;
    Ok(())
}

/// Public events of `host` that are not over at `now`, soonest first, after `after`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn upcoming_of(
    c: &mut Conn,
    host: ActorId,
    now: Timestamp,
    after: Option<(Timestamp, EventId)>,
    limit: i64,
) -> Result<Vec<Event>> {
    let (start, id) = after.map_or((i64::MIN, i64::MIN), |(start, id)| (start.micros(), id.0));
    let rows: Vec<EventRow> = events::table
        .filter(
            events::host_id
                .eq(host.0)
                .and(events::visibility.eq_any(["public", "unlisted"])),
        )
        .filter(
            events::ends_at
                .gt(now.micros())
                .or(events::starts_at.gt(now.micros())),
        )
        .filter(
            events::starts_at
                .gt(start)
                .or(events::starts_at.eq(start).and(events::id.gt(id))),
        )
        .order((events::starts_at, events::id))
        .limit(limit)
        .select(EventRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Event::try_from).collect()
}

/// Public events known here that start after `now`, soonest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn upcoming_public(c: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = events::table
        .filter(
            events::starts_at
                .gt(now.micros())
                .and(events::visibility.eq("public")),
        )
        .order((events::starts_at, events::id))
        .limit(limit)
        .select(EventRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Event::try_from).collect()
}

/// What `host` hosts, whenever and for whomever, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_hosted(c: &mut Conn, host: ActorId, limit: i64) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::host_id.eq(host.0))
        .order((events::starts_at, events::id))
        .limit(limit)
        .select(EventRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Event::try_from).collect()
}
