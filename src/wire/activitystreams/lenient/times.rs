//! Moments and wall-clock times.

use chrono::{
    DateTime, Datelike, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, TimeZone,
};
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

use crate::domain::clock::Timestamp;

/// A time of an event as it was written: with an offset from UTC, or as the clock on the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTime {
    /// A moment, and the offset it was written with in seconds east of UTC.
    Fixed(Timestamp, i32),
    /// A wall-clock time without an offset; which moment it is depends on the event's time zone.
    Floating(NaiveDateTime),
}

impl LocalTime {
    /// Reads RFC 3339 and its usual misspellings: no offset, no seconds, a space for the `T`, an offset without a colon,
    /// a date alone. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const WITH_OFFSET: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
        const WITHOUT: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let text = text.trim();
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::fixed(time));
        }
        if text.len() > 64 {
            return None;
        }
        let text = text
            .replacen(' ', "T", 1)
            .replace('t', "T")
            .replace(['z', 'Z'], "+00:00");
        let fixed = WITH_OFFSET
            .iter()
            .find_map(|form| DateTime::parse_from_str(&text, form).ok());
        if let Some(time) = fixed {
            return Some(Self::fixed(time));
        }
        let floating = WITHOUT
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
        let date = || {
            NaiveDate::parse_from_str(&text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        };
        // Four digits as in RFC 3339, so that adding an offset cannot leave what a date can hold.
        floating
            .or_else(date)
            .filter(|time| (1..=9_999).contains(&time.year()))
            .map(LocalTime::Floating)
    }

    fn fixed(time: DateTime<FixedOffset>) -> Self {
        LocalTime::Fixed(
            Timestamp::from_micros(time.timestamp_micros()),
            time.offset().local_minus_utc(),
        )
    }

    /// The moment, with `zone` for floating times, else UTC. A time that the clocks skip is taken an hour later, one
    /// that they show twice is the first of the two.
    #[must_use]
    pub fn resolve(self, zone: Option<Tz>) -> Timestamp {
        match self {
            LocalTime::Fixed(moment, _) => moment,
            LocalTime::Floating(wall) => {
                let zone = zone.unwrap_or(Tz::UTC);
                let later = || {
                    wall.checked_add_signed(Duration::hours(1))
                        .and_then(|wall| zone.from_local_datetime(&wall).earliest())
                };
                match zone.from_local_datetime(&wall) {
                    LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
                        Timestamp::from_micros(time.timestamp_micros())
                    }
                    LocalResult::None => {
                        let micros = later().map_or_else(
                            || wall.and_utc().timestamp_micros(),
                            |time| time.timestamp_micros(),
                        );
                        Timestamp::from_micros(micros)
                    }
                }
            }
        }
    }
}

/// Reads the time of an event.
pub(crate) fn event_time<'de, D: Deserializer<'de>>(d: D) -> Result<Option<LocalTime>, D::Error> {
    Ok(time_of(&Value::deserialize(d)?))
}

/// Reads a moment; without an offset it is UTC.
pub(crate) fn moment<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(time_of(&Value::deserialize(d)?).map(|time| time.resolve(None)))
}

fn time_of(value: &Value) -> Option<LocalTime> {
    match value {
        Value::String(text) => LocalTime::parse(text),
        Value::Object(map) => map
            .get("@value")
            .and_then(Value::as_str)
            .and_then(LocalTime::parse),
        Value::Array(all) => all
            .iter()
            .filter_map(Value::as_str)
            .find_map(LocalTime::parse),
        _ => None,
    }
}
