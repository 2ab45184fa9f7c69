//! Lists of people that somebody reads together.

use super::ids::{ActorId, ListId};

words! {
    /// Which answers of its members a list shows. The words are those of Mastodon's client API.
    pub enum RepliesPolicy {
        /// Those to anybody whom one follows.
        Followed = "followed",
        /// Those to members of the list.
        List = "list",
        None = "none",
    }
}

/// A list of a local person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub id: ListId,
    pub owner: ActorId,
    pub title: String,
    pub replies: RepliesPolicy,
    /// Posts of its members do not stand at home as well.
    pub exclusive: bool,
}
