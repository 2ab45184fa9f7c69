//! Likes and boosts.

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::ids::{ActivityId, PostId};
use crate::domain::interaction::{Deed, Policy, Verdict};
use crate::domain::notification::NotificationKind;
use crate::domain::outgoing::Receivers;
use crate::domain::post::Post;
use crate::store::{self, Conn, actors, blocks, likes, notifications, posts};
use crate::wire::activitystreams::outgoing::OutgoingActivity;
use crate::wire::activitystreams::render::{public, url};

use super::notify::{About, tell};
use super::send::{Letter, send};
use super::{Ctx, leave, news};

/// Why a reaction is not possible.
#[derive(Debug, thiserror::Error)]
pub enum ReactionError {
    #[error("there is no such post")]
    NoSuchPost,
    #[error("only public posts can be boosted")]
    NotPublic,
    #[error("its author does not let you do that")]
    MayNot,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

async fn with_author(tx: &mut Conn, id: PostId) -> Result<(Post, Actor), ReactionError> {
    let post = posts::find(tx, id)
        .await?
        .filter(|post| post.boost_of.is_none())
        .ok_or(ReactionError::NoSuchPost)?;
    let author = actors::find(tx, post.author)
        .await?
        .ok_or(ReactionError::NoSuchPost)?;
    Ok((post, author))
}

/// The same, for somebody who wants to react: whom the author blocks cannot.
async fn open_to(tx: &mut Conn, who: &Actor, id: PostId) -> Result<(Post, Actor), ReactionError> {
    let (post, author) = with_author(tx, id).await?;
    if blocks::exists(tx, author.id, who.id).await? {
        return Err(ReactionError::NoSuchPost);
    }
    Ok((post, author))
}

/// The same, for somebody here, whom the author's policy may refuse.
async fn allowed_to(
    tx: &mut Conn,
    who: &Actor,
    (id, deed): (PostId, Deed),
) -> Result<(Post, Actor), ReactionError> {
    let (post, author) = open_to(tx, who, id).await?;
    if leave::verdict(tx, who.id, &post, deed).await? == Verdict::Refused {
        return Err(ReactionError::MayNot);
    }
    Ok((post, author))
}

/// `who` (local) likes a post they may see.
///
/// # Errors
/// See [`ReactionError`].
pub async fn like(ctx: &Ctx, who: &Actor, post: PostId) -> Result<(), ReactionError> {
    ctx.transact(async |tx| {
        let (post, author) = allowed_to(tx, who, (post, Deed::Like)).await?;
        let id = ctx.id();
        let uri = ctx.uris.under(&who.uri, "likes", id);
        if !likes::insert(tx, id, &uri, who.id, post.id, ctx.now()).await? {
            return Ok(());
        }
        tell(
            ctx,
            tx,
            &author,
            (NotificationKind::Favourite, who.id),
            About::post(post.id),
        )
        .await?;
        let activity = OutgoingActivity::like(url(&uri), url(&who.uri), url(&post.uri))
            .addressed(vec![url(&author.uri)], Vec::new());
        send(
            ctx,
            tx,
            Letter::plain(ActivityId(id), who.id, activity, vec![author.id]),
        )
        .await?;
        Ok(())
    })
    .await
}

/// `who` (local) takes a like back.
///
/// # Errors
/// See [`ReactionError`].
pub async fn unlike(ctx: &Ctx, who: &Actor, post: PostId) -> Result<(), ReactionError> {
    ctx.transact(async |tx| {
        let (post, author) = with_author(tx, post).await?;
        let Some(uri) = likes::delete(tx, who.id, post.id).await? else {
            return Ok(());
        };
        notifications::retract(
            tx,
            author.id,
            NotificationKind::Favourite,
            who.id,
            Some(post.id),
        )
        .await?;
        let id = ActivityId(ctx.id());
        let undone = OutgoingActivity::like(url(&uri), url(&who.uri), url(&post.uri));
        let activity = OutgoingActivity::undo(
            url(&ctx.uris.under(&who.uri, "undos", id.0)),
            url(&who.uri),
            undone,
        )
        .addressed(vec![url(&author.uri)], Vec::new());
        send(
            ctx,
            tx,
            Letter::plain(id, who.id, activity, vec![author.id]),
        )
        .await?;
        Ok(())
    })
    .await
}

fn boost_of(ctx: &Ctx, id: PostId, (who, uri): (&Actor, String), post: &Post) -> Post {
    Post {
        id,
        uri,
        url: None,
        local: who.local,
        kind: "Announce".to_owned(),
        author: who.id,
        boost_of: Some(post.id),
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: id,
        event: None,
        group: who.is_group().then_some(who.id),
        title: String::new(),
        content: String::new(),
        source: None,
        warning: String::new(),
        sensitive: false,
        language: None,
        audience: Audience::Public,
        attachments: None,
        policy: Policy::default(),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        published_at: ctx.now(),
        edited_at: None,
    }
}

fn announce(boost: &Post, who: &Actor, post: &Post, author: &Actor) -> OutgoingActivity {
    let followers = who.followers.as_deref().map(url);
    let cc = followers.into_iter().chain([url(&author.uri)]).collect();
    let mut activity = OutgoingActivity::announce(url(&boost.uri), url(&who.uri), url(&post.uri))
        .addressed(vec![public()], cc);
    activity.published = Some(boost.published_at.rfc3339());
    activity
}

fn letter(id: ActivityId, who: &Actor, author: &Actor, activity: OutgoingActivity) -> Letter {
    Letter {
        id,
        actor: who.id,
        activity,
        object_uri: None,
        receivers: Receivers {
            followers_of: vec![who.id],
            actors: vec![author.id],
            had: Vec::new(),
        },
        subjects: vec![who.id, author.id],
        listed: true,
        for_mobilizon: None,
    }
}

/// `who` (local) boosts a public post. Answers the boost; an earlier one stays as it is.
///
/// # Errors
/// See [`ReactionError`].
pub async fn boost(ctx: &Ctx, who: &Actor, post: PostId) -> Result<Post, ReactionError> {
    ctx.transact(async |tx| {
        let (post, author) = allowed_to(tx, who, (post, Deed::Boost)).await?;
        if !post.audience.is_public() {
            return Err(ReactionError::NotPublic);
        }
        if let Some(standing) = posts::find_boost(tx, who.id, post.id).await? {
            return Ok(standing);
        }
        let id = ctx.id();
        let boost = boost_of(
            ctx,
            PostId(id),
            (who, ctx.uris.under(&who.uri, "boosts", id)),
            &post,
        );
        posts::insert(tx, &boost, &[], &[]).await?;
        tell(
            ctx,
            tx,
            &author,
            (NotificationKind::Reblog, who.id),
            About::post(post.id),
        )
        .await?;
        send(
            ctx,
            tx,
            letter(
                ActivityId(id),
                who,
                &author,
                announce(&boost, who, &post, &author),
            ),
        )
        .await?;
        Ok(boost)
    })
    .await
}

/// `who` (local) takes a boost back.
///
/// # Errors
/// See [`ReactionError`].
pub async fn unboost(ctx: &Ctx, who: &Actor, post: PostId) -> Result<(), ReactionError> {
    ctx.transact(async |tx| {
        let (post, author) = with_author(tx, post).await?;
        let Some(boost) = posts::find_boost(tx, who.id, post.id).await? else {
            return Ok(());
        };
        posts::delete(tx, &boost).await?;
        news::deleted(ctx, tx, &boost).await?;
        store::activities::delete_about(tx, &boost.uri).await?;
        notifications::retract(
            tx,
            author.id,
            NotificationKind::Reblog,
            who.id,
            Some(post.id),
        )
        .await?;
        let id = ActivityId(ctx.id());
        let undone = announce(&boost, who, &post, &author);
        let cc = who.followers.as_deref().map(url).into_iter().collect();
        let activity = OutgoingActivity::undo(
            url(&ctx.uris.under(&who.uri, "undos", id.0)),
            url(&who.uri),
            undone,
        )
        .addressed(vec![public()], cc);
        send(
            ctx,
            tx,
            Letter {
                listed: false,
                ..letter(id, who, &author, activity)
            },
        )
        .await?;
        Ok(())
    })
    .await
}

/// A remote actor likes a local (or known) post.
///
/// # Errors
/// When the database fails.
pub async fn receive_like(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    uri: &str,
    post: PostId,
) -> Result<(), ReactionError> {
    let (post, author) = open_to(tx, who, post).await?;
    if likes::insert(tx, ctx.id(), uri, who.id, post.id, ctx.now()).await? {
        tell(
            ctx,
            tx,
            &author,
            (NotificationKind::Favourite, who.id),
            About::post(post.id),
        )
        .await?;
    }
    Ok(())
}

/// A remote actor takes a like back.
///
/// # Errors
/// When the database fails.
pub async fn receive_unlike(tx: &mut Conn, who: &Actor, post: PostId) -> Result<(), ReactionError> {
    likes::delete(tx, who.id, post).await?;
    if let Some(post) = posts::find(tx, post).await? {
        notifications::retract(
            tx,
            post.author,
            NotificationKind::Favourite,
            who.id,
            Some(post.id),
        )
        .await?;
    }
    Ok(())
}

/// A remote actor boosts a public post.
///
/// # Errors
/// When the database fails, or the post is not public.
pub async fn receive_boost(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    uri: &str,
    post: PostId,
) -> Result<(), ReactionError> {
    let (post, author) = open_to(tx, who, post).await?;
    if !post.audience.is_public() {
        return Err(ReactionError::NotPublic);
    }
    if posts::find_boost(tx, who.id, post.id).await?.is_some() {
        return Ok(());
    }
    let boost = boost_of(ctx, PostId(ctx.id()), (who, uri.to_owned()), &post);
    posts::insert(tx, &boost, &[], &[]).await?;
    tell(
        ctx,
        tx,
        &author,
        (NotificationKind::Reblog, who.id),
        About::post(post.id),
    )
    .await?;
    Ok(())
}

/// A remote actor takes a boost back.
///
/// # Errors
/// When the database fails.
pub async fn receive_unboost(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    boost: &Post,
) -> Result<(), ReactionError> {
    posts::delete(tx, boost).await?;
    news::deleted(ctx, tx, boost).await?;
    if let Some(post) = boost.boost_of
        && let Some(post) = posts::find(tx, post).await?
    {
        notifications::retract(
            tx,
            post.author,
            NotificationKind::Reblog,
            who.id,
            Some(post.id),
        )
        .await?;
    }
    Ok(())
}
