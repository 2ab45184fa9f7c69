//! The page of a person.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};

use super::Older;
use super::actor_card::ActorCard;
use super::clean::{Clean, clean, preview};
use super::event_card::EventCard;
use super::frame::Frame;
use super::links;
use super::pages::{PageError, PageResult, show_shared};
use super::post_card::PostCard;
use super::react::Bond;
use super::signed_in::Viewer;
use super::when::{When, month};
use crate::app::App;
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::ids::ActorId;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::services::reading::{self, Page, PostView, ProfileView};
use crate::text::name::clean_name;

/// Posts on one page.
pub(super) const POSTS: i64 = 20;
const EVENTS: i64 = 5;
const FIELD_CHARS: usize = 500;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    frame: Frame,
    who: ActorCard,
    /// For whoever is logged in.
    bond: Option<Bond>,
    header: Option<String>,
    headline: Option<String>,
    pronouns: Option<String>,
    bio: Clean,
    fields: Vec<Field>,
    counts: Counts,
    since: When,
    approves: bool,
    events: Vec<EventCard>,
    pinned: Vec<PostCard>,
    posts: Vec<PostCard>,
    older: Option<i64>,
    is_first: bool,
}

/// One field of a profile: a label with a text, or with a link that claims to be theirs.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) href: Option<String>,
    /// The property of `h-card` that it is.
    pub(super) class: &'static str,
}

/// Numbers under the name. Posts are not counted: the stored number holds those that are not for everyone.
struct Counts {
    followers: i64,
    following: i64,
}

/// Posts with the address of the next page.
pub(super) struct Posts {
    pub(super) pinned: Vec<PostCard>,
    pub(super) latest: Vec<PostCard>,
    pub(super) older: Option<i64>,
}

/// The page of the person `name`, as `viewer` may see it; a group by that name is one address further.
///
/// # Errors
/// When there is nobody by that name here (any more), or the database fails.
pub async fn show_profile(app: &App, viewer: &Viewer, name: &str, older: Older) -> PageResult {
    let actor = find_here(app, name, &app.ctx.uris.person(&name.to_lowercase())).await?;
    match actor.kind {
        ActorKind::Group => return Ok(moved(&links::actor_page(&actor))),
        ActorKind::Application => return Err(PageError::NotFound),
        ActorKind::Person | ActorKind::Service | ActorKind::Organization => {}
    }
    let ctx = &app.ctx;
    let shown = posts_of(app, viewer.id(), &actor, older).await?;
    let events = reading::upcoming_events_of(ctx, viewer.id(), actor.id, EVENTS).await?;
    let view = reading::profile_lately(ctx, &app.counts, viewer.id(), actor).await?;
    let page = ProfilePage {
        frame: frame(app, viewer, &view),
        who: ActorCard::of(&ctx.uris, &view.actor),
        bond: Bond::of(app, viewer, &view.actor).await?,
        header: links::own_picture(&ctx.uris, view.actor.image.as_deref()),
        headline: value_of(&view.fields, FieldKind::Headline),
        pronouns: value_of(&view.fields, FieldKind::Pronouns),
        bio: clean(&view.actor.summary),
        fields: fields(&view.fields),
        counts: Counts::of(&view),
        since: month(view.actor.created_at),
        approves: view.actor.manually_approves,
        events: EventCard::list(&ctx.uris, &events),
        pinned: shown.pinned,
        posts: shown.latest,
        older: shown.older,
        is_first: older.before.is_none(),
    };
    show_shared(&page, &view.actor.uri)
}

/// The active local actor called `name`; gone if there was one at `address`.
pub(super) async fn find_here(app: &App, name: &str, address: &str) -> Result<Actor, PageError> {
    if name.contains('@') {
        return Err(PageError::NotFound);
    }
    match reading::find_actor(&app.ctx, name).await? {
        Some(actor) => Ok(actor),
        None if reading::was_public(&app.ctx, address).await? => Err(PageError::Gone),
        None => Err(PageError::NotFound),
    }
}

/// Another page of ours.
pub(super) fn moved(path: &str) -> axum::response::Response {
    let mut response = Redirect::to(path).into_response();
    *response.status_mut() = StatusCode::FOUND;
    response
}

/// What somebody posted, and on the first page what they pinned.
pub(super) async fn posts_of(
    app: &App,
    viewer: Option<ActorId>,
    author: &Actor,
    older: Older,
) -> Result<Posts, PageError> {
    let ctx = &app.ctx;
    let page = Page {
        max: older.before,
        ..Page::first(POSTS)
    };
    let wall = reading::wall(ctx, viewer, author, page).await?;
    Ok(Posts {
        pinned: PostCard::list(&ctx.uris, &wall.pinned),
        older: next_page(&wall.latest),
        latest: PostCard::list(&ctx.uris, &wall.latest),
    })
}

/// Where the next page begins, if this one is full.
pub(super) fn next_page(posts: &[PostView]) -> Option<i64> {
    let is_full = i64::try_from(posts.len()).is_ok_and(|count| count >= POSTS);
    posts.last().filter(|_| is_full).map(|last| last.post.id.0)
}

impl Counts {
    fn of(view: &ProfileView) -> Counts {
        Counts {
            followers: view.followers,
            following: view.following,
        }
    }
}

/// The head of a profile's page.
pub(super) fn frame(app: &App, viewer: &Viewer, view: &ProfileView) -> Frame {
    let actor = &view.actor;
    let card = ActorCard::of(&app.ctx.uris, actor);
    let page = Frame::of(app, viewer, &card.name, &card.href);
    let headline = value_of(&view.fields, FieldKind::Headline);
    let description = [headline.unwrap_or_default(), preview(&actor.summary)];
    let said: Vec<String> = description.into_iter().filter(|p| !p.is_empty()).collect();
    Frame {
        description: if said.is_empty() {
            card.handle.clone().unwrap_or_default()
        } else {
            said.join(" · ")
        },
        document: Some(actor.uri.clone()),
        kind: "profile",
        picture: card
            .picture
            .map(|path| app.ctx.uris.at(&path))
            .or(page.picture),
        creator: card.handle,
        indexed: actor.discoverable,
        ..page
    }
}

fn value_of(fields: &[ProfileField], kind: FieldKind) -> Option<String> {
    let field = fields.iter().find(|field| field.kind == kind)?;
    let value = clean_name(&field.value, FIELD_CHARS);
    (!value.is_empty()).then_some(value)
}

/// What stands in the list: all but what is shown under the name.
pub(super) fn fields(fields: &[ProfileField]) -> Vec<Field> {
    fields
        .iter()
        .filter(|field| !matches!(field.kind, FieldKind::Headline | FieldKind::Pronouns))
        .map(|field| Field {
            name: clean_name(field.kind.label().unwrap_or(&field.name), FIELD_CHARS),
            value: clean_name(&field.value, FIELD_CHARS),
            href: (field.kind == FieldKind::Link)
                .then(|| links::web_link(&field.value))
                .flatten()
                .map(String::from),
            class: match field.kind {
                FieldKind::Role => "p-job-title",
                FieldKind::Organisation => "p-org",
                FieldKind::Place => "p-locality",
                _ => "p-note",
            },
        })
        .filter(|field| !field.value.is_empty())
        .collect()
}
