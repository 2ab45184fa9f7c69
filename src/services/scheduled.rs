//! Posts that wait for their time. A job publishes them.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, MediaId, PostId, ScheduledId};
use crate::domain::media::Media;
use crate::domain::scheduled::{Params, Scheduled};
use crate::store::timelines::Page;
use crate::store::{self, Conn, actors, jobs, scheduled};

use super::Ctx;
use super::media;
use super::post::{Draft, PostError, check, publish_within};

/// The name of the job, whose payload is the key of the post.
pub const JOB: &str = "publish-scheduled-post";
/// The least time that a post waits.
const SOONEST: Duration = Duration::from_mins(5);
/// The most.
const LATEST: Duration = Duration::from_hours(24 * 366 * 5);
/// Posts of one person that wait at most.
const MOST: i64 = 300;

/// A waiting post with its pictures.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub post: Scheduled,
    pub media: Vec<Media>,
}

/// Why a post does not wait.
#[derive(Debug, thiserror::Error)]
pub enum ScheduledError {
    #[error("a post waits for at least five minutes, and at most five years")]
    Time,
    #[error("too many posts wait")]
    TooMany,
    #[error("there is no such waiting post")]
    NotFound,
    #[error(transparent)]
    Post(#[from] PostError),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

fn checked(ctx: &Ctx, due: Timestamp) -> Result<(), ScheduledError> {
    let now = ctx.now();
    if due < now.plus(SOONEST) || due > now.plus(LATEST) {
        return Err(ScheduledError::Time);
    }
    Ok(())
}

/// `who` wants this published at `due`.
///
/// # Errors
/// See [`ScheduledError`].
pub async fn schedule(
    ctx: &Ctx,
    who: &Actor,
    draft: &Draft,
    due: Timestamp,
) -> Result<Scheduled, ScheduledError> {
    checked(ctx, due)?;
    check(ctx, draft)?;
    let post = Scheduled {
        id: ScheduledId(ctx.id()),
        author: who.id,
        due_at: due,
        params: Params {
            text: draft.text.clone(),
            audience: draft.audience.as_str().to_owned(),
            warning: draft.warning.clone(),
            sensitive: draft.sensitive,
            language: draft.language.clone(),
            in_reply_to: draft.in_reply_to.map(|id| id.0),
            poll: draft.poll.clone(),
            media: draft.media.iter().map(|id| id.0).collect(),
            quoted: draft.quoted.map(|id| id.0),
            policy: draft.policy,
        },
    };
    ctx.store
        .transaction(async |tx| {
            if scheduled::count(tx, who.id).await? >= MOST {
                return Err(ScheduledError::TooMany);
            }
            media::hold(tx, who, (post.id, draft)).await?;
            scheduled::insert(tx, &post, ctx.now()).await?;
            jobs::insert(tx, ctx.id(), JOB, &post.id.to_string(), due).await?;
            Ok(post.clone())
        })
        .await
}

/// What waits of `who`.
///
/// # Errors
/// When the database fails.
pub async fn all(ctx: &Ctx, who: ActorId, page: Page) -> store::Result<Vec<Waiting>> {
    let mut c = ctx.store.reader().await?;
    let found = scheduled::list(&mut c, who, page).await?;
    with_media(&mut c, found).await
}

async fn with_media(c: &mut Conn, found: Vec<Scheduled>) -> store::Result<Vec<Waiting>> {
    let of = |post: &Scheduled| post.params.media.clone();
    let ids: Vec<MediaId> = found.iter().flat_map(of).map(MediaId).collect();
    let pictures = store::media::list(c, &ids).await?;
    let waiting = |post: Scheduled| Waiting {
        media: of(&post)
            .into_iter()
            .filter_map(|id| pictures.iter().find(|media| media.id.0 == id).cloned())
            .collect(),
        post,
    };
    Ok(found.into_iter().map(waiting).collect())
}

/// One waiting post of `who`.
///
/// # Errors
/// [`ScheduledError::NotFound`].
pub async fn one(ctx: &Ctx, who: ActorId, id: ScheduledId) -> Result<Waiting, ScheduledError> {
    let mut c = ctx.store.reader().await?;
    let found = scheduled::find(&mut c, id)
        .await?
        .filter(|post| post.author == who)
        .ok_or(ScheduledError::NotFound)?;
    let mut waiting = with_media(&mut c, vec![found]).await?;
    waiting.pop().ok_or(ScheduledError::NotFound)
}

/// Moves a waiting post.
///
/// # Errors
/// See [`ScheduledError`].
pub async fn postpone(
    ctx: &Ctx,
    who: &Actor,
    id: ScheduledId,
    due: Timestamp,
) -> Result<Scheduled, ScheduledError> {
    checked(ctx, due)?;
    ctx.store
        .transaction(async |tx| {
            let post = scheduled::find(tx, id)
                .await?
                .filter(|post| post.author == who.id)
                .ok_or(ScheduledError::NotFound)?;
            scheduled::set_due(tx, id, due).await?;
            jobs::move_to(tx, JOB, &id.to_string(), due).await?;
            Ok(Scheduled {
                due_at: due,
                ..post
            })
        })
        .await
}

/// A waiting post is not published.
///
/// # Errors
/// See [`ScheduledError`].
pub async fn cancel(ctx: &Ctx, who: &Actor, id: ScheduledId) -> Result<(), ScheduledError> {
    ctx.store
        .transaction(async |tx| {
            scheduled::find(tx, id)
                .await?
                .filter(|post| post.author == who.id)
                .ok_or(ScheduledError::NotFound)?;
            scheduled::delete(tx, id).await?;
            Ok(())
        })
        .await
}

/// A post whose time has come, with its author; `None` when it was cancelled, moved, or its author is gone.
///
/// # Errors
/// When the database fails.
pub async fn due(ctx: &Ctx, id: ScheduledId) -> store::Result<Option<(Scheduled, Actor)>> {
    let mut c = ctx.store.reader().await?;
    let Some(post) = scheduled::find(&mut c, id).await? else {
        return Ok(None);
    };
    let author = actors::find(&mut c, post.author).await?;
    let author = author.filter(|author| author.local && author.is_active());
    Ok(author
        .filter(|_| post.due_at <= ctx.now())
        .map(|author| (post, author)))
}

/// Publishes a due post and takes it off the list; `mentioned` are the people its text names. What cannot be published
/// any more, because what it answers is gone, is dropped.
///
/// # Errors
/// When the database fails.
pub async fn publish(
    ctx: &Ctx,
    author: &Actor,
    post: &Scheduled,
    mentioned: Vec<Actor>,
) -> store::Result<()> {
    let params = &post.params;
    let draft = Draft {
        text: params.text.clone(),
        // A word that is not known is never wider than it was meant.
        audience: Audience::parse(&params.audience).unwrap_or(Audience::Direct),
        warning: params.warning.clone(),
        sensitive: params.sensitive,
        language: params.language.clone(),
        in_reply_to: params.in_reply_to.map(PostId),
        poll: params.poll.clone(),
        mentioned,
        media: params.media.iter().copied().map(MediaId).collect(),
        media_changes: Vec::new(),
        quoted: params.quoted.map(PostId),
        policy: params.policy,
    };
    let id = PostId(ctx.id());
    let done: Result<(), PostError> = ctx
        .transact(async |tx| {
            if scheduled::delete(tx, post.id).await? {
                publish_within(ctx, tx, author, (id, &draft)).await?;
            }
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(()),
        Err(PostError::Store(error)) => Err(error),
        Err(reason) => {
            tracing::info!(%reason, "a post that waited cannot be published any more");
            ctx.store
                .transaction(async |tx| scheduled::delete(tx, post.id).await)
                .await
                .map(drop)
        }
    }
}
