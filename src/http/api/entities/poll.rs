//! `Poll`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::services::reading::PollView;

use super::Empty;

/// The poll of a status; its id is that of the status.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct Poll {
    id: String,
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    expired: bool,
    multiple: bool,
    votes_count: i64,
    #[schema(required)]
    voters_count: Option<i64>,
    /// Not for strangers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    own_votes: Option<Vec<i64>>,
    options: Vec<PollOption>,
    emojis: Empty,
}

/// One answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct PollOption {
    title: String,
    /// Not told while the author hides the counts.
    #[schema(required)]
    votes_count: Option<i64>,
}

impl From<&PollView> for Poll {
    fn from(view: &PollView) -> Self {
        let poll = &view.poll;
        Poll {
            id: poll.post.to_string(),
            expires_at: poll
                .closes_at
                .or(poll.closed_at)
                .map(Timestamp::rfc3339_millis),
            expired: view.is_over,
            multiple: poll.multiple,
            votes_count: poll.votes(),
            voters_count: poll.voters,
            voted: view.own.as_ref().map(|_| view.voted),
            own_votes: view.own.clone(),
            options: poll
                .options
                .iter()
                .map(|option| PollOption {
                    title: option.title.clone(),
                    votes_count: view.shows_totals.then_some(option.votes),
                })
                .collect(),
            emojis: Empty,
        }
    }
}
