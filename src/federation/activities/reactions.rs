//! Like and Announce.

use crate::domain::ids::PostId;
use crate::federation::Failure;
use crate::federation::resolve::Found;
use crate::store::{follows, posts};

use super::{Case, Effect, Trouble};

/// A like or boost of a post that is stored.
pub(crate) struct Reaction {
    pub(super) uri: String,
    pub(super) post: PostId,
}

/// Like of a post known here.
pub(super) async fn liked(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = cx.activity.object_id() else {
        return Ok(Effect::Nothing("it likes nothing"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    Ok(
        match posts::find_by_uri(&mut reader, object.as_str()).await? {
            Some(post) if post.boost_of.is_none() => Effect::Like(Reaction {
                uri: cx.uri(),
                post: post.id,
            }),
            _ => Effect::Nothing("the post is not known here"),
        },
    )
}

/// Announce of a post, by id: fetched from its origin unless it is known. For the form that passes on activities
/// (FEP-1b12) the activity's own object is fetched; what is embedded is never believed.
pub(super) async fn announced(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = &cx.activity.object else {
        return Ok(Effect::Nothing("it announces nothing"));
    };
    let inner = object
        .embedded()
        .and_then(|embedded| match embedded.kind.as_deref() {
            Some("Create" | "Update") => embedded.object.clone(),
            _ => None,
        });
    let Some(uri) = inner.as_ref().or(object.id()) else {
        return Ok(Effect::Nothing("it announces nothing that has an id"));
    };
    let mut reader = cx.ctx().store.reader().await?;
    let known = posts::find_by_uri(&mut reader, uri.as_str()).await?;
    let wanted = known.as_ref().is_some_and(|post| post.local)
        || follows::has_local_follower(&mut reader, cx.who.id).await?;
    drop(reader);
    if !wanted {
        return Ok(Effect::Nothing("nobody here follows its actor"));
    }
    let post = match known {
        Some(post) if post.boost_of.is_none() => post.id,
        Some(_) => return Ok(Effect::Nothing("boosts are not boosted")),
        None => match Box::pin(cx.federation.object(uri, cx.budget)).await {
            Ok(Found::Post(id)) => id,
            Ok(_) => return Ok(Effect::Nothing("what it announces is kept, but is no post")),
            Err(Failure::Ours | Failure::WrongKind | Failure::Blocked) => {
                return Ok(Effect::Nothing("what it announces is not shown here"));
            }
            Err(failure) if failure.is_gone() => {
                return Ok(Effect::Nothing("what it announces is not to be had"));
            }
            Err(failure) => return Err(failure.into()),
        },
    };
    Ok(Effect::Boost(Reaction {
        uri: cx.uri(),
        post,
    }))
}
