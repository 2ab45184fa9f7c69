//! The front page: what this place is, who is here, what is on.

use askama::Template;
use axum::extract::State;

use super::about::who_may_join;
use super::actor_card::ActorCard;
use super::event_card::EventCard;
use super::frame::Frame;
use super::pages::{PageResult, show};
use super::signed_in::Viewer;
use crate::domain::actor::ActorKind;
use crate::http::AppState;
use crate::services::reading;
use crate::text::plain;

const PEOPLE: usize = 24;
const GROUPS: usize = 12;
const EVENTS: i64 = 8;

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingPage<'a> {
    frame: Frame,
    description: &'a str,
    joining: &'static str,
    events: Vec<EventCard>,
    people: Vec<ActorCard>,
    groups: Vec<ActorCard>,
}

/// `GET /`
pub(super) async fn show_landing(State(app): State<AppState>, viewer: Viewer) -> PageResult {
    let ctx = &app.ctx;
    let events = reading::upcoming_events(ctx, None, EVENTS).await?;
    let people = reading::directory(ctx, ActorKind::Person, PEOPLE).await?;
    let groups = reading::directory(ctx, ActorKind::Group, GROUPS).await?;
    let introduced = |actor| ActorCard::introduced(&ctx.uris, actor);
    let instance = &app.config.instance;
    let page = LandingPage {
        frame: Frame {
            description: plain::shorten(&instance.description, 200),
            ..Frame::of(&app, &viewer, "", "/")
        },
        description: &instance.description,
        joining: who_may_join(instance.registration),
        events: EventCard::list(&ctx.uris, &events),
        people: people.iter().map(introduced).collect(),
        groups: groups.iter().map(introduced).collect(),
    };
    show(&page)
}
