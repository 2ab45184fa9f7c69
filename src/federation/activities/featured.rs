//! Add and Remove: what somebody has on top of their posts.

use url::Url;

use crate::domain::authority;
use crate::domain::ids::PostId;
use crate::federation::Failure;
use crate::federation::resolve::Found;
use crate::store::{follows, posts};

use super::{Case, Effect, Trouble};

pub(super) async fn changed(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let (Some(object), Some(target)) = (cx.activity.object_id(), cx.activity.target_id()) else {
        return Ok(Effect::Nothing("it names no thing or no collection"));
    };
    let Some(featured) = cx
        .who
        .featured
        .as_deref()
        .and_then(|uri| Url::parse(uri).ok())
    else {
        return Ok(Effect::Nothing("its actor has no such collection"));
    };
    if authority::collection(&cx.activity.actor, target, &[&featured]).is_err() {
        return Ok(Effect::Nothing("the collection is not its actor's own"));
    }
    let adds = cx.activity.kind == "Add";
    Ok(match post(cx, object, adds).await? {
        Some(post) => Effect::Pinned(post, adds),
        None => Effect::Nothing("what it names is no post that is known here"),
    })
}

/// The post that is named: one that is added is read from its origin where somebody here follows its author.
async fn post(cx: &Case<'_>, uri: &Url, adds: bool) -> Result<Option<PostId>, Trouble> {
    let mut reader = cx.ctx().store.reader().await?;
    if let Some(known) = posts::find_by_uri(&mut reader, uri.as_str()).await? {
        return Ok((known.author == cx.who.id).then_some(known.id));
    }
    if !adds || !follows::has_local_follower(&mut reader, cx.who.id).await? {
        return Ok(None);
    }
    drop(reader);
    match Box::pin(cx.federation.object(uri, cx.budget)).await {
        Ok(Found::Post(id)) => Ok(Some(id)),
        Ok(_) | Err(Failure::Ours | Failure::WrongKind | Failure::Blocked) => Ok(None),
        Err(failure) if failure.is_gone() => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}
