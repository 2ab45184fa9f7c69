//! What clients are told about this server before anything else: versions 1 and 2 of `Instance`.

use serde_json::{Value, json};

use crate::app::App;
use crate::domain::media::{MAX_ALT, MAX_ATTACHED};
use crate::domain::poll;
use crate::domain::uris::Uris;
use crate::media::MEDIA_TYPES;
use crate::services::Ctx;
use crate::services::keep::MAX_PINS;
use crate::services::profile::{MAX_FIELDS, MAX_LABEL, MAX_VALUE};
use crate::services::tags::MAX_FEATURED;

/// Clients decide by this number what they may ask for.
const COMPATIBLE: &str = "4.3.0";

/// What the settings say about this server.
#[derive(Debug, Clone, Default)]
pub(in crate::http::api) struct About {
    pub(in crate::http::api) name: String,
    pub(in crate::http::api) description: String,
    /// Empty when the contact is no mail address.
    pub(in crate::http::api) email: String,
    pub(in crate::http::api) languages: Vec<String>,
    /// Anyone may ask for an account.
    pub(in crate::http::api) open: bool,
    /// A moderator agrees to new accounts.
    pub(in crate::http::api) approval: bool,
    /// The key that push messages are signed with.
    pub(in crate::http::api) vapid: String,
}

impl About {
    pub(in crate::http::api) fn of(app: &App) -> About {
        let instance = &app.config.instance;
        let registration = instance.registration.as_str();
        let contact = instance.contact.clone().unwrap_or_default();
        About {
            name: instance.name.clone(),
            description: instance.description.clone(),
            email: if contact.starts_with("https://") {
                String::new()
            } else {
                contact
            },
            languages: instance.languages.clone(),
            open: matches!(registration, "open" | "approval"),
            approval: registration == "approval",
            vapid: app.pusher.server_key().to_owned(),
        }
    }
}

/// Local people and their posts.
#[derive(Debug, Clone, Copy)]
pub(in crate::http::api) struct Totals {
    pub(in crate::http::api) people: i64,
    pub(in crate::http::api) posts: i64,
    /// People who were here within 30 days.
    pub(in crate::http::api) active_month: i64,
}

/// Where a `WebSocket` is opened.
fn streaming(uris: &Uris) -> String {
    let here = uris.at("");
    here.replacen("http", "ws", 1)
}

fn version() -> String {
    format!(
        "{COMPATIBLE} (compatible; Kith {})",
        env!("CARGO_PKG_VERSION")
    )
}

fn limits(ctx: &Ctx) -> Value {
    let limits = &ctx.limits;
    json!({
        "accounts": {
            "max_featured_tags": MAX_FEATURED,
            "max_pinned_statuses": MAX_PINS,
            "max_profile_fields": MAX_FIELDS,
            "profile_field_name_limit": MAX_LABEL,
            "profile_field_value_limit": MAX_VALUE,
        },
        "statuses": {
            "max_characters": limits.post_chars,
            "max_media_attachments": MAX_ATTACHED,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "description_limit": MAX_ALT,
            "supported_mime_types": MEDIA_TYPES,
            "image_size_limit": limits.image_bytes,
            "image_matrix_limit": limits.image_pixels,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": poll::MOST_OPTIONS,
            "max_characters_per_option": poll::OPTION_CHARS,
            "min_expiration": poll::SHORTEST.as_secs(),
            "max_expiration": poll::LONGEST.as_secs(),
        },
    })
}

/// `GET /api/v2/instance`
pub(in crate::http::api) fn v2(about: &About, ctx: &Ctx, totals: Totals) -> Value {
    let uris = &ctx.uris;
    let mut configuration = limits(ctx);
    if let Some(map) = configuration.as_object_mut() {
        map.insert("urls".into(), json!({ "streaming": streaming(uris) }));
        map.insert("vapid".into(), json!({ "public_key": about.vapid }));
        map.insert("translation".into(), json!({ "enabled": false }));
    }
    json!({
        "domain": uris.domain(),
        "title": about.name,
        "version": version(),
        "source_url": env!("CARGO_PKG_REPOSITORY"),
        "description": about.description,
        "usage": { "users": { "active_month": totals.active_month } },
        "thumbnail": { "url": uris.at("/static/header.png") },
        "icon": [],
        "languages": about.languages,
        "configuration": configuration,
        "registrations": {
            "enabled": about.open,
            "approval_required": about.approval,
            "message": null,
            "url": null,
        },
        "api_versions": { "mastodon": 2 },
        "contact": { "email": about.email, "account": null },
        "rules": [],
    })
}

/// `GET /api/v1/instance`
pub(in crate::http::api) fn v1(about: &About, ctx: &Ctx, totals: Totals) -> Value {
    let uris = &ctx.uris;
    json!({
        "uri": uris.domain(),
        "title": about.name,
        "short_description": about.description,
        "description": about.description,
        "email": about.email,
        "version": version(),
        "urls": { "streaming_api": streaming(uris) },
        "stats": { "user_count": totals.people, "status_count": totals.posts, "domain_count": 0 },
        "thumbnail": uris.at("/static/header.png"),
        "languages": about.languages,
        "registrations": about.open,
        "approval_required": about.approval,
        "invites_enabled": false,
        "configuration": limits(ctx),
        "contact_account": null,
        "rules": [],
    })
}
