//! Documents of people, groups and the instance itself.

use super::{Document, Eyes, Owner, ReadError, gone, shelf, tombstone};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::{self, Viewer};
use crate::domain::profile::ProfileField;
use crate::services::Ctx;
use crate::store::tombstones::Tombstone;
use crate::store::{self, Conn, actor_keys, actors, follows, profile_fields};
use crate::wire::activitystreams::render::{self, ActorCard};

/// The whole document. Gone actors and suspended ones are tombstones: that is how others learn to show them no more.
pub(super) async fn actor(ctx: &Ctx, owner: Owner<'_>) -> Result<Document, ReadError> {
    kept(ctx, owner, false).await
}

/// The smallest document (rulings 12). The instance's own is always whole.
pub(super) async fn stub(ctx: &Ctx, owner: Owner<'_>) -> Result<Document, ReadError> {
    kept(ctx, owner, owner != Owner::Instance).await
}

async fn kept(ctx: &Ctx, owner: Owner<'_>, stub: bool) -> Result<Document, ReadError> {
    let label = shelf::label(ctx, &path(owner), stub);
    if let Some(document) = shelf::get(&label) {
        return Ok(document);
    }
    let since = shelf::moment();
    let mut c = ctx.store.reader().await?;
    let document = build(ctx, &mut c, owner, stub).await?;
    shelf::put(ctx, label, &document, since);
    Ok(document)
}

fn path(owner: Owner<'_>) -> String {
    match owner {
        Owner::Instance => "/actor".to_owned(),
        Owner::Person(handle) => format!("/people/{handle}"),
        Owner::Group(handle) => format!("/groups/{handle}"),
    }
}

async fn build(ctx: &Ctx, c: &mut Conn, owner: Owner<'_>, stub: bool) -> store::Result<Document> {
    let Some(actor) = find(ctx, c, owner).await? else {
        return gone(c, &ctx.uris.at(&path(owner)), Eyes::Everyone).await;
    };
    if let Some(deleted_at) = actor.gone_at.or(actor.suspended_at) {
        return Ok(tombstone(&Tombstone {
            uri: actor.uri,
            former_type: actor.kind.as_str().to_owned(),
            public: true,
            deleted_at,
        }));
    }
    let keys = actor_keys::list_public(c, actor.id).await?;
    if stub {
        let document = render::stub(&actor, &keys).document();
        return Ok(Document::found(document.to_json(), true));
    }
    let fields = public_fields(c, &actor).await?;
    let members = match actor.kind {
        ActorKind::Group => Some(follows::count_followers(c, actor.id).await?),
        _ => None,
    };
    let card = ActorCard {
        actor: &actor,
        fields: &fields,
        keys: &keys,
        members,
        uris: &ctx.uris,
    };
    let document = match owner {
        Owner::Instance => render::instance(&card),
        Owner::Person(_) | Owner::Group(_) => render::actor(&card),
    };
    Ok(Document::found(document.document().to_json(), true))
}

/// Other servers see what a stranger sees, whoever asks (rulings 20).
async fn public_fields(c: &mut Conn, actor: &Actor) -> store::Result<Vec<ProfileField>> {
    let mut fields = profile_fields::list(c, actor.id).await?;
    let stranger = Viewer::default();
    fields.retain(|field| audience::may_see_field(field.audience, actor.id, &stranger));
    Ok(fields)
}

/// The local actor at an address, also when it is suspended or gone. The address must be spelled like the id: peers
/// refuse a document whose id differs from what they fetched.
pub(super) async fn find(
    ctx: &Ctx,
    c: &mut Conn,
    owner: Owner<'_>,
) -> store::Result<Option<Actor>> {
    let (handle, kind) = match owner {
        Owner::Instance => return actors::find(c, ctx.instance).await,
        Owner::Person(handle) => (handle, ActorKind::Person),
        Owner::Group(handle) => (handle, ActorKind::Group),
    };
    let found = actors::find_local(c, handle).await?;
    Ok(found.filter(|actor| {
        actor.local && actor.kind == kind && actor.uri == ctx.uris.at(&path(owner))
    }))
}

/// The same, if it takes part.
pub(super) async fn find_active(
    ctx: &Ctx,
    c: &mut Conn,
    owner: Owner<'_>,
) -> store::Result<Option<Actor>> {
    Ok(find(ctx, c, owner).await?.filter(Actor::is_active))
}
