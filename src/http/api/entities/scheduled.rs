//! `ScheduledStatus`.

use serde::Serialize;

use crate::domain::audience::Audience;
use crate::domain::interaction::Openness;
use crate::domain::media::Attachment;
use crate::domain::poll::NewPoll;
use crate::domain::uris::Uris;
use crate::services::scheduled::Waiting;

use super::media::MediaAttachment;
use super::status::visibility;

/// A post that waits for its time.
#[derive(Debug, Serialize)]
pub(in crate::http::api) struct ScheduledStatus {
    id: String,
    scheduled_at: String,
    params: Params,
    media_attachments: Vec<MediaAttachment>,
}

#[derive(Debug, Serialize)]
struct Params {
    text: String,
    poll: Option<NewPoll>,
    media_ids: Option<Vec<String>>,
    sensitive: bool,
    spoiler_text: Option<String>,
    visibility: &'static str,
    in_reply_to_id: Option<String>,
    language: Option<String>,
    application_id: Option<()>,
    scheduled_at: Option<()>,
    idempotency: Option<()>,
    with_rate_limit: bool,
    quoted_status_id: Option<String>,
    quote_approval_policy: Option<&'static str>,
}

impl ScheduledStatus {
    /// A waiting post with its pictures.
    pub(in crate::http::api) fn of(waiting: &Waiting, uris: &Uris) -> ScheduledStatus {
        let post = &waiting.post;
        let params = &post.params;
        let audience = Audience::parse(&params.audience).unwrap_or(Audience::Direct);
        ScheduledStatus {
            id: post.id.to_string(),
            scheduled_at: post.due_at.rfc3339_millis(),
            params: Params {
                text: params.text.clone(),
                poll: params.poll.clone(),
                media_ids: (!params.media.is_empty())
                    .then(|| params.media.iter().map(ToString::to_string).collect()),
                sensitive: params.sensitive,
                spoiler_text: (!params.warning.is_empty()).then(|| params.warning.clone()),
                visibility: visibility(audience),
                in_reply_to_id: params.in_reply_to.map(|id| id.to_string()),
                language: params.language.clone(),
                application_id: None,
                scheduled_at: None,
                idempotency: None,
                with_rate_limit: false,
                quoted_status_id: params.quoted.map(|id| id.to_string()),
                quote_approval_policy: params.policy.quote.map(|rule| Openness::of(rule).as_str()),
            },
            media_attachments: waiting
                .media
                .iter()
                .map(|media| MediaAttachment::own(media.id, Attachment::of(media, uris)))
                .collect(),
        }
    }
}
