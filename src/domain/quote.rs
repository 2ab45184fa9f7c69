//! Quotes: posts that show another post, as far as its author agrees (FEP-044f).

use super::clock::Timestamp;
use super::ids::{ActorId, PostId, QuoteId};

words! {
    /// How a quote stands. The words are those of Mastodon's client API.
    pub enum QuoteState {
        /// Asked for, or not looked at yet.
        Pending = "pending",
        /// The author of the quoted post agrees.
        Accepted = "accepted",
        /// The author said no.
        Rejected = "rejected",
        /// The author agreed, and does so no more.
        Revoked = "revoked",
        /// The quoted post is gone.
        Deleted = "deleted",
    }
}

/// One post that quotes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub id: QuoteId,
    /// The ActivityPub id of the quoting post.
    pub post_uri: String,
    /// The quoting post, once it is stored.
    pub post: Option<PostId>,
    /// Who quotes.
    pub author: ActorId,
    pub quoted_uri: String,
    /// The quoted post, where it is stored.
    pub quoted: Option<PostId>,
    pub state: QuoteState,
    /// The id of what proves that the author of the quoted post agrees: a `QuoteAuthorization` on their server.
    pub authorization: Option<String>,
    pub created_at: Timestamp,
}

impl Quote {
    /// Whether the quoted post is shown with the quoting one.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.state == QuoteState::Accepted
    }
}
