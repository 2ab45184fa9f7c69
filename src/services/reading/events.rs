//! Events with what a viewer may see of them.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::event::{Event, EventVisibility, Invitation};
use crate::domain::ids::{ActorId, EventId};
use crate::domain::participation::{Participation, Standing};
use crate::services::Ctx;
use crate::store::{self, Conn, actors, blocks, events, follows, participations};

/// An event as it is shown to one viewer.
#[derive(Debug, Clone)]
pub struct EventView {
    pub event: Event,
    pub host: Actor,
    pub organizer: Option<Actor>,
    /// The viewer's own standing.
    pub own: Option<Participation>,
    /// The viewer's invitation, if it opens the event.
    pub invitation: Option<Invitation>,
    /// The viewer acts for its host.
    pub manages: bool,
}

impl EventView {
    /// Whether the exact address and the online link are for this viewer's eyes: those who go, and those who host, unless
    /// everyone may know. What another server publishes about its own event is for everyone already.
    #[must_use]
    pub fn is_told_details(&self) -> bool {
        let own = self.own.as_ref();
        let goes = own.is_some_and(|own| own.standing == Standing::Going);
        goes || self.manages || !self.event.local || self.event.discloses_all()
    }
}

/// One event; `None` when there is none or the viewer may not see it.
///
/// # Errors
/// When the database fails.
pub async fn event(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    id: EventId,
) -> store::Result<Option<EventView>> {
    let mut c = ctx.store.reader().await?;
    load(ctx, &mut c, viewer, id).await
}

/// The same, by ActivityPub id.
///
/// # Errors
/// When the database fails.
pub async fn event_by_uri(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    uri: &str,
) -> store::Result<Option<EventView>> {
    let mut c = ctx.store.reader().await?;
    match events::find_by_uri(&mut c, uri).await? {
        Some(event) => view(&mut c, viewer, event).await,
        None => Ok(None),
    }
}

pub(super) async fn load(
    _: &Ctx,
    c: &mut Conn,
    viewer: Option<ActorId>,
    id: EventId,
) -> store::Result<Option<EventView>> {
    match events::find(c, id).await? {
        Some(event) => view(c, viewer, event).await,
        None => Ok(None),
    }
}

async fn view(
    c: &mut Conn,
    viewer: Option<ActorId>,
    event: Event,
) -> store::Result<Option<EventView>> {
    Ok(all(c, viewer, vec![event]).await?.pop())
}

/// Events for `viewer`, in the order given; what they may not see is left out.
async fn all(
    c: &mut Conn,
    viewer: Option<ActorId>,
    found: Vec<Event>,
) -> store::Result<Vec<EventView>> {
    let people = found
        .iter()
        .flat_map(|event| [Some(event.host), event.organizer]);
    let mut ids: Vec<ActorId> = people.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let people = actors::list(c, &ids).await?;
    let people: HashMap<ActorId, Actor> = people.into_iter().map(|p| (p.id, p)).collect();
    let mut seen = Vec::with_capacity(found.len());
    for event in found {
        seen.extend(one(c, viewer, event, &people).await?);
    }
    Ok(seen)
}

async fn one(
    c: &mut Conn,
    viewer: Option<ActorId>,
    event: Event,
    people: &HashMap<ActorId, Actor>,
) -> store::Result<Option<EventView>> {
    let Some(host) = people.get(&event.host).filter(|host| host.is_active()) else {
        return Ok(None);
    };
    let host = host.clone();
    let organizer = event.organizer.and_then(|id| people.get(&id).cloned());
    let mut view = EventView {
        event,
        host,
        organizer,
        own: None,
        invitation: None,
        manages: false,
    };
    let mut member = false;
    let mut kept_out = false;
    if let Some(viewer) = viewer {
        for behind in std::iter::once(&view.host).chain(&view.organizer) {
            kept_out |= behind.id != viewer && blocks::exists(c, behind.id, viewer).await?;
        }
        view.own = participations::find(c, view.event.id, viewer).await?;
        view.invitation = participations::find_invitation(c, view.event.id, viewer)
            .await?
            .filter(Invitation::opens);
        let follow = follows::find(c, viewer, view.host.id).await?;
        let accepted = follow.filter(|f| f.state == crate::domain::follow::FollowState::Accepted);
        member = accepted.is_some();
        view.manages = view.host.id == viewer
            || (view.host.is_group() && accepted.is_some_and(|f| f.role.manages()));
    }
    let taking_part = view
        .own
        .as_ref()
        .is_some_and(|own| !matches!(own.standing, Standing::Removed));
    let visible = match view.event.visibility {
        EventVisibility::Public | EventVisibility::Unlisted => true,
        EventVisibility::Group => member || view.invitation.is_some() || taking_part,
        EventVisibility::Invited => view.invitation.is_some() || taking_part,
    };
    let visible = visible && (taking_part || !kept_out);
    Ok((visible || view.manages).then_some(view))
}

/// Public events that are still to come, soonest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn upcoming_events(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    limit: i64,
) -> store::Result<Vec<EventView>> {
    let mut c = ctx.store.reader().await?;
    let found = events::upcoming_public(&mut c, ctx.now(), limit).await?;
    all(&mut c, viewer, found).await
}

/// Public events of a group or person that are not over, soonest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn upcoming_events_of(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    host: ActorId,
    limit: i64,
) -> store::Result<Vec<EventView>> {
    let mut c = ctx.store.reader().await?;
    let found = events::upcoming_of(&mut c, host, ctx.now(), None, limit).await?;
    all(&mut c, viewer, found).await
}
