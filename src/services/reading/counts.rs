//! The numbers beside actors.

use std::collections::HashMap;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::ids::ActorId;
use crate::services::Ctx;
use crate::store::{self, numbers};

pub use crate::store::numbers::Numbers as Counts;

/// How old a number may be that is told again.
const AGE: Duration = Duration::from_secs(10);

/// The numbers beside each of `ids`.
///
/// # Errors
/// When the database fails.
pub async fn counts(ctx: &Ctx, ids: &[ActorId]) -> store::Result<HashMap<ActorId, Counts>> {
    let mut found = HashMap::with_capacity(ids.len());
    if ids.is_empty() {
        return Ok(found);
    }
    let mut c = ctx.store.reader().await?;
    for &id in ids {
        found.insert(id, numbers::count(&mut c, id).await?);
    }
    Ok(found)
}

/// Numbers that were counted within the last ten seconds, for pages and lists. Cheap to clone; clones share them.
#[derive(Debug, Clone)]
pub struct KnownCounts(Cache<ActorId, Counts>);

impl Default for KnownCounts {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(10_000).time_to_live(AGE);
        KnownCounts(cache.build())
    }
}

impl KnownCounts {
    /// The numbers beside each of `ids`, at most ten seconds old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        &self,
        ctx: &Ctx,
        ids: impl Iterator<Item = ActorId>,
    ) -> store::Result<HashMap<ActorId, Counts>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for id in ids {
            match self.0.get(&id) {
                Some(counts) => {
                    found.insert(id, counts);
                }
                None if !missing.contains(&id) => missing.push(id),
                None => {}
            }
        }
        for (id, counts) in counts(ctx, &missing).await? {
            self.0.insert(id, counts);
            found.insert(id, counts);
        }
        Ok(found)
    }
}
