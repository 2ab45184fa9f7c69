//! What other servers read from us.
//!
//! Belongs here: addresses that only servers read, who asks ([`asker`]), and the headers of an answer. Does not belong
//! here: what stands at an address and who may have it (`services::documents`), what servers send us (the inbox), and
//! the choice between a page and a document by `Accept`, which is made where pages are served and then calls
//! [`actor_document`], [`event_document`] or [`post_document`].

mod answer;
pub mod asker;
mod inbox;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::request::Parts;

use self::asker::Asker;
use super::AppState;
use crate::domain::ids::ActivityId;
use crate::services::documents::{
    self, ActorList, Document, EventList, Eyes, Owner, Server, Wanted,
};

/// The addresses that only servers read. Those that have a page too are not among them.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/actor", get(instance))
        .route("/actor/{list}", get(instance_list))
        .route("/actor/outbox/page", get(instance_outbox))
        .route("/actor/outbox/page/{before}", get(instance_outbox_page))
        .route("/actor/{kind}/{id}", get(activity))
        .route("/people/{name}/outbox", get(person_list))
        .route("/people/{name}/followers", get(person_list))
        .route("/people/{name}/following", get(person_list))
        .route("/people/{name}/events", get(person_list))
        .route("/people/{name}/collections/{list}", get(person_list))
        .route("/people/{name}/outbox/page", get(person_outbox))
        .route(
            "/people/{name}/outbox/page/{before}",
            get(person_outbox_page),
        )
        .route("/people/{name}/{kind}/{id}", get(activity))
        .route("/groups/{name}/outbox", get(group_list))
        .route("/groups/{name}/followers", get(group_list))
        .route("/groups/{name}/members", get(group_list))
        .route("/groups/{name}/moderators", get(group_list))
        .route("/groups/{name}/events", get(group_list))
        .route("/groups/{name}/collections/{list}", get(group_list))
        .route("/groups/{name}/outbox/page", get(group_outbox))
        .route(
            "/groups/{name}/outbox/page/{before}",
            get(group_outbox_page),
        )
        .route("/groups/{name}/{kind}/{id}", get(activity))
        .route("/posts/{id}/activity", get(post_activity))
        .route("/posts/{id}/quotes/{quote}", get(quote_authorization))
        .route("/posts/{id}/replies", get(post_replies))
        .route("/posts/{id}/replies/page", get(post_replies_page))
        .route("/events/{id}/activity", get(event_activity))
        .route("/events/{id}/attendees", get(event_list))
        .route("/events/{id}/organizers", get(event_list))
        .route("/events/{id}/replies", get(event_list))
        .route("/events/{id}/replies/page", get(event_replies_page))
        .route("/invites/{id}", get(invite))
        .merge(inbox::routes())
}

/// The document of a person or group, for a request that wants ActivityPub.
pub async fn actor_document(app: &AppState, parts: &Parts, owner: Owner<'_>) -> Response {
    serve(app, parts, Wanted::Actor(owner)).await
}

/// The document of an event; `id` as it stands in the address.
pub async fn event_document(app: &AppState, parts: &Parts, id: &str) -> Response {
    serve_id(app, parts, id, Wanted::Event).await
}

/// The document of a post; `id` as it stands in the address.
pub async fn post_document(app: &AppState, parts: &Parts, id: &str) -> Response {
    serve_id(app, parts, id, Wanted::Post).await
}

async fn instance(State(app): State<AppState>, parts: Parts) -> Response {
    serve(&app, &parts, Wanted::Actor(Owner::Instance)).await
}

async fn instance_list(State(app): State<AppState>, parts: Parts) -> Response {
    list(&app, &parts, Owner::Instance).await
}

async fn instance_outbox(State(app): State<AppState>, parts: Parts) -> Response {
    serve(&app, &parts, Wanted::OutboxPage(Owner::Instance, None)).await
}

async fn instance_outbox_page(
    State(app): State<AppState>,
    Path(before): Path<String>,
    parts: Parts,
) -> Response {
    outbox_page(&app, &parts, (Owner::Instance, &before)).await
}

async fn person_list(State(app): State<AppState>, parts: Parts) -> Response {
    list(&app, &parts, Owner::Person(segment(&parts, 1))).await
}

async fn person_outbox(
    State(app): State<AppState>,
    Path(name): Path<String>,
    parts: Parts,
) -> Response {
    serve(&app, &parts, Wanted::OutboxPage(Owner::Person(&name), None)).await
}

