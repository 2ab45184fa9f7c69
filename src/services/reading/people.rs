//! People and groups with what a viewer may see of them.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::audience::{self, Viewer};
use crate::domain::follow::FollowState;
use crate::domain::ids::ActorId;
use crate::domain::profile::ProfileField;
use crate::domain::relation::FollowOptions;
use crate::services::Ctx;
use crate::store::{
    self, Conn, acquaintances, actors, blocks, follows, mutes, numbers, profile_fields, stances,
};

use super::counts::{Counts, KnownCounts};

/// A profile or group as it is shown to one viewer.
#[derive(Debug, Clone)]
pub struct ProfileView {
    pub actor: Actor,
    /// The fields the viewer may see, in their order.
    pub fields: Vec<ProfileField>,
    pub followers: i64,
    pub following: i64,
    pub posts: i64,
    /// Who manages it; groups only.
    pub organizers: Vec<Actor>,
}

/// How the viewer and another actor stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Relationship {
    pub other: ActorId,
    pub following: bool,
    pub requested: bool,
    pub followed_by: bool,
    pub requested_by: bool,
    pub blocking: bool,
    pub blocked_by: bool,
    pub muting: bool,
    pub muting_notifications: bool,
    pub domain_blocking: bool,
    pub endorsed: bool,
    /// How the viewer follows them.
    pub way: FollowOptions,
    /// What the viewer noted about them.
    pub note: String,
}

/// The actor named by `handle` (ours) or `handle@host`, as far as it is known here and active. A handle that an actor
/// only claims names nobody.
///
/// # Errors
/// When the database fails.
pub async fn find_actor(ctx: &Ctx, acct: &str) -> store::Result<Option<Actor>> {
    let mut c = ctx.store.reader().await?;
    let acct = acct.trim().trim_start_matches('@').to_lowercase();
    let found = match acct.split_once('@') {
        Some((handle, host)) if host != ctx.uris.domain() => {
            actors::find_by_handle(&mut c, handle, host).await?
        }
        Some((handle, _)) => actors::find_local(&mut c, handle).await?,
        None => actors::find_local(&mut c, &acct).await?,
    };
    Ok(found.filter(|actor| actor.is_active() && (actor.local || actor.handle_confirmed)))
}

/// What `viewer` may see of an actor, with numbers as they are now.
///
/// # Errors
/// When the database fails.
pub async fn profile(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    actor: Actor,
) -> store::Result<ProfileView> {
    let mut c = ctx.store.reader().await?;
    let counts = numbers::count(&mut c, actor.id).await?;
    view(&mut c, viewer, actor, counts).await
}

/// The same with numbers that may be ten seconds old.
///
/// # Errors
/// When the database fails.
pub async fn profile_lately(
    ctx: &Ctx,
    known: &KnownCounts,
    viewer: Option<ActorId>,
    actor: Actor,
) -> store::Result<ProfileView> {
    let counts = known.of(ctx, std::iter::once(actor.id)).await?;
    let counts = counts.get(&actor.id).copied().unwrap_or_default();
    let mut c = ctx.store.reader().await?;
    view(&mut c, viewer, actor, counts).await
}

async fn view(
    c: &mut Conn,
    viewer: Option<ActorId>,
    actor: Actor,
    counts: Counts,
) -> store::Result<ProfileView> {
    let eyes = viewer_of(c, viewer, &actor).await?;
    let fields = profile_fields::list(c, actor.id).await?;
    let managers = if actor.is_group() {
        follows::list_managers(c, actor.id).await?
    } else {
        Vec::new()
    };
    let managers: Vec<ActorId> = managers.into_iter().map(|follow| follow.follower).collect();
    Ok(ProfileView {
        fields: fields
            .into_iter()
            .filter(|f| audience::may_see_field(f.audience, actor.id, &eyes))
            .collect(),
        followers: counts.followers,
        following: counts.following,
        posts: counts.posts,
        organizers: actors::list(c, &managers).await?,
        actor,
    })
}

async fn viewer_of(c: &mut Conn, viewer: Option<ActorId>, owner: &Actor) -> store::Result<Viewer> {
    let Some(id) = viewer else {
        return Ok(Viewer::default());
    };
    // Whom the owner blocks sees what strangers see.
    if blocks::exists(c, owner.id, id).await? {
        return Ok(Viewer::default());
    }
    let follows_owner = follows::is_following(c, id, owner.id).await?;
    let friend_of_owner = follows_owner && follows::is_following(c, owner.id, id).await?;
    Ok(Viewer {
        actor: Some(id),
        friend_of_owner,
        follows_owner,
        addressed: false,
    })
}

/// How `viewer` stands to each of `others`.
///
/// # Errors
/// When the database fails.
pub async fn relationships(
    ctx: &Ctx,
    viewer: ActorId,
    others: &[ActorId],
) -> store::Result<Vec<Relationship>> {
    let mut c = ctx.store.reader().await?;
    let people = actors::list(&mut c, others).await?;
    let now = ctx.now();
    let stances = stances::among(&mut c, viewer, people.iter(), now).await?;
    let mut ways: HashMap<ActorId, FollowOptions> =
        acquaintances::options_among(&mut c, viewer, others.iter().copied())
            .await?
            .into_iter()
            .collect();
    let mut notes: HashMap<ActorId, String> = acquaintances::notes_among(&mut c, viewer, others)
        .await?
        .into_iter()
        .collect();
    let endorsed = acquaintances::endorsed_among(&mut c, viewer, others).await?;
    let mut found = Vec::with_capacity(others.len());
    for &other in others {
        let to = follows::find(&mut c, viewer, other).await?.map(|f| f.state);
        let from = follows::find(&mut c, other, viewer).await?.map(|f| f.state);
        let muting = stances.muted.contains(&other);
        let mute = if muting {
            mutes::find(&mut c, viewer, other, now).await?
        } else {
            None
        };
        found.push(Relationship {
            other,
            following: to == Some(FollowState::Accepted),
            requested: to == Some(FollowState::Pending),
            followed_by: from == Some(FollowState::Accepted),
            requested_by: from == Some(FollowState::Pending),
            blocking: stances.blocked.contains(&other),
            blocked_by: stances.blocked_by.contains(&other),
            muting,
            muting_notifications: mute.is_some_and(|mute| mute.notifications),
            domain_blocking: people
                .iter()
                .any(|actor| actor.id == other && stances.blocks_host(&actor.host)),
            endorsed: endorsed.contains(&other),
            way: ways.remove(&other).unwrap_or_default(),
            note: notes.remove(&other).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// People and groups known here whose handle or name fits `text`, without those whom the viewer does not want to see.
/// At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    text: &str,
    limit: i64,
) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    let mut found = actors::search(&mut c, text.trim().trim_start_matches('@'), limit).await?;
    if let Some(viewer) = viewer {
        let stances = stances::among(&mut c, viewer, found.iter(), ctx.now()).await?;
        found.retain(|actor| {
            !stances.blocked.contains(&actor.id)
                && !stances.is_kept_out_by(actor.id)
                && !stances.blocks_host(&actor.host)
        });
    }
    Ok(found)
}
