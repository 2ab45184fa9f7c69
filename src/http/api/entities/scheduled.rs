//! `ScheduledStatus`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audience::Audience;
use crate::domain::interaction::Openness;
use crate::domain::media::Attachment;
use crate::domain::poll::NewPoll;
use crate::domain::uris::Uris;
use crate::http::api::openapi::shapes;
use crate::services::scheduled::Waiting;

use super::media::MediaAttachment;
use super::status::visibility;

/// A post that waits for its time.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ScheduledStatus {
    id: String,
    #[schema(format = DateTime)]
    scheduled_at: String,
    params: Params,
    media_attachments: Vec<MediaAttachment>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduledParams)]
struct Params {
    text: String,
    #[schema(required)]
    poll: Option<Poll>,
    #[schema(required)]
    media_ids: Option<Vec<String>>,
    sensitive: bool,
    #[schema(required)]
    spoiler_text: Option<String>,
    #[schema(schema_with = shapes::visibilities)]
    visibility: &'static str,
    #[schema(required)]
    in_reply_to_id: Option<String>,
    #[schema(required)]
    language: Option<String>,
    #[schema(schema_with = shapes::null, required)]
    application_id: Option<()>,
    #[schema(schema_with = shapes::null, required)]
    scheduled_at: Option<()>,
    #[schema(schema_with = shapes::null, required)]
    idempotency: Option<()>,
    with_rate_limit: bool,
    #[schema(required)]
    quoted_status_id: Option<String>,
    #[schema(schema_with = shapes::word_or_null::<Openness>, required)]
    quote_approval_policy: Option<&'static str>,
}

/// A poll that waits with its post.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScheduledPoll)]
struct Poll {
    options: Vec<String>,
    /// Seconds, from when it is posted.
    expires_in: u64,
    multiple: bool,
    hide_totals: bool,
}

impl From<&NewPoll> for Poll {
    fn from(poll: &NewPoll) -> Self {
        Poll {
            options: poll.options.clone(),
            expires_in: poll.expires_in,
            multiple: poll.multiple,
            hide_totals: poll.hide_totals,
        }
    }
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
                poll: params.poll.as_ref().map(Poll::from),
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
