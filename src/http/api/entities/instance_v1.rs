//! `V1::Instance`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::openapi::shapes;
use crate::services::Ctx;

use super::Empty;
use super::instance::{About, Limits, Totals, streaming, version};

/// This server, as it was told before version 2.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct InstanceV1 {
    uri: String,
    title: String,
    short_description: String,
    description: String,
    email: String,
    version: String,
    urls: UrlsV1,
    stats: Stats,
    #[schema(format = Uri)]
    thumbnail: String,
    languages: Vec<String>,
    registrations: bool,
    approval_required: bool,
    invites_enabled: bool,
    configuration: Limits,
    #[schema(schema_with = shapes::null, required)]
    contact_account: Option<()>,
    rules: Empty,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceV1Urls)]
struct UrlsV1 {
    #[schema(format = Uri)]
    streaming_api: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceV1Stats)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are those of Mastodon's API"
)]
struct Stats {
    user_count: i64,
    status_count: i64,
    domain_count: i64,
}

impl InstanceV1 {
    pub(in crate::http::api) fn of(about: &About, ctx: &Ctx, totals: Totals) -> InstanceV1 {
        let uris = &ctx.uris;
        InstanceV1 {
            uri: uris.domain().to_owned(),
            title: about.name.clone(),
            short_description: about.description.clone(),
            description: about.description.clone(),
            email: about.email.clone(),
            version: version(),
            urls: UrlsV1 {
                streaming_api: streaming(uris),
            },
            stats: Stats {
                user_count: totals.people,
                status_count: totals.posts,
                domain_count: 0,
            },
            thumbnail: uris.at("/static/header.png"),
            languages: about.languages.clone(),
            registrations: about.is_open(),
            approval_required: about.asks_moderators(),
            invites_enabled: false,
            configuration: Limits::of(ctx),
            contact_account: None,
            rules: Empty,
        }
    }
}
