//! Hashtags that local people follow or show on their profile.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, RowId, first_id_at};
use crate::store::{self, tags};

use super::Ctx;

/// Hashtags that somebody follows at most.
pub const MAX_FOLLOWED: i64 = 500;
/// Hashtags on a profile at most.
pub const MAX_FEATURED: usize = 10;
/// Longest name of a hashtag, in characters.
pub const MAX_NAME: usize = 100;

/// Why a hashtag is not followed or shown.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    #[error("this is no hashtag")]
    NoTag,
    #[error("too many hashtags")]
    TooMany,
    #[error("there is no such hashtag on this profile")]
    NotFeatured,
    #[error("it is there already")]
    Featured,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// The name of a hashtag as it is stored: lower case, without `#`.
///
/// # Errors
/// [`TagError::NoTag`].
pub fn name(text: &str) -> Result<String, TagError> {
    let name = text.trim().trim_start_matches('#').to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '·' | '\u{200c}');
    if name.is_empty() || name.chars().count() > MAX_NAME || !name.chars().all(fits) {
        return Err(TagError::NoTag);
    }
    Ok(name)
}

/// See the name.
///
/// # Errors
/// See [`TagError`].
pub async fn follow(ctx: &Ctx, who: &Actor, tag: &str) -> Result<(), TagError> {
    let name = name(tag)?;
    ctx.store
        .transaction(async |tx| {
            if tags::count_followed(tx, who.id).await? >= MAX_FOLLOWED {
                return Err(TagError::TooMany);
            }
            Ok(tags::follow(tx, RowId(ctx.id()), (who.id, &name), ctx.now()).await?)
        })
        .await
}

/// See the name.
///
/// # Errors
/// See [`TagError`].
pub async fn unfollow(ctx: &Ctx, who: &Actor, tag: &str) -> Result<(), TagError> {
    let name = name(tag)?;
    ctx.store
        .transaction(async |tx| Ok(tags::unfollow(tx, who.id, &name).await?))
        .await
}

/// Shows a hashtag on the profile of `who`; answers its key.
///
/// # Errors
/// See [`TagError`].
pub async fn feature(ctx: &Ctx, who: &Actor, tag: &str) -> Result<Featured, TagError> {
    let name = name(tag)?;
    let id = ctx
        .store
        .transaction(async |tx| {
            if tags::list_featured(tx, who.id).await?.len() >= MAX_FEATURED {
                return Err(TagError::TooMany);
            }
            let id = RowId(ctx.id());
            if tags::feature(tx, id, (who.id, &name), ctx.now()).await? {
                Ok(id)
            } else {
                Err(TagError::Featured)
            }
        })
        .await?;
    let mut c = ctx.store.reader().await?;
    let (count, last) = tags::use_by(&mut c, who.id, &name).await?;
    Ok(Featured {
        id: id.0,
        name,
        count,
        last,
    })
}

/// See the name.
///
/// # Errors
/// See [`TagError`].
pub async fn unfeature(ctx: &Ctx, who: &Actor, id: RowId) -> Result<(), TagError> {
    ctx.store
        .transaction(async |tx| {
            if tags::unfeature(tx, who.id, id).await? {
                Ok(())
            } else {
                Err(TagError::NotFeatured)
            }
        })
        .await
}

/// A hashtag on a profile, with how often its owner used it.
#[derive(Debug, Clone)]
pub struct Featured {
    pub id: i64,
    pub name: String,
    pub count: i64,
    pub last: Option<Timestamp>,
}

/// The hashtags on somebody's profile.
///
/// # Errors
/// When the database fails.
pub async fn featured(ctx: &Ctx, of: ActorId) -> store::Result<Vec<Featured>> {
    let mut c = ctx.store.reader().await?;
    let mut found = Vec::new();
    for (id, name) in tags::list_featured(&mut c, of).await? {
        let (count, last) = tags::use_by(&mut c, of, &name).await?;
        found.push(Featured {
            id,
            name,
            count,
            last,
        });
    }
    Ok(found)
}

/// The hashtags that somebody follows, with their keys; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn followed(
    ctx: &Ctx,
    of: ActorId,
    before: Option<i64>,
    limit: i64,
) -> store::Result<Vec<(i64, String)>> {
    let mut c = ctx.store.reader().await?;
    tags::list_followed(&mut c, of, (before, limit)).await
}

/// How a hashtag was used on one day.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// Its first second.
    pub day: Timestamp,
    pub posts: i64,
    pub people: i64,
}

/// A hashtag as somebody sees it.
#[derive(Debug, Clone)]
pub struct Look {
    /// The viewer follows it.
    pub follows: bool,
    /// It stands on the viewer's profile.
    pub features: bool,
    /// Its use over the last seven days, today first.
    pub history: Vec<Use>,
}

/// A hashtag as the viewer sees it.
///
/// # Errors
/// When the database fails.
pub async fn look(ctx: &Ctx, viewer: Option<ActorId>, name: &str) -> store::Result<Look> {
    const DAY: Duration = Duration::from_hours(24);
    let mut c = ctx.store.reader().await?;
    let (follows, features) = match viewer {
        Some(viewer) => {
            let shown = tags::list_featured(&mut c, viewer).await?;
            let is_shown = shown.iter().any(|(_, shown)| shown == name);
            (tags::is_followed(&mut c, viewer, name).await?, is_shown)
        }
        None => (false, false),
    };
    let now = ctx.now();
    let mut day = Timestamp::from_secs(now.secs() - now.secs().rem_euclid(86_400));
    let mut history = Vec::with_capacity(7);
    for _ in 0..7 {
        let span = (first_id_at(day), first_id_at(day.plus(DAY)));
        let (posts, people) = tags::count_use(&mut c, name, span).await?;
        history.push(Use { day, posts, people });
        day = day.minus(DAY);
    }
    Ok(Look {
        follows,
        features,
        history,
    })
}

/// The hashtags most used here over the last seven days. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn most_used(ctx: &Ctx, limit: i64) -> store::Result<Vec<String>> {
    let mut c = ctx.store.reader().await?;
    let since = first_id_at(ctx.now().minus(Duration::from_hours(24 * 7)));
    tags::most_used(&mut c, since, limit).await
}
