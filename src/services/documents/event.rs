//! Events, their `Create`, and their collections.

use super::post::presentable;
use super::{Document, EventList, Eyes, ReadError, gone, lists};
use crate::domain::actor::Actor;
use crate::domain::event::{Event, EventVisibility};
use crate::domain::ids::EventId;
use crate::services::Ctx;
use crate::store::{self, Conn, actors, events, residents, timelines};
use crate::wire::activitystreams::outgoing::{OutgoingActivity, OutgoingEvent};
use crate::wire::activitystreams::render::{self, EventCard, url};

const REPLIES: i64 = 100;
/// Invited people of one server that its copy of an event names.
const INVITEES: i64 = 200;

/// An event with those who stand behind it.
struct Readable {
    event: Event,
    host: Actor,
    organizer: Option<Actor>,
    /// The invited people of the server that reads it: it learns of its own only.
    invited: Vec<String>,
}

/// An event as it is served: with `actor`, which Mobilizon needs (§8.3).
pub(super) async fn event(ctx: &Ctx, id: EventId, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some(found) = readable(&mut c, id, eyes).await? else {
        return Ok(gone(&mut c, &ctx.uris.event(id), eyes).await?);
    };
    let json = found.render(ctx, true).document().to_json();
    Ok(Document::found(json, found.event.is_public()))
}

/// The activity that published an event, made from the event as it is now. Without `actor` in a group's event: the
/// Pleroma family refuses that (§8.3).
pub(super) async fn create(ctx: &Ctx, id: EventId, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some(found) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let object = found.render(ctx, false);
    let (to, cc) = (object.to.clone(), object.cc.clone());
    let host = url(&found.host.uri);
    let id = url(&format!("{}/activity", found.event.uri));
    let mut create = OutgoingActivity::create(id, host.clone(), object).addressed(to, cc);
    create.published = Some(found.event.published_at.rfc3339());
    create.audience = found.host.is_group().then_some(host);
    Ok(Document::found(
        create.document().to_json(),
        found.event.is_public(),
    ))
}

/// A collection of an event, for those who may read the event. Who comes is counted, never named.
pub(super) async fn list(
    ctx: &Ctx,
    (id, list): (EventId, EventList),
    eyes: Eyes<'_>,
) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some(found) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let event = &found.event;
    let at = |name: &str| format!("{}/{name}", event.uri);
    let json = match list {
        EventList::Attendees => lists::counted(&at("attendees"), event.going),
        EventList::Organizers => {
            let organizer = found.organizer.iter().map(|actor| actor.uri.clone());
            let people: Vec<String> = organizer.chain([found.host.uri.clone()]).collect();
            lists::listed(&at("organizers"), &people)
        }
        EventList::Replies | EventList::RepliesPage => {
            let about = timelines::about_event(&mut c, id, REPLIES).await?;
            let posts = presentable(ctx, &mut c, about).await?;
            if list == EventList::Replies {
                let total = i64::try_from(posts.len()).unwrap_or(i64::MAX);
                lists::paged(&at("replies"), total)
            } else {
                lists::only_page(&at("replies"), &posts)
            }
        }
    };
    Ok(Document::found(json, event.is_public()))
}

impl Readable {
    fn render(&self, ctx: &Ctx, with_organizer: bool) -> OutgoingEvent {
        let host = &self.host;
        render::event(&EventCard {
            event: &self.event,
            host_uri: &host.uri,
            host_handle: &host.full_handle(),
            host_followers: host.followers.as_deref().unwrap_or(&host.uri),
            host_is_group: host.is_group(),
            organizer_uri: self.organizer.as_ref().map(|actor| actor.uri.as_str()),
            invited: &self.invited,
            with_organizer,
            uris: &ctx.uris,
        })
    }
}

/// A local event, if these eyes may read it: anybody what is public; else a server one of whose people is invited or
/// takes part, or, for a group's own events, is in the group (rulings 12).
async fn readable(c: &mut Conn, id: EventId, eyes: Eyes<'_>) -> store::Result<Option<Readable>> {
    let Some(event) = events::find(c, id).await?.filter(|event| event.local) else {
        return Ok(None);
    };
    let Some(host) = actors::find(c, event.host).await?.filter(Actor::is_active) else {
        return Ok(None);
    };
    let mut invited = Vec::new();
    if !event.is_public() {
        let Eyes::Server(server) = eyes else {
            return Ok(None);
        };
        let origin = server.origin;
        invited = residents::list_invitees(c, id, origin, INVITEES).await?;
        let allowed = !invited.is_empty()
            || residents::has_participant(c, id, origin).await?
            || (event.visibility == EventVisibility::Group
                && residents::has_follower(c, host.id, origin).await?);
        if !allowed {
            return Ok(None);
        }
    }
    let organizer = match event.organizer {
        Some(organizer) => actors::find(c, organizer).await?.filter(Actor::is_active),
        None => None,
    };
    Ok(Some(Readable {
        event,
        host,
        organizer,
        invited,
    }))
}
