//! What people keep for themselves: whom they block and mute, lists, conversations, earlier versions of posts.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ActorId, ConversationId, ListId, PostId};
use crate::domain::notification::NotificationRequest;
use crate::domain::post::Version;
use crate::services::Ctx;
use crate::store::timelines::Page;
use crate::store::{
    self, Conn, acquaintances, actors, conversations as rows, follows, lists, mutes as muted,
    notification_requests as requests, post_versions, posts,
};

use super::eyes::Eyes;
use super::lists::{Listed, listed};
use super::posts::{PostView, views};

/// Followers looked at to find those whom the viewer follows.
const LOOKED_AT: i64 = 500;
/// Familiar followers shown.
const FAMILIAR: usize = 10;

/// Whom a local person blocks, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn blocks(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let found = store::blocks::list(&mut c, of, before, limit).await?;
    listed(&mut c, found).await
}

/// Whom a local person mutes, and until when; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn mutes(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<(Listed, Option<Timestamp>)>> {
    let mut c = ctx.store.reader().await?;
    let found = muted::list(&mut c, of, ctx.now(), (before, limit)).await?;
    let ends: HashMap<i64, Option<Timestamp>> =
        found.iter().map(|mute| (mute.id.0, mute.ends_at)).collect();
    let keyed = found.iter().map(|mute| (mute.id.0, mute.target)).collect();
    Ok(listed(&mut c, keyed)
        .await?
        .into_iter()
        .map(|one| {
            let end = ends.get(&one.key).copied().flatten();
            (one, end)
        })
        .collect())
}

/// Domains that a local person blocks, with their keys.
///
/// # Errors
/// When the database fails.
pub async fn domain_blocks(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<(i64, String)>> {
    let mut c = ctx.store.reader().await?;
    store::blocks::list_domains(&mut c, of, before, limit).await
}

/// Whom somebody recommends, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn endorsed(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let found = acquaintances::list_endorsed(&mut c, of, (before, limit)).await?;
    listed(&mut c, found).await
}

/// Who is in a list, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_members(
    ctx: &Ctx,
    list: ListId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let found = lists::members(&mut c, list, (before, limit)).await?;
    listed(&mut c, found).await
}

/// Followers of `of` whom the viewer follows too, as far as they are found among the latest.
///
/// # Errors
/// When the database fails.
pub async fn familiar_followers(
    ctx: &Ctx,
    viewer: ActorId,
    of: ActorId,
) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    let ids = follows::list_common(&mut c, viewer, of, LOOKED_AT).await?;
    let mut found = actors::list(&mut c, &ids).await?;
    found.retain(Actor::is_active);
    found.truncate(FAMILIAR);
    Ok(found)
}

/// Earlier versions of a post the viewer may see, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn versions(ctx: &Ctx, post: PostId) -> store::Result<Vec<Version>> {
    let mut c = ctx.store.reader().await?;
    post_versions::list(&mut c, post).await
}

/// Who waits to be heard, with what they last said; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn notification_requests(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<(NotificationRequest, Actor, Option<PostView>)>> {
    let mut c = ctx.store.reader().await?;
    let found = requests::list_waiting(&mut c, of, (before, limit)).await?;
    let mut seen = Vec::with_capacity(found.len());
    for request in found {
        let Some(from) = actors::find(&mut c, request.from).await? else {
            continue;
        };
        let last = match request.last_post {
            Some(id) => {
                let post = posts::find(&mut c, id).await?;
                let post = post.into_iter().collect();
                views(&mut c, Eyes::of(ctx, Some(of)), post).await?.pop()
            }
            None => None,
        };
        if from.is_active() {
            seen.push((request, from, last));
        }
    }
    Ok(seen)
}

/// A conversation with its last post and who is in it besides its owner.
#[derive(Debug, Clone)]
pub struct ConversationView {
    pub conversation: Conversation,
    pub last: PostView,
    pub people: Vec<Actor>,
}

/// Conversations of a local person, the one with the latest post first.
///
/// # Errors
/// When the database fails.
pub async fn conversations(
    ctx: &Ctx,
    of: ActorId,
    page: Page,
) -> store::Result<Vec<ConversationView>> {
    let mut c = ctx.store.reader().await?;
    let found = rows::list(&mut c, of, page).await?;
    shown(ctx, &mut c, of, found).await
}

/// One conversation of a local person.
///
/// # Errors
/// When the database fails.
pub async fn conversation(
    ctx: &Ctx,
    of: ActorId,
    id: ConversationId,
) -> store::Result<Option<ConversationView>> {
    let mut c = ctx.store.reader().await?;
    let found = rows::find(&mut c, of, id).await?;
    let found = found.into_iter().collect();
    Ok(shown(ctx, &mut c, of, found).await?.pop())
}

async fn shown(
    ctx: &Ctx,
    c: &mut Conn,
    of: ActorId,
    found: Vec<Conversation>,
) -> store::Result<Vec<ConversationView>> {
    let ids: Vec<PostId> = found.iter().map(|one| one.last).collect();
    let last = posts::list(c, &ids).await?;
    let eyes = Eyes::of(ctx, Some(of)).in_lists();
    let mut last: HashMap<PostId, PostView> = views(c, eyes, last)
        .await?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    Ok(found
        .into_iter()
        .filter_map(|conversation| {
            let last = last.remove(&conversation.last)?;
            let mut people: Vec<Actor> = std::iter::once(&last.author)
                .chain(&last.mentioned)
                .filter(|actor| actor.id != of)
                .cloned()
                .collect();
            people.dedup_by_key(|actor| actor.id);
            Some(ConversationView {
                conversation,
                last,
                people,
            })
        })
        .collect())
}
