//! `Status`, `Context`, `StatusSource`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::post::Post;
use crate::http::api::openapi::shapes;
use crate::services::reading::{PostView, Thread};

use super::account::{Account, escape};
use super::filter::FilterResult;
use super::media::{MediaAttachment, files};
use super::poll::Poll;
use super::quote::{Quote, QuoteApproval};
use super::{Desk, Empty, page, web};

/// A post, or a boost of one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the shape is that of Mastodon's API"
)]
pub(in crate::http::api) struct Status {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required)]
    in_reply_to_id: Option<String>,
    #[schema(required)]
    in_reply_to_account_id: Option<String>,
    sensitive: bool,
    spoiler_text: String,
    #[schema(schema_with = shapes::visibilities)]
    visibility: &'static str,
    #[schema(required)]
    language: Option<String>,
    #[schema(format = Uri)]
    uri: String,
    #[schema(format = Uri)]
    url: String,
    replies_count: i64,
    reblogs_count: i64,
    favourites_count: i64,
    quotes_count: i64,
    #[schema(required, format = DateTime)]
    edited_at: Option<String>,
    favourited: bool,
    reblogged: bool,
    muted: bool,
    bookmarked: bool,
    content: String,
    /// On top of the author's posts; only for the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pinned: Option<bool>,
    filtered: Vec<FilterResult>,
    #[schema(required, no_recursion)]
    reblog: Option<Box<Status>>,
    #[schema(schema_with = shapes::null, required)]
    application: Option<()>,
    account: Account,
    media_attachments: Vec<MediaAttachment>,
    mentions: Vec<Mention>,
    tags: Vec<Tag>,
    emojis: Empty,
    #[schema(schema_with = shapes::null, required)]
    card: Option<()>,
    #[schema(required)]
    poll: Option<Poll>,
    #[schema(required)]
    quote: Option<Quote>,
    quote_approval: QuoteApproval,
    /// The event it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event_id: Option<String>,
    /// What the author wrote; only in the answer to a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    text: Option<String>,
}

/// Somebody named in a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StatusMention)]
struct Mention {
    id: String,
    username: String,
    #[schema(format = Uri)]
    url: String,
    acct: String,
}

/// A hashtag.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StatusTag)]
pub(in crate::http::api) struct Tag {
    name: String,
    #[schema(format = Uri)]
    url: String,
}

impl Status {
    pub(in crate::http::api) fn of(view: &PostView, desk: &Desk<'_>) -> Status {
        let post = &view.post;
        let shown = view.boosted.as_deref().unwrap_or(view);
        Status {
            id: post.id.to_string(),
            created_at: post.published_at.rfc3339_millis(),
            in_reply_to_id: post.in_reply_to.map(|id| id.to_string()),
            in_reply_to_account_id: view.answers.map(|id| id.to_string()),
            sensitive: shown.post.sensitive,
            spoiler_text: shown.post.warning.clone(),
            visibility: visibility(post.audience),
            language: shown.post.language.clone(),
            uri: post.uri.clone(),
            url: web(post.url.as_deref()).unwrap_or_else(|| post.uri.clone()),
            replies_count: shown.post.replies,
            reblogs_count: shown.post.boosts,
            favourites_count: shown.post.likes,
            quotes_count: shown.post.quotes,
            edited_at: post.edited_at.map(Timestamp::rfc3339_millis),
            favourited: shown.liked,
            reblogged: shown.reblogged,
            muted: shown.marks.thread_muted,
            bookmarked: shown.marks.bookmarked,
            content: content(&shown.post, desk),
            pinned: shown.marks.pinned,
            filtered: shown
                .marks
                .filtered
                .iter()
                .map(FilterResult::from)
                .collect(),
            reblog: view
                .boosted
                .as_deref()
                .map(|inner| Box::new(Status::of(inner, desk))),
            application: None,
            account: Account::of(&view.author, desk),
            media_attachments: files(shown.post.id, shown.post.attachments.as_deref(), desk),
            mentions: shown.mentioned.iter().map(mention).collect(),
            tags: shown.tags.iter().map(|tag| Tag::of(tag, desk)).collect(),
            emojis: Empty,
            card: None,
            poll: shown.poll.as_ref().map(Poll::from),
            quote: shown.quote.as_ref().map(|quote| Quote::of(quote, desk)),
            quote_approval: QuoteApproval::from(shown.quotable),
            event_id: shown.post.event.map(|id| id.to_string()),
            text: None,
        }
    }

    /// The same with the author's own text, for writing it anew.
    pub(in crate::http::api) fn with_text(view: &PostView, desk: &Desk<'_>) -> Status {
        Status {
            text: Some(view.post.source.clone().unwrap_or_default()),
            ..Status::of(view, desk)
        }
    }
}

impl Tag {
    /// `name` in lower case, without `#`.
    pub(in crate::http::api) fn of(name: &str, desk: &Desk<'_>) -> Tag {
        Tag {
            name: name.to_owned(),
            url: desk.uris.tag(name),
        }
    }
}

fn mention(actor: &crate::domain::actor::Actor) -> Mention {
    Mention {
        id: actor.id.to_string(),
        username: actor.handle.clone(),
        url: page(actor),
        acct: actor.acct(),
    }
}

/// Articles have titles; clients show only the content.
fn content(post: &Post, desk: &Desk<'_>) -> String {
    let content = desk.caches.content(post);
    if post.title.is_empty() {
        content.to_string()
    } else {
        format!("<p><strong>{}</strong></p>{content}", escape(&post.title))
    }
}

/// Mastodon's word for an audience.
pub(in crate::http::api) const fn visibility(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Quiet => "unlisted",
        Audience::Followers => "private",
        Audience::Direct => "direct",
    }
}

/// The audience of Mastodon's word.
pub(in crate::http::api) fn audience(word: &str) -> Option<Audience> {
    Audience::ALL
        .iter()
        .copied()
        .find(|audience| visibility(*audience) == word)
}

/// What stands around a post in its conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Context {
    ancestors: Vec<Status>,
    descendants: Vec<Status>,
}

impl Context {
    pub(in crate::http::api) fn of(thread: &Thread, desk: &Desk<'_>) -> Context {
        let all = |views: &[PostView]| views.iter().map(|view| Status::of(view, desk)).collect();
        Context {
            ancestors: all(&thread.ancestors),
            descendants: all(&thread.descendants),
        }
    }
}

/// A post as its author wrote it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct StatusSource {
    id: String,
    text: String,
    spoiler_text: String,
}

impl From<&Post> for StatusSource {
    fn from(post: &Post) -> Self {
        StatusSource {
            id: post.id.to_string(),
            text: post.source.clone().unwrap_or_default(),
            spoiler_text: post.warning.clone(),
        }
    }
}
