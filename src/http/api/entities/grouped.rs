//! `GroupedNotificationsResults`, `NotificationGroup`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::actor::Actor;
use crate::domain::notification::NotificationKind;
use crate::http::api::openapi::shapes;
use crate::services::reading::{NotificationView, Waiting};

use super::Desk;
use super::account::Account;
use super::event::Event;
use super::status::Status;

/// People named in a group.
const SAMPLE: usize = 8;

/// Groups of notifications, with everybody and everything they name once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupedNotifications)]
pub(in crate::http::api) struct Groups {
    accounts: Vec<Account>,
    statuses: Vec<Status>,
    #[serde(rename = "notification_groups")]
    all: Vec<Group>,
}

/// Notifications that are shown as one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationGroup)]
pub(in crate::http::api) struct Group {
    #[serde(rename = "group_key")]
    key: String,
    notifications_count: usize,
    #[serde(rename = "type")]
    #[schema(schema_with = shapes::word::<NotificationKind>)]
    kind: &'static str,
    most_recent_notification_id: String,
    page_min_id: String,
    page_max_id: String,
    #[schema(format = DateTime)]
    latest_page_notification_at: String,
    sample_account_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event: Option<Event>,
}

impl Groups {
    /// Each group with its notifications, the latest first.
    pub(in crate::http::api) fn of(
        groups: &[(String, Vec<NotificationView>)],
        desk: &Desk<'_>,
    ) -> Groups {
        let mut answer = Groups {
            accounts: Vec::new(),
            statuses: Vec::new(),
            all: Vec::new(),
        };
        let mut people: Vec<&Actor> = Vec::new();
        let mut posts: Vec<&str> = Vec::new();
        for (key, all) in groups {
            people.extend(Group::people(all).into_iter().take(SAMPLE));
            for view in all.iter().filter_map(|view| view.post.as_ref()) {
                if !posts.contains(&view.post.uri.as_str()) {
                    posts.push(&view.post.uri);
                    answer.statuses.push(Status::of(view, desk));
                }
            }
            answer.all.extend(Group::of(key, all, desk));
        }
        people.sort_by_key(|actor| actor.id);
        people.dedup_by_key(|actor| actor.id);
        answer.accounts = people
            .into_iter()
            .map(|actor| Account::of(actor, desk))
            .collect();
        answer
    }
}

impl Group {
    fn of(key: &str, all: &[NotificationView], desk: &Desk<'_>) -> Option<Group> {
        let latest = all.first()?;
        let oldest = all.last()?;
        let told = &latest.notification;
        Some(Group {
            key: key.to_owned(),
            notifications_count: all.len(),
            kind: told.kind.as_str(),
            most_recent_notification_id: told.id.to_string(),
            page_min_id: oldest.notification.id.to_string(),
            page_max_id: told.id.to_string(),
            latest_page_notification_at: told.created_at.rfc3339_millis(),
            sample_account_ids: Group::people(all)
                .into_iter()
                .take(SAMPLE)
                .map(|actor| actor.id.to_string())
                .collect(),
            status_id: latest.post.as_ref().map(|view| view.post.id.to_string()),
            event: latest
                .event
                .as_ref()
                .map(|event| Event::of(event, Waiting::default(), desk)),
        })
    }

    /// Who is in a group, each once, the latest first.
    pub(in crate::http::api) fn people(all: &[NotificationView]) -> Vec<&Actor> {
        let mut people: Vec<&Actor> = Vec::new();
        for view in all {
            if people.iter().all(|known| known.id != view.from.id) {
                people.push(&view.from);
            }
        }
        people
    }
}
