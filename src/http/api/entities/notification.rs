//! `Notification`, `NotificationPolicy`, `NotificationRequest`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::actor::Actor;
use crate::domain::notification::{
    NotificationKind, NotificationPolicy, NotificationRequest, PolicyValue,
};
use crate::http::api::openapi::shapes;
use crate::services::reading::{NotificationView, PostView, Waiting};

use super::Desk;
use super::account::Account;
use super::event::Event;
use super::status::Status;

/// Something a person is told. `invitation`, `participation` and `participation_answered` are Kith's own types, with
/// `event`; Mastodon's clients pass over types they do not know.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Notification {
    id: String,
    #[serde(rename = "type")]
    #[schema(schema_with = shapes::word::<NotificationKind>)]
    kind: &'static str,
    #[schema(format = DateTime)]
    created_at: String,
    group_key: String,
    account: Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event: Option<Event>,
}

impl Notification {
    pub(in crate::http::api) fn of(view: &NotificationView, desk: &Desk<'_>) -> Notification {
        let told = &view.notification;
        Notification {
            id: told.id.to_string(),
            kind: told.kind.as_str(),
            created_at: told.created_at.rfc3339_millis(),
            group_key: format!("ungrouped-{}", told.id),
            account: Account::of(&view.from, desk),
            status: view.post.as_ref().map(|post| Status::of(post, desk)),
            event: view
                .event
                .as_ref()
                .map(|event| Event::of(event, Waiting::default(), desk)),
        }
    }
}

/// What happens to notifications of those whom one may not want to hear.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationPolicy)]
pub(in crate::http::api) struct Policy {
    #[serde(rename = "for_not_following")]
    #[schema(schema_with = shapes::word::<PolicyValue>)]
    not_following: &'static str,
    #[serde(rename = "for_not_followers")]
    #[schema(schema_with = shapes::word::<PolicyValue>)]
    not_followers: &'static str,
    #[serde(rename = "for_new_accounts")]
    #[schema(schema_with = shapes::word::<PolicyValue>)]
    new_accounts: &'static str,
    #[serde(rename = "for_private_mentions")]
    #[schema(schema_with = shapes::word::<PolicyValue>)]
    private_mentions: &'static str,
    #[serde(rename = "for_limited_accounts")]
    #[schema(schema_with = shapes::word::<PolicyValue>)]
    limited_accounts: &'static str,
    summary: Kept,
}

/// How much is kept back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationPolicySummary)]
struct Kept {
    pending_requests_count: i64,
    pending_notifications_count: i64,
}

impl Policy {
    pub(in crate::http::api) fn of(
        policy: NotificationPolicy,
        (requests, kept): (i64, i64),
    ) -> Policy {
        Policy {
            not_following: policy.not_following.as_str(),
            not_followers: policy.not_followers.as_str(),
            new_accounts: policy.new_accounts.as_str(),
            private_mentions: policy.private_mentions.as_str(),
            limited_accounts: policy.limited_accounts.as_str(),
            summary: Kept {
                pending_requests_count: requests,
                pending_notifications_count: kept,
            },
        }
    }
}

/// The same as it was told before version 2: whether they are kept back, or dropped.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationPolicyV1)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
pub(in crate::http::api) struct PolicyV1 {
    #[serde(rename = "filter_not_following")]
    not_following: bool,
    #[serde(rename = "filter_not_followers")]
    not_followers: bool,
    #[serde(rename = "filter_new_accounts")]
    new_accounts: bool,
    #[serde(rename = "filter_private_mentions")]
    private_mentions: bool,
    summary: Kept,
}

impl PolicyV1 {
    pub(in crate::http::api) fn of(
        policy: NotificationPolicy,
        (requests, kept): (i64, i64),
    ) -> PolicyV1 {
        let filters = |value| value != PolicyValue::Accept;
        PolicyV1 {
            not_following: filters(policy.not_following),
            not_followers: filters(policy.not_followers),
            new_accounts: filters(policy.new_accounts),
            private_mentions: filters(policy.private_mentions),
            summary: Kept {
                pending_requests_count: requests,
                pending_notifications_count: kept,
            },
        }
    }
}

/// Somebody whose notifications are kept back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationRequest)]
pub(in crate::http::api) struct Request {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(schema_with = shapes::digits)]
    notifications_count: String,
    account: Account,
    #[schema(required)]
    last_status: Option<Status>,
}

impl Request {
    pub(in crate::http::api) fn of(
        (request, from, last): &(NotificationRequest, Actor, Option<PostView>),
        desk: &Desk<'_>,
    ) -> Request {
        Request {
            id: request.id.to_string(),
            created_at: request.created_at.rfc3339_millis(),
            updated_at: request.updated_at.rfc3339_millis(),
            notifications_count: request.count.to_string(),
            account: Account::of(from, desk),
            last_status: last.as_ref().map(|view| Status::of(view, desk)),
        }
    }
}

/// Whether what was accepted is shown by now.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Merged {
    pub(in crate::http::api) merged: bool,
}
