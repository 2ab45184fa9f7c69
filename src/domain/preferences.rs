//! What somebody set for their apps: defaults for new posts, and how far they have read.

use super::audience::Audience;
use super::clock::Timestamp;
use super::interaction::Openness;

/// Defaults for new posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    pub audience: Audience,
    pub sensitive: bool,
    pub language: Option<String>,
    /// Who may quote; `None` where they said nothing.
    pub quote: Option<Openness>,
}

impl Default for Preferences {
    fn default() -> Self {
        Preferences {
            audience: Audience::Public,
            sensitive: false,
            language: None,
            quote: None,
        }
    }
}

words! {
    /// A list in which a place is kept. The words are those of Mastodon's client API.
    pub enum Timeline {
        Home = "home",
        Notifications = "notifications",
    }
}

/// How far somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    pub timeline: Timeline,
    pub last_read: i64,
    /// Grows with every change.
    pub version: i64,
    pub updated_at: Timestamp,
}
