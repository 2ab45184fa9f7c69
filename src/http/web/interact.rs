//! `/authorize_interaction?uri=`: somebody came from another server to act on a thing from here. The page says what it
//! is and how to act on it. It never sends anyone to another server by itself, and fetches nothing.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;
use url::Url;

use super::actor_card::ActorCard;
use super::clean::{Clean, clean};
use super::event_card::EventCard;
use super::frame::Frame;
use super::links;
use super::links::search_page;
use super::pages::{PageError, PageResult, show};
use super::post_card::{Extent, PostCard};
use super::profile_show::moved;
use super::react::Bond;
use super::signed_in::Viewer;
use crate::app::App;
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::uris::Local;
use crate::http::AppState;
use crate::services::reading;
use crate::text::name::clean_name;

/// Longer addresses are refused; no program makes them.
const URI_BYTES: usize = 2_048;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    uri: String,
}

#[derive(Template)]
#[template(path = "interact.html")]
struct InteractPage {
    frame: Frame,
    who: Option<ActorCard>,
    /// For whoever is logged in.
    bond: Option<Bond>,
    bio: Option<Clean>,
    post: Option<PostCard>,
    event: Option<EventCard>,
    /// What to search for in an app.
    address: String,
    /// The thing at its own server.
    original: Option<String>,
    home: String,
    domain: String,
}

/// `GET /authorize_interaction?uri=`, whose answer knows, for strangers, only what anybody may see; who is logged in is
/// led to where the thing is looked up.
pub(super) async fn authorize_interaction(
    State(app): State<AppState>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> PageResult {
    let text = asked.uri.trim();
    if text.is_empty() || text.len() > URI_BYTES {
        return Err(PageError::NotFound);
    }
    let acct = text.strip_prefix("acct:").or(text.strip_prefix('@'));
    if let Some(acct) = acct {
        return show_handle(&app, &viewer, acct).await;
    }
    let url = links::web_link(text).ok_or(PageError::NotFound)?;
    match app.ctx.uris.read(&url) {
        Some(ours) => show_ours(&app, &ours).await,
        None => show_address(&app, &viewer, &url).await,
    }
}

async fn show_handle(app: &App, viewer: &Viewer, acct: &str) -> PageResult {
    let acct = acct.trim_start_matches('@');
    let found = reading::find_actor(&app.ctx, acct).await?;
    match found.filter(|actor| actor.local || actor.handle_confirmed) {
        Some(actor) if actor.kind == ActorKind::Application => Err(PageError::NotFound),
        Some(actor) if actor.local => Ok(moved(&links::actor_page(&actor))),
        Some(actor) => show_known_actor(app, viewer, &actor).await,
        None if viewer.signed_in().is_some() => Ok(moved(&search_page(acct))),
        None => {
            let address = clean_name(&format!("@{acct}"), 300);
            show(&InteractPage::new(
                app,
                viewer,
                "Not known here yet",
                &address,
            ))
        }
    }
}

/// A thing of this server has a page of its own.
async fn show_ours(app: &App, ours: &Local) -> PageResult {
    match ours {
        Local::Actor { handle } => {
            let found = reading::find_actor(&app.ctx, handle).await?;
            let actor = found.filter(|actor| actor.local);
            let actor = actor.ok_or(PageError::NotFound)?;
            Ok(moved(&links::actor_page(&actor)))
        }
        Local::Post(id) => Ok(moved(&format!("/posts/{id}"))),
        Local::Event(id) => Ok(moved(&format!("/events/{id}"))),
        Local::Instance | Local::Other => Err(PageError::NotFound),
    }
}

async fn show_address(app: &App, viewer: &Viewer, url: &Url) -> PageResult {
    let (ctx, uri) = (&app.ctx, url.as_str());
    if let Some(actor) = reading::actor_by_uri(ctx, uri).await? {
        return show_known_actor(app, viewer, &actor).await;
    }
    if let Some(view) = reading::post_by_uri(ctx, viewer.id(), uri).await? {
        if viewer.signed_in().is_some() {
            return Ok(moved(&format!("/posts/{}", view.post.id)));
        }
        let card = PostCard::of(&ctx.uris, &view, Extent::Beginning);
        return show(&InteractPage {
            original: card.original.clone(),
            post: Some(card),
            ..InteractPage::new(app, viewer, "A post from elsewhere", uri)
        });
    }
    if let Some(view) = reading::event_by_uri(ctx, None, uri).await? {
        let original = links::original(uri, view.event.url.as_deref());
        return show(&InteractPage {
            original: original.map(String::from),
            event: Some(EventCard::of(&ctx.uris, &view)),
            ..InteractPage::new(app, viewer, "An event from elsewhere", uri)
        });
    }
    if viewer.signed_in().is_some() {
        return Ok(moved(&search_page(uri)));
    }
    show(&InteractPage {
        original: Some(uri.to_owned()),
        home: links::host_of(uri),
        ..InteractPage::new(app, viewer, "Not known here yet", uri)
    })
}

/// The page about a person or group of another server.
pub(super) async fn show_known_actor(app: &App, viewer: &Viewer, actor: &Actor) -> PageResult {
    let who = ActorCard::of(&app.ctx.uris, actor);
    let address = who.handle.clone().unwrap_or_else(|| actor.uri.clone());
    let original = links::original(&actor.uri, actor.url.as_deref());
    show(
        &InteractPage {
            original: original.map(String::from),
            home: links::host_of(&actor.uri),
            bond: Bond::of(app, viewer, actor).await?,
            bio: Some(clean(&actor.summary)).filter(|bio| !bio.is_empty()),
            ..InteractPage::new(app, viewer, &who.name.clone(), &address)
        }
        .about(who),
    )
}

impl InteractPage {
    fn new(app: &App, viewer: &Viewer, title: &str, address: &str) -> InteractPage {
        InteractPage {
            frame: Frame {
                indexed: false,
                canonical: None,
                ..Frame::of(app, viewer, title, "/authorize_interaction")
            },
            who: None,
            bond: None,
            bio: None,
            post: None,
            event: None,
            address: address.to_owned(),
            original: None,
            home: links::host_of(address),
            domain: app.ctx.uris.domain().to_owned(),
        }
    }

    fn about(self, who: ActorCard) -> InteractPage {
        InteractPage {
            who: Some(who),
            ..self
        }
    }
}
