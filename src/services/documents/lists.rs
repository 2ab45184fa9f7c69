//! Collections of actors. Who follows, is followed or is a member is counted, never named: without `first` Mastodon
//! shows such a list as hidden.

use serde_json::value::{RawValue, to_raw_value};

use super::actor::find_active;
use super::{ActorList, Document, Owner, ReadError, outbox};
use crate::domain::actor::Actor;
use crate::domain::event::EventVisibility;
use crate::domain::ids::ActorId;
use crate::services::Ctx;
use crate::store::{self, Conn, actors, events, follows, timelines};
use crate::wire::activitystreams::context::Context;
use crate::wire::activitystreams::outgoing::{CollectionBody, OutgoingCollection, OutgoingPage};
use crate::wire::activitystreams::render::url;

/// Events in the collection of upcoming ones.
const EVENTS: i64 = 100;

/// A collection of an actor. People have nobody to moderate and no members, groups follow nobody.
pub(super) async fn of_actor(
    ctx: &Ctx,
    owner: Owner<'_>,
    list: ActorList,
) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let c = &mut c;
    let Some(actor) = find_active(ctx, c, owner).await? else {
        return Ok(Document::Missing);
    };
    let id = |name: &str| format!("{}/{name}", actor.uri);
    let json = match (list, owner) {
        (ActorList::Outbox, _) => outbox::collection(c, &actor).await?,
        (ActorList::Followers, _) => counted(
            &id("followers"),
            follows::count_followers(c, actor.id).await?,
        ),
        (ActorList::Following, Owner::Person(_)) => counted(
            &id("following"),
            follows::count_following(c, actor.id).await?,
        ),
        (ActorList::Members, Owner::Group(_)) => {
            counted(&id("members"), follows::count_followers(c, actor.id).await?)
        }
        (ActorList::Moderators, Owner::Group(_)) => {
            listed(&id("moderators"), &moderators(c, &actor).await?)
        }
        (ActorList::Featured, Owner::Person(_) | Owner::Group(_)) => {
            let pinned = timelines::pinned(c, actor.id).await?;
            let own = pinned.into_iter().filter(|post| post.author == actor.id);
            let ids: Vec<String> = own.map(|post| post.uri).collect();
            listed(&id("collections/featured"), &ids)
        }
        (ActorList::FeaturedTags, Owner::Person(_) | Owner::Group(_)) => {
            listed(&id("collections/tags"), &[])
        }
        (ActorList::Events, Owner::Person(_) | Owner::Group(_)) => {
            listed(&id("events"), &upcoming(ctx, c, &actor).await?)
        }
        _ => return Ok(Document::Missing),
    };
    Ok(Document::found(json, true))
}

/// Who manages a group; everybody may know whom to ask.
async fn moderators(c: &mut Conn, group: &Actor) -> store::Result<Vec<String>> {
    let ids: Vec<ActorId> = follows::list_managers(c, group.id)
        .await?
        .into_iter()
        .map(|follow| follow.follower)
        .collect();
    let mut people = actors::list(c, &ids).await?;
    people.retain(Actor::is_active);
    // In order of their coming to the group, as the query has it: the list of actors has none.
    people.sort_by_key(|person| ids.iter().position(|id| *id == person.id));
    Ok(people.into_iter().map(|person| person.uri).collect())
}

/// Public events that are not over, soonest first. Unlisted ones stand in no list.
async fn upcoming(ctx: &Ctx, c: &mut Conn, host: &Actor) -> store::Result<Vec<String>> {
    let found = events::upcoming_of(c, host.id, ctx.now(), None, EVENTS).await?;
    Ok(found
        .into_iter()
        .filter(|event| event.visibility == EventVisibility::Public && event.local)
        .map(|event| event.uri)
        .collect())
}

/// A collection of which only the size is shown.
pub(super) fn counted(id: &str, total: i64) -> String {
    collection(id, total, CollectionBody::Hidden {})
}

/// A collection that is shown whole: ids.
pub(super) fn listed(id: &str, ids: &[String]) -> String {
    let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let ordered_items = ids.iter().filter_map(|id| to_raw_value(id).ok()).collect();
    collection(id, total, CollectionBody::Items { ordered_items })
}

/// A collection in pages; the first is at `{id}/page`. No queries in addresses: some peers sign without them.
pub(super) fn paged(id: &str, total: i64) -> String {
    let first = url(&format!("{id}/page"));
    collection(id, total, CollectionBody::Pages { first })
}

/// The only page of a collection: ids.
pub(super) fn only_page(collection: &str, ids: &[String]) -> String {
    OutgoingPage {
        id: url(&format!("{collection}/page")),
        part_of: url(collection),
        next: None,
        ordered_items: ids.iter().filter_map(|id| to_raw_value(id).ok()).collect(),
    }
    .document(Context::Plain)
    .to_json()
}

fn collection(id: &str, total: i64, body: CollectionBody) -> String {
    OutgoingCollection {
        id: url(id),
        attributed_to: None,
        total_items: u64::try_from(total).ok(),
        body,
    }
    .document(Context::Plain)
    .to_json()
}

/// A stored body as an item. `None` for what is no JSON, which is never stored.
pub(super) fn raw(json: String) -> Option<Box<RawValue>> {
    RawValue::from_string(json).ok()
}
