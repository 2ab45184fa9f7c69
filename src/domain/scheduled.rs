//! Posts that wait for their time.

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::ids::{ActorId, ScheduledId};
use super::interaction::Policy;
use super::poll::NewPoll;

/// What a waiting post will be; kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    pub text: String,
    /// The word of an audience.
    pub audience: String,
    pub warning: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub in_reply_to: Option<i64>,
    pub poll: Option<NewPoll>,
    /// Pictures, in their order.
    pub media: Vec<i64>,
    /// A post to show with it.
    pub quoted: Option<i64>,
    pub policy: Policy,
}

/// A post of a local person that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    pub id: ScheduledId,
    pub author: ActorId,
    pub due_at: Timestamp,
    pub params: Params,
}
