//! Direct posts, as each of the people in them keeps them.

use super::ids::{ActorId, ConversationId, PostId};

/// A thread of direct posts of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub id: ConversationId,
    pub owner: ActorId,
    pub thread: PostId,
    pub last: PostId,
    pub unread: bool,
}
