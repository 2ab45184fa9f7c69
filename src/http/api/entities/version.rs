//! `StatusEdit`: a version of a status.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::post::Version;
use crate::services::reading::PostView;
use crate::text::sanitize::sanitize;

use super::account::Account;
use super::media::{MediaAttachment, files};
use super::{Desk, Empty};

/// What a status was, or is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct StatusEdit {
    content: String,
    spoiler_text: String,
    sensitive: bool,
    #[schema(format = DateTime)]
    created_at: String,
    account: Account,
    media_attachments: Vec<MediaAttachment>,
    emojis: Empty,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    poll: Option<Asked>,
}

/// What was asked then, without counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedPoll)]
struct Asked {
    options: Vec<Title>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedPollOption)]
struct Title {
    title: String,
}

impl Asked {
    fn of(options: &[String]) -> Option<Asked> {
        let titles = options.iter().map(|title| Title {
            title: title.clone(),
        });
        (!options.is_empty()).then(|| Asked {
            options: titles.collect(),
        })
    }
}

impl StatusEdit {
    /// All versions of a post, the present one last.
    pub(in crate::http::api) fn all(
        view: &PostView,
        before: &[Version],
        desk: &Desk<'_>,
    ) -> Vec<StatusEdit> {
        let post = &view.post;
        let now = Version {
            content: post.content.clone(),
            warning: post.warning.clone(),
            sensitive: post.sensitive,
            attachments: post.attachments.clone(),
            options: view.poll.as_ref().map_or_else(Vec::new, |view| {
                let options = view.poll.options.iter();
                options.map(|option| option.title.clone()).collect()
            }),
            written_at: post.edited_at.unwrap_or(post.published_at),
        };
        before
            .iter()
            .chain([&now])
            .map(|version| StatusEdit {
                content: sanitize(&version.content),
                spoiler_text: version.warning.clone(),
                sensitive: version.sensitive,
                created_at: version.written_at.rfc3339_millis(),
                account: Account::of(&view.author, desk),
                media_attachments: files(post.id, version.attachments.as_deref(), desk),
                emojis: Empty,
                poll: Asked::of(&version.options),
            })
            .collect()
    }
}
