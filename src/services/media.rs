//! Uploading pictures, describing them, and hanging them on posts. The files are kept before anything here is called.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, MediaId, PostId, ScheduledId};
use crate::domain::media::{Attachment, Focus, MAX_ALT, MAX_ATTACHED, Media, MediaRole, Stored};
use crate::store::{self, Conn, media};

use super::Ctx;
use super::post::{Draft, PostError};
use super::throttle::{self, Gate};

/// Pictures that one person uploads in a day.
pub const UPLOADS_A_DAY: u32 = 500;
/// How long a picture waits for its post.
pub const PATIENCE: Duration = Duration::from_hours(24);

/// Why a picture is not taken, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("a description has at most {MAX_ALT} characters")]
    AltTooLong,
    #[error("there is no such picture")]
    NotFound,
    #[error("the picture hangs on a post")]
    InUse,
    #[error("too many pictures were uploaded")]
    TooMany(Duration),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// What is to be said of a picture; `None` leaves things as they are.
#[derive(Debug, Clone, Default)]
pub struct Description {
    pub alt: Option<String>,
    pub focus: Option<Focus>,
}

impl Description {
    fn check(&self) -> Result<(), MediaError> {
        let alt = self.alt.as_deref().unwrap_or_default();
        if alt.chars().count() > MAX_ALT {
            return Err(MediaError::AltTooLong);
        }
        Ok(())
    }

    fn onto(&self, media: &mut Media) {
        if let Some(alt) = &self.alt {
            alt.trim().clone_into(&mut media.alt);
        }
        media.focus = self.focus.unwrap_or(media.focus);
    }
}

/// Counts an upload of `who` before any work is done for it.
///
/// # Errors
/// [`MediaError::TooMany`], and [`MediaError::AltTooLong`] for what is to be said of it.
pub async fn admit(ctx: &Ctx, who: ActorId, said: &Description) -> Result<(), MediaError> {
    said.check()?;
    let day = Duration::from_hours(24);
    let gate = Gate::new("upload", &who.to_string(), (UPLOADS_A_DAY, day));
    match throttle::spend(ctx, &gate).await? {
        Some(wait) => Err(MediaError::TooMany(wait)),
        None => Ok(()),
    }
}

/// A picture of `who` in this role, which is not in the database yet.
pub(super) fn new(ctx: &Ctx, who: ActorId, (role, stored): (MediaRole, Stored)) -> Media {
    Media {
        id: MediaId(ctx.id()),
        owner: who,
        role,
        post: None,
        scheduled: None,
        stored,
        alt: String::new(),
        focus: Focus::default(),
        created_at: ctx.now(),
    }
}

/// `who` uploaded a picture for a post.
///
/// # Errors
/// See [`MediaError`].
pub async fn add(
    ctx: &Ctx,
    who: ActorId,
    stored: Stored,
    said: &Description,
) -> Result<Media, MediaError> {
    let mut made = new(ctx, who, (MediaRole::Attachment, stored));
    said.onto(&mut made);
    let kept: store::Result<()> = ctx
        .store
        .transaction(async |tx| media::insert(tx, &made).await)
        .await;
    kept?;
    Ok(made)
}

/// A picture that `who` uploaded for a post.
///
/// # Errors
/// [`MediaError::NotFound`].
pub async fn one(ctx: &Ctx, who: ActorId, id: MediaId) -> Result<Media, MediaError> {
    let mut c = ctx.store.reader().await?;
    own(&mut c, who, id).await
}

async fn own(c: &mut Conn, who: ActorId, id: MediaId) -> Result<Media, MediaError> {
    media::find(c, id)
        .await?
        .filter(|media| media.owner == who && media.role == MediaRole::Attachment)
        .ok_or(MediaError::NotFound)
}

/// Says something else of a picture that hangs on nothing yet. Of others it is said by editing their post.
///
/// # Errors
/// See [`MediaError`].
pub async fn describe(
    ctx: &Ctx,
    who: ActorId,
    id: MediaId,
    said: &Description,
) -> Result<Media, MediaError> {
    said.check()?;
    ctx.store
        .transaction(async |tx| {
            let mut media = own(tx, who, id).await?;
            if media.post.is_some() {
                return Err(MediaError::InUse);
            }
            said.onto(&mut media);
            media::describe(tx, id, &media.alt, media.focus).await?;
            Ok(media)
        })
        .await
}

/// Removes a picture that hangs on nothing.
///
/// # Errors
/// See [`MediaError`].
pub async fn delete(ctx: &Ctx, who: ActorId, id: MediaId) -> Result<(), MediaError> {
    ctx.store
        .transaction(async |tx| {
            own(tx, who, id).await?;
            if media::give_up_free(tx, id).await? {
                Ok(())
            } else {
                Err(MediaError::InUse)
            }
        })
        .await
}

/// Whether these pictures can go with one post, as far as that can be told without looking.
pub(super) fn check(draft: &Draft) -> Result<(), PostError> {
    let different: BTreeSet<MediaId> = draft.media.iter().copied().collect();
    if draft.media.len() > MAX_ATTACHED {
        return Err(PostError::TooManyMedia);
    }
    if different.len() < draft.media.len() {
        return Err(PostError::NoSuchMedia);
    }
    let too_long = |(_, said): &(MediaId, Description)| said.check().is_err();
    if draft.media_changes.iter().any(too_long) {
        return Err(PostError::AltTooLong);
    }
    Ok(())
}

/// Hangs the pictures of a draft on its post. Answers what is kept with the post.
pub(super) async fn attach(
    ctx: &Ctx,
    tx: &mut Conn,
    author: &Actor,
    (post, draft): (PostId, &Draft),
) -> Result<Option<String>, PostError> {
    let chosen = chosen(tx, author, draft).await?;
    if media::attach(tx, &draft.media, post).await? < chosen.len() {
        return Err(PostError::NoSuchMedia);
    }
    let attached: Vec<Attachment> = chosen
        .iter()
        .map(|media| Attachment::of(media, &ctx.uris))
        .collect();
    Ok(Attachment::write(&attached))
}

/// Keeps the pictures of a draft until it is published.
pub(super) async fn hold(
    tx: &mut Conn,
    author: &Actor,
    (waiting, draft): (ScheduledId, &Draft),
) -> Result<(), PostError> {
    let chosen = chosen(tx, author, draft).await?;
    if media::hold(tx, &draft.media, waiting).await? < chosen.len() {
        return Err(PostError::NoSuchMedia);
    }
    Ok(())
}

/// The pictures of a draft in its order, with what the draft says of them.
async fn chosen(tx: &mut Conn, author: &Actor, draft: &Draft) -> Result<Vec<Media>, PostError> {
    if draft.media.is_empty() {
        return Ok(Vec::new());
    }
    let found = media::list(tx, &draft.media).await?;
    let mut chosen = Vec::with_capacity(found.len());
    for id in &draft.media {
        let own = |media: &&Media| {
            media.id == *id && media.owner == author.id && media.role == MediaRole::Attachment
        };
        let media = found.iter().find(own).ok_or(PostError::NoSuchMedia)?;
        let mut media = media.clone();
        if let Some((_, said)) = draft.media_changes.iter().find(|(of, _)| of == id) {
            said.onto(&mut media);
            media::describe(tx, *id, &media.alt, media.focus).await?;
        }
        chosen.push(media);
    }
    Ok(chosen)
}
