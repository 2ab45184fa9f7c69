//! `List`, `Conversation`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::list::{self, RepliesPolicy};
use crate::http::api::openapi::shapes;
use crate::services::reading::ConversationView;

use super::Desk;
use super::account::Account;
use super::status::Status;

/// A list of people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http::api) struct List {
    id: String,
    title: String,
    #[schema(schema_with = shapes::word::<RepliesPolicy>)]
    replies_policy: &'static str,
    exclusive: bool,
}

impl From<&list::List> for List {
    fn from(list: &list::List) -> Self {
        List {
            id: list.id.to_string(),
            title: list.title.clone(),
            replies_policy: list.replies.as_str(),
            exclusive: list.exclusive,
        }
    }
}

/// A thread of direct posts.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Conversation {
    id: String,
    unread: bool,
    accounts: Vec<Account>,
    #[schema(required)]
    last_status: Option<Status>,
}

impl Conversation {
    pub(in crate::http::api) fn of(view: &ConversationView, desk: &Desk<'_>) -> Conversation {
        Conversation {
            id: view.conversation.id.to_string(),
            unread: view.conversation.unread,
            accounts: view
                .people
                .iter()
                .map(|actor| Account::of(actor, desk))
                .collect(),
            last_status: Some(Status::of(&view.last, desk)),
        }
    }
}
