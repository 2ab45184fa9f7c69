//! A remote post, from its document.

use std::sync::Arc;

use url::Url;

use crate::domain::actor::Actor;
use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::ids::PostId;
use crate::domain::interaction::{Circles, Policy, Rule};
use crate::domain::media::{Attachment, Focus};
use crate::domain::poll::{
    MOST_RECEIVED_OPTIONS, MOST_VOTES, Poll, PollOption, RECEIVED_OPTION_CHARS,
};
use crate::domain::post::Post;
use crate::services::Ctx;
use crate::services::incoming::ReceivedPost;
use crate::services::quote::ReceivedQuote;
use crate::text::name::clean_name;
use crate::wire::activitystreams::PUBLIC;
use crate::wire::activitystreams::interaction::IncomingRule;
use crate::wire::activitystreams::note::IncomingObject;
use crate::wire::activitystreams::poll as wire;

const TITLE: usize = 300;
const WARNING: usize = 500;
const ATTACHMENTS: usize = 16;
const TAGS: usize = 100;

/// Types that are shown as posts.
const SHOWN: [&str; 8] = [
    "Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Document",
];

/// Whether an object of this type is kept as a post.
#[must_use]
pub fn is_shown(kind: &str) -> bool {
    SHOWN.contains(&kind)
}

/// To whom an object is addressed, as far as we tell audiences apart.
#[must_use]
pub fn audience(to: &[Url], cc: &[Url], public: &Url, followers: Option<&str>) -> Audience {
    let names = |list: &[Url], what: &str| list.iter().any(|url| url.as_str() == what);
    if to.contains(public) {
        Audience::Public
    } else if cc.contains(public) {
        Audience::Quiet
    } else if followers.is_some_and(|f| names(to, f) || names(cc, f)) {
        Audience::Followers
    } else {
        Audience::Direct
    }
}

/// Reads a post of `author`; `named` are the known people it is addressed to, with whether it mentions them.
#[must_use]
pub fn read(
    ctx: &Ctx,
    author: &Actor,
    object: &IncomingObject,
    named: Vec<(Arc<Actor>, bool)>,
) -> ReceivedPost {
    let now = ctx.now();
    let public = crate::wire::activitystreams::render::public();
    let mut tags: Vec<String> = object
        .tags
        .hashtags
        .iter()
        .map(|tag| tag.to_lowercase())
        .take(TAGS)
        .collect();
    tags.sort_unstable();
    tags.dedup();
    let post = Post {
        id: PostId(0),
        uri: object.id.to_string(),
        url: object.page_url().map(ToString::to_string),
        local: false,
        kind: object.kind.clone(),
        author: author.id,
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: object.in_reply_to.as_ref().map(ToString::to_string),
        thread: PostId(0),
        event: None,
        group: None,
        title: clean_name(object.name.as_deref().unwrap_or_default(), TITLE),
        content: object.content.clone().unwrap_or_default(),
        source: None,
        warning: clean_name(object.summary.as_deref().unwrap_or_default(), WARNING),
        sensitive: object.sensitive.unwrap_or(false),
        language: object.language.clone(),
        audience: audience(&object.to, &object.cc, &public, author.followers.as_deref()),
        attachments: attachments(object),
        policy: policy(author, object),
        likes: 0,
        boosts: 0,
        replies: 0,
        quotes: 0,
        // A date in the future would stay on top for ever.
        published_at: object.published.unwrap_or(now).min(now),
        edited_at: object
            .updated
            .filter(|updated| object.published.is_some_and(|p| *updated > p)),
    };
    ReceivedPost {
        post,
        author_uri: author.uri.clone(),
        recipients: named,
        tags,
        poll: object.poll.as_deref().and_then(|poll| read_poll(poll, now)),
        quote: object.quoted().map(|quoted| ReceivedQuote {
            quoted: quoted.clone(),
            authorization: object.quote_authorization.clone(),
        }),
    }
}

/// What the author says of who may do what. Single people are not kept: whom a post names may answer it anyway.
fn policy(author: &Actor, object: &IncomingObject) -> Policy {
    let Some(said) = &object.interaction_policy else {
        return Policy::default();
    };
    let circles = |ids: &[Url]| {
        let names =
            |what: Option<&str>| what.is_some_and(|w| ids.iter().any(|id| id.as_str() == w));
        Circles {
            everybody: names(Some(PUBLIC)),
            followers: names(author.followers.as_deref()),
            following: names(author.following.as_deref()),
        }
    };
    let rule = |said: &Option<IncomingRule>| {
        said.as_ref().map(|said| Rule {
            automatic: circles(&said.automatic_approval),
            manual: circles(&said.manual_approval),
        })
    };
    Policy {
        answer: rule(&said.can_reply),
        quote: rule(&said.can_quote),
        like: rule(&said.can_like),
        boost: rule(&said.can_announce),
    }
}

/// A poll as it can be shown and voted in; one that has too many or too long options is none.
fn read_poll(sent: &wire::Poll, now: Timestamp) -> Option<Poll> {
    let is_short = |option: &wire::PollOption| option.name.chars().count() <= RECEIVED_OPTION_CHARS;
    if !(1..=MOST_RECEIVED_OPTIONS).contains(&sent.options.len())
        || !sent.options.iter().all(is_short)
    {
        return None;
    }
    let believable = |count: u32| i64::from(count).min(MOST_VOTES);
    Some(Poll {
        post: PostId(0),
        multiple: sent.multiple,
        closes_at: sent.ends,
        // "Yes, but not when" is now.
        closed_at: sent.closed.map(|at| match at {
            Timestamp::NEVER => now,
            at => at,
        }),
        voters: sent.voters.map(believable),
        hide_totals: false,
        told: false,
        fetched_at: now,
        options: sent
            .options
            .iter()
            .map(|option| PollOption {
                title: option.name.clone(),
                votes: believable(option.votes),
            })
            .collect(),
    })
}

/// Reads what an `Update` says of a post of `author`. Many servers write whole seconds: an edit may have the same
/// `updated` as the post's `published`, or as the edit before. `Post::edited_at` is `None` where it says less.
#[must_use]
pub fn read_edit(
    ctx: &Ctx,
    author: &Actor,
    object: &IncomingObject,
    named: Vec<(Arc<Actor>, bool)>,
) -> ReceivedPost {
    let mut received = read(ctx, author, object, named);
    received.post.edited_at = object
        .updated
        .filter(|updated| object.published.is_none_or(|p| *updated >= p));
    received
}

fn attachments(object: &IncomingObject) -> Option<String> {
    let list: Vec<Attachment> = object
        .attachments
        .iter()
        .filter(|a| matches!(a.url.scheme(), "https" | "http"))
        .take(ATTACHMENTS)
        .map(|a| Attachment {
            id: None,
            url: a.url.to_string(),
            media_type: a.media_type.clone(),
            alt: a.alt().map(str::to_owned),
            blurhash: a.blurhash.clone(),
            focus: a.focal_point.map(|(x, y)| Focus { x, y }),
            width: a.width,
            height: a.height,
            preview: None,
        })
        .collect();
    Attachment::write(&list)
}
