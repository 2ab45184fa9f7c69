//! `[limits]`: sizes, counts and rates (rulings 30).

use toml::Value;

use super::error::Problem;
use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "limits.body_bytes",
        Preset::Value("1_048_576"),
        "Largest body taken from or fetched from another server, in bytes after decompression.",
    ),
    Key::new(
        "limits.json_depth",
        Preset::Value("32"),
        "Deepest nesting of such a body.",
    ),
    Key::new(
        "limits.redirects",
        Preset::Value("3"),
        "Redirects followed in one fetch; 0 follows none.",
    ),
    Key::new(
        "limits.fetch_seconds",
        Preset::Value("12"),
        "Longest time one fetch may take, redirects included, in seconds.",
    ),
    Key::new(
        "limits.fetches_per_trigger",
        Preset::Value("20"),
        "Fetches that one received activity or one person's action may cause.",
    ),
    Key::new(
        "limits.new_actors_per_activity",
        Preset::Value("50"),
        "Actors not met before that one received activity may bring.",
    ),
    Key::new(
        "limits.inbox_per_host_per_minute",
        Preset::Value("3_000"),
        "Activities taken from one host each minute; twice as many in a burst.",
    ),
    Key::new(
        "limits.inbox_waiting",
        Preset::Value("200_000"),
        "Received activities that may wait for their effect; beyond that others are asked to come again later.",
    ),
    Key::new(
        "limits.invites_per_actor_per_hour",
        Preset::Value("50"),
        "Invitations taken from one person or group each hour.",
    ),
    Key::new(
        "limits.invites_per_host_per_hour",
        Preset::Value("300"),
        "Invitations taken from one host each hour.",
    ),
    Key::new(
        "limits.mentions_per_activity",
        Preset::Value("50"),
        "People one post may mention.",
    ),
    Key::new(
        "limits.login_per_account_per_10min",
        Preset::Value("10"),
        "Attempts to log in to one account in ten minutes.",
    ),
    Key::new(
        "limits.signup_per_address_per_hour",
        Preset::Value("5"),
        "Accounts that one client address may ask for each hour.",
    ),
    Key::new(
        "limits.image_pixels",
        Preset::Value("40_000_000"),
        "Largest picture, in pixels (width times height).",
    ),
    Key::new(
        "limits.image_bytes",
        Preset::Value("10_485_760"),
        "Largest picture, in bytes as uploaded.",
    ),
    Key::new(
        "limits.name_chars",
        Preset::Value("100"),
        "Longest name of a person, group or event, in characters.",
    ),
    Key::new(
        "limits.bio_chars",
        Preset::Value("10_000"),
        "Longest description of a person, group or event, in characters.",
    ),
    Key::new(
        "limits.post_chars",
        Preset::Value("5_000"),
        "Longest post, in characters.",
    ),
];

/// Sizes, counts and rates that keep one person or server from using up the machine. All above 0 but `redirects`.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body from another server, after decompression.
    pub body_bytes: usize,
    /// Nesting of JSON from another server.
    pub json_depth: usize,
    /// Redirects followed in one fetch; 0 follows none.
    pub redirects: usize,
    /// Seconds one fetch may take, redirects included.
    pub fetch_seconds: u64,
    /// Fetches that one received activity or one person's action may cause.
    pub fetches_per_trigger: u32,
    /// Actors not met before that one received activity may bring.
    pub new_actors_per_activity: u32,
    /// Activities taken from one host each minute; see [`Limits::inbox_burst`].
    pub inbox_per_host_per_minute: u32,
    /// Received activities that may wait for their effect, of all hosts together.
    pub inbox_waiting: u32,
    /// Invitations taken from one person or group each hour.
    pub invites_per_actor_per_hour: u32,
    /// Invitations taken from one host each hour.
    pub invites_per_host_per_hour: u32,
    /// People one post may mention.
    pub mentions_per_activity: u32,
    /// Attempts to log in to one account in ten minutes.
    pub login_per_account_per_10min: u32,
    /// Accounts that one client address may ask for each hour.
    pub signup_per_address_per_hour: u32,
    /// Pixels of a picture (width times height).
    pub image_pixels: u64,
    /// Bytes of a picture as uploaded.
    pub image_bytes: usize,
    /// Characters of a name of a person, group or event.
    pub name_chars: usize,
    /// Characters of a description of a person, group or event.
    pub bio_chars: usize,
    /// Characters of a post.
    pub post_chars: usize,
}

