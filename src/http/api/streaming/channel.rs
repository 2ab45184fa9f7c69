//! What can be listened to.

use crate::auth::scope::{Area, Scope};
use crate::domain::ids::ListId;

use super::super::error::{ApiError, ApiResult, Wrong};

/// Which posts of the public timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Anywhere,
    Here,
    Elsewhere,
}

/// One stream, by Mastodon's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Channel {
    /// The home timeline and notifications.
    User,
    Notifications,
    Public {
        place: Place,
        media: bool,
    },
    /// Lower case, without `#`.
    Tag {
        name: String,
        local: bool,
    },
    List(ListId),
    /// Conversations.
    Direct,
}

impl Channel {
    /// Reads the name of a stream and what belongs to it.
    ///
    /// # Errors
    /// For a name that there is not, and where the hashtag or the list is missing.
    pub(super) fn parse(stream: &str, tag: &str, list: &str) -> ApiResult<Channel> {
        let public = |place, media| Channel::Public { place, media };
        Ok(match stream {
            "user" => Channel::User,
            "user:notification" => Channel::Notifications,
            "public" => public(Place::Anywhere, false),
            "public:media" => public(Place::Anywhere, true),
            "public:local" => public(Place::Here, false),
            "public:local:media" => public(Place::Here, true),
            "public:remote" => public(Place::Elsewhere, false),
            "public:remote:media" => public(Place::Elsewhere, true),
            "hashtag" | "hashtag:local" => {
                let name = tag.trim().trim_start_matches('#').to_lowercase();
                if name.is_empty() || name.chars().count() > 100 {
                    return Err(ApiError::field("tag", Wrong::Invalid, "name a hashtag"));
                }
                Channel::Tag {
                    name,
                    local: stream == "hashtag:local",
                }
            }
            "list" => {
                let id = list.parse();
                Channel::List(id.ok().ok_or_else(|| {
                    ApiError::field("list", Wrong::Invalid, "name a list by its id")
                })?)
            }
            "direct" => Channel::Direct,
            _ => {
                return Err(ApiError::field(
                    "stream",
                    Wrong::Invalid,
                    "there is no such stream",
                ));
            }
        })
    }

    /// What messages of a WebSocket say of where they come from.
    pub(super) fn labels(&self) -> Vec<String> {
        let one = |name: &str| vec![name.to_owned()];
        match self {
            Channel::User => one("user"),
            Channel::Notifications => one("user:notification"),
            Channel::Public { place, media } => {
                let place = match place {
                    Place::Anywhere => "public",
                    Place::Here => "public:local",
                    Place::Elsewhere => "public:remote",
                };
                vec![format!("{place}{}", if *media { ":media" } else { "" })]
            }
            Channel::Tag { name, local } => {
                let stream = if *local { "hashtag:local" } else { "hashtag" };
                vec![stream.to_owned(), name.clone()]
            }
            Channel::List(id) => vec!["list".to_owned(), id.to_string()],
            Channel::Direct => one("direct"),
        }
    }

    /// What a token must be allowed.
    pub(super) fn scope(&self) -> Scope {
        Scope::Read(match self {
            Channel::Notifications => Area::Notifications,
            Channel::List(_) => Area::Lists,
            _ => Area::Statuses,
        })
    }
}
