//! `QuoteRequest`, and what answers it or takes the answer back (FEP-044f).

use url::Url;

use crate::domain::quote::Quote;
use crate::domain::uris::same_origin;
use crate::services::quote::{self, ReceivedRequest};
use crate::store::{Conn, posts, quotes};
use crate::wire::activitystreams::object_ref::ObjectRef;

use super::{Case, Effect, Trouble};

/// The author of a quoted post says yes, with what proves it, or no.
pub(crate) struct QuoteAnswer {
    pub(super) quote: Quote,
    pub(super) result: Option<Url>,
}

/// Somebody asks whether a post of theirs may quote one of ours.
pub(super) async fn requested(cx: &Case<'_>) -> Result<Effect, Trouble> {
    let quoted = cx.activity.object_id();
    let quoting = cx.activity.instrument.as_ref().and_then(ObjectRef::id);
    let (Some(quoted), Some(quoting)) = (quoted, quoting) else {
        return Ok(Effect::Nothing("it names no two posts"));
    };
    if !same_origin(quoting, &cx.activity.actor) {
        return Ok(Effect::Nothing("the quoting post is elsewhere"));
    }
    let mut reader = cx.ctx().store.reader().await?;
    let found = posts::find_by_uri(&mut reader, quoted.as_str()).await?;
    Ok(
        match found
            .filter(|post| post.local && post.boost_of.is_none() && post.audience.is_public())
        {
            Some(quoted) => Effect::QuoteRequested(Box::new(ReceivedRequest {
                uri: cx.activity.id.clone(),
                quoting: quoting.to_string(),
                quoted,
            })),
            None => Effect::Nothing("what it wants to quote is no public post of this server"),
        },
    )
}

/// The quote of one of our posts that an answer is about: by our request's id, or by the quoting post.
pub(super) async fn asked_for(
    cx: &Case<'_>,
    c: &mut Conn,
    object: &ObjectRef,
) -> Result<Option<Quote>, Trouble> {
    if let Some(id) = object.id().filter(|id| cx.ctx().uris.is_local(id))
        && let Some(quote) = quote::find_by_request(c, cx.ctx(), id).await?
    {
        return about_actor(cx, c, quote).await;
    }
    let embedded = object
        .embedded()
        .filter(|embedded| embedded.kind.as_deref() == Some("QuoteRequest"))
        .and_then(|embedded| embedded.as_activity().ok());
    let quoting = embedded
        .as_ref()
        .and_then(|request| request.instrument.as_ref());
    let Some(quoting) = quoting
        .and_then(ObjectRef::id)
        .filter(|id| cx.ctx().uris.is_local(id))
    else {
        return Ok(None);
    };
    match quotes::find_by_post_uri(c, quoting.as_str()).await? {
        Some(quote) => about_actor(cx, c, quote).await,
        None => Ok(None),
    }
}

/// The quote, if what it shows is by the actor of the activity.
async fn about_actor(cx: &Case<'_>, c: &mut Conn, quote: Quote) -> Result<Option<Quote>, Trouble> {
    let quoted = match quote.quoted {
        Some(id) => posts::find(c, id).await?,
        None => None,
    };
    Ok(quoted
        .is_some_and(|quoted| quoted.author == cx.who.id)
        .then_some(quote))
}

/// An `Accept` without a result on the author's origin proves nothing.
pub(super) fn answered(cx: &Case<'_>, quote: Quote) -> Effect {
    let result = cx
        .activity
        .result
        .clone()
        .filter(|result| same_origin(result, &cx.activity.actor));
    match (cx.activity.kind.as_str(), result) {
        ("Accept", Some(result)) => Effect::QuoteAnswered(Box::new(QuoteAnswer {
            quote,
            result: Some(result),
        })),
        ("Accept", None) => Effect::Nothing("it hands out no authorization"),
        ("Reject", _) => Effect::QuoteAnswered(Box::new(QuoteAnswer {
            quote,
            result: None,
        })),
        _ => Effect::Nothing("a quote is accepted or not"),
    }
}

/// Whether a deleted id is that of an authorization for a quote known here.
pub(super) async fn is_authorization(c: &mut Conn, uri: &Url) -> Result<bool, Trouble> {
    Ok(!quotes::list_by_authorization(c, uri.as_str())
        .await?
        .is_empty())
}
