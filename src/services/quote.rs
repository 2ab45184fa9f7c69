//! Quotes: showing somebody else's post with one's own, as far as its author agrees (FEP-044f).
//!
//! Of a post of this server, the row in `quotes` says whether its author agrees. Of a post of another server, what its
//! author's server answers or serves says so.

mod received;

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId, QuoteId};
use crate::domain::interaction::{Deed, Verdict};
use crate::domain::notification::NotificationKind;
use crate::domain::outgoing::Receivers;
use crate::domain::post::Post;
use crate::domain::quote::{Quote, QuoteState};
use crate::store::{self, Conn, actors, blocks, posts, quotes};
use crate::wire::activitystreams::outgoing::{ActivityObject, OutgoingActivity, OutgoingTombstone};
use crate::wire::activitystreams::render::url;

use super::notify::{About, tell};
use super::post::{PostError, resend};
use super::send::{Letter, send};
use super::{Ctx, leave, news};

pub(super) use received::receive;
pub use received::{
    ReceivedQuote, ReceivedRequest, VERIFY, confirm, receive_answer, receive_request,
    receive_revocation, unverified,
};

/// Why a quote cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    #[error("there is no such quote")]
    NoSuchQuote,
    #[error("the database failed")]
    Store(#[from] store::Error),
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
    (who, instrument): (&Actor, ActivityObject),
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
    request.instrument = Some(instrument);
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
        Some(author) => resend(ctx, tx, (&author, &post), &[]).await,
        None => Ok(()),
    }
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
