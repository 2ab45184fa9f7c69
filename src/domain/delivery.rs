//! When to send again, when to give up, and when to leave a host alone. Promises R4 and R5.

use std::time::Duration;

use super::clock::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Waits after the first, second, … failed try; the last one repeats.
const WAITS: [u64; 7] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
];
const PATIENCE: Duration = Duration::from_secs(7 * DAY);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(DAY);
const FAILURES_BEFORE_PAUSE: i64 = 5;
const PAUSE: Duration = Duration::from_secs(30 * MINUTE);
/// How long a probe of a paused host keeps others from being tried.
const PROBE: Duration = Duration::from_secs(MINUTE);
/// An ordinary 5xx holds up its lane for this many tries.
const BLOCKING_TRIES: i64 = 3;

/// How long what could not be delivered stays, visible to the admin, before it is removed.
pub const PARKED: Duration = Duration::from_secs(30 * DAY);

/// Why a delivery is parked that found no answer for a week.
pub const SILENT: &str = "no success for seven days";
/// Why the deliveries to a dead host are parked.
pub const DEAD_HOST: &str = "the server has been dead for seven days";

/// What came of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered with this status; its `Retry-After`, if any.
    Answered {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
    /// Our own rules forbid contacting that address.
    Forbidden,
}

/// One delivery as far as its schedule needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Tries so far, with the one just made.
    pub attempts: i64,
    pub created_at: Timestamp,
}

/// What is done with a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// Try again at `at`; `blocking` says whether later items of the lane wait for it.
    Retry {
        at: Timestamp,
        blocking: bool,
    },
    /// Give up on this one, with a record.
    Stop(&'static str),
    /// The inbox is gone for good.
    Gone,
    /// Give up for now; kept for [`PARKED`], an admin may send it again.
    Park(&'static str),
}

/// Divides every waiting time; 1 outside tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeScale(pub f64);

impl TimeScale {
    /// `length` as it is waited in this process.
    #[must_use]
    pub fn apply(self, length: Duration) -> Duration {
        Duration::try_from_secs_f64(length.as_secs_f64() / self.0).unwrap_or(length)
    }
}

impl Outcome {
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(
            self,
            Outcome::Answered {
                status: 200..=299,
                ..
            }
        )
    }

    /// Whether it speaks against the host: network errors, timeouts, 429 and 5xx.
    #[must_use]
    pub const fn is_host_failure(self) -> bool {
        matches!(
            self,
            Outcome::TimedOut
                | Outcome::Unreachable
                | Outcome::Answered {
                    status: 429 | 500..=599,
                    ..
                }
        )
    }

    /// Whether the other signature generation may be what is wanted.
    #[must_use]
    pub const fn may_want_other_signature(self) -> bool {
        matches!(
            self,
            Outcome::Answered {
                status: 400 | 401 | 403 | 500,
                ..
            }
        )
    }
}

/// The wait before try number `attempts + 1`, without jitter.
#[must_use]
pub fn wait_after(attempts: i64) -> Duration {
    let index = usize::try_from(attempts.max(1) - 1)
        .unwrap_or(usize::MAX)
        .min(WAITS.len() - 1);
    Duration::from_secs(WAITS.get(index).copied().unwrap_or(12 * HOUR))
}

/// What to do after a try. `jitter` lies in 0..1 and moves the wait by up to a fifth either way.
#[must_use]
pub fn judge(
    outcome: Outcome,
    tried: Tried,
    now: Timestamp,
    jitter: f64,
    scale: TimeScale,
) -> Verdict {
    let (status, retry_after) = match outcome {
        Outcome::Answered {
            status,
            retry_after,
        } => (status, retry_after),
        Outcome::TimedOut | Outcome::Unreachable => (0, None),
        Outcome::Forbidden => return Verdict::Park("this address may not be contacted"),
    };
    match status {
        200..=299 => return Verdict::Delivered,
        401 | 403 => return Verdict::Park("the server does not accept our signature"),
        404 => return Verdict::Stop("the inbox was not found"),
        410 => return Verdict::Gone,
        0 | 408 | 429 | 500..=599 => {}
        300..=399 => return Verdict::Stop("the inbox answered with a redirect"),
        _ => return Verdict::Stop("the server refused the activity"),
    }
    if now.since(tried.created_at) >= scale.apply(PATIENCE) {
        return Verdict::Park(SILENT);
    }
    let wait = match retry_after {
        Some(asked) => asked.min(LONGEST_RETRY_AFTER),
        None => scale
            .apply(wait_after(tried.attempts))
            .mul_f64(0.8 + 0.4 * jitter.clamp(0.0, 1.0)),
    };
    let blocking = matches!(status, 0 | 408 | 429 | 502..=504) || tried.attempts < BLOCKING_TRIES;
    Verdict::Retry {
        at: now.plus(wait),
        blocking,
    }
}

/// How a host has been doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HostHealth {
    /// Failures since the last success.
    pub failures: i64,
    pub failing_since: Option<Timestamp>,
    pub paused_until: Timestamp,
    pub dead_at: Option<Timestamp>,
}

/// Whether something may be sent to a host now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Open,
    /// One item may be tried, to see whether the host is back; others wait until the given moment.
    Probe(Timestamp),
    /// Not before this moment.
    Wait(Timestamp),
    /// Not at all, until it is heard from.
    Dead,
}

