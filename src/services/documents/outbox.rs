//! Public outboxes: what an actor said to everybody, newest first.

use std::collections::HashMap;

use super::actor::find_active;
use super::{Document, Owner, ReadError, lists, post};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId};
use crate::domain::post::Post;
use crate::domain::uris::Local;
use crate::services::Ctx;
use crate::store::activities::{self, StoredActivity};
use crate::store::{self, Conn, posts};
use crate::wire::activitystreams::context::Context;
use crate::wire::activitystreams::outgoing::OutgoingPage;
use crate::wire::activitystreams::render::url;

/// Activities on a page.
const PAGE: usize = 20;

/// The collection: how many there are, and where the first page is. Pages have addresses without a query, because some
/// peers sign without it.
pub(super) async fn collection(c: &mut Conn, actor: &Actor) -> store::Result<String> {
    let total = activities::count_outbox(c, actor.id).await?;
    Ok(lists::paged(&format!("{}/outbox", actor.uri), total))
}

/// One page: what is older than `before`.
pub(super) async fn page(
    ctx: &Ctx,
    owner: Owner<'_>,
    before: Option<ActivityId>,
) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some(actor) = find_active(ctx, &mut c, owner).await? else {
        return Ok(Document::Missing);
    };
    let wanted = i64::try_from(PAGE).unwrap_or(i64::MAX) + 1;
    let mut found = activities::list_outbox(&mut c, actor.id, before, wanted).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let part_of = format!("{}/outbox", actor.uri);
    let address = |before: Option<ActivityId>| match before {
        Some(before) => url(&format!("{part_of}/page/{before}")),
        None => url(&format!("{part_of}/page")),
    };
    let last = found.last().map(|(activity, _)| activity.id);
    let items = as_it_is_now(ctx, &mut c, &actor, found).await?;
    let page = OutgoingPage {
        id: address(before),
        part_of: url(&part_of),
        next: last.filter(|_| more).map(|last| address(Some(last))),
        ordered_items: items.into_iter().filter_map(lists::raw).collect(),
    };
    Ok(Document::found(
        page.document(Context::Plain).to_json(),
        true,
    ))
}

/// A `Create` is stored as it was sent. Where the post was edited since, the outbox shows what it says now: whoever took
/// something out of a post would not want it to be read here still.
async fn as_it_is_now(
    ctx: &Ctx,
    c: &mut Conn,
    actor: &Actor,
    found: Vec<(StoredActivity, String)>,
) -> store::Result<Vec<String>> {
    let created: Vec<Option<PostId>> = found
        .iter()
        .map(|(activity, _)| created_post(ctx, activity))
        .collect();
    let ids: Vec<PostId> = created.iter().flatten().copied().collect();
    let standing: HashMap<PostId, Post> = posts::list(c, &ids)
        .await?
        .into_iter()
        .map(|post| (post.id, post))
        .collect();
    let mut items = Vec::with_capacity(found.len());
    for ((_, body), id) in found.into_iter().zip(created) {
        match id.map(|id| standing.get(&id)) {
            None => items.push(body),
            Some(Some(post)) if post.edited_at.is_none() => items.push(body),
            Some(Some(post)) => items.push(post::create_of(ctx, c, actor, post).await?),
            // Deleted between the two queries.
            Some(None) => {}
        }
    }
    Ok(items)
}

fn created_post(ctx: &Ctx, activity: &StoredActivity) -> Option<PostId> {
    if activity.kind != "Create" {
        return None;
    }
    let object = activity.object_uri.as_deref()?.parse().ok()?;
    match ctx.uris.read(&object)? {
        Local::Post(id) => Some(id),
        _ => None,
    }
}
