//! How much one host may send: a bucket for each, refilled with time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use moka::sync::Cache;

use crate::config::Limits;
use crate::domain::clock::Timestamp;

/// Buckets of hosts that sent something lately. Cheap to clone.
#[derive(Clone)]
pub struct Rates {
    buckets: Cache<String, Arc<Mutex<Bucket>>>,
    per_second: f64,
    burst: f64,
}

struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Rates {
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Rates {
            buckets: Cache::builder()
                .max_capacity(50_000)
                .time_to_idle(Duration::from_mins(5))
                .build(),
            per_second: f64::from(limits.inbox_per_host_per_minute) / 60.0,
            burst: f64::from(limits.inbox_burst()),
        }
    }

    /// Takes one activity of `host`.
    ///
    /// # Errors
    /// How long to wait, when it sent too much.
    pub fn spend(&self, host: &str, now: Timestamp) -> Result<(), Duration> {
        let bucket = self.buckets.get_with_by_ref(host, || {
            Arc::new(Mutex::new(Bucket {
                left: self.burst,
                at: now,
            }))
        });
        let mut bucket = match bucket.lock() {
            Ok(bucket) => bucket,
            Err(poisoned) => poisoned.into_inner(),
        };
        bucket.left =
            (bucket.left + now.since(bucket.at).as_secs_f64() * self.per_second).min(self.burst);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            ((1.0 - bucket.left) / self.per_second.max(1e-3)).clamp(1.0, 600.0),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_sends_too_much_waits_and_others_do_not() {
        let config = crate::config::Config::minimal("kith.example", std::path::Path::new("."));
        let rates = Rates::new(&config.limits);
        let now = Timestamp::from_secs(1_800_000_000);
        let taken = (0..10_000)
            .filter(|_| rates.spend("loud.example", now).is_ok())
            .count();
        assert_eq!(taken, 6_000);
        assert!(rates.spend("quiet.example", now).is_ok());
        assert!(
            rates
                .spend("loud.example", now.plus(Duration::from_secs(1)))
                .is_ok()
        );
    }
}
