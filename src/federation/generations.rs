//! Which generation of signatures each host takes: found out once, remembered for fetches and deliveries alike.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::signatures::Generation;
use crate::services::Ctx;
use crate::store::{self, hosts};

/// Hosts in doubt that are kept in mind. The least used are forgotten first.
const HOSTS: u64 = 10_000;
/// How often another generation is tried for the fetches from one host.
const FETCH_TRIES: Duration = Duration::from_hours(24);

/// What is known about hosts, and who finds out more. Cheap to clone; clones share the turns.
#[derive(Clone)]
pub(super) struct Generations {
    ctx: Ctx,
    turns: Cache<String, Arc<Mutex<()>>>,
    /// Kept apart from the day's try of deliveries: a page that nobody may read must not use that up.
    fetches: Cache<String, ()>,
}

impl Generations {
    pub(super) fn new(ctx: Ctx) -> Self {
        Generations {
            ctx,
            turns: Cache::builder()
                .max_capacity(HOSTS)
                .time_to_idle(Duration::from_mins(10))
                .build(),
            fetches: Cache::builder()
                .max_capacity(HOSTS)
                .time_to_live(FETCH_TRIES)
                .build(),
        }
    }

    /// The generation that `host` is known to accept.
    pub(super) async fn known(&self, host: &str) -> Option<Generation> {
        let found = async {
            let mut reader = self.ctx.store.reader().await?;
            hosts::find(&mut reader, host).await
        };
        match found.await {
            Ok(peer) => peer?.generation.as_deref().and_then(Generation::parse),
            Err(error) => {
                tracing::warn!(peer.domain = host, %error, "the signature that a server wants could not be looked up");
                None
            }
        }
    }

    /// Remembers it at once, so that whoever waits for a turn finds it.
    pub(super) async fn remember(&self, host: &str, generation: Generation) {
        let name = Some(generation.as_str());
        let kept: store::Result<()> = self
            .ctx
            .store
            .transaction(async |tx| hosts::remember_generation(tx, host, name).await)
            .await;
        if let Err(error) = kept {
            tracing::warn!(peer.domain = host, %error, "the signature that a server wants was not kept");
        }
    }

    /// Waits until nobody else in this process is finding out about `host`.
    pub(super) async fn turn(&self, host: &str) -> OwnedMutexGuard<()> {
        let turn = self.turns.get_with_by_ref(host, Arc::default);
        turn.lock_owned().await
    }

    /// Whether this is the day's one try of another generation in a delivery to `host`.
    pub(super) async fn may_try_delivery(&self, host: &str) -> bool {
        let now = self.ctx.now();
        let taken: store::Result<bool> = self
            .ctx
            .store
            .transaction(async |tx| hosts::take_generation_try(tx, host, now).await)
            .await;
        taken.unwrap_or_else(|error| {
            tracing::warn!(peer.domain = host, %error, "the other signature was not tried");
            false
        })
    }

    /// Whether this is the day's one try in a fetch from `host`. A restart forgets it.
    pub(super) fn may_try_fetch(&self, host: &str) -> bool {
        let fresh = !self.fetches.contains_key(host);
        self.fetches.insert(host.to_owned(), ());
        fresh
    }
}
