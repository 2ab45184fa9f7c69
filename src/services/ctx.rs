//! What a use case is lent: the store, the addresses, the clock, chance, and the bells that wake workers.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use rand::RngCore;
use tokio::sync::Notify;

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::delivery::TimeScale;
use crate::domain::ids::{ActorId, IdMaker};
use crate::domain::moderation::DomainRules;
use crate::domain::uris::Uris;
use crate::store::{Store, Unit};

/// Where chance comes from.
pub trait Random: Send + Sync + fmt::Debug {
    fn fill(&self, bytes: &mut [u8]);

    /// A number in 0..1.
    fn unit(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The operating system's source of randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::OsRng.fill_bytes(bytes);
    }
}

/// Bells: rung after a commit, so that a worker of this process looks at once. Others look by themselves.
#[derive(Debug, Default)]
pub struct Wake {
    pub inbox: Notify,
    pub deliveries: Notify,
    pub jobs: Notify,
    /// For jobs that wait for other servers, which have a worker of their own.
    pub outside: Notify,
    /// For streams; rung after every commit of [`Ctx::transact`].
    pub news: Notify,
    /// How often something was enqueued, also in transactions that were rolled back.
    pub(super) enqueued: AtomicU64,
    /// The same of jobs that wait for other servers.
    pub(super) enqueued_outside: AtomicU64,
}

impl Wake {
    /// Notes that something was enqueued.
    pub(super) fn count(what: &AtomicU64) {
        what.fetch_add(1, Ordering::AcqRel);
    }
}

/// What every use case needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub store: Store,
    pub uris: Arc<Uris>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub ids: Arc<IdMaker>,
    pub wake: Arc<Wake>,
    pub scale: TimeScale,
    pub limits: Arc<crate::config::Limits>,
    /// The instance's own actor.
    pub instance: ActorId,
    /// The domain rules as this process last read them.
    pub rules: Arc<Cached<DomainRules>>,
}

/// A value that is read often and replaced when a signal says that it changed.
#[derive(Debug, Default)]
pub struct Cached<T>(RwLock<Arc<T>>);

impl<T> Cached<T> {
    #[must_use]
    pub fn new(value: T) -> Self {
        Cached(RwLock::new(Arc::new(value)))
    }

    /// The value as it is now.
    #[must_use]
    pub fn get(&self) -> Arc<T> {
        match self.0.read() {
            Ok(slot) => slot.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    /// Replaces the value for everybody who asks from now on.
    pub fn set(&self, value: T) {
        match self.0.write() {
            Ok(mut slot) => *slot = Arc::new(value),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(value),
        }
    }
}

impl Ctx {
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id, time-ordered.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.ids.next(self.clock.now())
    }

    /// Runs `unit` as one transaction and wakes the workers for which it enqueued something, once it is committed.
    ///
    /// # Errors
    /// What the closure returned, or a failed commit.
    pub async fn transact<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        F: for<'c> Unit<'c, Result<T, E>>,
        E: From<crate::store::Error> + std::error::Error + 'static,
    {
        let before = self.wake.enqueued.load(Ordering::Acquire);
        let outside = self.wake.enqueued_outside.load(Ordering::Acquire);
        let outcome = self.store.transaction(unit).await;
        // Another one's work may have been counted meanwhile: then the worker looks once too often.
        if outcome.is_ok() && self.wake.enqueued.load(Ordering::Acquire) != before {
            self.wake.deliveries.notify_one();
        }
        if outcome.is_ok() && self.wake.enqueued_outside.load(Ordering::Acquire) != outside {
            self.wake.outside.notify_one();
        }
        if outcome.is_ok() {
            self.wake.news.notify_one();
        }
        outcome
    }
}
