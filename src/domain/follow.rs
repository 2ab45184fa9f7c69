//! Follows, and memberships of groups: one row for each pair, whatever made it.

use super::clock::Timestamp;
use super::ids::{ActorId, FollowId};

words! {
    /// Where a follow stands.
    pub enum FollowState {
        Pending = "pending",
        Accepted = "accepted",
    }
}

words! {
    /// Which activity asked for it; the answer names the same.
    pub enum AskedBy {
        Follow = "Follow",
        Join = "Join",
    }
}

words! {
    /// What a follower of a Group is in it. People only have followers.
    pub enum MemberRole {
        Follower = "follower",
        Member = "member",
        Moderator = "moderator",
        Organizer = "organizer",
    }
}

impl MemberRole {
    /// Whether this member may act for the group: publish events, accept and refuse.
    #[must_use]
    pub const fn manages(self) -> bool {
        matches!(self, MemberRole::Organizer | MemberRole::Moderator)
    }
}

/// `follower` follows, or wants to follow, `target`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    pub id: FollowId,
    pub follower: ActorId,
    pub target: ActorId,
    /// The id of the Follow or Join, on the follower's host.
    pub uri: String,
    pub asked_by: AskedBy,
    pub state: FollowState,
    pub role: MemberRole,
    pub created_at: Timestamp,
}
