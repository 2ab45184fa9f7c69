//! Polls: the parts of a `Question` (FEP-9967, as Mastodon sends them).

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

use super::{MAX_OPTIONS, lenient};
use crate::domain::clock::Timestamp;

/// A poll as its author published it. The counts are the author's claim.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "RawPoll")]
pub struct Poll {
    /// The answers to choose from, in order.
    pub options: Vec<PollOption>,
    /// More than one answer may be chosen (`anyOf`).
    pub multiple: bool,
    /// When voting ends. Misskey writes the end as a `closed` time that lies ahead.
    pub ends: Option<Timestamp>,
    /// When voting ended; [`Timestamp::NEVER`] stands for "yes, but not when".
    pub closed: Option<Timestamp>,
    /// How many people voted.
    pub voters: Option<u32>,
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollOption {
    /// The text; votes repeat it byte for byte.
    pub name: String,
    /// How many chose it.
    pub votes: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPoll {
    #[serde(default, deserialize_with = "options")]
    one_of: Vec<PollOption>,
    #[serde(default, deserialize_with = "options")]
    any_of: Vec<PollOption>,
    #[serde(default, deserialize_with = "lenient::moment")]
    end_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "closed")]
    closed: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::count")]
    voters_count: Option<u32>,
}

impl From<RawPoll> for Poll {
    fn from(raw: RawPoll) -> Self {
        let multiple = raw.one_of.is_empty() && !raw.any_of.is_empty();
        Poll {
            options: if multiple { raw.any_of } else { raw.one_of },
            multiple,
            ends: raw.end_time,
            closed: raw.closed,
            voters: raw.voters_count,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOption {
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient::embedded")]
    replies: Option<Counted>,
    #[serde(
        default,
        rename = "_misskey_votes",
        deserialize_with = "lenient::count"
    )]
    misskey_votes: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    #[serde(default, deserialize_with = "lenient::count")]
    total_items: Option<u32>,
}

fn options<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<PollOption>, D::Error> {
    let all = lenient::items::<_, RawOption>(d, MAX_OPTIONS, "poll options")?;
    Ok(all
        .into_iter()
        .filter_map(|raw| {
            let votes = raw
                .replies
                .and_then(|replies| replies.total_items)
                .or(raw.misskey_votes)
                .unwrap_or(0);
            raw.name.map(|name| PollOption { name, votes })
        })
        .collect())
}

fn closed<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Bool(true) => Some(Timestamp::NEVER),
        Value::String(text) => lenient::LocalTime::parse(&text).map(|time| time.resolve(None)),
        _ => None,
    })
}
