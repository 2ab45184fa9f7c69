//! The page of a group.

use askama::Template;

use super::Older;
use super::actor_card::ActorCard;
use super::clean::{Clean, clean};
use super::event_card::EventCard;
use super::frame::Frame;
use super::links;
use super::pages::{PageResult, show_shared};
use super::post_card::PostCard;
use super::profile_show::{Field, fields, find_here, frame, moved, posts_of};
use super::react::Bond;
use super::signed_in::Viewer;
use super::when::{When, month};
use crate::app::App;
use crate::services::reading;

const EVENTS: i64 = 12;

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    frame: Frame,
    who: ActorCard,
    /// For whoever is logged in.
    bond: Option<Bond>,
    header: Option<String>,
    bio: Clean,
    fields: Vec<Field>,
    members: i64,
    since: When,
    approves: bool,
    organizers: Vec<ActorCard>,
    events: Vec<EventCard>,
    pinned: Vec<PostCard>,
    posts: Vec<PostCard>,
    older: Option<i64>,
    is_first: bool,
}

/// The page of the group `name`, as `viewer` may see it; a person by that name is one address further.
///
/// # Errors
/// When there is no group by that name here (any more), or the database fails.
pub async fn show_group(app: &App, viewer: &Viewer, name: &str, older: Older) -> PageResult {
    let ctx = &app.ctx;
    let actor = find_here(app, name, &ctx.uris.group(&name.to_lowercase())).await?;
    if !actor.is_group() {
        return Ok(moved(&links::actor_page(&actor)));
    }
    let shown = posts_of(app, viewer.id(), &actor, older).await?;
    let events = reading::upcoming_events_of(ctx, viewer.id(), actor.id, EVENTS).await?;
    let view = reading::profile_lately(ctx, &app.counts, viewer.id(), actor).await?;
    let page = GroupPage {
        frame: frame(app, viewer, &view),
        who: ActorCard::of(&ctx.uris, &view.actor),
        bond: Bond::of(app, viewer, &view.actor).await?,
        header: links::own_picture(&ctx.uris, view.actor.image.as_deref()),
        bio: clean(&view.actor.summary),
        fields: fields(&view.fields),
        members: view.followers,
        since: month(view.actor.created_at),
        approves: view.actor.manually_approves,
        organizers: view
            .organizers
            .iter()
            .map(|organizer| ActorCard::of(&ctx.uris, organizer))
            .collect(),
        events: EventCard::list(&ctx.uris, &events),
        pinned: shown.pinned,
        posts: shown.latest,
        older: shown.older,
        is_first: older.before.is_none(),
    };
    show_shared(&page, &view.actor.uri)
}
