//! People and groups with what a viewer may see of them.

use crate::domain::actor::Actor;
use crate::domain::audience::{self, Viewer};
use crate::domain::follow::FollowState;
use crate::domain::ids::ActorId;
use crate::domain::profile::ProfileField;
use crate::services::Ctx;
use crate::store::{self, Conn, actors, follows, profile_fields, timelines};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Relationship {
    pub other: ActorId,
    pub following: bool,
    pub requested: bool,
    pub followed_by: bool,
    pub requested_by: bool,
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

/// What `viewer` may see of an actor.
///
/// # Errors
/// When the database fails.
pub async fn profile(
    ctx: &Ctx,
    viewer: Option<ActorId>,
    actor: Actor,
) -> store::Result<ProfileView> {
    let mut c = ctx.store.reader().await?;
    let eyes = viewer_of(&mut c, viewer, &actor).await?;
    let fields = profile_fields::list(&mut c, actor.id).await?;
    let managers = if actor.is_group() {
        follows::list_managers(&mut c, actor.id).await?
    } else {
        Vec::new()
    };
    let managers: Vec<ActorId> = managers.into_iter().map(|follow| follow.follower).collect();
    Ok(ProfileView {
        fields: fields
            .into_iter()
            .filter(|f| audience::may_see_field(f.audience, actor.id, &eyes))
            .collect(),
        followers: follows::count_followers(&mut c, actor.id).await?,
        following: follows::count_following(&mut c, actor.id).await?,
        posts: timelines::count_by_author(&mut c, actor.id).await?,
        organizers: actors::list(&mut c, &managers).await?,
        actor,
    })
}

async fn viewer_of(c: &mut Conn, viewer: Option<ActorId>, owner: &Actor) -> store::Result<Viewer> {
    let Some(id) = viewer else {
        return Ok(Viewer::default());
    };
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
    let mut found = Vec::with_capacity(others.len());
    for &other in others {
        let to = follows::find(&mut c, viewer, other).await?.map(|f| f.state);
        let from = follows::find(&mut c, other, viewer).await?.map(|f| f.state);
        found.push(Relationship {
            other,
            following: to == Some(FollowState::Accepted),
            requested: to == Some(FollowState::Pending),
            followed_by: from == Some(FollowState::Accepted),
            requested_by: from == Some(FollowState::Pending),
        });
    }
    Ok(found)
}

/// People and groups known here whose handle or name fits `text`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search(ctx: &Ctx, text: &str, limit: i64) -> store::Result<Vec<Actor>> {
    let mut c = ctx.store.reader().await?;
    actors::search(&mut c, text.trim().trim_start_matches('@'), limit).await
}
