//! Polls: what is asked, who may answer, and what counts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::PostId;

/// Options that a local poll has at least.
pub const LEAST_OPTIONS: usize = 2;
/// Options that a local poll has at most.
pub const MOST_OPTIONS: usize = 4;
/// Characters of an option of a local poll.
pub const OPTION_CHARS: usize = 50;
/// The least time that a local poll is open.
pub const SHORTEST: Duration = Duration::from_mins(5);
/// The most: a month, as Mastodon counts it.
pub const LONGEST: Duration = Duration::from_secs(2_629_746);
/// Options of a poll of another server; one with more is shown as a post without a poll.
pub const MOST_RECEIVED_OPTIONS: usize = 20;
/// Characters of an option of a poll of another server.
pub const RECEIVED_OPTION_CHARS: usize = 500;
/// Counts that other servers claim end here: more people than there are do not vote.
pub const MOST_VOTES: i64 = 1_000_000_000;

/// The poll of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    pub post: PostId,
    /// More than one option may be chosen.
    pub multiple: bool,
    pub closes_at: Option<Timestamp>,
    /// When it was closed, which may be before `closes_at`.
    pub closed_at: Option<Timestamp>,
    /// How many people voted; not every server tells.
    pub voters: Option<i64>,
    /// The counts are shown once it is closed.
    pub hide_totals: bool,
    /// That it is over was told.
    pub told: bool,
    /// When the counts of another server were last asked for.
    pub fetched_at: Timestamp,
    /// In their order.
    pub options: Vec<PollOption>,
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOption {
    /// Plain text; votes repeat it byte for byte.
    pub title: String,
    pub votes: i64,
}

/// A poll that a local person writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPoll {
    pub options: Vec<String>,
    /// How long it is open, in seconds.
    pub expires_in: u64,
    pub multiple: bool,
    pub hide_totals: bool,
}

/// Why a poll cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PollFault {
    #[error("a poll has at least two options")]
    TooFewOptions,
    #[error("a poll has at most four options")]
    TooManyOptions,
    #[error("an option has at most 50 characters")]
    OptionTooLong,
    #[error("two options are the same")]
    SameOptions,
    #[error("a poll is open for at least five minutes")]
    TooShort,
    #[error("a poll is open for at most a month")]
    TooLong,
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BallotFault {
    #[error("the poll has ended")]
    Ended,
    #[error("one does not vote in one's own poll")]
    Own,
    #[error("you have voted already")]
    Twice,
    #[error("choose an option")]
    Nothing,
    #[error("only one option can be chosen")]
    OnlyOne,
    #[error("there is no such option")]
    NoSuchOption,
}

impl NewPoll {
    /// Trims the options, leaves out empty ones, and looks whether it can be asked like this.
    ///
    /// # Errors
    /// See [`PollFault`].
    pub fn checked(mut self) -> Result<NewPoll, PollFault> {
        self.options = self
            .options
            .iter()
            .map(|option| option.trim().to_owned())
            .filter(|option| !option.is_empty())
            .collect();
        let count = self.options.len();
        if count < LEAST_OPTIONS {
            return Err(PollFault::TooFewOptions);
        }
        if count > MOST_OPTIONS {
            return Err(PollFault::TooManyOptions);
        }
        if self
            .options
            .iter()
            .any(|option| option.chars().count() > OPTION_CHARS)
        {
            return Err(PollFault::OptionTooLong);
        }
        let mut sorted = self.options.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() < count {
            return Err(PollFault::SameOptions);
        }
        match self.expires_in {
            short if short < SHORTEST.as_secs() => Err(PollFault::TooShort),
            long if long > LONGEST.as_secs() => Err(PollFault::TooLong),
            _ => Ok(self),
        }
    }

    /// How long it is open.
    #[must_use]
    pub fn open_for(&self) -> Duration {
        Duration::from_secs(self.expires_in)
    }
}

