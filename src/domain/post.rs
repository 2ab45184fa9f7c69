//! Posts: Notes and what is shown as one.

use super::audience::Audience;
use super::clock::Timestamp;
use super::ids::{ActorId, EventId, PostId};
use super::interaction::Policy;

/// A post, or a boost of one (`boost_of` set, everything else empty).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub id: PostId,
    /// The ActivityPub id; of a boost, that of the Announce.
    pub uri: String,
    pub url: Option<String>,
    pub local: bool,
    /// The ActivityStreams type: `Note`, `Article`, `Page`, … or `Announce`.
    pub kind: String,
    pub author: ActorId,
    pub boost_of: Option<PostId>,
    pub in_reply_to: Option<PostId>,
    /// Also set when the post it answers is not known here.
    pub in_reply_to_uri: Option<String>,
    /// The first post of the conversation, as far as it is known here.
    pub thread: PostId,
    pub event: Option<EventId>,
    pub group: Option<ActorId>,
    /// Plain text; Articles and Pages have one.
    pub title: String,
    /// HTML; from elsewhere it is unsafe until sanitised.
    pub content: String,
    /// What the person wrote (Markdown); local posts only.
    pub source: Option<String>,
    /// Content warning, plain text; empty for none.
    pub warning: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub audience: Audience,
    /// Attached files, as [`Attachment::write`](super::media::Attachment::write) writes them.
    pub attachments: Option<String>,
    /// Who may answer, quote, like and boost it, as far as its author said.
    pub policy: Policy,
    pub likes: i64,
    pub boosts: i64,
    pub replies: i64,
    /// Posts that quote it with its author's leave.
    pub quotes: i64,
    pub published_at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

/// Somebody a post is addressed to by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    pub actor: ActorId,
    /// Named in the text (a Mention), not only in `to` or `cc`.
    pub mentioned: bool,
}

/// What a post was before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// HTML, as in [`Post`].
    pub content: String,
    pub warning: String,
    pub sensitive: bool,
    pub attachments: Option<String>,
    /// The options of its poll; empty for none.
    pub options: Vec<String>,
    pub written_at: Timestamp,
}
