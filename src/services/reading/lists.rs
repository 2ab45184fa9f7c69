//! Actors by key, and lists of them.

use std::collections::HashMap;

use url::Url;

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::follow::{Follow, FollowState};
use crate::domain::ids::{ActorId, FollowId, PostId};
use crate::domain::uris::Local;
use crate::services::Ctx;
use crate::store::{self, Conn, actors, follows, likes, timelines};

/// An actor in a list that is paged by `key`: the id of the follow, like or boost that put them there.
#[derive(Debug, Clone)]
pub struct Listed {
    pub key: i64,
    pub actor: Actor,
}

/// The active actor with this key.
///
/// # Errors
/// When the database fails.
pub async fn actor(ctx: &Ctx, id: ActorId) -> store::Result<Option<Actor>> {
    let mut c = ctx.store.reader().await?;
    Ok(actors::find(&mut c, id).await?.filter(Actor::is_active))
}

/// The active actors with these keys, in the order given; the others are left out.
///
/// # Errors
/// When the database fails.
pub async fn actors_by_id(ctx: &Ctx, ids: &[ActorId]) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    let keyed = ids.iter().map(|id| (id.0, *id)).collect();
    Ok(listed(&mut c, keyed)
        .await?
        .into_iter()
        .map(|found| found.actor)
        .collect())
}

/// The active actor with this ActivityPub id, or the local one whose page this is.
///
/// # Errors
/// When the database fails.
pub async fn actor_at(ctx: &Ctx, uri: &Url) -> store::Result<Option<Actor>> {
    let mut c = ctx.store.reader().await?;
    let found = match ctx.uris.read(uri) {
        Some(Local::Actor { handle }) => actors::find_local(&mut c, &handle.to_lowercase()).await?,
        _ => actors::find_by_uri(&mut c, uri.as_str()).await?,
    };
    Ok(found.filter(Actor::is_active))
}

/// Accepted followers that are known here, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn followers(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    by_follow(ctx, of, FollowState::Accepted, (before, limit)).await
}

/// Who asks to follow a local person, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn follow_requests(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    by_follow(ctx, of, FollowState::Pending, (before, limit)).await
}

async fn by_follow(
    ctx: &Ctx,
    of: ActorId,
    state: FollowState,
    (before, limit): (Option<i64>, i64),
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let rows = follows::list_followers(&mut c, of, state, before.map(FollowId), limit).await?;
    let keyed = keyed(&rows, |follow| follow.follower);
    listed(&mut c, keyed).await
}

/// Whom `of` follows, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn following(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let rows = follows::list_following(&mut c, of, before.map(FollowId), limit).await?;
    let keyed = keyed(&rows, |follow| follow.target);
    listed(&mut c, keyed).await
}

fn keyed(rows: &[Follow], side: fn(&Follow) -> ActorId) -> Vec<(i64, ActorId)> {
    rows.iter().map(|row| (row.id.0, side(row))).collect()
}

/// Who likes a post the viewer may see, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn liked_by(
    ctx: &Ctx,
    post: PostId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let rows = likes::list_by_post(&mut c, post, before, limit).await?;
    listed(&mut c, rows).await
}

/// Who boosted a post the viewer may see, latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn boosted_by(
    ctx: &Ctx,
    post: PostId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<Listed>> {
    let mut c = ctx.store.reader().await?;
    let boosts = timelines::boosts_of(&mut c, post, before.map(PostId), limit).await?;
    let rows = boosts
        .iter()
        .map(|boost| (boost.id.0, boost.author))
        .collect();
    listed(&mut c, rows).await
}

pub(super) async fn listed(c: &mut Conn, rows: Vec<(i64, ActorId)>) -> store::Result<Vec<Listed>> {
    let ids: Vec<ActorId> = rows.iter().map(|(_, id)| *id).collect();
    let mut found: HashMap<ActorId, Actor> = actors::list(c, &ids)
        .await?
        .into_iter()
        .filter(Actor::is_active)
        .map(|actor| (actor.id, actor))
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|(key, id)| found.remove(&id).map(|actor| Listed { key, actor }))
        .collect())
}

/// Groups known here: with `text` those whose handle or name fits, else the local ones. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn groups(ctx: &Ctx, text: &str, limit: i64) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    let text = text.trim().trim_start_matches('@');
    if text.is_empty() {
        return actors::list_local(&mut c, ActorKind::Group, None, limit).await;
    }
    // The search mixes people and groups; a few more rows make up for the people.
    let mut found = actors::search(&mut c, text, limit.saturating_mul(4)).await?;
    found.retain(Actor::is_group);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Local people, and what they have posted.
///
/// # Errors
/// When the database fails.
pub async fn local_totals(ctx: &Ctx) -> store::Result<(i64, i64)> {
    let mut c = ctx.store.reader().await?;
    let people = actors::count_local(&mut c, ActorKind::Person).await?;
    let (posts, answers) = timelines::count_local(&mut c).await?;
    Ok((people, posts + answers))
}
