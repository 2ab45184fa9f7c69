//! Posts of this instance as Notes.

use std::collections::BTreeMap;

use url::Url;

use crate::domain::audience::Audience;
use crate::domain::clock::Timestamp;
use crate::domain::interaction::{Deed, Openness};
use crate::domain::media::Attachment;
use crate::domain::poll::Poll;
use crate::domain::post::Post;
use crate::domain::quote::Quote;
use crate::domain::uris::Uris;
use crate::wire::activitystreams::outgoing::{
    InteractionPolicy, OutgoingAttachment, OutgoingNote, OutgoingOption, OutgoingQuote,
    OutgoingTag, RepliesRef,
};

use super::{public, url};

/// Somebody a post names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub uri: String,
    /// `@name@host`
    pub handle: String,
    pub mentioned: bool,
}

/// What a local post's document is made of.
#[derive(Debug, Clone, Copy)]
pub struct NoteCard<'a> {
    pub post: &'a Post,
    pub author_uri: &'a str,
    pub author_followers: &'a str,
    pub named: &'a [Named],
    pub tags: &'a [String],
    pub poll: Option<&'a Poll>,
    pub quote: Option<&'a Quote>,
    pub uris: &'a Uris,
}

/// `to` and `cc` of something with this audience.
#[must_use]
pub fn audience(of: Audience, followers: &str, named: &[Named]) -> (Vec<Url>, Vec<Url>) {
    let people: Vec<Url> = named.iter().map(|n| url(&n.uri)).collect();
    let with = |first: Url| {
        std::iter::once(first)
            .chain(people.iter().cloned())
            .collect()
    };
    match of {
        Audience::Public => (vec![public()], with(url(followers))),
        Audience::Quiet => (vec![url(followers)], with(public())),
        Audience::Followers => (vec![url(followers)], people),
        Audience::Direct => (people, Vec::new()),
    }
}

/// A post as it is served and sent.
#[must_use]
pub fn note(card: &NoteCard<'_>) -> OutgoingNote {
    let post = card.post;
    let (to, cc) = audience(post.audience, card.author_followers, card.named);
    let mut note = OutgoingNote::new(
        url(&post.uri),
        url(card.author_uri),
        post.published_at.rfc3339(),
    );
    note.url = Some(url(post.url.as_deref().unwrap_or(&post.uri)));
    note.to = to;
    note.cc = cc;
    note.in_reply_to = post.in_reply_to_uri.as_deref().map(url);
    // With milliseconds: an edit in the second of its publication, or of the edit before, must still be the later one.
    note.updated = post.edited_at.map(Timestamp::rfc3339_millis);
    note.summary = (!post.warning.is_empty()).then(|| post.warning.clone());
    note.sensitive = post.sensitive;
    note.content = Some(post.content.clone());
    if let Some(language) = &post.language {
        note.content_map = BTreeMap::from([(language.clone(), post.content.clone())]);
    }
    note.attachment = attachments(post);
    note.tag = tags(card);
    note.replies = Some(RepliesRef(url(&format!("{}/replies", post.uri))));
    note.quote = card.quote.map(|quote| {
        let authorization = quote.authorization.as_deref().filter(|_| quote.stands());
        OutgoingQuote::new(&url(&quote.quoted_uri), authorization.map(url))
    });
    note.interaction_policy = Some(policy(card));
    match card.poll {
        Some(poll) => with_poll(note, poll),
        None => note,
    }
}

fn policy(card: &NoteCard<'_>) -> InteractionPolicy {
    let post = card.post;
    let who = |deed| match Openness::of(post.policy.rule(deed, post.local, post.audience)) {
        Openness::Everybody => vec![public()],
        Openness::Followers => vec![url(card.author_followers)],
        Openness::Nobody => vec![url(card.author_uri)],
    };
    InteractionPolicy {
        quote: who(Deed::Quote),
        answer: post.policy.answer.map(|_| who(Deed::Answer)),
    }
}

fn with_poll(mut note: OutgoingNote, poll: &Poll) -> OutgoingNote {
    let shown = poll.closed_at.is_some() || !poll.hide_totals;
    let whole = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let options = poll.options.iter().map(|option| OutgoingOption {
        name: option.title.clone(),
        votes: shown.then(|| whole(option.votes)),
    });
    note.end_time = poll.closes_at.map(Timestamp::rfc3339);
    note.closed = poll.closed_at.map(Timestamp::rfc3339);
    note.voters_count = poll.voters.map(whole);
    note.with_options(options.collect(), poll.multiple)
}

fn attachments(post: &Post) -> Vec<OutgoingAttachment> {
    Attachment::read(post.attachments.as_deref())
        .into_iter()
        .map(|file| OutgoingAttachment::Document {
            media_type: file.media_type.unwrap_or_default(),
            url: url(&file.url),
            name: file.alt,
            summary: None,
            is_banner_image: None,
            focal_point: file.focus.map(|focus| [focus.x, focus.y]),
            width: file.width,
            height: file.height,
            blurhash: file.blurhash,
        })
        .collect()
}

fn tags(card: &NoteCard<'_>) -> Vec<OutgoingTag> {
    let mentions = card
        .named
        .iter()
        .filter(|named| named.mentioned)
        .map(|named| OutgoingTag::Mention {
            name: named.handle.clone(),
            href: url(&named.uri),
        });
    let hashtags = card.tags.iter().map(|tag| OutgoingTag::Hashtag {
        name: format!("#{tag}"),
        href: url(&card.uris.tag(tag)),
    });
    mentions.chain(hashtags).collect()
}
