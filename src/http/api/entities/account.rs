//! `Account`, `Relationship`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::FieldAudience;
use crate::domain::clock::Timestamp;
use crate::domain::interaction::Openness;
use crate::domain::preferences::Preferences;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::http::api::openapi::shapes;
use crate::services::reading::{self, Counts, ProfileView};
use crate::text::sanitize::sanitize;

use super::status::visibility;
use super::{Desk, Empty, day, page, picture};

/// A person or group.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
pub(in crate::http::api) struct Account {
    pub(in crate::http::api) id: String,
    username: String,
    acct: String,
    display_name: String,
    locked: bool,
    bot: bool,
    discoverable: bool,
    indexable: bool,
    /// Whether lists of followers are hidden; nobody can choose that yet.
    hide_collections: bool,
    group: bool,
    #[schema(format = DateTime)]
    created_at: String,
    note: String,
    #[schema(format = Uri)]
    url: String,
    #[schema(format = Uri)]
    uri: String,
    #[schema(format = Uri)]
    avatar: String,
    #[schema(format = Uri)]
    avatar_static: String,
    #[schema(format = Uri)]
    header: String,
    #[schema(format = Uri)]
    header_static: String,
    followers_count: i64,
    following_count: i64,
    statuses_count: i64,
    #[schema(required, format = Date)]
    last_status_at: Option<String>,
    emojis: Empty,
    fields: Vec<Field>,
    /// The person's own text; only for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    source: Option<Source>,
    /// Who manages a group; where it is shown alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    organizers: Vec<Account>,
    /// When the caller's mute of it ends; in the list of mutes alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    mute_expires_at: Option<MuteEnd>,
}

/// When a mute ends; null for never.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
struct MuteEnd(Option<String>);

/// One line of a profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccountField)]
pub(in crate::http::api) struct Field {
    name: String,
    /// HTML.
    value: String,
    #[schema(required, format = DateTime)]
    verified_at: Option<String>,
    /// Who sees it; only for its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = shapes::word::<FieldAudience>)]
    audience: Option<&'static str>,
    /// Which part of the profile it is; only for its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = shapes::word::<FieldKind>)]
    kind: Option<&'static str>,
}

/// A profile as its owner wrote it, with defaults for new posts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccountSource)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
struct Source {
    #[schema(schema_with = shapes::visibilities)]
    privacy: &'static str,
    sensitive: bool,
    #[schema(required)]
    language: Option<String>,
    #[schema(schema_with = shapes::word::<Openness>)]
    quote_policy: &'static str,
    note: String,
    fields: Vec<Field>,
    follow_requests_count: i64,
    discoverable: bool,
    indexable: bool,
    hide_collections: bool,
}

impl Account {
    /// An account as it stands beside a post or in a list, without its fields.
    pub(in crate::http::api) fn of(actor: &Actor, desk: &Desk<'_>) -> Account {
        let counts = desk.counts.get(&actor.id).copied().unwrap_or_default();
        let avatar = picture(desk.uris, actor.icon.as_deref(), "/static/avatar.png");
        let header = picture(desk.uris, actor.image.as_deref(), "/static/header.png");
        Account {
            id: actor.id.to_string(),
            username: actor.handle.clone(),
            acct: actor.acct(),
            display_name: actor.name.clone(),
            locked: actor.manually_approves,
            bot: matches!(actor.kind, ActorKind::Application | ActorKind::Service),
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            hide_collections: false,
            group: actor.is_group(),
            created_at: day(actor.created_at),
            note: desk.caches.note(actor).to_string(),
            url: page(actor),
            uri: actor.uri.clone(),
            avatar_static: avatar.clone(),
            avatar,
            header_static: header.clone(),
            header,
            followers_count: counts.followers,
            following_count: counts.following,
            statuses_count: counts.posts,
            last_status_at: None,
            emojis: Empty,
            fields: Vec::new(),
            source: None,
            organizers: Vec::new(),
            mute_expires_at: None,
        }
    }

    /// An account in the list of those whom the caller mutes.
    pub(in crate::http::api) fn muted(
        actor: &Actor,
        end: Option<Timestamp>,
        desk: &Desk<'_>,
    ) -> Account {
        Account {
            mute_expires_at: Some(MuteEnd(end.map(Timestamp::rfc3339_millis))),
            ..Account::of(actor, desk)
        }
    }

