//! `Tag` with its use, `FeaturedTag`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::clock::Timestamp;
use crate::domain::uris::Uris;
use crate::http::api::openapi::shapes;
use crate::services::tags::{Featured, Look};

/// A hashtag shown alone, with its use over the last days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub(in crate::http::api) struct WholeTag {
    id: String,
    name: String,
    #[schema(format = Uri)]
    url: String,
    history: Vec<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    following: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    featuring: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TagDay)]
struct Day {
    /// Seconds since 1970.
    #[serde(rename = "day")]
    #[schema(schema_with = shapes::digits)]
    begins: String,
    #[schema(schema_with = shapes::digits)]
    uses: String,
    #[schema(schema_with = shapes::digits)]
    accounts: String,
}

impl WholeTag {
    /// What the caller does with it where the caller `is_known`.
    pub(in crate::http::api) fn of(
        name: &str,
        (is_known, look): (bool, &Look),
        uris: &Uris,
    ) -> WholeTag {
        WholeTag {
            id: name.to_owned(),
            name: name.to_owned(),
            url: uris.tag(name),
            history: look
                .history
                .iter()
                .map(|used| Day {
                    begins: used.day.secs().to_string(),
                    uses: used.posts.to_string(),
                    accounts: used.people.to_string(),
                })
                .collect(),
            following: is_known.then_some(look.follows),
            featuring: is_known.then_some(look.features),
        }
    }
}

/// A hashtag on a profile.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FeaturedTag {
    id: String,
    name: String,
    #[schema(format = Uri)]
    url: String,
    #[schema(schema_with = shapes::digits)]
    statuses_count: String,
    #[schema(required, format = Date)]
    last_status_at: Option<String>,
}

impl FeaturedTag {
    pub(in crate::http::api) fn of(tag: &Featured, uris: &Uris) -> FeaturedTag {
        let day = |at: Timestamp| at.to_datetime().format("%Y-%m-%d").to_string();
        FeaturedTag {
            id: tag.id.to_string(),
            name: tag.name.clone(),
            url: uris.tag(&tag.name),
            statuses_count: tag.count.to_string(),
            last_status_at: tag.last.map(day),
        }
    }
}
