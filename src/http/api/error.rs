//! Errors as clients see them: `{error, error_description}` (rulings 24), with `details` for fields.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::domain::poll::PollFault;
use crate::services::StoreError;
use crate::services::event::EventError;
use crate::services::follow::FollowError;
use crate::services::invite::InviteError;
use crate::services::participation::ParticipationError;
use crate::services::poll::VoteError;
use crate::services::post::PostError;
use crate::services::profile::ProfileError;
use crate::services::reaction::ReactionError;

/// Why a request is not answered as it was meant.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// 400: it cannot be read.
    #[error("the request cannot be read: {0}")]
    Malformed(&'static str),
    /// 401: no token, or none that counts.
    #[error("the access token is invalid")]
    BadToken,
    /// 403: the token lacks a scope.
    #[error("the token's scopes do not allow this")]
    OutOfScope,
    /// 403: the mail address is not confirmed, or no moderator has agreed.
    #[error("the account is not there yet")]
    NotYet,
    /// 403: this person may not.
    #[error("this action is not allowed")]
    NotAllowed,
    /// 404: there is none, or the caller may not see it.
    #[error("no such record")]
    NotFound,
    /// 405
    #[error("this method is not known here")]
    Method,
    /// 413
    #[error("the body is too large")]
    TooLarge,
    /// 415
    #[error("the body's media type is not read here")]
    MediaType,
    /// 422: one field is wrong.
    #[error("{0} {1}: {2}")]
    Field(&'static str, Wrong, String),
    /// 422: it can be read but not done.
    #[error("{0}")]
    Impossible(String),
    /// 429: not so soon again.
    #[error("too many requests")]
    TooMany(Duration),
    /// 503: others wait already.
    #[error("too many wait")]
    Busy,
    /// 500: something that no client can mend; it is in the log already.
    #[error("something broke")]
    Broken,
    /// 503 or 500
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// What is wrong with a field, in Mastodon's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    Blank,
    TooLong,
    Invalid,
    TooShort,
    Reserved,
    Taken,
    /// Terms that one has to agree to.
    Accepted,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Wrong::Blank => "ERR_BLANK",
            Wrong::TooLong => "ERR_TOO_LONG",
            Wrong::Invalid => "ERR_INVALID",
            Wrong::TooShort => "ERR_TOO_SHORT",
            Wrong::Reserved => "ERR_RESERVED",
            Wrong::Taken => "ERR_TAKEN",
            Wrong::Accepted => "ERR_ACCEPTED",
        })
    }
}

/// The result of a handler.
pub(super) type ApiResult<T> = Result<T, ApiError>;

/// What is said of an error.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct Said {
    /// A sentence for people; at `/oauth/token` and `/oauth/revoke` a word of RFC 6749.
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_description: Option<String>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Vec<Detail>>)]
    details: BTreeMap<&'static str, Vec<Detail>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
struct Detail {
    #[schema(schema_with = wrongs)]
    error: String,
    description: String,
}

fn wrongs() -> ObjectBuilder {
    let all = [
        Wrong::Blank,
        Wrong::TooLong,
        Wrong::Invalid,
        Wrong::TooShort,
        Wrong::Reserved,
        Wrong::Taken,
        Wrong::Accepted,
    ];
    let all = all.map(|wrong| wrong.to_string());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(all))
}

impl ApiError {
    /// An error about one field, with the sentence of what refused it.
    pub(super) fn field(name: &'static str, wrong: Wrong, reason: impl Into<String>) -> Self {
        ApiError::Field(name, wrong, reason.into())
    }

    fn status(&self) -> StatusCode {
        match self {
            ApiError::Malformed(_) => StatusCode::BAD_REQUEST,
            ApiError::BadToken => StatusCode::UNAUTHORIZED,
            ApiError::OutOfScope | ApiError::NotYet | ApiError::NotAllowed => StatusCode::FORBIDDEN,
            ApiError::NotFound => StatusCode::NOT_FOUND,
            ApiError::Method => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ApiError::Field(..) | ApiError::Impossible(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Store(inner) if inner.is_outage() => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Store(_) | ApiError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn said(&self) -> Said {
        let (error, description): (String, Option<String>) = match self {
            ApiError::Malformed(why) => ("Bad request".into(), Some((*why).into())),
            ApiError::BadToken => ("The access token is invalid".into(), None),
            ApiError::OutOfScope => (
                "This action is outside the authorized scopes".into(),
                Some("ask for a token with more scopes".into()),
            ),
            ApiError::NotYet => (
                "Your login is missing a confirmed e-mail address".into(),
                Some("or a moderator has not agreed yet".into()),
            ),
            ApiError::NotAllowed => ("This action is not allowed".into(), None),
            ApiError::NotFound => ("Record not found".into(), None),
            ApiError::Method => ("Method not allowed".into(), None),
            ApiError::TooLarge => ("Payload too large".into(), None),
            ApiError::MediaType => (
                "Unsupported media type".into(),
                Some("send JSON or a form".into()),
            ),
            ApiError::Field(_, _, why) => {
                let error = format!("Validation failed: {why}");
                (error, Some(why.clone()))
            }
            ApiError::Impossible(why) => (why.clone(), None),
            ApiError::TooMany(_) | ApiError::Busy => ("Too many requests".into(), None),
            ApiError::Store(_) | ApiError::Broken => {
                ("Something went wrong on this server".into(), None)
            }
        };
        let details = match self {
            ApiError::Field(name, wrong, why) => BTreeMap::from([(
                *name,
                vec![Detail {
                    error: wrong.to_string(),
                    description: why.clone(),
                }],
            )]),
            _ => BTreeMap::new(),
        };
        Said {
            error,
            error_description: description,
            details,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let ApiError::Store(inner) = &self {
            tracing::error!(error = %inner, cause = ?inner, "a request of the client API failed");
        }
        let status = self.status();
        let wait = match &self {
            ApiError::TooMany(wait) => Some(wait.as_secs().max(1)),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(10),
            _ => None,
        };
        let mut response = (status, Json(self.said())).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer error=\"invalid_token\""),
            );
        }
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Empty => ApiError::field("text", Wrong::Blank, error.to_string()),
            PostError::TooLong => ApiError::field("text", Wrong::TooLong, error.to_string()),
            PostError::TooManyMentions => {
                ApiError::field("text", Wrong::Invalid, error.to_string())
            }
            PostError::TooManyMedia
            | PostError::NoSuchMedia
            | PostError::AltTooLong
            | PostError::MediaAndPoll => {
                ApiError::field("media_ids", Wrong::Invalid, error.to_string())
            }
            // Who may not change a post learns no more about it than a stranger.
            PostError::NoSuchPost | PostError::NotTheAuthor => ApiError::NotFound,
            PostError::MayNotAnswer | PostError::MayNotQuote => {
                ApiError::Impossible(error.to_string())
            }
            PostError::Poll(fault) => fault.into(),
            PostError::Store(inner) => inner.into(),
        }
    }
}

