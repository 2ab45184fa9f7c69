//! What a person is told about.

use super::clock::Timestamp;
use super::ids::{ActorId, EventId, NotificationId, PostId, RowId};

words! {
    /// Why somebody is told. The words are those of Mastodon's client API where it has one.
    pub enum NotificationKind {
        Follow = "follow",
        FollowRequest = "follow_request",
        Mention = "mention",
        Favourite = "favourite",
        Reblog = "reblog",
        /// Somebody whose posts one wants to be told of posted.
        Status = "status",
        /// Somebody quoted one's post.
        Quote = "quote",
        /// A poll that one wrote or voted in is over.
        Poll = "poll",
        /// An invitation to an event.
        Invitation = "invitation",
        /// Somebody answered: joined, declined or left an event that one hosts.
        Participation = "participation",
        /// The host accepted or refused one's answer.
        ParticipationAnswered = "participation_answered",
    }
}

impl NotificationKind {
    /// Whether a policy may keep it back. What one asked for, and answers about one's own events, always arrive.
    #[must_use]
    pub const fn is_filterable(self) -> bool {
        !matches!(
            self,
            NotificationKind::Status
                | NotificationKind::Poll
                | NotificationKind::Participation
                | NotificationKind::ParticipationAnswered
        )
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
    /// Kept back by the person's policy.
    pub filtered: bool,
}

words! {
    /// What happens to notifications of some kind of sender. The words are those of Mastodon's client API.
    pub enum PolicyValue {
        Accept = "accept",
        /// Kept back until the person looks.
        Filter = "filter",
        Drop = "drop",
    }
}

words! {
    /// What became of somebody whose notifications are kept back.
    pub enum RequestState {
        Waiting = "waiting",
        /// Heard from now on, whatever the policy says.
        Accepted = "accepted",
    }
}

/// Somebody whose notifications a policy keeps back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRequest {
    pub id: RowId,
    pub actor: ActorId,
    pub from: ActorId,
    pub last_post: Option<PostId>,
    pub state: RequestState,
    /// How many are kept back.
    pub count: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Whose notifications somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationPolicy {
    pub not_following: PolicyValue,
    pub not_followers: PolicyValue,
    /// Accounts known here for less than 30 days.
    pub new_accounts: PolicyValue,
    /// Direct posts that answer nothing of one's own, from people one does not follow.
    pub private_mentions: PolicyValue,
    /// People on servers that this instance limits.
    pub limited_accounts: PolicyValue,
}

impl Default for NotificationPolicy {
    fn default() -> Self {
        NotificationPolicy {
            not_following: PolicyValue::Accept,
            not_followers: PolicyValue::Accept,
            new_accounts: PolicyValue::Accept,
            private_mentions: PolicyValue::Accept,
            limited_accounts: PolicyValue::Filter,
        }
    }
}

/// What is known of a sender, as far as a policy asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "five independent facts")]
pub struct Sender {
    pub followed: bool,
    pub follower: bool,
    pub new: bool,
    /// A direct mention that nobody asked for.
    pub unasked: bool,
    pub limited: bool,
}

impl NotificationPolicy {
    /// What is done with a notification of this sender: the strictest that fits. Whom one follows is always heard.
    #[must_use]
    pub fn rule(&self, sender: Sender) -> PolicyValue {
        if sender.followed {
            return PolicyValue::Accept;
        }
        let fitting = [
            (true, self.not_following),
            (!sender.follower, self.not_followers),
            (sender.new, self.new_accounts),
            (sender.unasked, self.private_mentions),
            (sender.limited, self.limited_accounts),
        ];
        let holds = |value| fitting.iter().any(|(fits, v)| *fits && *v == value);
        if holds(PolicyValue::Drop) {
            PolicyValue::Drop
        } else if holds(PolicyValue::Filter) {
            PolicyValue::Filter
        } else {
            PolicyValue::Accept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_rule_that_fits_decides_and_whom_one_follows_is_heard() {
        let policy = NotificationPolicy {
            not_followers: PolicyValue::Filter,
            new_accounts: PolicyValue::Drop,
            ..NotificationPolicy::default()
        };
        let stranger = Sender::default();
        assert_eq!(policy.rule(stranger), PolicyValue::Filter);
        let follower = Sender {
            follower: true,
            ..stranger
        };
        assert_eq!(policy.rule(follower), PolicyValue::Accept);
        let new = Sender {
            new: true,
            ..follower
        };
        assert_eq!(policy.rule(new), PolicyValue::Drop);
        let friend = Sender {
            followed: true,
            ..new
        };
        assert_eq!(policy.rule(friend), PolicyValue::Accept);
    }
}
