//! `Profile`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::actor::ActorKind;
use crate::domain::uris::Uris;
use crate::services::reading::ProfileView;
use crate::services::tags::Featured;

use super::Empty;
use super::account::Field;
use super::tag::FeaturedTag;

/// Somebody's own profile as they wrote it. What cannot be chosen here is as it is for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
pub(in crate::http::api) struct Profile {
    id: String,
    display_name: String,
    /// Markdown.
    note: String,
    /// Plain text.
    fields: Vec<Field>,
    #[schema(required, format = Uri)]
    avatar: Option<String>,
    #[schema(required, format = Uri)]
    avatar_static: Option<String>,
    avatar_description: &'static str,
    #[schema(required, format = Uri)]
    header: Option<String>,
    #[schema(required, format = Uri)]
    header_static: Option<String>,
    header_description: &'static str,
    locked: bool,
    bot: bool,
    hide_collections: bool,
    discoverable: bool,
    indexable: bool,
    show_media: bool,
    show_media_replies: bool,
    show_featured: bool,
    attribution_domains: Empty,
    featured_tags: Vec<FeaturedTag>,
}

impl Profile {
    pub(in crate::http::api) fn of(view: &ProfileView, featured: &[Featured], uris: &Uris) -> Self {
        let actor = &view.actor;
        Profile {
            id: actor.id.to_string(),
            display_name: actor.name.clone(),
            note: actor.summary_source.clone().unwrap_or_default(),
            fields: view.fields.iter().map(Field::raw).collect(),
            avatar: actor.icon.clone(),
            avatar_static: actor.icon.clone(),
            avatar_description: "",
            header: actor.image.clone(),
            header_static: actor.image.clone(),
            header_description: "",
            locked: actor.manually_approves,
            bot: matches!(actor.kind, ActorKind::Application | ActorKind::Service),
            hide_collections: false,
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            show_media: true,
            show_media_replies: true,
            show_featured: true,
            attribution_domains: Empty,
            featured_tags: featured
                .iter()
                .map(|tag| FeaturedTag::of(tag, uris))
                .collect(),
        }
    }
}
