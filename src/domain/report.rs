//! Reports to moderators.

use super::clock::Timestamp;
use super::ids::{ActorId, ReportId};

words! {
    /// What is wrong, in the words of Mastodon's client API.
    pub enum ReportCategory {
        Spam = "spam",
        Legal = "legal",
        Violation = "violation",
        Other = "other",
    }
}

/// Somebody says that moderators should look at somebody. Nobody but moderators reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub id: ReportId,
    /// The id of the Flag.
    pub uri: String,
    /// Made by one of our own people.
    pub local: bool,
    pub reporter: ActorId,
    pub target: ActorId,
    pub category: ReportCategory,
    /// Plain text.
    pub comment: String,
    /// The ids (addresses) of posts it is about.
    pub posts: Vec<String>,
    /// The rules that are broken, by number.
    pub rules: Vec<String>,
    /// Their server was told as well.
    pub forwarded: bool,
    pub created_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
}
