//! What a person is told about.

use super::clock::Timestamp;
use super::ids::{ActorId, EventId, NotificationId, PostId};

words! {
    /// Why somebody is told. The words are those of Mastodon's client API where it has one.
    pub enum NotificationKind {
        Follow = "follow",
        FollowRequest = "follow_request",
        Mention = "mention",
        Favourite = "favourite",
        Reblog = "reblog",
        /// An invitation to an event.
        Invitation = "invitation",
        /// Somebody answered: joined, declined or left an event that one hosts.
        Participation = "participation",
        /// The host accepted or refused one's answer.
        ParticipationAnswered = "participation_answered",
    }
}

/// One row of a person's notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub id: NotificationId,
    pub actor: ActorId,
    pub kind: NotificationKind,
    pub from: ActorId,
    pub post: Option<PostId>,
    pub event: Option<EventId>,
    pub created_at: Timestamp,
}
