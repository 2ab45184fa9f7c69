//! Publishing and removing events of local hosts.

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventStatus, EventVisibility, JoinMode, Place};
use crate::domain::follow::FollowState;
use crate::domain::ids::{ActivityId, ActorId, EventId};
use crate::domain::outgoing::Receivers;
use crate::store::tombstones::Tombstone;
use crate::store::{self, Conn, activities, actors, events, follows, tombstones};
use crate::text::markdown;
use crate::text::name::clean_name;
use crate::wire::activitystreams::outgoing::{OutgoingActivity, OutgoingEvent, OutgoingTombstone};
use crate::wire::activitystreams::render::{self, EventCard, url};

use super::Ctx;
use super::send::{Letter, send};

/// The longest online address, in bytes.
const ONLINE_BYTES: usize = 2_048;

/// What somebody wants to organise.
#[derive(Debug, Clone)]
pub struct EventDraft {
    /// The group that hosts it; the person themselves when there is none.
    pub group: Option<ActorId>,
    pub title: String,
    /// Markdown.
    pub description: String,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    /// IANA name.
    pub timezone: String,
    pub place: Option<Place>,
    pub online_url: Option<String>,
    pub capacity: Option<i64>,
    pub join_mode: JoinMode,
    pub visibility: EventVisibility,
    pub language: Option<String>,
}

/// Why an event cannot be published or removed.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("a title has 3 to 200 characters")]
    Title,
    #[error("the description is too long")]
    TooLong,
    #[error("it ends before it starts")]
    Times,
    #[error("this time zone is not known")]
    Timezone,
    #[error("a capacity is a number from 1 to 100,000")]
    Capacity,
    #[error("an online address starts with https:// and is not too long")]
    OnlineUrl,
    #[error("there is no such event")]
    NoSuchEvent,
    #[error("only organizers can do that")]
    NotAnOrganizer,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Whether `who` may act for `host`: it is themselves, or a group they manage.
///
/// # Errors
/// When the database fails.
pub(crate) async fn manages(c: &mut Conn, who: ActorId, host: ActorId) -> store::Result<bool> {
    if who == host {
        return Ok(true);
    }
    let follow = follows::find(c, who, host).await?;
    Ok(follow.is_some_and(|f| f.state == FollowState::Accepted && f.role.manages()))
}

/// Publishes an event of `who` (local) or of a group they manage.
///
/// # Errors
/// See [`EventError`].
pub async fn publish(ctx: &Ctx, who: &Actor, draft: &EventDraft) -> Result<Event, EventError> {
    check(ctx, draft)?;
    let id = EventId(ctx.id());
    ctx.transact(async |tx| {
        let host = match draft.group {
            None => who.clone(),
            Some(group) => actors::find(tx, group)
                .await?
                .filter(|g| g.local && g.is_group())
                .ok_or(EventError::NotAnOrganizer)?,
        };
        if !manages(tx, who.id, host.id).await? {
            return Err(EventError::NotAnOrganizer);
        }
        let event = compose(ctx, who, &host, draft, id);
        events::insert(tx, &event).await?;
        let people = People {
            host: &host,
            organizer: Some(who),
        };
        announce(ctx, tx, &event, people).await?;
        Ok(event)
    })
    .await
}

fn check(ctx: &Ctx, draft: &EventDraft) -> Result<(), EventError> {
    let title = clean_name(&draft.title, 201).chars().count();
    if !(3..=200).contains(&title) {
        return Err(EventError::Title);
    }
    if draft.description.chars().count() > ctx.limits.bio_chars {
        return Err(EventError::TooLong);
    }
    if draft.ends_at.is_some_and(|end| end < draft.starts_at) {
        return Err(EventError::Times);
    }
    if draft.timezone.parse::<chrono_tz::Tz>().is_err() {
        return Err(EventError::Timezone);
    }
    if draft
        .capacity
        .is_some_and(|seats| !(1..=100_000).contains(&seats))
    {
        return Err(EventError::Capacity);
    }
    if draft
        .online_url
        .as_deref()
        .is_some_and(|text| !is_online(text))
    {
        return Err(EventError::OnlineUrl);
    }
    Ok(())
}

/// Whether people can be sent there: https, without a name or password that could pose as the host.
fn is_online(text: &str) -> bool {
    let plain = |url: url::Url| {
        url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
    };
    text.len() <= ONLINE_BYTES && url::Url::parse(text).is_ok_and(plain)
}

