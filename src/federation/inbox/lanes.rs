//! What the worker has in hand: for each actor the items in order, one of them being worked on.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{HashSet, VecDeque};

use super::handover::Task;
use crate::domain::ids::InboxItemId;

/// The items in hand. An actor has an entry in `behind` as long as one of theirs is ready or being worked on.
#[derive(Default)]
pub(super) struct Lanes {
    /// What can begin, one item of an actor at most.
    ready: VecDeque<Task>,
    behind: HashMap<String, VecDeque<Task>>,
    ids: HashSet<InboxItemId>,
}

impl Lanes {
    /// Takes an item into hand, behind what its actor sent before. One that is in hand already is dropped.
    pub(super) fn push(&mut self, task: Task) {
        if !self.ids.insert(task.item.id) {
            return;
        }
        match self.behind.entry(task.item.actor_uri.clone()) {
            Entry::Occupied(mut lane) => lane.get_mut().push_back(task),
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                self.ready.push_back(task);
            }
        }
    }

    /// The next item that can begin.
    pub(super) fn begin(&mut self) -> Option<Task> {
        self.ready.pop_front()
    }

    /// An item is settled: its actor's next one can begin.
    pub(super) fn settled(&mut self, actor: &str, id: InboxItemId) {
        self.ids.remove(&id);
        match self.behind.get_mut(actor).map(VecDeque::pop_front) {
            Some(Some(next)) => self.ready.push_back(next),
            Some(None) => drop(self.behind.remove(actor)),
            None => {}
        }
    }

    /// An item has to wait, and all that follows it: they are out of hand. Answers their ids.
    pub(super) fn stopped(&mut self, actor: &str, id: InboxItemId) -> Vec<InboxItemId> {
        let behind = self.behind.remove(actor).unwrap_or_default();
        let ids: Vec<InboxItemId> = [id]
            .into_iter()
            .chain(behind.iter().map(|task| task.item.id))
            .collect();
        for id in &ids {
            self.ids.remove(id);
        }
        ids
    }

    /// How many items are in hand.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::store::inbox_items::InboxItem;

    fn task(id: i64, actor: &str) -> Task {
        Task::from(InboxItem {
            id: InboxItemId(id),
            actor_uri: actor.to_owned(),
            key: id.to_string(),
            body: String::new(),
            received_at: Timestamp::from_micros(0),
            attempts: 0,
        })
    }

    fn begun(lanes: &mut Lanes) -> Vec<i64> {
        std::iter::from_fn(|| lanes.begin())
            .map(|task| task.item.id.0)
            .collect()
    }

    #[test]
    fn one_item_of_an_actor_is_worked_on_at_a_time_and_in_order() {
        let mut lanes = Lanes::default();
        for (id, actor) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
            lanes.push(task(id, actor));
        }
        assert_eq!(begun(&mut lanes), [1, 3]);
        lanes.settled("a", InboxItemId(1));
        assert_eq!(begun(&mut lanes), [2]);
        lanes.settled("b", InboxItemId(3));
        lanes.settled("a", InboxItemId(2));
        assert_eq!(begun(&mut lanes), [4]);
        lanes.settled("a", InboxItemId(4));
        assert_eq!((begun(&mut lanes), lanes.len()), (vec![], 0));
        lanes.push(task(5, "a"));
        assert_eq!(begun(&mut lanes), [5]);
    }

    #[test]
    fn what_is_in_hand_is_not_taken_twice() {
        let mut lanes = Lanes::default();
        lanes.push(task(1, "a"));
        assert_eq!(begun(&mut lanes), [1]);
        lanes.push(task(1, "a"));
        lanes.settled("a", InboxItemId(1));
        assert_eq!(begun(&mut lanes), [] as [i64; 0]);
    }

    #[test]
    fn what_follows_an_item_that_waits_is_given_up_with_it() {
        let mut lanes = Lanes::default();
        for (id, actor) in [(1, "a"), (2, "a"), (3, "b")] {
            lanes.push(task(id, actor));
        }
        assert_eq!(begun(&mut lanes), [1, 3]);
        assert_eq!(
            lanes.stopped("a", InboxItemId(1)),
            [InboxItemId(1), InboxItemId(2)]
        );
        assert_eq!(lanes.len(), 1);
        lanes.push(task(1, "a"));
        assert_eq!(begun(&mut lanes), [1]);
    }
}
