//! Speaking with other servers: signatures, fetching, the inbox and delivery.
//!
//! What belongs here: everything that decides whether a request of a peer counts, and everything that turns our
//! activities into requests. What does not: wire types (`wire`), use cases (`services`), the HTTP client (`net`),
//! and anything about matching or private data.

pub mod activities;
pub mod delivery;
mod fetch;
mod generations;
pub mod inbox;
pub mod keys;
mod knock;
pub mod objects;
mod polls;
mod quotes;
pub mod resolve;
pub mod signatures;
mod software;

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::domain::actor::Actor;
use crate::domain::delivery::TimeScale;
use crate::net::Client;
use crate::services::Ctx;

use delivery::Keyring;
use generations::Generations;
use keys::KnownKey;
use signatures::Signer;

pub use fetch::Failure;

/// Everything that speaking with other servers takes. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    pub ctx: Ctx,
    pub client: Client,
    pub keyring: Keyring,
    /// Signs every fetch.
    instance: Arc<Signer>,
    /// Verified key ids, with the actor each belongs to.
    known_keys: Cache<String, Arc<KnownKey>>,
    /// Actors met lately, by uri. Local ones only serve to recognise who is named.
    met: Cache<String, Arc<Actor>>,
    /// Actors read again because a signature did not fit: at most once a minute each.
    reread: Cache<String, ()>,
    /// Hosts heard from within the last second.
    heard: Cache<String, ()>,
    generations: Generations,
    rates: inbox::Rates,
    waiting: inbox::Waiting,
    intake: inbox::Intake,
}

impl std::fmt::Debug for Federation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Federation")
    }
}

impl Federation {
    /// # Errors
    /// When the instance actor's key cannot be read.
    pub async fn new(ctx: Ctx, client: Client) -> Result<Self, delivery::KeyringError> {
        let keyring = Keyring::new(ctx.store.clone());
        let instance = keyring.signer(ctx.instance).await?;
        Ok(Federation {
            known_keys: Cache::builder()
                .support_invalidation_closures()
                .max_capacity(20_000)
                .time_to_live(Duration::from_mins(10))
                .build(),
            met: Cache::builder()
                .support_invalidation_closures()
                .max_capacity(20_000)
                .time_to_live(Duration::from_mins(1))
                .build(),
            reread: Cache::builder()
                .support_invalidation_closures()
                .max_capacity(20_000)
                .time_to_live(minute(ctx.scale))
                .build(),
            heard: Cache::builder()
                .max_capacity(20_000)
                .time_to_live(Duration::from_secs(1))
                .build(),
            generations: Generations::new(ctx.clone()),
            rates: inbox::Rates::new(&ctx.limits),
            waiting: inbox::Waiting::new(&ctx.limits),
            intake: inbox::Intake::new(ctx.clone()),
            ctx,
            client,
            keyring,
            instance,
        })
    }

    /// Forgets what is cached about an actor, because a signal says that it changed.
    pub fn forget(&self, actor: crate::domain::ids::ActorId) {
        self.keyring.forget(actor);
        self.met
            .invalidate_entries_if(move |_, met| met.id == actor)
            .ok();
        self.known_keys
            .invalidate_entries_if(move |_, key| key.actor == actor)
            .ok();
    }
}

fn minute(scale: TimeScale) -> Duration {
    scale.apply(Duration::from_mins(1))
}
