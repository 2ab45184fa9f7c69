//! Posts, their `Create`, and the answers to them.

use super::{Document, Eyes, ReadError, gone, lists};
use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::ids::{ActorId, PostId, QuoteId};
use crate::domain::post::Post;
use crate::services::{self, Ctx};
use crate::store::{self, Conn, actors, posts, quotes, residents, timelines};
use crate::wire::activitystreams::outgoing::{OutgoingActivity, OutgoingAuthorization};
use crate::wire::activitystreams::render::url;

/// Answers that are shown.
const REPLIES: i64 = 100;

/// A post as a Note.
pub(super) async fn post(ctx: &Ctx, id: PostId, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((post, author)) = readable(&mut c, id, eyes).await? else {
        return Ok(gone(&mut c, &ctx.uris.post(id), eyes).await?);
    };
    let note = services::post::document(ctx, &mut c, &author, &post).await?;
    Ok(Document::found(
        note.document().to_json(),
        post.audience.is_public(),
    ))
}

/// The activity that published a post. It is made from the post as it is now, not taken from what was sent once: an
/// edit may have removed something for a reason.
pub(super) async fn create(ctx: &Ctx, id: PostId, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((post, author)) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let json = create_of(ctx, &mut c, &author, &post).await?;
    Ok(Document::found(json, post.audience.is_public()))
}

pub(super) async fn create_of(
    ctx: &Ctx,
    c: &mut Conn,
    author: &Actor,
    post: &Post,
) -> store::Result<String> {
    let note = services::post::document(ctx, c, author, post).await?;
    let (to, cc) = (note.to.clone(), note.cc.clone());
    let id = url(&format!("{}/activity", post.uri));
    let mut create = OutgoingActivity::create(id, url(&author.uri), note).addressed(to, cc);
    create.published = Some(post.published_at.rfc3339());
    Ok(create.document().to_json())
}

/// What proves that the author agrees to a quote, while they do. Who may read the quoted post may read it.
pub(super) async fn authorization(
    ctx: &Ctx,
    (id, quote): (PostId, QuoteId),
    eyes: Eyes<'_>,
) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((post, author)) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let found = quotes::find(&mut c, quote).await?;
    let Some(quote) = found.filter(|quote| quote.stands() && quote.quoted == Some(id)) else {
        return Ok(Document::Missing);
    };
    let Some(uri) = &quote.authorization else {
        return Ok(Document::Missing);
    };
    let said = OutgoingAuthorization::new(
        url(uri),
        url(&author.uri),
        url(&quote.post_uri),
        url(&post.uri),
    );
    Ok(Document::found(
        said.document().to_json(),
        post.audience.is_public(),
    ))
}

/// The collection of public answers.
pub(super) async fn replies(ctx: &Ctx, id: PostId, eyes: Eyes<'_>) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((post, _)) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let answers = public_answers(ctx, &mut c, &post).await?;
    let total = i64::try_from(answers.len()).unwrap_or(i64::MAX);
    let json = lists::paged(&format!("{}/replies", post.uri), total);
    Ok(Document::found(json, post.audience.is_public()))
}

/// Its only page: the ids of the answers, oldest first, wherever they were written.
pub(super) async fn replies_page(
    ctx: &Ctx,
    id: PostId,
    eyes: Eyes<'_>,
) -> Result<Document, ReadError> {
    let mut c = ctx.store.reader().await?;
    let Some((post, _)) = readable(&mut c, id, eyes).await? else {
        return Ok(Document::Missing);
    };
    let answers = public_answers(ctx, &mut c, &post).await?;
    let json = lists::only_page(&format!("{}/replies", post.uri), &answers);
    Ok(Document::found(json, post.audience.is_public()))
}

async fn public_answers(ctx: &Ctx, c: &mut Conn, post: &Post) -> store::Result<Vec<String>> {
    let answers = timelines::public_replies(c, post.id, REPLIES).await?;
    presentable(ctx, c, answers).await
}

/// The ids of public posts whose authors may be shown: active, and not on a blocked host.
pub(super) async fn presentable(
    ctx: &Ctx,
    c: &mut Conn,
    found: Vec<Post>,
) -> store::Result<Vec<String>> {
    let authors: Vec<ActorId> = found.iter().map(|post| post.author).collect();
    let rules = ctx.rules.get();
    let shown: Vec<ActorId> = actors::list(c, &authors)
        .await?
        .into_iter()
        .filter(|author| author.is_active() && (author.local || !rules.is_blocked(&author.host)))
        .map(|author| author.id)
        .collect();
    Ok(found
        .into_iter()
        .filter(|post| shown.contains(&post.author))
        .map(|post| post.uri)
        .collect())
}

/// A local post with its author, if these eyes may read it: anybody what is public, a server what one of its people is
/// named in or, for followers' posts, follows the author for (rulings 12).
async fn readable(
    c: &mut Conn,
    id: PostId,
    eyes: Eyes<'_>,
) -> store::Result<Option<(Post, Actor)>> {
    let found = posts::find(c, id).await?;
    let Some(post) = found.filter(|post| post.local && post.boost_of.is_none()) else {
        return Ok(None);
    };
    let Some(author) = actors::find(c, post.author).await?.filter(Actor::is_active) else {
        return Ok(None);
    };
    let allowed = match (post.audience, eyes) {
        (Audience::Public | Audience::Quiet, _) => true,
        (_, Eyes::Everyone) => false,
        (audience, Eyes::Server(server)) => {
            names_somebody(c, &post, server.origin).await?
                || (audience == Audience::Followers
                    && residents::has_follower(c, author.id, server.origin).await?)
        }
    };
    Ok(allowed.then_some((post, author)))
}

async fn names_somebody(c: &mut Conn, post: &Post, origin: &str) -> store::Result<bool> {
    let named: Vec<ActorId> = posts::recipients(c, post.id)
        .await?
        .into_iter()
        .map(|recipient| recipient.actor)
        .collect();
    let people = actors::list(c, &named).await?;
    Ok(people
        .iter()
        .any(|person| person.is_active() && !person.local && lives_at(&person.uri, origin)))
}

/// Whether an id is under an origin.
pub(super) fn lives_at(uri: &str, origin: &str) -> bool {
    uri.strip_prefix(origin)
        .is_some_and(|rest| rest.starts_with('/'))
}