async fn person_outbox_page(
    State(app): State<AppState>,
    Path((name, before)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    outbox_page(&app, &parts, (Owner::Person(&name), &before)).await
}

async fn group_list(State(app): State<AppState>, parts: Parts) -> Response {
    list(&app, &parts, Owner::Group(segment(&parts, 1))).await
}

async fn group_outbox(
    State(app): State<AppState>,
    Path(name): Path<String>,
    parts: Parts,
) -> Response {
    serve(&app, &parts, Wanted::OutboxPage(Owner::Group(&name), None)).await
}

async fn group_outbox_page(
    State(app): State<AppState>,
    Path((name, before)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    outbox_page(&app, &parts, (Owner::Group(&name), &before)).await
}

async fn activity(State(app): State<AppState>, parts: Parts) -> Response {
    serve(&app, &parts, Wanted::Activity(parts.uri.path())).await
}

async fn post_activity(
    State(app): State<AppState>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    serve_id(&app, &parts, &id, Wanted::PostActivity).await
}

async fn quote_authorization(
    State(app): State<AppState>,
    Path((post, quote)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    let wanted = |quote| match id(&post) {
        Some(post) => Wanted::QuoteAuthorization(post, quote),
        None => Wanted::Activity(""),
    };
    serve_id(&app, &parts, &quote, wanted).await
}

async fn post_replies(
    State(app): State<AppState>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    serve_id(&app, &parts, &id, Wanted::Replies).await
}

async fn post_replies_page(
    State(app): State<AppState>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    serve_id(&app, &parts, &id, Wanted::RepliesPage).await
}

async fn event_activity(
    State(app): State<AppState>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    serve_id(&app, &parts, &id, Wanted::EventActivity).await
}

async fn event_list(State(app): State<AppState>, Path(id): Path<String>, parts: Parts) -> Response {
    let list = match segment(&parts, 2) {
        "attendees" => EventList::Attendees,
        "organizers" => EventList::Organizers,
        _ => EventList::Replies,
    };
    serve_id(&app, &parts, &id, |id| Wanted::EventList(id, list)).await
}

async fn event_replies_page(
    State(app): State<AppState>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    let wanted = |id| Wanted::EventList(id, EventList::RepliesPage);
    serve_id(&app, &parts, &id, wanted).await
}

async fn invite(State(app): State<AppState>, Path(id): Path<String>, parts: Parts) -> Response {
    serve_id(&app, &parts, &id, Wanted::Invite).await
}

/// A part of the path as it was sent; handles and list names need no decoding. Empty where there is none.
fn segment(parts: &Parts, at: usize) -> &str {
    let path = parts.uri.path();
    path.trim_start_matches('/')
        .split('/')
        .nth(at)
        .unwrap_or_default()
}

/// The collection that the end of the path names.
async fn list(app: &AppState, parts: &Parts, owner: Owner<'_>) -> Response {
    let list = match parts.uri.path().rsplit('/').next().unwrap_or_default() {
        "outbox" => ActorList::Outbox,
        "followers" => ActorList::Followers,
        "following" => ActorList::Following,
        "members" => ActorList::Members,
        "moderators" => ActorList::Moderators,
        "featured" => ActorList::Featured,
        "tags" => ActorList::FeaturedTags,
        "events" => ActorList::Events,
        _ => return answer::missing(),
    };
    serve(app, parts, Wanted::ActorList(owner, list)).await
}

async fn outbox_page(
    app: &AppState,
    parts: &Parts,
    (owner, before): (Owner<'_>, &str),
) -> Response {
    match id::<ActivityId>(before) {
        Some(before) => serve(app, parts, Wanted::OutboxPage(owner, Some(before))).await,
        None => answer::missing(),
    }
}

async fn serve_id<I: FromStr + ToString>(
    app: &AppState,
    parts: &Parts,
    text: &str,
    wanted: impl FnOnce(I) -> Wanted<'static>,
) -> Response {
    match id::<I>(text) {
        Some(id) => serve(app, parts, wanted(id)).await,
        // What asks for a signature asks for it at every address.
        None => serve(app, parts, Wanted::Activity("")).await,
    }
}

/// A number as we write it: `007` and `+7` are no ids of ours, and an id must equal the address it is served at.
fn id<I: FromStr + ToString>(text: &str) -> Option<I> {
    let id: I = text.parse().ok()?;
    (id.to_string() == text).then_some(id)
}

/// Answers with what is wanted, as far as the asker may have it.
///
/// Without authorized fetch nobody is asked who they are for what is public: checking a signature may mean fetching a
/// key. For all else the signature is checked whether or not there is something at the address, so that neither the
/// answer nor a key fetched (or not) tells that there is.
async fn serve(app: &AppState, parts: &Parts, wanted: Wanted<'_>) -> Response {
    if wanted == Wanted::Actor(Owner::Instance) {
        // Who checks our signatures reads this first, and cannot sign for it: two servers that both ask for signatures
        // would wait for each other for ever.
        return answer::with(parts, read(app, wanted, Eyes::Everyone).await, false);
    }
    let guarded = app.config.federation.authorized_fetch;
    if asker::claims_to_be_blocked(app, parts) {
        return answer::missing();
    }
    if !guarded {
        let document = read(app, wanted, Eyes::Everyone).await;
        if !matches!(&document, Some(document) if document.is_missing()) {
            return answer::with(parts, document, guarded);
        }
    }
    match asker::asker(app, parts).await {
        Asker::Host { origin, host, .. } => {
            let server = Server {
                origin: &origin,
                host: &host,
            };
            let document = read(app, wanted, Eyes::Server(server)).await;
            answer::with(parts, document, guarded)
        }
        Asker::Refused => answer::missing(),
        Asker::Anonymous if !guarded => answer::missing(),
        Asker::Anonymous => match wanted {
            Wanted::Actor(owner) => {
                let document = read(app, Wanted::Stub(owner), Eyes::Everyone).await;
                answer::with(parts, document, guarded)
            }
            _ => answer::unsigned(),
        },
    }
}

/// `None` when the database failed.
async fn read(app: &AppState, wanted: Wanted<'_>, eyes: Eyes<'_>) -> Option<Document> {
    match documents::read(&app.ctx, wanted, eyes).await {
        Ok(document) => Some(document),
        Err(error) => {
            tracing::error!(%error, ?wanted, "a document could not be read");
            None
        }
    }
}