impl From<PollFault> for ApiError {
    fn from(fault: PollFault) -> Self {
        let (field, wrong) = match fault {
            PollFault::TooFewOptions | PollFault::TooManyOptions | PollFault::SameOptions => {
                ("options", Wrong::Invalid)
            }
            PollFault::OptionTooLong => ("options", Wrong::TooLong),
            PollFault::TooShort | PollFault::TooLong => ("expires_in", Wrong::Invalid),
        };
        ApiError::field(field, wrong, fault.to_string())
    }
}

impl From<VoteError> for ApiError {
    fn from(error: VoteError) -> Self {
        match error {
            VoteError::NoSuchPoll => ApiError::NotFound,
            VoteError::Refused(why) => ApiError::Impossible(format!("Validation failed: {why}")),
            VoteError::Store(inner) => inner.into(),
        }
    }
}

impl From<ReactionError> for ApiError {
    fn from(error: ReactionError) -> Self {
        match error {
            ReactionError::NoSuchPost => ApiError::NotFound,
            ReactionError::NotPublic | ReactionError::MayNot => {
                ApiError::Impossible(error.to_string())
            }
            ReactionError::Store(inner) => inner.into(),
        }
    }
}

impl From<FollowError> for ApiError {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Oneself | FollowError::Blocked => ApiError::NotAllowed,
            FollowError::Inactive | FollowError::NoSuchRequest => ApiError::NotFound,
            FollowError::Store(inner) => inner.into(),
        }
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        let (field, wrong) = match error {
            ProfileError::NameTooLong => ("display_name", Wrong::TooLong),
            ProfileError::SummaryTooLong => ("note", Wrong::TooLong),
            ProfileError::FieldTooLong => ("fields", Wrong::TooLong),
            ProfileError::TooManyFields | ProfileError::FieldLabel | ProfileError::NotALink => {
                ("fields", Wrong::Invalid)
            }
            ProfileError::NoSuchPerson => return ApiError::NotFound,
            ProfileError::Store(inner) => return inner.into(),
        };
        ApiError::field(field, wrong, error.to_string())
    }
}

impl From<EventError> for ApiError {
    fn from(error: EventError) -> Self {
        let (field, wrong) = match error {
            EventError::Title => ("title", Wrong::Invalid),
            EventError::TooLong => ("description", Wrong::TooLong),
            EventError::Times => ("end_time", Wrong::Invalid),
            EventError::Timezone => ("timezone", Wrong::Invalid),
            EventError::Capacity => ("capacity", Wrong::Invalid),
            EventError::OnlineUrl => ("online_url", Wrong::Invalid),
            EventError::NoSuchEvent => return ApiError::NotFound,
            EventError::NotAnOrganizer => return ApiError::NotAllowed,
            EventError::Store(inner) => return inner.into(),
        };
        ApiError::field(field, wrong, error.to_string())
    }
}

impl From<ParticipationError> for ApiError {
    fn from(error: ParticipationError) -> Self {
        match error {
            ParticipationError::NoSuchEvent | ParticipationError::NoSuchAnswer => {
                ApiError::NotFound
            }
            ParticipationError::NotAnOrganizer => ApiError::NotAllowed,
            ParticipationError::Refused(why) => ApiError::Impossible(why.to_string()),
            ParticipationError::Store(inner) => inner.into(),
        }
    }
}

impl From<InviteError> for ApiError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::NoSuchEvent => ApiError::NotFound,
            InviteError::NotAnOrganizer => ApiError::NotAllowed,
            InviteError::Store(inner) => inner.into(),
        }
    }
}
