//! A lane: everything one actor sends to one inbox, in order. Which item is next, and until when the others wait.

use super::clock::Timestamp;

/// An item of a lane as far as its order needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Not to be sent before this.
    pub due_at: Timestamp,
    /// While it waits, later items wait too. True until an ordinary server error made it step aside.
    pub blocking: bool,
}

/// What a lane does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Send the item at this position.
    Send(usize),
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Nothing is left.
    Empty,
}

/// What a lane does at `now`, from its items in the order they were written.
///
/// The first item that is due is sent, unless an earlier one waits for another try and holds up the lane.
#[must_use]
pub fn next(items: impl IntoIterator<Item = Waiting>, now: Timestamp) -> Next {
    let mut earliest = None;
    for (position, item) in items.into_iter().enumerate() {
        if item.due_at <= now {
            return Next::Send(position);
        }
        earliest = Some(earliest.map_or(item.due_at, |t: Timestamp| t.min(item.due_at)));
        if item.blocking {
            break;
        }
    }
    earliest.map_or(Next::Empty, Next::Wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn item(due: i64, blocking: bool) -> Waiting {
        Waiting {
            due_at: Timestamp::from_secs(due),
            blocking,
        }
    }

    #[test]
    fn the_first_item_goes_first() {
        assert_eq!(next([item(900, true), item(800, true)], NOW), Next::Send(0));
        assert_eq!(next([], NOW), Next::Empty);
    }

    #[test]
    fn an_item_that_waits_for_another_try_holds_up_its_lane() {
        assert_eq!(
            next([item(1_060, true), item(900, true)], NOW),
            Next::Wait(Timestamp::from_secs(1_060))
        );
    }

    #[test]
    fn an_item_that_stepped_aside_is_passed_over_until_it_is_due() {
        let stuck = item(1_060, false);
        assert_eq!(next([stuck, item(900, true)], NOW), Next::Send(1));
        assert_eq!(
            next([stuck, item(900, true)], Timestamp::from_secs(1_060)),
            Next::Send(0)
        );
    }

    #[test]
    fn the_lane_wakes_for_the_earliest_item_that_may_go() {
        let wake = |items: &[Waiting]| next(items.iter().copied(), NOW);
        assert_eq!(
            wake(&[item(1_500, false), item(1_200, true), item(1_100, true)]),
            Next::Wait(Timestamp::from_secs(1_200))
        );
        assert_eq!(
            wake(&[item(1_200, false), item(1_500, true)]),
            Next::Wait(Timestamp::from_secs(1_200))
        );
        assert_eq!(
            wake(&[item(1_500, false), item(1_300, false)]),
            Next::Wait(Timestamp::from_secs(1_300))
        );
    }
}