impl Limits {
    /// Activities that one host may send at once after a pause: two minutes' worth.
    #[must_use]
    pub const fn inbox_burst(&self) -> u32 {
        self.inbox_per_host_per_minute.saturating_mul(2)
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            body_bytes: reader.count("limits.body_bytes"),
            json_depth: reader.count("limits.json_depth"),
            redirects: reader.count("limits.redirects"),
            fetch_seconds: reader.count("limits.fetch_seconds"),
            fetches_per_trigger: reader.count("limits.fetches_per_trigger"),
            new_actors_per_activity: reader.count("limits.new_actors_per_activity"),
            inbox_per_host_per_minute: reader.count("limits.inbox_per_host_per_minute"),
            inbox_waiting: reader.count("limits.inbox_waiting"),
            invites_per_actor_per_hour: reader.count("limits.invites_per_actor_per_hour"),
            invites_per_host_per_hour: reader.count("limits.invites_per_host_per_hour"),
            mentions_per_activity: reader.count("limits.mentions_per_activity"),
            login_per_account_per_10min: reader.count("limits.login_per_account_per_10min"),
            signup_per_address_per_hour: reader.count("limits.signup_per_address_per_hour"),
            image_pixels: reader.count("limits.image_pixels"),
            image_bytes: reader.count("limits.image_bytes"),
            name_chars: reader.count("limits.name_chars"),
            bio_chars: reader.count("limits.bio_chars"),
            post_chars: reader.count("limits.post_chars"),
        }
    }

    pub(super) fn validate(&self) -> Vec<Problem> {
        self.values()
            .into_iter()
            .filter(|(path, value)| *path != "limits.redirects" && value.as_integer() == Some(0))
            .map(|(path, _)| {
                Problem::new(path, "It must be above 0, or nothing would get through.")
            })
            .collect()
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("limits.body_bytes", whole(self.body_bytes)),
            ("limits.json_depth", whole(self.json_depth)),
            ("limits.redirects", whole(self.redirects)),
            ("limits.fetch_seconds", whole(self.fetch_seconds)),
            (
                "limits.fetches_per_trigger",
                self.fetches_per_trigger.into(),
            ),
            (
                "limits.new_actors_per_activity",
                self.new_actors_per_activity.into(),
            ),
            (
                "limits.inbox_per_host_per_minute",
                self.inbox_per_host_per_minute.into(),
            ),
            ("limits.inbox_waiting", self.inbox_waiting.into()),
            (
                "limits.invites_per_actor_per_hour",
                self.invites_per_actor_per_hour.into(),
            ),
            (
                "limits.invites_per_host_per_hour",
                self.invites_per_host_per_hour.into(),
            ),
            (
                "limits.mentions_per_activity",
                self.mentions_per_activity.into(),
            ),
            (
                "limits.login_per_account_per_10min",
                self.login_per_account_per_10min.into(),
            ),
            (
                "limits.signup_per_address_per_hour",
                self.signup_per_address_per_hour.into(),
            ),
            ("limits.image_pixels", whole(self.image_pixels)),
            ("limits.image_bytes", whole(self.image_bytes)),
            ("limits.name_chars", whole(self.name_chars)),
            ("limits.bio_chars", whole(self.bio_chars)),
            ("limits.post_chars", whole(self.post_chars)),
        ]
    }
}

/// TOML knows signed numbers only; nothing that was read from it can be larger.
fn whole(number: impl TryInto<i64>) -> Value {
    Value::Integer(number.try_into().unwrap_or(i64::MAX))
}
