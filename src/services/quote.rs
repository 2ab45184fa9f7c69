//! Quotes: showing somebody else's post with one's own, as far as its author agrees (FEP-044f).
//!
//! Of a post of this server, the row in `quotes` says whether its author agrees. Of a post of another server, what its
//! author's server answers or serves says so.

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId, QuoteId};
use crate::domain::interaction::{Deed, Verdict};
use crate::domain::notification::NotificationKind;
use crate::domain::outgoing::Receivers;
use crate::domain::post::Post;
use crate::domain::quote::{Quote, QuoteState};
use crate::domain::uris::same_origin;
use crate::store::{self, Conn, actors, blocks, jobs, posts, quotes};
use crate::wire::activitystreams::outgoing::{
    ActivityObject, OutgoingActivity, OutgoingNote, OutgoingTombstone,
};
use crate::wire::activitystreams::render::url;

use super::notify::{About, tell};
use super::post::{PostError, resend};
use super::send::{Letter, send};
use super::{Ctx, leave, news};

/// The job that looks whether the author of a quoted post agrees; its payload is the quote.
pub const VERIFY: &str = "verify-quote";

/// Why a quote cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    #[error("there is no such quote")]
    NoSuchQuote,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

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

/// A post that may be quoted.
pub(super) struct Quotable {
    pub(super) post: Post,
    author: Actor,
    /// Its author is to be asked.
    asks: bool,
}

/// The post that `who` (local) wants to quote, as far as they may.
pub(super) async fn quotable(
    tx: &mut Conn,
    who: &Actor,
    wanted: Option<PostId>,
) -> Result<Option<Quotable>, PostError> {
    let Some(id) = wanted else {
        return Ok(None);
    };
    let post = posts::find(tx, id)
        .await?
        .filter(|post| post.boost_of.is_none())
        .ok_or(PostError::NoSuchPost)?;
    let author = actors::find(tx, post.author)
        .await?
        .ok_or(PostError::NoSuchPost)?;
    if blocks::stand_between(tx, author.id, who.id).await? {
        return Err(PostError::NoSuchPost);
    }
    let verdict = leave::verdict(tx, who.id, &post, Deed::Quote).await?;
    if verdict == Verdict::Refused {
        return Err(PostError::MayNotQuote);
    }
    let asks = !post.local && author.id != who.id;
    Ok(Some(Quotable { post, author, asks }))
}

fn authorization(quoted: &Post, quote: QuoteId) -> String {
    format!("{}/quotes/{quote}", quoted.uri)
}

/// Keeps that a new local post quotes another.
pub(super) async fn begin(
    ctx: &Ctx,
    tx: &mut Conn,
    post: &Post,
    quoted: &Quotable,
) -> store::Result<Quote> {
    let id = QuoteId(ctx.id());
    let is_own = quoted.author.id == post.author;
    let quote = Quote {
        id,
        post_uri: post.uri.clone(),
        post: Some(post.id),
        author: post.author,
        quoted_uri: quoted.post.uri.clone(),
        quoted: Some(quoted.post.id),
        state: if quoted.asks {
            QuoteState::Pending
        } else {
            QuoteState::Accepted
        },
        authorization: (!quoted.asks && !is_own).then(|| authorization(&quoted.post, id)),
        created_at: ctx.now(),
    };
    quotes::insert_if_new(tx, &quote).await?;
    Ok(quote)
}

/// Asks the author of the quoted post elsewhere, or tells the one here.
pub(super) async fn ask(
    ctx: &Ctx,
    tx: &mut Conn,
    (who, note): (&Actor, OutgoingNote),
    (quoted, quote): (&Quotable, &Quote),
) -> store::Result<()> {
    if !quoted.asks {
        return tell_author(ctx, tx, &quoted.author, quote).await;
    }
    let id = ActivityId(ctx.id());
    let uri = ctx.uris.under(&who.uri, "quote_requests", quote.id.0);
    let mut request =
        OutgoingActivity::quote_request(url(&uri), url(&who.uri), url(&quoted.post.uri))
            .addressed(vec![url(&quoted.author.uri)], Vec::new());
    request.instrument = Some(ActivityObject::from(note));
    let letter = Letter::plain(id, who.id, request, vec![quoted.author.id]);
    send(ctx, tx, letter).await
}

