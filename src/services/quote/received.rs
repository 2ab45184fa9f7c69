//! What other servers say of quotes: that a post shows another, that its author agrees, or does so no more.

use url::Url;

use super::{authorization, show_anew, tell_author};
use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId, QuoteId};
use crate::domain::interaction::{Deed, Verdict};
use crate::domain::post::Post;
use crate::domain::quote::{Quote, QuoteState};
use crate::domain::uris::same_origin;
use crate::services::send::{Letter, send};
use crate::services::{Ctx, Wake, leave};
use crate::store::{self, Conn, actors, blocks, jobs, posts, quotes};
use crate::wire::activitystreams::outgoing::{ActivityObject, OutgoingActivity};
use crate::wire::activitystreams::render::url;

/// The job that looks whether the author of a quoted post agrees; its payload is the quote.
pub const VERIFY: &str = "verify-quote";

/// What a received post says that it quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedQuote {
    pub quoted: Url,
    /// What is to prove that its author agrees.
    pub authorization: Option<Url>,
}

/// Somebody elsewhere asks whether a post of theirs may quote one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// The id of the request.
    pub uri: Option<Url>,
    /// The id of the quoting post, on the asking actor's origin.
    pub quoting: String,
    pub quoted: Post,
}

/// Keeps what a stored post of another server says that it quotes, or that it quotes nothing any more.
pub(in crate::services) async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    post: &Post,
    said: Option<&ReceivedQuote>,
) -> store::Result<()> {
    let mut before = quotes::find_by_post_uri(tx, &post.uri).await?;
    // Somebody else asked in the name of this post, which was not known yet.
    if let Some(other) = before.take_if(|before| before.author != post.author) {
        quotes::delete(tx, &other).await?;
    }
    let Some(said) = said else {
        if let Some(before) = before.filter(|before| before.post.is_some()) {
            quotes::delete(tx, &before).await?;
        }
        return Ok(());
    };
    let same = before
        .as_ref()
        .is_some_and(|before| before.quoted_uri == said.quoted.as_str());
    if let Some(before) = before.as_ref().filter(|_| !same) {
        quotes::delete(tx, before).await?;
    }
    let before = before.filter(|_| same);
    let quoted = posts::find_by_uri(tx, said.quoted.as_str())
        .await?
        .filter(|quoted| quoted.boost_of.is_none());
    let ours = quoted.as_ref().is_some_and(|quoted| quoted.local);
    let own = quoted.as_ref().is_some_and(|q| q.author == post.author);
    let claimed = said.authorization.as_ref().map(ToString::to_string);
    let kept = before.as_ref().map(|before| before.state);
    let (state, authorization) = match (&before, kept) {
        _ if own => (QuoteState::Accepted, None),
        // Whether our author agrees is not for the post to say.
        (Some(before), Some(state)) if ours => (state, before.authorization.clone()),
        (Some(before), Some(state)) if before.authorization == claimed => (state, claimed),
        _ if ours => (QuoteState::Pending, None),
        _ => (QuoteState::Pending, claimed),
    };
    let quote = Quote {
        id: before
            .as_ref()
            .map_or_else(|| QuoteId(ctx.id()), |before| before.id),
        post_uri: post.uri.clone(),
        post: Some(post.id),
        author: post.author,
        quoted_uri: said.quoted.to_string(),
        quoted: quoted.as_ref().map(|quoted| quoted.id),
        state,
        authorization,
        created_at: before
            .as_ref()
            .map_or_else(|| ctx.now(), |before| before.created_at),
    };
    match &before {
        Some(before) => quotes::update(tx, before, &quote).await?,
        None => drop(quotes::insert_if_new(tx, &quote).await?),
    }
    let is_news = before.as_ref().is_none_or(|before| before.post.is_none());
    if let Some(quoted) = quoted
        .as_ref()
        .filter(|q| q.local && is_news && quote.stands())
    {
        if let Some(author) = actors::find(tx, quoted.author).await? {
            tell_author(ctx, tx, &author, &quote).await?;
        }
        return Ok(());
    }
    verify_later(ctx, tx, post, &quote).await
}

/// Lets a job look whether the author agrees, where there is something to look at. What is quoted by a post that is
/// itself quoted is not shown, and not looked for: a chain of quotes would lead on for ever.
async fn verify_later(ctx: &Ctx, tx: &mut Conn, post: &Post, quote: &Quote) -> store::Result<()> {
    let at_home = quote
        .quoted_uri
        .parse()
        .is_ok_and(|quoted: Url| ctx.uris.is_local(&quoted));
    let own_origin = [&post.uri, &quote.quoted_uri].map(|uri| uri.parse::<Url>());
    let own_origin = matches!(&own_origin, [Ok(a), Ok(b)] if same_origin(a, b));
    if quote.state != QuoteState::Pending
        || at_home
        || !(own_origin || quote.authorization.is_some())
        || quotes::is_quoted(tx, &post.uri).await?
    {
        return Ok(());
    }
    jobs::insert(tx, ctx.id(), VERIFY, &quote.id.to_string(), ctx.now()).await?;
    Wake::count(&ctx.wake.enqueued_outside);
    Ok(())
}

/// The quote that is to be looked at, while it is.
///
/// # Errors
/// When the database fails.
pub async fn unverified(ctx: &Ctx, id: QuoteId) -> store::Result<Option<Quote>> {
    let mut c = ctx.store.reader().await?;
    let found = quotes::find(&mut c, id).await?;
    Ok(found.filter(|quote| quote.state == QuoteState::Pending && quote.post.is_some()))
}

