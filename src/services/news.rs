//! What happened a moment ago, for those who watch a stream.
//!
//! New posts and notifications are found at the end of their tables; edits and deletions by signals. So a stream hears
//! of what any process did, and whoever writes a post need not know of streams.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, NotificationId, PostId, first_id_at};
use crate::domain::post::Post;
use crate::store::signals::{self, Topic};
use crate::store::{self, Conn, news, posts};

use super::Ctx;

/// How far back is looked each time: what a transaction that was open for longer wrote, no stream tells.
const OVERLAP: Duration = Duration::from_secs(5);
/// At most so many of a kind at once. In a flood the rest is not told; clients read it with the next page.
const MOST: i64 = 1_000;
/// Tokens that are looked up at once.
const TOKENS: usize = 256;

/// A post that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    pub post: PostId,
    pub author: ActorId,
    pub audience: Audience,
}

/// What was not told before.
#[derive(Debug, Clone, Default)]
pub struct News {
    pub posts: Vec<Post>,
    pub edited: Vec<Post>,
    pub deleted: Vec<Gone>,
    pub notifications: Vec<(NotificationId, ActorId)>,
}

impl News {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
            && self.edited.is_empty()
            && self.deleted.is_empty()
            && self.notifications.is_empty()
    }
}

/// Tells, when the transaction commits, that `post` was edited.
pub(super) async fn edited(ctx: &Ctx, tx: &mut Conn, post: &Post) -> store::Result<()> {
    signals::insert(tx, ctx.id(), Topic::PostEdited, &post.id.to_string()).await
}

/// Tells, when the transaction commits, that `post` is gone.
pub(super) async fn deleted(ctx: &Ctx, tx: &mut Conn, post: &Post) -> store::Result<()> {
    let subject = format!("{} {} {}", post.id, post.author, post.audience.as_str());
    signals::insert(tx, ctx.id(), Topic::PostDeleted, &subject).await
}

/// Somebody who reads on; knows what was told already.
#[derive(Debug)]
pub struct Reader {
    told: BTreeSet<i64>,
    since: Timestamp,
}

impl Reader {
    /// Reads on from now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(ctx: &Ctx) -> store::Result<Reader> {
        let mut reader = Reader {
            told: BTreeSet::new(),
            since: ctx.now().minus(OVERLAP),
        };
        reader.next(ctx).await?;
        Ok(reader)
    }

    /// What was committed since this was asked last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, ctx: &Ctx) -> store::Result<News> {
        let next = ctx.now().minus(OVERLAP);
        let from = first_id_at(self.since);
        let mut c = ctx.store.reader().await?;
        let mut fresh = news::posts_since(&mut c, from, MOST).await?;
        fresh.retain(|id| self.told.insert(id.0));
        let mut notifications = news::notifications_since(&mut c, from, MOST).await?;
        notifications.retain(|(id, _)| self.told.insert(id.0));
        let (mut edited, mut deleted) = (Vec::new(), Vec::new());
        for (id, topic, subject) in signals::list_since(&mut c, self.since).await? {
            if !self.told.insert(id) {
                continue;
            }
            match topic {
                Topic::PostEdited => edited.extend(subject.parse::<PostId>()),
                Topic::PostDeleted => deleted.extend(gone(&subject)),
                Topic::DomainRules | Topic::Actor => {}
            }
        }
        let news = News {
            posts: posts::list(&mut c, &fresh).await?,
            edited: posts::list(&mut c, &edited).await?,
            deleted,
            notifications,
        };
        self.since = self.since.max(next);
        self.told = self.told.split_off(&first_id_at(self.since));
        Ok(news)
    }
}

fn gone(subject: &str) -> Option<Gone> {
    let mut parts = subject.split(' ');
    Some(Gone {
        post: parts.next()?.parse().ok()?,
        author: parts.next()?.parse().ok()?,
        audience: Audience::parse(parts.next()?)?,
    })
}

/// Who of `readers` may find a post with these hashtags at home: its author, their followers, and who follows one of the
/// hashtags. Whether they really do, their home timeline says.
///
/// # Errors
/// When the database fails.
pub async fn readers_among(
    ctx: &Ctx,
    author: ActorId,
    post: Option<PostId>,
    readers: &[ActorId],
) -> store::Result<HashSet<ActorId>> {
    let mut c = ctx.store.reader().await?;
    let followers = news::followers_among(&mut c, author, readers).await?;
    let mut found: HashSet<ActorId> = followers.into_iter().collect();
    if readers.contains(&author) {
        found.insert(author);
    }
    if let Some(post) = post {
        let tags = posts::tags_of(&mut c, &[post]).await?;
        let names: Vec<String> = tags.into_iter().map(|(_, name)| name).collect();
        found.extend(news::tag_followers_among(&mut c, &names, readers).await?);
    }
    Ok(found)
}

/// Which of these tokens (by hash, as stored) still speak for somebody.
///
/// # Errors
/// When the database fails.
pub async fn tokens_among(ctx: &Ctx, hashes: &[Vec<u8>]) -> store::Result<HashSet<Vec<u8>>> {
    let mut c = ctx.store.reader().await?;
    let mut found = HashSet::new();
    for some in hashes.chunks(TOKENS) {
        found.extend(news::tokens_among(&mut c, some).await?);
    }
    Ok(found)
}
