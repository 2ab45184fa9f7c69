//! Turns: how much is asked of one host at a time and in a minute, and how much of all hosts together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::error::FetchError;
use super::settings::NetSettings;
use crate::domain::clock::Timestamp;

/// Hosts whose state is remembered. The least used are forgotten first.
const MAX_HOSTS: u64 = 10_000;
/// A host nobody asked anything for this long is forgotten; its allowance is full again by then.
const HOST_IDLE: Duration = Duration::from_mins(10);
/// Fetches under way in all. Times the size cap, this bounds the memory that answers can take.
const MAX_FETCHES: usize = 128;
/// Deliveries under way in all.
const MAX_DELIVERIES: usize = 512;
/// Fetches that may wait for each one under way at a host; beyond that a fetch is turned away at once.
const WAITING_PER_TURN: usize = 8;
/// What a failed fetch counts for, in ordinary ones: a flood of dead links is slowed down sooner than honest use.
const FAILURE_WEIGHT: u32 = 5;
/// Turns at all hosts.
#[derive(Debug)]
pub(super) struct Hosts {
    known: Cache<String, Arc<Host>>,
    fetches: Arc<Semaphore>,
    deliveries: Arc<Semaphore>,
    per_host: usize,
    per_minute: u32,
    /// Longest wait for a turn.
    patience: Duration,
}

#[derive(Debug)]
struct Host {
    door: Arc<Semaphore>,
    fetches: Arc<Semaphore>,
    deliveries: Arc<Semaphore>,
    allowance: Mutex<Allowance>,
}

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    host: Arc<Host>,
    _permits: [Option<OwnedSemaphorePermit>; 3],
}

impl Hosts {
    pub(super) fn new(settings: &NetSettings) -> Self {
        Hosts {
            known: Cache::builder()
                .max_capacity(MAX_HOSTS)
                .time_to_idle(HOST_IDLE)
                .build(),
            fetches: Arc::new(Semaphore::new(MAX_FETCHES)),
            deliveries: Arc::new(Semaphore::new(MAX_DELIVERIES)),
            per_host: settings.per_host_concurrency.max(1),
            per_minute: settings.fetches_per_host_per_minute.max(1),
            patience: settings.fetch_deadline / 2,
        }
    }

    /// Waits for a turn to fetch from `host`.
    ///
    /// # Errors
    /// [`FetchError::Busy`] if the host has had its share of this minute, too many wait already, or no turn comes in time.
    pub(super) async fn turn_to_fetch(
        &self,
        host: &str,
        now: Timestamp,
    ) -> Result<Turn, FetchError> {
        let host = self.host(host);
        host.allowance().take(now, self.per_minute)?;
        let Ok(door) = Arc::clone(&host.door).try_acquire_owned() else {
            return Err(FetchError::Busy);
        };
        let seat = self.wait(&host.fetches).await?;
        let total = self.wait(&self.fetches).await?;
        Ok(Turn {
            host,
            _permits: [Some(door), Some(seat), Some(total)],
        })
    }

    /// Waits for a turn to deliver to `host`. The sender keeps the queue, so there is no rate here.
    ///
    /// # Errors
    /// [`FetchError::Busy`] if no turn comes in time.
    pub(super) async fn turn_to_deliver(&self, host: &str) -> Result<Turn, FetchError> {
        let host = self.host(host);
        let seat = self.wait(&host.deliveries).await?;
        let total = self.wait(&self.deliveries).await?;
        Ok(Turn {
            host,
            _permits: [Some(seat), Some(total), None],
        })
    }

    /// Counts a fetch that failed.
    pub(super) fn failed(&self, turn: &Turn, now: Timestamp) {
        turn.host.allowance().charge(now, self.per_minute);
    }

