//! Push messages: who wants them, for what, and what they say.

use std::fmt;
use std::time::Duration;

use super::clock::Timestamp;
use super::ids::{AccountId, ActorId, PushSubscriptionId, TokenId};
use super::notification::NotificationKind;

/// Longest name, and longest title of an event, that a message holds, in characters: it has to fit into 4 KiB.
const WORDS: usize = 100;

words! {
    /// What a subscription can be told of. The words are those of Mastodon's client API where it has one; some of them
    /// are of things that do not happen here.
    pub enum Alert {
        Mention = "mention",
        Status = "status",
        Reblog = "reblog",
        Follow = "follow",
        FollowRequest = "follow_request",
        Favourite = "favourite",
        Poll = "poll",
        Update = "update",
        Quote = "quote",
        QuotedUpdate = "quoted_update",
        AdminSignUp = "admin.sign_up",
        AdminReport = "admin.report",
        Invitation = "invitation",
        Participation = "participation",
        ParticipationAnswered = "participation_answered",
    }
}

impl Alert {
    /// The one that a notification falls under.
    #[must_use]
    pub const fn of(kind: NotificationKind) -> Alert {
        match kind {
            NotificationKind::Follow => Alert::Follow,
            NotificationKind::FollowRequest => Alert::FollowRequest,
            NotificationKind::Mention => Alert::Mention,
            NotificationKind::Favourite => Alert::Favourite,
            NotificationKind::Reblog => Alert::Reblog,
            NotificationKind::Status => Alert::Status,
            NotificationKind::Poll => Alert::Poll,
            NotificationKind::Quote => Alert::Quote,
            NotificationKind::Invitation => Alert::Invitation,
            NotificationKind::Participation => Alert::Participation,
            NotificationKind::ParticipationAnswered => Alert::ParticipationAnswered,
        }
    }

    /// Whether only this program's own clients know it.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(
            self,
            Alert::Invitation | Alert::Participation | Alert::ParticipationAnswered
        )
    }
}

words! {
    /// Whose doings a subscription is told of. The words are those of Mastodon's client API.
    pub enum PushPolicy {
        All = "all",
        /// Of those whom the person follows.
        Followed = "followed",
        /// Of those who follow the person.
        Follower = "follower",
        None = "none",
    }
}

/// Some alerts, in the order in which they are declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alerts(Vec<Alert>);

impl Alerts {
    /// Those for which `wants` says so.
    #[must_use]
    pub fn those(wants: impl Fn(Alert) -> bool) -> Alerts {
        let all = Alert::ALL.iter().copied();
        Alerts(all.filter(|alert| wants(*alert)).collect())
    }

    /// Reads them as they are stored; a word that this version does not know is passed over.
    #[must_use]
    pub fn parse(text: &str) -> Alerts {
        let words: Vec<&str> = text.split_whitespace().collect();
        Alerts::those(|alert| words.contains(&alert.as_str()))
    }

    #[must_use]
    pub fn include(&self, alert: Alert) -> bool {
        self.0.contains(&alert)
    }
}

/// Words separated by spaces.
impl fmt::Display for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|alert| alert.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

/// What a subscription wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    pub alerts: Alerts,
    pub policy: PushPolicy,
}

/// Whom messages are encrypted for, and where they are handed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Whoever knows it can send there.
    pub endpoint: String,
    /// A point on P-256, uncompressed.
    pub p256dh: Vec<u8>,
    /// 16 bytes that the receiver shares with us.
    pub auth: Vec<u8>,
    /// Reads RFC 8291; otherwise the draft that came before it.
    pub standard: bool,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver(..)")
    }
}

/// A program that wants push messages for somebody. It lives as long as its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSubscription {
    pub id: PushSubscriptionId,
    pub token: TokenId,
    pub account: AccountId,
    pub actor: ActorId,
    pub receiver: Receiver,
    pub wishes: Wishes,
    pub created_at: Timestamp,
}

/// One message, before it is encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct PushMessage {
    pub body: String,
    /// How long the push service keeps it for a receiver that is away.
    pub lives: Duration,
}

/// The instance's own key pair, by which push services know it (RFC 8292).
#[derive(Clone, PartialEq, Eq)]
pub struct VapidPair {
    /// A point on P-256, uncompressed.
    pub public: Vec<u8>,
    /// PKCS#8.
    pub private: Vec<u8>,
}

impl fmt::Debug for VapidPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VapidPair(..)")
    }
}

/// What happened, in one line: who and what, never what was written.
#[must_use]
pub fn title(kind: NotificationKind, who: &str) -> String {
    let who = one_line(who);
    let did = match kind {
        NotificationKind::Follow => "follows you",
        NotificationKind::FollowRequest => "asks to follow you",
        NotificationKind::Mention => "named you",
        NotificationKind::Favourite => "likes your post",
        NotificationKind::Reblog => "boosted your post",
        NotificationKind::Status => "posted",
        NotificationKind::Poll => "asked, and the poll is over",
        NotificationKind::Quote => "quoted your post",
        NotificationKind::Invitation => "invites you",
        NotificationKind::Participation => "answered your invitation",
        NotificationKind::ParticipationAnswered => "answered your request",
    };
    format!("{who} {did}")
}

/// A name or title as a message holds it.
#[must_use]
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(WORDS)
        .collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_read_back_as_themselves_and_unknown_ones_are_passed_over() {
        let some = Alerts::those(|alert| matches!(alert, Alert::Mention | Alert::AdminReport));
        assert_eq!(some.to_string(), "mention admin.report");
        assert_eq!(Alerts::parse("admin.report later mention mention"), some);
        assert!(some.include(Alert::Mention) && !some.include(Alert::Poll));
    }

    #[test]
    fn every_kind_falls_under_the_alert_of_its_name() {
        for kind in NotificationKind::ALL {
            assert_eq!(Alert::of(*kind).as_str(), kind.as_str());
        }
    }

    #[test]
    fn a_title_is_one_short_line() {
        let title = title(
            NotificationKind::Mention,
            &format!("Eve\n{}", "x".repeat(500)),
        );
        assert!(title.starts_with("Eve x") && title.ends_with("x named you"));
        assert!(title.chars().count() < 130);
    }
}