impl HostHealth {
    /// Whether a delivery may be tried at `now`.
    #[must_use]
    pub fn admit(&self, now: Timestamp, scale: TimeScale) -> Admission {
        if self.dead_at.is_some() {
            Admission::Dead
        } else if self.failures < FAILURES_BEFORE_PAUSE {
            Admission::Open
        } else if self.paused_until > now {
            Admission::Wait(self.paused_until)
        } else {
            Admission::Probe(now.plus(scale.apply(PROBE)))
        }
    }

    /// After an answer that is no host failure, or any verified contact from it.
    #[must_use]
    pub fn after_success() -> HostHealth {
        HostHealth::default()
    }

    /// After a failure.
    #[must_use]
    pub fn after_failure(self, now: Timestamp, scale: TimeScale) -> HostHealth {
        let since = self.failing_since.unwrap_or(now);
        let failures = self.failures + 1;
        HostHealth {
            failures,
            failing_since: Some(since),
            paused_until: if failures >= FAILURES_BEFORE_PAUSE {
                now.plus(scale.apply(PAUSE))
            } else {
                self.paused_until
            },
            dead_at: self
                .dead_at
                .or((now.since(since) >= scale.apply(PATIENCE)).then_some(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const SCALE: TimeScale = TimeScale(1.0);

    fn after(status: u16, attempts: i64) -> Verdict {
        let outcome = Outcome::Answered {
            status,
            retry_after: None,
        };
        judge(
            outcome,
            Tried {
                attempts,
                created_at: NOW,
            },
            NOW,
            0.5,
            SCALE,
        )
    }

    #[test]
    fn waits_grow_as_promised() {
        let hours: Vec<f64> = (1..=8)
            .map(|n| wait_after(n).as_secs_f64() / 3600.0)
            .collect();
        assert_eq!(
            hours,
            [1.0 / 60.0, 5.0 / 60.0, 0.25, 1.0, 3.0, 6.0, 12.0, 12.0]
        );
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        for jitter in [0.0, 0.3, 1.0, 7.0] {
            let Verdict::Retry { at, .. } = judge(
                Outcome::TimedOut,
                Tried {
                    attempts: 4,
                    created_at: NOW,
                },
                NOW,
                jitter,
                SCALE,
            ) else {
                panic!("a timeout is tried again")
            };
            let wait = at.since(NOW).as_secs_f64() / 3600.0;
            assert!((0.8..=1.2).contains(&wait), "{wait}");
        }
    }

    #[test]
    fn permanent_answers_stop_and_passing_ones_are_tried_again() {
        assert_eq!(after(202, 1), Verdict::Delivered);
        assert_eq!(after(410, 1), Verdict::Gone);
        assert!(matches!(after(404, 1), Verdict::Stop(_)));
        assert!(matches!(after(400, 1), Verdict::Stop(_)));
        assert!(matches!(after(302, 1), Verdict::Stop(_)));
        assert!(matches!(after(401, 1), Verdict::Park(_)));
        for status in [408, 429, 502, 503, 504] {
            assert!(
                matches!(after(status, 9), Verdict::Retry { blocking: true, .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn an_ordinary_server_error_holds_its_lane_for_three_tries() {
        assert!(matches!(
            after(500, 2),
            Verdict::Retry { blocking: true, .. }
        ));
        assert!(matches!(
            after(500, 3),
            Verdict::Retry {
                blocking: false,
                ..
            }
        ));
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_day() {
        let asked = |secs| {
            let outcome = Outcome::Answered {
                status: 503,
                retry_after: Some(Duration::from_secs(secs)),
            };
            judge(
                outcome,
                Tried {
                    attempts: 1,
                    created_at: NOW,
                },
                NOW,
                0.5,
                TimeScale(100.0),
            )
        };
        assert_eq!(
            asked(7),
            Verdict::Retry {
                at: NOW.plus(Duration::from_secs(7)),
                blocking: true
            }
        );
        assert_eq!(
            asked(9_000_000),
            Verdict::Retry {
                at: NOW.plus(Duration::from_secs(DAY)),
                blocking: true
            }
        );
    }

    #[test]
    fn after_seven_days_it_is_parked() {
        let late = NOW.plus(Duration::from_secs(7 * DAY));
        let verdict = judge(
            Outcome::Unreachable,
            Tried {
                attempts: 20,
                created_at: NOW,
            },
            late,
            0.5,
            SCALE,
        );
        assert!(matches!(verdict, Verdict::Park(_)));
    }

    #[test]
    fn a_host_is_paused_probed_and_at_last_dead() {
        let mut host = HostHealth::default();
        for _ in 0..4 {
            host = host.after_failure(NOW, SCALE);
        }
        assert_eq!(host.admit(NOW, SCALE), Admission::Open);
        host = host.after_failure(NOW, SCALE);
        let back = NOW.plus(Duration::from_secs(30 * MINUTE));
        assert_eq!(host.admit(NOW, SCALE), Admission::Wait(back));
        assert!(matches!(host.admit(back, SCALE), Admission::Probe(_)));
        let week = NOW.plus(Duration::from_secs(7 * DAY));
        assert_eq!(
            host.after_failure(week, SCALE).admit(week, SCALE),
            Admission::Dead
        );
        assert_eq!(
            HostHealth::after_success().admit(week, SCALE),
            Admission::Open
        );
    }
}
