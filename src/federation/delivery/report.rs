//! What came of a lane's lease.

use crate::domain::clock::Timestamp;
use crate::federation::signatures::Generation;
use crate::store::lanes::{Change, Lane, Lease, Settled};

/// Everything that is written when a lease ends.
#[derive(Debug)]
pub(super) struct Report {
    settled: Settled,
    pub host: String,
    /// How the host did, oldest first: `true` for an answer, `false` for a failure.
    pub tries: Vec<bool>,
    /// Failures of the host were on record when the lane was claimed.
    pub troubled: bool,
    /// The generation of signatures that it turned out to accept.
    pub learned: Option<Generation>,
    /// The inbox, if it said that it is gone.
    pub gone: Option<String>,
}

impl Report {
    pub(super) fn new(lane: &Lane, lease: Lease) -> Self {
        Report {
            settled: Settled {
                lane: lane.id,
                lease,
                changes: Vec::new(),
                clear: false,
                heed_pause: false,
                not_before: None,
            },
            host: lane.host.clone(),
            tries: Vec::new(),
            troubled: false,
            learned: None,
            gone: None,
        }
    }

    pub(super) fn change(&mut self, change: Change) {
        self.settled.changes.push(change);
    }

    pub(super) fn sleep_until(&mut self, at: Timestamp) {
        self.settled.not_before = Some(at);
    }

    /// Whatever the lane holds is removed.
    pub(super) fn clear(&mut self) {
        self.settled.clear = true;
    }

    /// The lane sleeps as long as its host is paused.
    pub(super) fn pause(&mut self) {
        self.settled.heed_pause = true;
    }

    /// What is written about the lane.
    pub(super) fn settled(&self) -> Settled {
        let mut settled = self.settled.clone();
        settled.heed_pause |= self.troubled || self.tries.contains(&false);
        settled
    }

    /// The host has to be written about.
    pub(super) fn concerns_host(&self) -> bool {
        self.learned.is_some()
            || self.tries.contains(&false)
            || (self.troubled && !self.tries.is_empty())
    }
}
