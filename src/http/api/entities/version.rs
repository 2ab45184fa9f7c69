//! `StatusEdit`: a version of a status.

use serde::Serialize;

use crate::domain::post::Version;
use crate::services::reading::PostView;
use crate::text::sanitize::sanitize;

use super::Desk;
use super::account::Account;
use super::media::{MediaAttachment, files};

/// What a status was, or is.
#[derive(Debug, Serialize)]
pub(in crate::http::api) struct StatusEdit {
    content: String,
    spoiler_text: String,
    sensitive: bool,
    created_at: String,
    account: Account,
    media_attachments: Vec<MediaAttachment>,
    emojis: [(); 0],
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
                emojis: [],
            })
            .collect()
    }
}