fn compose(ctx: &Ctx, who: &Actor, host: &Actor, draft: &EventDraft, id: EventId) -> Event {
    let rendered = markdown::render(&draft.description, &mut |_| None, &mut |tag| {
        Some(ctx.uris.tag(&tag.to_lowercase()))
    });
    let plain = |text: &str| clean_name(text, 200);
    let uri = ctx.uris.event(id);
    Event {
        id,
        url: Some(uri.clone()),
        uri,
        local: true,
        host: host.id,
        organizer: host.is_group().then_some(who.id),
        title: plain(&draft.title),
        summary: String::new(),
        content: rendered.html,
        source: Some(draft.description.clone()),
        language: draft.language.clone(),
        starts_at: draft.starts_at,
        ends_at: draft.ends_at,
        timezone: draft.timezone.clone(),
        place: draft.place.as_ref().map(|place| Place {
            name: plain(&place.name),
            street: plain(&place.street),
            city: plain(&place.city),
            postal_code: plain(&place.postal_code),
            country: plain(&place.country),
            ..*place
        }),
        online_url: draft.online_url.clone(),
        capacity: draft.capacity,
        seats_taken: 0,
        going: 0,
        join_mode: draft.join_mode,
        visibility: draft.visibility,
        status: EventStatus::Confirmed,
        published_at: ctx.now(),
        edited_at: None,
    }
}

/// Who stands behind an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct People<'a> {
    pub(crate) host: &'a Actor,
    pub(crate) organizer: Option<&'a Actor>,
}

/// The document of a local event; `with_organizer` as it is served and as Mobilizon gets it.
pub(crate) fn document(
    ctx: &Ctx,
    event: &Event,
    people: People<'_>,
    with_organizer: bool,
) -> OutgoingEvent {
    let host = people.host;
    render::event(&EventCard {
        event,
        host_uri: &host.uri,
        host_handle: &host.full_handle(),
        host_followers: host.followers.as_deref().unwrap_or(&host.uri),
        host_is_group: host.is_group(),
        organizer_uri: people.organizer.map(|o| o.uri.as_str()),
        invited: &[],
        with_organizer,
        uris: &ctx.uris,
    })
}

async fn announce(
    ctx: &Ctx,
    tx: &mut Conn,
    event: &Event,
    people: People<'_>,
) -> store::Result<()> {
    let host = people.host;
    let create = |with_organizer: bool| {
        let object = document(ctx, event, people, with_organizer);
        let (to, cc) = (object.to.clone(), object.cc.clone());
        let id = url(&format!("{}/activity", event.uri));
        let mut activity = OutgoingActivity::create(id, url(&host.uri), object).addressed(to, cc);
        activity.published = Some(event.published_at.rfc3339());
        activity.audience = host.is_group().then(|| url(&host.uri));
        activity
    };
    let to_followers = event.visibility != EventVisibility::Invited;
    let letter = Letter {
        id: ActivityId(ctx.id()),
        actor: host.id,
        activity: create(false),
        object_uri: Some(event.uri.clone()),
        receivers: Receivers {
            followers_of: to_followers.then_some(host.id).into_iter().collect(),
            ..Receivers::default()
        },
        subjects: people
            .organizer
            .map(|o| o.id)
            .into_iter()
            .chain([host.id])
            .collect(),
        listed: event.is_public(),
        for_mobilizon: host.is_group().then(|| create(true)),
    };
    send(ctx, tx, letter).await
}

/// Removes an event, here and wherever it was sent.
///
/// # Errors
/// See [`EventError`].
pub async fn delete(ctx: &Ctx, who: &Actor, id: EventId) -> Result<(), EventError> {
    ctx.transact(async |tx| {
        let event = events::find(tx, id)
            .await?
            .filter(|event| event.local)
            .ok_or(EventError::NoSuchEvent)?;
        if !manages(tx, who.id, event.host).await? {
            return Err(EventError::NotAnOrganizer);
        }
        let host = actors::find(tx, event.host)
            .await?
            .ok_or(EventError::NoSuchEvent)?;
        let gone = Tombstone {
            uri: event.uri.clone(),
            former_type: "Event".to_owned(),
            public: event.is_public(),
            deleted_at: ctx.now(),
        };
        tombstones::insert(tx, &gone).await?;
        let object = document(
            ctx,
            &event,
            People {
                host: &host,
                organizer: None,
            },
            false,
        );
        let tombstone = OutgoingTombstone {
            id: url(&event.uri),
            former_type: Some("Event".to_owned()),
            deleted: Some(gone.deleted_at.rfc3339()),
        };
        events::delete(tx, id).await?;
        activities::delete_about(tx, &event.uri).await?;
        let activity = OutgoingActivity::delete(
            url(&format!("{}#delete", event.uri)),
            url(&host.uri),
            tombstone,
        )
        .addressed(object.to, object.cc);
        let letter = Letter {
            id: ActivityId(ctx.id()),
            actor: host.id,
            activity,
            object_uri: None,
            receivers: Receivers {
                had: vec![event.uri.clone()],
                ..Receivers::default()
            },
            subjects: vec![host.id],
            listed: false,
            for_mobilizon: None,
        };
        send(ctx, tx, letter).await?;
        Ok(())
    })
    .await
}
