//! Flag: a report of one of ours, kept for moderators. It is never shown to anybody else, and never passed on.

use url::Url;

use crate::domain::actor::Actor;
use crate::services::report::{MAX_COMMENT, MAX_POSTS, ReceivedReport};
use crate::store::{actors, events, posts};
use crate::text::plain;
use crate::wire::activitystreams::object_ref::ObjectRef;

use super::{Case, Effect, Trouble};

pub(super) async fn flagged(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let Some(object) = &cx.activity.object else {
        return Ok(Effect::Nothing("it reports nothing"));
    };
    let ours: Vec<&Url> = object
        .iter()
        .filter_map(ObjectRef::id)
        .filter(|id| cx.ctx().uris.is_local(id))
        .take(MAX_POSTS + 1)
        .collect();
    let Some(target) = meant(cx, &ours).await? else {
        return Ok(Effect::Nothing("it reports nobody here"));
    };
    let posts = ours
        .iter()
        .map(ToString::to_string)
        .filter(|uri| *uri != target.uri)
        .take(MAX_POSTS)
        .collect();
    let said = cx.activity.content.as_deref().unwrap_or_default();
    // Without an id nothing tells two of them apart.
    let uri = match &cx.activity.id {
        Some(id) => id.to_string(),
        None => format!("{}#Flag-{}", cx.activity.actor, cx.ctx().id()),
    };
    Ok(Effect::Reported(Box::new(ReceivedReport {
        uri,
        target,
        posts,
        comment: plain::shorten(&plain::from_html(said), MAX_COMMENT),
    })))
}

/// The account that is named, else the one behind the first post or event that is.
async fn meant(cx: &Case<'_>, ours: &[&Url]) -> Result<Option<Actor>, Trouble> {
    for uri in ours {
        if let Some(actor) = cx.local(uri).await? {
            return Ok(Some(actor));
        }
    }
    let mut reader = cx.ctx().store.reader().await?;
    for uri in ours {
        let post = posts::find_by_uri(&mut reader, uri.as_str()).await?;
        let event = events::find_by_uri(&mut reader, uri.as_str()).await?;
        let behind = post
            .map(|post| post.author)
            .or(event.map(|event| event.organizer.unwrap_or(event.host)));
        if let Some(id) = behind {
            let found = actors::find(&mut reader, id).await?;
            return Ok(found.filter(|actor| actor.local && actor.is_active()));
        }
    }
    Ok(None)
}