async fn tell_author(ctx: &Ctx, tx: &mut Conn, author: &Actor, quote: &Quote) -> store::Result<()> {
    let Some(post) = quote.post else {
        return Ok(());
    };
    let what = (NotificationKind::Quote, quote.author);
    tell(ctx, tx, author, what, About::post(post)).await
}

/// Keeps what a stored post of another server says that it quotes, or that it quotes nothing any more.
pub(super) async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    post: &Post,
    said: Option<&ReceivedQuote>,
) -> store::Result<()> {
    let before = quotes::find_by_post_uri(tx, &post.uri)
        .await?
        .filter(|before| before.author == post.author);
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
    jobs::insert(tx, ctx.id(), VERIFY, &quote.id.to_string(), ctx.now()).await
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

/// Streams show the quoting post as it stands now; a local one is sent again.
async fn show_anew(ctx: &Ctx, tx: &mut Conn, quote: &Quote) -> store::Result<()> {
    let Some(id) = quote.post else {
        return Ok(());
    };
    let Some(post) = posts::find(tx, id).await? else {
        return Ok(());
    };
    news::edited(ctx, tx, &post).await?;
    if !post.local {
        return Ok(());
    }
    match actors::find(tx, post.author).await? {
        Some(author) => resend(ctx, tx, &author, &post).await,
        None => Ok(()),
    }
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
    let before = quotes::find_by_post_uri(tx, &request.quoting).await?;
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

/// `author` (local) lets `quoting` show their post no more.
///
/// # Errors
/// See [`QuoteError`].
pub async fn revoke(
    ctx: &Ctx,
    author: &Actor,
    quoted: PostId,
    quoting: PostId,
) -> Result<(), QuoteError> {
    ctx.transact(async |tx| {
        let quoted = posts::find(tx, quoted)
            .await?
            .filter(|post| post.author == author.id && post.local)
            .ok_or(QuoteError::NoSuchQuote)?;
        let before = quotes::list(tx, &[quoting])
            .await?
            .pop()
            .filter(|quote| quote.quoted == Some(quoted.id))
            .ok_or(QuoteError::NoSuchQuote)?;
        if !before.stands() {
            return Ok(());
        }
        let revoked = Quote {
            state: QuoteState::Revoked,
            ..before.clone()
        };
        quotes::update(tx, &before, &revoked).await?;
        show_anew(ctx, tx, &revoked).await?;
        Ok(take_back(ctx, tx, (author, &quoted), &revoked).await?)
    })
    .await
}

/// Tells who quotes, and those who have the quoted post, that the authorization is gone.
async fn take_back(
    ctx: &Ctx,
    tx: &mut Conn,
    (author, quoted): (&Actor, &Post),
    quote: &Quote,
) -> store::Result<()> {
    let Some(authorization) = &quote.authorization else {
        return Ok(());
    };
    let who = actors::find(tx, quote.author).await?;
    let tombstone = OutgoingTombstone {
        id: url(authorization),
        former_type: Some("QuoteAuthorization".to_owned()),
        deleted: Some(ctx.now().rfc3339()),
    };
    let to = who.iter().map(|who| url(&who.uri)).collect();
    let id = format!("{authorization}#delete");
    let activity =
        OutgoingActivity::delete(url(&id), url(&author.uri), tombstone).addressed(to, Vec::new());
    let letter = Letter {
        receivers: Receivers {
            had: vec![quoted.uri.clone()],
            ..Receivers::only([quote.author])
        },
        ..Letter::plain(
            ActivityId(ctx.id()),
            author.id,
            activity,
            vec![quote.author],
        )
    };
    send(ctx, tx, letter).await
}

/// A quote by the id that its request has here: `{person}/quote_requests/{quote}`.
///
/// # Errors
/// When the database fails.
pub async fn find_by_request(
    c: &mut Conn,
    ctx: &Ctx,
    request: &Url,
) -> store::Result<Option<Quote>> {
    let id = request.path().rsplit_once("/quote_requests/");
    let Some(id) = id.and_then(|(_, id)| id.parse().ok()) else {
        return Ok(None);
    };
    let Some(quote) = quotes::find(c, id).await? else {
        return Ok(None);
    };
    let asked_by = actors::find(c, quote.author).await?;
    let uri = asked_by.map(|who| ctx.uris.under(&who.uri, "quote_requests", quote.id.0));
    Ok((uri.as_deref() == Some(request.as_str())).then_some(quote))
}
