//! What clients are told about this server before anything else: `Instance`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::config::{MailTransport, Registration};
use crate::domain::media::{MAX_ALT, MAX_ATTACHED};
use crate::domain::poll;
use crate::domain::uris::Uris;
use crate::http::api::openapi::shapes;
use crate::media::MEDIA_TYPES;
use crate::services::Ctx;
use crate::services::keep::MAX_PINS;
use crate::services::profile::{MAX_FIELDS, MAX_LABEL, MAX_VALUE};
use crate::services::tags::MAX_FEATURED;

use super::Empty;

/// Clients decide by this number what they may ask for.
const COMPATIBLE: &str = "4.3.0";

/// What the settings say about this server.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct About {
    pub(in crate::http::api) name: String,
    pub(in crate::http::api) description: String,
    /// Empty when the contact is no mail address.
    pub(in crate::http::api) email: String,
    pub(in crate::http::api) languages: Vec<String>,
    /// Who may ask for an account; nobody where no mail can be sent to confirm the address.
    pub(in crate::http::api) registration: Registration,
    /// The key that push messages are signed with.
    pub(in crate::http::api) vapid: String,
}

impl About {
    pub(in crate::http::api) fn of(app: &App) -> About {
        let instance = &app.config.instance;
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
            registration: match app.config.mail.transport {
                MailTransport::None => Registration::Closed,
                MailTransport::File(_) | MailTransport::Smtp(_) => instance.registration,
            },
            vapid: app.pusher.server_key().to_owned(),
        }
    }

    /// Anyone may ask for an account.
    pub(super) const fn is_open(&self) -> bool {
        matches!(
            self.registration,
            Registration::Open | Registration::Approval
        )
    }

    /// A moderator agrees to new accounts.
    pub(super) fn asks_moderators(&self) -> bool {
        self.registration == Registration::Approval
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
pub(super) fn streaming(uris: &Uris) -> String {
    let here = uris.at("");
    here.replacen("http", "ws", 1)
}

pub(super) fn version() -> String {
    format!(
        "{COMPATIBLE} (compatible; Kith {})",
        env!("CARGO_PKG_VERSION")
    )
}

/// What can be sent here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceLimits)]
pub(in crate::http::api) struct Limits {
    accounts: AccountLimits,
    statuses: StatusLimits,
    media_attachments: MediaLimits,
    polls: PollLimits,
}

#[derive(Debug, Serialize, ToSchema)]
struct AccountLimits {
    max_featured_tags: usize,
    max_pinned_statuses: i64,
    max_profile_fields: usize,
    profile_field_name_limit: usize,
    profile_field_value_limit: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct StatusLimits {
    max_characters: usize,
    max_media_attachments: usize,
    characters_reserved_per_url: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct MediaLimits {
    description_limit: usize,
    #[schema(value_type = Vec<String>)]
    supported_mime_types: [&'static str; 4],
    image_size_limit: usize,
    image_matrix_limit: u64,
    video_size_limit: u32,
    video_frame_rate_limit: u32,
    video_matrix_limit: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct PollLimits {
    max_options: usize,
    max_characters_per_option: usize,
    min_expiration: u64,
    max_expiration: u64,
}

impl Limits {
    pub(super) fn of(ctx: &Ctx) -> Limits {
        let limits = &ctx.limits;
        Limits {
            accounts: AccountLimits {
                max_featured_tags: MAX_FEATURED,
                max_pinned_statuses: MAX_PINS,
                max_profile_fields: MAX_FIELDS,
                profile_field_name_limit: MAX_LABEL,
                profile_field_value_limit: MAX_VALUE,
            },
            statuses: StatusLimits {
                max_characters: limits.post_chars,
                max_media_attachments: MAX_ATTACHED,
                characters_reserved_per_url: 23,
            },
            media_attachments: MediaLimits {
                description_limit: MAX_ALT,
                supported_mime_types: MEDIA_TYPES,
                image_size_limit: limits.image_bytes,
                image_matrix_limit: limits.image_pixels,
                video_size_limit: 0,
                video_frame_rate_limit: 0,
                video_matrix_limit: 0,
            },
            polls: PollLimits {
                max_options: poll::MOST_OPTIONS,
                max_characters_per_option: poll::OPTION_CHARS,
                min_expiration: poll::SHORTEST.as_secs(),
                max_expiration: poll::LONGEST.as_secs(),
            },
        }
    }
}

/// This server.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Instance {
    domain: String,
    title: String,
    version: String,
    #[schema(format = Uri)]
    source_url: &'static str,
    description: String,
    usage: Usage,
    thumbnail: Thumbnail,
    icon: Empty,
    languages: Vec<String>,
    configuration: Configuration,
    registrations: Registrations,
    api_versions: ApiVersions,
    contact: Contact,
    rules: Empty,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceUsage)]
struct Usage {
    users: ActiveUsers,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceUsageUsers)]
struct ActiveUsers {
    active_month: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceThumbnail)]
struct Thumbnail {
    #[schema(format = Uri)]
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceConfiguration)]
struct Configuration {
    #[serde(flatten)]
    limits: Limits,
    urls: Urls,
    vapid: Vapid,
    translation: Translation,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceUrls)]
struct Urls {
    #[schema(format = Uri)]
    streaming: String,
}

/// The key that push messages are signed with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceVapid)]
struct Vapid {
    public_key: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceTranslation)]
struct Translation {
    enabled: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceRegistrations)]
struct Registrations {
    enabled: bool,
    approval_required: bool,
    reason_required: bool,
    #[schema(schema_with = shapes::null, required)]
    message: Option<()>,
    #[schema(schema_with = shapes::null, required)]
    url: Option<()>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceApiVersions)]
struct ApiVersions {
    mastodon: u32,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstanceContact)]
struct Contact {
    email: String,
    #[schema(schema_with = shapes::null, required)]
    account: Option<()>,
}

impl Instance {
    pub(in crate::http::api) fn of(about: &About, ctx: &Ctx, totals: Totals) -> Instance {
        let uris = &ctx.uris;
        Instance {
            domain: uris.domain().to_owned(),
            title: about.name.clone(),
            version: version(),
            source_url: env!("CARGO_PKG_REPOSITORY"),
            description: about.description.clone(),
            usage: Usage {
                users: ActiveUsers {
                    active_month: totals.active_month,
                },
            },
            thumbnail: Thumbnail {
                url: uris.at("/static/header.png"),
            },
            icon: Empty,
            languages: about.languages.clone(),
            configuration: Configuration {
                limits: Limits::of(ctx),
                urls: Urls {
                    streaming: streaming(uris),
                },
                vapid: Vapid {
                    public_key: about.vapid.clone(),
                },
                translation: Translation { enabled: false },
            },
            registrations: Registrations {
                enabled: about.is_open(),
                approval_required: about.asks_moderators(),
                reason_required: about.asks_moderators(),
                message: None,
                url: None,
            },
            api_versions: ApiVersions { mastodon: 2 },
            contact: Contact {
                email: about.email.clone(),
                account: None,
            },
            rules: Empty,
        }
    }
}