    fn host(&self, host: &str) -> Arc<Host> {
        self.known.get_with_by_ref(host, || {
            Arc::new(Host {
                door: Arc::new(Semaphore::new(
                    self.per_host.saturating_mul(1 + WAITING_PER_TURN),
                )),
                fetches: Arc::new(Semaphore::new(self.per_host)),
                deliveries: Arc::new(Semaphore::new(self.per_host)),
                allowance: Mutex::default(),
            })
        })
    }

    async fn wait(&self, semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, FetchError> {
        if let Ok(permit) = Arc::clone(semaphore).try_acquire_owned() {
            return Ok(permit);
        }
        match timeout(self.patience, Arc::clone(semaphore).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(FetchError::Busy),
        }
    }
}

impl Host {
    fn allowance(&self) -> MutexGuard<'_, Allowance> {
        self.allowance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A rate as one moment: when everything taken so far will have been earned (the generic cell rate algorithm, ITU-T I.371).
/// It may lie at most a minute ahead, so a minute's worth may come in a burst.
#[derive(Debug, Default)]
struct Allowance {
    earned_at: Timestamp,
}

impl Allowance {
    const WINDOW: Duration = Duration::from_mins(1);

    fn take(&mut self, now: Timestamp, per_minute: u32) -> Result<(), FetchError> {
        let after = self.earned_at.max(now).plus(Self::WINDOW / per_minute);
        if after > now.plus(Self::WINDOW) {
            return Err(FetchError::Busy);
        }
        self.earned_at = after;
        Ok(())
    }

    /// Takes the rest of what a failure costs, as far as there is anything to take.
    fn charge(&mut self, now: Timestamp, per_minute: u32) {
        let after = self
            .earned_at
            .max(now)
            .plus(Self::WINDOW / per_minute * (FAILURE_WEIGHT - 1));
        self.earned_at = after.min(now.plus(Self::WINDOW));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(per_host: usize) -> Hosts {
        let mut settings = NetSettings::for_domain("kith.example", "Kith");
        settings.per_host_concurrency = per_host;
        settings.fetch_deadline = Duration::from_millis(40);
        Hosts::new(&settings)
    }

    fn now() -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }

    #[tokio::test]
    async fn a_busy_host_makes_its_own_fetches_wait_and_no_others() {
        let hosts = hosts(1);
        let turn = hosts.turn_to_fetch("a.example", now()).await.unwrap();
        assert!(matches!(
            hosts.turn_to_fetch("a.example", now()).await,
            Err(FetchError::Busy)
        ));
        assert!(hosts.turn_to_fetch("b.example", now()).await.is_ok());
        assert!(hosts.turn_to_deliver("a.example").await.is_ok());
        drop(turn);
        assert!(hosts.turn_to_fetch("a.example", now()).await.is_ok());
    }

    #[tokio::test]
    async fn parallel_deliveries_to_one_host_are_bounded() {
        let hosts = hosts(2);
        let _first = hosts.turn_to_deliver("a.example").await.unwrap();
        let _second = hosts.turn_to_deliver("a.example").await.unwrap();
        assert!(matches!(
            hosts.turn_to_deliver("a.example").await,
            Err(FetchError::Busy)
        ));
    }

    #[tokio::test]
    async fn a_host_has_a_share_of_each_minute() {
        let hosts = hosts(8);
        for _ in 0..300 {
            hosts.turn_to_fetch("a.example", now()).await.unwrap();
        }
        assert!(matches!(
            hosts.turn_to_fetch("a.example", now()).await,
            Err(FetchError::Busy)
        ));
        assert!(hosts.turn_to_fetch("b.example", now()).await.is_ok());
        assert!(
            hosts
                .turn_to_fetch("a.example", now().plus(Duration::from_secs(1)))
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn failed_fetches_use_the_share_up_sooner() {
        let hosts = hosts(8);
        let mut made = 0;
        while let Ok(turn) = hosts.turn_to_fetch("a.example", now()).await {
            hosts.failed(&turn, now());
            made += 1;
        }
        assert_eq!(made, 60);
    }
}