/// Keeps that the author of `quoted` agrees to a quote that was looked at.
///
/// # Errors
/// When the database fails.
pub async fn confirm(ctx: &Ctx, looked_at: &Quote, quoted: PostId) -> store::Result<()> {
    ctx.transact(async |tx| {
        let Some(before) = quotes::find(tx, looked_at.id).await? else {
            return Ok(());
        };
        if before != *looked_at || posts::find(tx, quoted).await?.is_none() {
            return Ok(());
        }
        let quote = Quote {
            quoted: Some(quoted),
            state: QuoteState::Accepted,
            ..before.clone()
        };
        quotes::update(tx, &before, &quote).await?;
        show_anew(ctx, tx, &quote).await
    })
    .await
}

/// `who` (elsewhere) asks whether a post of theirs may quote one of ours. Each request is answered.
///
/// # Errors
/// When the database fails.
pub async fn receive_request(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    request: &ReceivedRequest,
) -> store::Result<()> {
    let quoted = &request.quoted;
    let Some(author) = actors::find(tx, quoted.author)
        .await?
        .filter(Actor::is_active)
    else {
        return Ok(());
    };
    let mut before = quotes::find_by_post_uri(tx, &request.quoting).await?;
    // Whose post it is shows when it comes; until then the last who asks counts.
    if let Some(other) = before.take_if(|b| b.author != who.id && b.post.is_none()) {
        quotes::delete(tx, &other).await?;
    }
    let is_taken = before.as_ref().is_some_and(|before| {
        before.author != who.id
            || (before.quoted == Some(quoted.id)
                && matches!(before.state, QuoteState::Revoked | QuoteState::Rejected))
    });
    let allowed = !is_taken
        && !blocks::stand_between(tx, author.id, who.id).await?
        && leave::verdict(tx, who.id, quoted, Deed::Quote).await? == Verdict::Allowed;
    let agreed = if allowed {
        Some(agree(ctx, tx, (who, &author), (request, before)).await?)
    } else {
        None
    };
    let id = ctx.id();
    let asked = OutgoingActivity::received(
        "QuoteRequest",
        request.uri.clone(),
        url(&who.uri),
        url(&quoted.uri),
    );
    let Some(mut asked) = asked else {
        return Ok(());
    };
    asked.instrument = Some(ActivityObject::Id(url(&request.quoting)));
    let by = url(&author.uri);
    let mut answer = match &agreed {
        Some(_) => {
            OutgoingActivity::accept(url(&ctx.uris.under(&author.uri, "accepts", id)), by, asked)
        }
        None => {
            OutgoingActivity::reject(url(&ctx.uris.under(&author.uri, "rejects", id)), by, asked)
        }
    };
    answer.result = agreed.as_deref().map(url);
    let answer = answer.addressed(vec![url(&who.uri)], Vec::new());
    send(
        ctx,
        tx,
        Letter::plain(ActivityId(id), author.id, answer, vec![who.id]),
    )
    .await
}

/// Keeps that `author` agrees, and answers the authorization.
async fn agree(
    ctx: &Ctx,
    tx: &mut Conn,
    (who, author): (&Actor, &Actor),
    (request, before): (&ReceivedRequest, Option<Quote>),
) -> store::Result<String> {
    let quoted = &request.quoted;
    let before = match before {
        Some(before) if before.quoted_uri != quoted.uri => {
            quotes::delete(tx, &before).await?;
            None
        }
        before => before,
    };
    let id = before
        .as_ref()
        .map_or_else(|| QuoteId(ctx.id()), |before| before.id);
    let authorization = authorization(quoted, id);
    let stored = posts::find_by_uri(tx, &request.quoting)
        .await?
        .filter(|post| post.author == who.id);
    let quote = Quote {
        id,
        post_uri: request.quoting.clone(),
        post: stored.map(|post| post.id),
        author: who.id,
        quoted_uri: quoted.uri.clone(),
        quoted: Some(quoted.id),
        state: QuoteState::Accepted,
        authorization: Some(authorization.clone()),
        created_at: ctx.now(),
    };
    let was_told = before.as_ref().is_some_and(Quote::stands);
    match &before {
        Some(before) => quotes::update(tx, before, &quote).await?,
        None => drop(quotes::insert_if_new(tx, &quote).await?),
    }
    if !was_told {
        tell_author(ctx, tx, author, &quote).await?;
    }
    Ok(authorization)
}

/// The author of a quoted post elsewhere answers what was asked from here: `result` proves that they agree, `None` that
/// they do not.
///
/// # Errors
/// When the database fails.
pub async fn receive_answer(
    ctx: &Ctx,
    tx: &mut Conn,
    quote: &Quote,
    result: Option<&Url>,
) -> store::Result<()> {
    let Some(before) = quotes::find(tx, quote.id)
        .await?
        .filter(|before| before.state == QuoteState::Pending)
    else {
        return Ok(());
    };
    let answered = Quote {
        state: match result {
            Some(_) => QuoteState::Accepted,
            None => QuoteState::Rejected,
        },
        authorization: result.map(ToString::to_string),
        ..before.clone()
    };
    quotes::update(tx, &before, &answered).await?;
    show_anew(ctx, tx, &answered).await
}

/// An author elsewhere takes an authorization back.
///
/// # Errors
/// When the database fails.
pub async fn receive_revocation(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    authorization: &str,
) -> store::Result<()> {
    for before in quotes::list_by_authorization(tx, authorization).await? {
        let quoted = match before.quoted {
            Some(id) => posts::find(tx, id).await?,
            None => None,
        };
        if quoted.is_none_or(|quoted| quoted.author != who.id) {
            continue;
        }
        let revoked = Quote {
            state: QuoteState::Revoked,
            ..before.clone()
        };
        quotes::update(tx, &before, &revoked).await?;
        show_anew(ctx, tx, &revoked).await?;
    }
    Ok(())
}
