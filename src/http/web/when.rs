//! Times as people read them, with the exact form beside.

use chrono::{DateTime, Datelike, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::clock::Timestamp;
use crate::domain::event::Event;

/// The years that are written as they are; nothing honest lies outside.
const LAST_YEAR: i32 = 9_998;

/// A time for `<time datetime="…">…</time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// RFC 3339.
    pub(super) iso: String,
    /// For people.
    pub(super) text: String,
}

/// When an event takes place, in its own zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: When,
    pub(super) end: Option<When>,
    /// `Europe/Berlin, CEST`
    pub(super) zone: String,
    /// `24`
    pub(super) day: String,
    /// `Mar`
    pub(super) month: String,
}

/// The moment of a post, in UTC: `24 Mar 2026, 18:30 UTC`.
#[must_use]
pub(super) fn moment(at: Timestamp) -> When {
    When {
        iso: at.rfc3339(),
        text: bounded(at).format("%-d %b %Y, %H:%M UTC").to_string(),
    }
}

/// A month: `March 2026`.
#[must_use]
pub(super) fn month(at: Timestamp) -> When {
    When {
        iso: at.to_datetime().format("%Y-%m").to_string(),
        text: bounded(at).format("%B %Y").to_string(),
    }
}

/// When `event` takes place. Zones that are not known count as UTC.
#[must_use]
pub(super) fn span(event: &Event) -> Span {
    let zone: Tz = event.timezone.parse().unwrap_or(Tz::UTC);
    let local = |at: Timestamp| zone.from_utc_datetime(&bounded(at).naive_utc());
    let start = local(event.starts_at);
    let end = event
        .ends_at
        .filter(|end| *end > event.starts_at)
        .map(local);
    let name = start.format("%Z").to_string();
    Span {
        start: When {
            iso: start.to_rfc3339(),
            text: start.format("%A, %-d %B %Y, %H:%M").to_string(),
        },
        end: end.map(|end| When {
            iso: end.to_rfc3339(),
            text: if end.date_naive() == start.date_naive() {
                end.format("%H:%M").to_string()
            } else {
                end.format("%A, %-d %B %Y, %H:%M").to_string()
            },
        }),
        zone: match zone.name() {
            "UTC" => "UTC".to_owned(),
            // Zones without letters of their own are called by their offset.
            zone if name.starts_with(['+', '-']) => format!("{zone}, UTC{name}"),
            zone => format!("{zone}, {name}"),
        },
        day: start.format("%-d").to_string(),
        month: start.format("%b").to_string(),
    }
}

/// Far outside the calendar a zone's offset would not fit any more.
fn bounded(at: Timestamp) -> DateTime<Utc> {
    let at = at.to_datetime();
    if (1..=LAST_YEAR).contains(&at.year()) {
        at
    } else {
        DateTime::UNIX_EPOCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::web::tests::kit::some_event;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn an_event_is_told_in_its_own_zone() {
        let mut event = some_event();
        event.starts_at = at("2026-03-28T18:30:00Z");
        event.ends_at = Some(at("2026-03-28T21:00:00Z"));
        event.timezone = "Europe/Berlin".into();
        let span = span(&event);
        assert_eq!(span.start.text, "Saturday, 28 March 2026, 19:30");
        assert_eq!(span.start.iso, "2026-03-28T19:30:00+01:00");
        assert_eq!(span.end.unwrap().text, "22:00");
        assert_eq!(span.zone, "Europe/Berlin, CET");
    }

    #[test]
    fn an_event_over_midnight_names_both_days() {
        let mut event = some_event();
        event.starts_at = at("2026-06-05T20:00:00Z");
        event.ends_at = Some(at("2026-06-07T10:00:00Z"));
        event.timezone = "Nowhere/Land".into();
        let span = span(&event);
        assert_eq!(span.end.unwrap().text, "Sunday, 7 June 2026, 10:00");
        assert_eq!(span.zone, "UTC");
    }

    #[test]
    fn times_beyond_the_calendar_do_no_harm() {
        let mut event = some_event();
        for micros in [i64::MIN, i64::MAX, -62_200_000_000_000_000] {
            event.starts_at = Timestamp::from_micros(micros);
            event.timezone = "Pacific/Kiritimati".into();
            assert!(!span(&event).start.text.is_empty());
            assert!(!moment(event.starts_at).text.is_empty());
        }
    }
}
