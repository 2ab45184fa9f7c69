//! Our own keys. All are time-ordered and made by us, so that no database hands one out twice.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )+};
}

id_types! {
    /// A Person, Group or Application, local or remote.
    ActorId,
    /// A log-in on this instance.
    AccountId,
    /// A bearer token of the client API.
    TokenId,
    /// A program that people let act for them.
    ClientAppId,
    /// A browser that is logged in.
    SessionId,
    /// A key that logs somebody in.
    PasskeyId,
    /// Somebody who asked for an account and has none yet.
    SignUpId,
    /// A link with which people may sign up.
    SignUpLinkId,
    /// A post that quotes another, or asks to.
    QuoteId,
    /// A Note (or what is shown as one).
    PostId,
    /// An Event.
    EventId,
    /// A Follow or Join of an actor by an actor, whatever its state.
    FollowId,
    /// An Invite to an event.
    InvitationId,
    /// One actor's standing at one event.
    ParticipationId,
    /// An activity of ours.
    ActivityId,
    /// A received activity that is stored until its effect is done.
    InboxItemId,
    /// A row of somebody's notification list.
    NotificationId,
    /// A list of people.
    ListId,
    /// A filter of somebody.
    FilterId,
    /// A report.
    ReportId,
    /// A conversation of one person.
    ConversationId,
    /// A post that waits for its time.
    ScheduledId,
    /// A program that wants push messages.
    PushSubscriptionId,
    /// A picture that somebody uploaded.
    MediaId,
    /// Likes, boosts, keys and other rows that nothing outside names.
    RowId,
}

/// Bits below the milliseconds: 10 for the process, 10 to count within a millisecond.
const NODE_BITS: u32 = 10;
const COUNT_BITS: u32 = 10;

/// How many processes may make ids on one database at the same time.
pub const NODES: i64 = 1 << NODE_BITS;

/// Makes ids that grow with time: 43 bits of milliseconds since 1970, the process, a counter.
///
/// Two processes never make the same id as long as their `node` differs (the store hands nodes out).
#[derive(Debug)]
pub struct IdMaker {
    node: i64,
    last: AtomicI64,
}

impl IdMaker {
    /// `node` is taken modulo [`NODES`].
    #[must_use]
    pub fn new(node: i64) -> Self {
        IdMaker {
            node: node.rem_euclid(NODES),
            last: AtomicI64::new(0),
        }
    }

    /// The next id, larger than all before it from this maker, even when the clock steps back.
    pub fn next(&self, now: Timestamp) -> i64 {
        let tick = now.millis() << COUNT_BITS;
        let before = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
                Some(tick.max(last + 1))
            })
            .unwrap_or_default();
        let slot = tick.max(before + 1);
        let (millis, count) = (slot >> COUNT_BITS, slot & ((1 << COUNT_BITS) - 1));
        (millis << (NODE_BITS + COUNT_BITS)) | (count << NODE_BITS) | self.node
    }
}

/// The smallest id that could have been made at `at`: a boundary for paging by time.
#[must_use]
pub fn first_id_at(at: Timestamp) -> i64 {
    at.millis() << (NODE_BITS + COUNT_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_when_the_clock_steps_back() {
        let maker = IdMaker::new(7);
        let first = maker.next(Timestamp::from_secs(1_000));
        let second = maker.next(Timestamp::from_secs(900));
        let third = maker.next(Timestamp::from_secs(1_001));
        assert!(first < second && second < third);
    }

    #[test]
    fn two_processes_never_make_the_same_id() {
        let (a, b) = (IdMaker::new(1), IdMaker::new(2));
        let now = Timestamp::from_secs(1_800_000_000);
        let from_a: std::collections::HashSet<i64> = (0..5_000).map(|_| a.next(now)).collect();
        assert_eq!(from_a.len(), 5_000);
        assert!((0..5_000).all(|_| !from_a.contains(&b.next(now))));
    }

    #[test]
    fn an_id_lies_after_the_boundary_of_its_moment() {
        let now = Timestamp::from_secs(1_800_000_000);
        assert!(IdMaker::new(1023).next(now) >= first_id_at(now));
    }
}