    /// An account shown alone, with the fields that the viewer may see.
    pub(in crate::http::api) fn profile(view: &ProfileView, desk: &mut Desk<'_>) -> Account {
        let counts = Counts {
            followers: view.followers,
            following: view.following,
            posts: view.posts,
        };
        desk.counts.insert(view.actor.id, counts);
        Account {
            fields: view
                .fields
                .iter()
                .map(|field| Field::shown(field, view.actor.local))
                .collect(),
            organizers: view
                .organizers
                .iter()
                .map(|actor| Account::of(actor, desk))
                .collect(),
            ..Account::of(&view.actor, desk)
        }
    }

    /// A person's own account, with what they wrote as they wrote it.
    pub(in crate::http::api) fn own(
        view: &ProfileView,
        (requests, defaults): (i64, &Preferences),
        desk: &mut Desk<'_>,
    ) -> Account {
        let actor = &view.actor;
        let source = Source {
            privacy: visibility(defaults.audience),
            sensitive: defaults.sensitive,
            language: defaults.language.clone(),
            quote_policy: defaults.quote.unwrap_or(Openness::Everybody).as_str(),
            note: actor.summary_source.clone().unwrap_or_default(),
            fields: view.fields.iter().map(Field::raw).collect(),
            follow_requests_count: requests,
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            hide_collections: false,
        };
        Account {
            fields: view.fields.iter().map(Field::own).collect(),
            source: Some(source),
            ..Account::profile(view, desk)
        }
    }
}

impl Field {
    /// As its owner sees it.
    fn own(field: &ProfileField) -> Field {
        Field {
            audience: Some(field.audience.as_str()),
            kind: Some(field.kind.as_str()),
            ..Field::shown(field, true)
        }
    }

    /// As its owner wrote it.
    pub(super) fn raw(field: &ProfileField) -> Field {
        Field {
            value: field.value.clone(),
            ..Field::own(field)
        }
    }

    fn shown(field: &ProfileField, local: bool) -> Field {
        let value = if !local {
            sanitize(&field.value)
        } else if field.kind == FieldKind::Link {
            let text = escape(&field.value);
            format!("<a href=\"{text}\" rel=\"me nofollow noopener\" target=\"_blank\">{text}</a>")
        } else {
            escape(&field.value)
        };
        Field {
            name: field.kind.label().unwrap_or(&field.name).to_owned(),
            value,
            verified_at: None,
            audience: None,
            kind: None,
        }
    }
}

/// Text as HTML.
pub(in crate::http::api) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The audience of a field by its word.
pub(in crate::http::api) fn audience(word: &str) -> Option<FieldAudience> {
    FieldAudience::parse(word)
}

/// How the caller and another account stand to each other.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
pub(in crate::http::api) struct Relationship {
    id: String,
    following: bool,
    showing_reblogs: bool,
    notifying: bool,
    #[schema(required)]
    languages: Option<Vec<String>>,
    followed_by: bool,
    blocking: bool,
    blocked_by: bool,
    muting: bool,
    muting_notifications: bool,
    requested: bool,
    requested_by: bool,
    domain_blocking: bool,
    endorsed: bool,
    note: String,
}

impl From<reading::Relationship> for Relationship {
    fn from(found: reading::Relationship) -> Self {
        Relationship {
            id: found.other.to_string(),
            following: found.following,
            showing_reblogs: found.following && found.way.reblogs,
            notifying: found.following && found.way.notify,
            languages: (found.following && !found.way.languages.is_empty())
                .then_some(found.way.languages),
            followed_by: found.followed_by,
            blocking: found.blocking,
            blocked_by: found.blocked_by,
            muting: found.muting,
            muting_notifications: found.muting_notifications,
            requested: found.requested,
            requested_by: found.requested_by,
            domain_blocking: found.domain_blocking,
            endorsed: found.endorsed,
            note: found.note,
        }
    }
}

/// Who of those whom the caller follows follows an account.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FamiliarFollowers {
    pub(in crate::http::api) id: String,
    pub(in crate::http::api) accounts: Vec<Account>,
}
