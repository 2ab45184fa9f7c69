//! What one cause may set off, and what just failed. The limits of each host are in `hosts`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use moka::sync::Cache;

use super::error::FetchError;
use crate::domain::clock::Timestamp;

/// Failed URLs remembered.
const MAX_FAILURES: u64 = 20_000;

/// The requests one cause may still set off. Clones share the count, so it can be handed down every path a cause takes.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Purse>);

#[derive(Debug)]
struct Purse {
    left: AtomicU32,
    ran_short: AtomicBool,
}

impl Budget {
    #[must_use]
    pub fn new(requests: u32) -> Self {
        Budget(Arc::new(Purse {
            left: AtomicU32::new(requests),
            ran_short: AtomicBool::new(false),
        }))
    }

    /// Whether a request was wanted that it did not allow.
    #[must_use]
    pub fn ran_short(&self) -> bool {
        self.0.ran_short.load(Ordering::Relaxed)
    }

    /// How many requests are left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.0.left.load(Ordering::Relaxed)
    }

    /// Takes one request.
    ///
    /// # Errors
    /// [`FetchError::BudgetSpent`] when none is left.
    pub fn spend(&self) -> Result<(), FetchError> {
        let taken = self
            .0
            .left
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        if taken.is_ok() {
            Ok(())
        } else {
            self.0.ran_short.store(true, Ordering::Relaxed);
            Err(FetchError::BudgetSpent)
        }
    }
}

/// URLs that failed a short while ago. For callers whose fetches strangers can set off, such as the keys of unknown signers.
#[derive(Debug, Clone)]
pub struct Failures(Cache<String, Timestamp>);

impl Default for Failures {
    fn default() -> Self {
        Failures(Cache::new(MAX_FAILURES))
    }
}

impl Failures {
    /// Remembers that `url` failed, until the given moment.
    pub fn remember(&self, url: &str, until: Timestamp) {
        self.0.insert(url.to_owned(), until);
    }

    /// Whether `url` failed and its time has not come yet.
    #[must_use]
    pub fn holds(&self, url: &str, now: Timestamp) -> bool {
        self.0.get(url).is_some_and(|until| now < until)
    }

    /// Forgets a failure, for instance because the host was heard from.
    pub fn forget(&self, url: &str) {
        self.0.invalidate(url);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }

    #[test]
    fn clones_of_a_budget_share_one_count() {
        let budget = Budget::new(2);
        let other = budget.clone();
        assert!(budget.spend().is_ok() && other.spend().is_ok());
        assert!(!budget.ran_short());
        assert!(matches!(budget.spend(), Err(FetchError::BudgetSpent)));
        assert!(other.ran_short());
        assert_eq!(other.left(), 0);
    }

    #[test]
    fn a_failure_is_remembered_until_its_time() {
        let failures = Failures::default();
        failures.remember(
            "https://social.example/key",
            now().plus(Duration::from_mins(1)),
        );
        assert!(failures.holds("https://social.example/key", now()));
        assert!(!failures.holds("https://social.example/other", now()));
        assert!(!failures.holds(
            "https://social.example/key",
            now().plus(Duration::from_mins(1))
        ));
        failures.forget("https://social.example/key");
        assert!(!failures.holds("https://social.example/key", now()));
    }
}
