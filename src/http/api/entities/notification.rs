//! `Notification`.

use serde::Serialize;

use crate::services::reading::{NotificationView, Waiting};

use super::Desk;
use super::account::Account;
use super::event::Event;
use super::status::Status;

/// Something a person is told. `invitation`, `participation` and `participation_answered` are Kith's own types, with
/// `event`; Mastodon's clients pass over types they do not know.
#[derive(Debug, Serialize)]
pub(in crate::http::api) struct Notification {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    created_at: String,
    group_key: String,
    account: Account,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
