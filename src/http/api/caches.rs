//! What the API keeps in memory: cleaned HTML, counts, and the keys of requests that were done already.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::domain::actor::Actor;
use crate::domain::ids::{AccountId, ActorId, PostId, ScheduledId};
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::services::StoreError;
use crate::services::reading::{Counts, KnownCounts};
use crate::text::sanitize::sanitize;

/// Cleaned HTML kept, in bytes.
const HTML_BYTES: u64 = 16 * 1024 * 1024;
/// How long a request's key is remembered.
const DONE_AGE: Duration = Duration::from_hours(1);

/// What a request made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Post(PostId),
    /// A post that waits for its time.
    Scheduled(ScheduledId),
}

/// A request that is being done, or what it made.
pub(super) type Done = Arc<Mutex<Option<Made>>>;

/// Caches of one process. Nothing in them outlives a change: keys carry the time of the last one, or what was written
/// (two edits from elsewhere may bear the same second).
#[derive(Debug, Clone)]
pub(super) struct Caches {
    contents: Cache<(PostId, u64), Arc<str>>,
    notes: Cache<(ActorId, i64), Arc<str>>,
    counts: KnownCounts,
    done: Cache<(AccountId, String), Done>,
}

impl Caches {
    /// Caches beside `counts`, which pages share: the account's own page in the API counts anew.
    pub(super) fn new(counts: KnownCounts) -> Self {
        Caches {
            contents: Cache::builder()
                .max_capacity(HTML_BYTES)
                .weigher(|_, html: &Arc<str>| weight(html))
                .build(),
            notes: Cache::builder()
                .max_capacity(HTML_BYTES / 4)
                .weigher(|_, html: &Arc<str>| weight(html))
                .build(),
            counts,
            done: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(DONE_AGE)
                .build(),
        }
    }
}

fn weight(html: &str) -> u32 {
    u32::try_from(html.len() + 64).unwrap_or(u32::MAX)
}

impl Caches {
    /// The HTML of a post, safe to show.
    pub(super) fn content(&self, post: &Post) -> Arc<str> {
        let mut written = DefaultHasher::new();
        post.content.hash(&mut written);
        self.contents.get_with((post.id, written.finish()), || {
            sanitize(&post.content).into()
        })
    }

    /// The HTML that an actor says of themselves, safe to show.
    pub(super) fn note(&self, actor: &Actor) -> Arc<str> {
        let changed = actor.updated_at.max(actor.fetched_at).micros();
        self.notes
            .get_with((actor.id, changed), || sanitize(&actor.summary).into())
    }

    /// The place of a request of `account` with this `Idempotency-Key`.
    pub(super) fn done(&self, account: AccountId, key: &str) -> Done {
        self.done.get_with((account, key.to_owned()), Done::default)
    }

    /// The numbers beside actors, at most ten seconds old.
    pub(super) async fn counts(
        &self,
        ctx: &Ctx,
        ids: impl Iterator<Item = ActorId>,
    ) -> Result<HashMap<ActorId, Counts>, StoreError> {
        self.counts.of(ctx, ids).await
    }
}
