//! `Marker`, `Preferences`, and counts.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::interaction::Openness;
use crate::domain::preferences::{self, Timeline};
use crate::http::api::openapi::shapes;

use super::status::visibility;

/// How far somebody has read, in the lists that were asked for and have a place.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::http::api) struct Markers {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    home: Option<Marker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    notifications: Option<Marker>,
}

/// A place in a list.
#[derive(Debug, Serialize, ToSchema)]
struct Marker {
    last_read_id: String,
    version: i64,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl Markers {
    /// Those of `markers` that `wanted` likes.
    pub(in crate::http::api) fn of(
        markers: &[preferences::Marker],
        wanted: impl Fn(Timeline) -> bool,
    ) -> Markers {
        let mut all = Markers::default();
        for marker in markers.iter().filter(|marker| wanted(marker.timeline)) {
            let place = Marker {
                last_read_id: marker.last_read.to_string(),
                version: marker.version,
                updated_at: marker.updated_at.rfc3339_millis(),
            };
            match marker.timeline {
                Timeline::Home => all.home = Some(place),
                Timeline::Notifications => all.notifications = Some(place),
            }
        }
        all
    }
}

/// What somebody set for their apps.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Preferences {
    #[serde(rename = "posting:default:visibility")]
    #[schema(schema_with = shapes::visibilities)]
    visibility: &'static str,
    #[serde(rename = "posting:default:sensitive")]
    sensitive: bool,
    #[serde(rename = "posting:default:language")]
    #[schema(required)]
    language: Option<String>,
    #[serde(rename = "posting:default:quote_policy")]
    #[schema(schema_with = shapes::word::<Openness>)]
    quote_policy: &'static str,
    #[serde(rename = "reading:expand:media")]
    expand_media: &'static str,
    #[serde(rename = "reading:expand:spoilers")]
    expand_spoilers: bool,
    #[serde(rename = "reading:autoplay:gifs")]
    autoplay_gifs: bool,
}

impl From<&preferences::Preferences> for Preferences {
    fn from(set: &preferences::Preferences) -> Self {
        Preferences {
            visibility: visibility(set.audience),
            sensitive: set.sensitive,
            language: set.language.clone(),
            quote_policy: set.quote.unwrap_or(Openness::Everybody).as_str(),
            expand_media: "default",
            expand_spoilers: false,
            autoplay_gifs: false,
        }
    }
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Count {
    pub(in crate::http::api) count: i64,
}