impl Poll {
    /// Nobody can vote any more.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        [self.closes_at, self.closed_at]
            .into_iter()
            .flatten()
            .any(|end| end <= now)
    }

    /// The counts are for everybody's eyes.
    #[must_use]
    pub fn shows_totals(&self, now: Timestamp) -> bool {
        !self.hide_totals || self.is_over(now)
    }

    /// Every vote, for any option.
    #[must_use]
    pub fn votes(&self) -> i64 {
        self.options
            .iter()
            .fold(0, |sum, option| sum.saturating_add(option.votes))
    }

    /// Whether it still asks the same as `other`.
    #[must_use]
    pub fn asks_the_same(&self, other: &Poll) -> bool {
        let titles = |poll: &Poll| -> Vec<String> {
            poll.options.iter().map(|one| one.title.clone()).collect()
        };
        self.multiple == other.multiple && titles(self) == titles(other)
    }

    /// The position of the option with exactly this text.
    #[must_use]
    pub fn position_of(&self, title: &str) -> Option<i64> {
        let at = self.options.iter().position(|one| one.title == title)?;
        i64::try_from(at).ok()
    }

    /// What somebody chooses at once, sorted and each once; `before` is what they chose earlier.
    ///
    /// # Errors
    /// See [`BallotFault`].
    pub fn ballot(
        &self,
        choices: &[i64],
        before: &[i64],
        now: Timestamp,
    ) -> Result<Vec<i64>, BallotFault> {
        if self.is_over(now) {
            return Err(BallotFault::Ended);
        }
        if !before.is_empty() {
            return Err(BallotFault::Twice);
        }
        let mut chosen = choices.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        if chosen.is_empty() {
            return Err(BallotFault::Nothing);
        }
        if chosen.iter().any(|at| !self.has(*at)) {
            return Err(BallotFault::NoSuchOption);
        }
        if !self.multiple && chosen.len() > 1 {
            return Err(BallotFault::OnlyOne);
        }
        Ok(chosen)
    }

    /// Whether one vote that comes by itself counts: other servers send one message for each option.
    ///
    /// # Errors
    /// See [`BallotFault`].
    pub fn takes(&self, choice: i64, before: &[i64], now: Timestamp) -> Result<(), BallotFault> {
        if self.is_over(now) {
            return Err(BallotFault::Ended);
        }
        if !self.has(choice) {
            return Err(BallotFault::NoSuchOption);
        }
        if before.contains(&choice) || (!self.multiple && !before.is_empty()) {
            return Err(BallotFault::Twice);
        }
        Ok(())
    }

    fn has(&self, position: i64) -> bool {
        usize::try_from(position).is_ok_and(|at| at < self.options.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_secs(second)
    }

    fn poll(multiple: bool) -> Poll {
        let option = |title: &str| PollOption {
            title: title.to_owned(),
            votes: 0,
        };
        Poll {
            post: PostId(1),
            multiple,
            closes_at: Some(at(100)),
            closed_at: None,
            voters: Some(0),
            hide_totals: true,
            told: false,
            fetched_at: at(0),
            options: vec![option("yes"), option("no"), option("later")],
        }
    }

    fn new(options: &[&str], expires_in: u64) -> NewPoll {
        NewPoll {
            options: options.iter().map(ToString::to_string).collect(),
            expires_in,
            ..NewPoll::default()
        }
    }

    #[test]
    fn a_poll_has_two_to_four_different_short_options_and_an_end() {
        let kept = new(&[" yes ", "", "no"], 300).checked().unwrap();
        assert_eq!(kept.options, ["yes", "no"]);
        let long = "x".repeat(51);
        for (options, expires_in, fault) in [
            (&["yes"][..], 300, PollFault::TooFewOptions),
            (&["a", "b", "c", "d", "e"], 300, PollFault::TooManyOptions),
            (&["a", long.as_str()], 300, PollFault::OptionTooLong),
            (&["a", "a "], 300, PollFault::SameOptions),
            (&["a", "b"], 299, PollFault::TooShort),
            (&["a", "b"], 2_629_747, PollFault::TooLong),
        ] {
            assert_eq!(new(options, expires_in).checked(), Err(fault));
        }
        assert!(new(&["a", "b"], 2_629_746).checked().is_ok());
    }

    #[test]
    fn one_votes_once_before_the_end_for_options_that_are_there() {
        let (one, many) = (poll(false), poll(true));
        assert_eq!(one.ballot(&[1, 1], &[], at(99)), Ok(vec![1]));
        assert_eq!(many.ballot(&[2, 0], &[], at(99)), Ok(vec![0, 2]));
        assert_eq!(one.ballot(&[0, 1], &[], at(9)), Err(BallotFault::OnlyOne));
        assert_eq!(one.ballot(&[], &[], at(9)), Err(BallotFault::Nothing));
        assert_eq!(many.ballot(&[1], &[0], at(9)), Err(BallotFault::Twice));
        assert_eq!(one.ballot(&[1], &[], at(100)), Err(BallotFault::Ended));
        for wrong in [-1, 3, i64::MAX] {
            let fault = Err(BallotFault::NoSuchOption);
            assert_eq!(one.ballot(&[wrong], &[], at(9)), fault);
        }
    }

    #[test]
    fn votes_that_come_one_by_one_count_once_for_each_option() {
        let (one, many) = (poll(false), poll(true));
        assert_eq!(many.takes(1, &[0], at(9)), Ok(()));
        assert_eq!(many.takes(0, &[0], at(9)), Err(BallotFault::Twice));
        assert_eq!(one.takes(1, &[0], at(9)), Err(BallotFault::Twice));
        assert_eq!(one.takes(1, &[], at(100)), Err(BallotFault::Ended));
    }

    #[test]
    fn hidden_totals_are_shown_when_it_is_over_which_may_be_early() {
        let mut poll = poll(false);
        assert!(!poll.shows_totals(at(99)));
        assert!(poll.shows_totals(at(100)));
        poll.closed_at = Some(at(50));
        assert!(poll.is_over(at(50)));
    }
}
