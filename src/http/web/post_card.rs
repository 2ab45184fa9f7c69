//! A post as pages show it.

use crate::domain::audience::Audience;
use crate::domain::media::Attachment;
use crate::domain::post::Post;
use crate::domain::uris::Uris;
use crate::services::reading::{PostView, QuoteView};
use crate::text::name::clean_name;
use crate::text::plain;

use super::actor_card::ActorCard;
use super::clean::{Clean, clean, preview};
use super::links;
use super::poll_card::PollCard;
use super::when::{When, moment};

const TITLE_CHARS: usize = 200;
const WARNING_CHARS: usize = 500;
const ALT_CHARS: usize = 1_500;
/// More pictures than this make a page nobody reads.
const MEDIA: usize = 16;
/// In lists, a longer post is only begun.
const WHOLE_BYTES: usize = 6_000;

/// How much of a post is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it: its own page.
    Whole,
    /// The beginning of long ones: lists.
    Beginning,
}

/// One post.
#[derive(Debug, Clone)]
pub(super) struct PostCard {
    pub(super) author: ActorCard,
    pub(super) boosted_by: Option<ActorCard>,
    /// Its page on this server.
    pub(super) href: String,
    /// Its page at home, for remote ones.
    pub(super) original: Option<String>,
    pub(super) home: String,
    pub(super) published: When,
    pub(super) edited: Option<When>,
    pub(super) title: String,
    /// Why it is folded; empty when it is not.
    pub(super) warning: String,
    pub(super) body: Clean,
    /// The beginning, when it is too long for a list.
    pub(super) beginning: Option<String>,
    pub(super) language: Option<String>,
    pub(super) media: Vec<Media>,
    pub(super) poll: Option<PollCard>,
    pub(super) quoted: Option<Quoted>,
    /// What people did with it, in words; may be empty.
    pub(super) echo: String,
    /// It answers something.
    pub(super) is_answer: bool,
    /// Who else sees it, when not everyone.
    pub(super) audience: Option<&'static str>,
}

/// What a post shows of another.
#[derive(Debug, Clone)]
pub(super) struct Quoted {
    /// Its page here, else its address.
    pub(super) href: String,
    /// Who wrote it; `None` where it is not shown.
    pub(super) author: Option<ActorCard>,
    /// Its beginning, or its warning.
    pub(super) text: String,
}

/// An attachment.
#[derive(Debug, Clone)]
pub(super) struct Media {
    pub(super) href: String,
    /// It lies on this server, so that it can be shown.
    pub(super) shown: bool,
    /// What it shows; may be empty.
    pub(super) alt: String,
    /// `Image at host.example`
    pub(super) label: String,
}

impl PostCard {
    pub(super) fn of(uris: &Uris, view: &PostView, extent: Extent) -> PostCard {
        match &view.boosted {
            Some(inner) => PostCard {
                boosted_by: Some(ActorCard::of(uris, &view.author)),
                ..PostCard::of(uris, inner, extent)
            },
            None => PostCard::plain(uris, view, extent),
        }
    }

    /// A list of posts, each with its beginning.
    pub(super) fn list(uris: &Uris, views: &[PostView]) -> Vec<PostCard> {
        views
            .iter()
            .map(|view| PostCard::of(uris, view, Extent::Beginning))
            .collect()
    }

    fn plain(uris: &Uris, view: &PostView, extent: Extent) -> PostCard {
        let post = &view.post;
        let body = clean(&post.content);
        let beginning = (extent == Extent::Beginning && body.len() > WHOLE_BYTES)
            .then(|| preview(&post.content));
        let original = (!post.local)
            .then(|| links::original(&post.uri, post.url.as_deref()))
            .flatten();
        PostCard {
            author: ActorCard::of(uris, &view.author),
            boosted_by: None,
            href: format!("/posts/{}", post.id),
            original: original.map(String::from),
            home: links::host_of(&post.uri),
            published: moment(post.published_at),
            edited: post.edited_at.map(moment),
            title: clean_name(&post.title, TITLE_CHARS),
            warning: warning(post),
            body,
            beginning,
            language: links::language(post.language.as_deref()),
            media: media(uris, post),
            poll: view.poll.as_ref().map(PollCard::of),
            quoted: view.quote.as_ref().and_then(|quote| quoted(uris, quote)),
            echo: echo(post),
            is_answer: post.in_reply_to_uri.is_some(),
            audience: match post.audience {
                Audience::Public => None,
                Audience::Quiet => Some("Quiet public"),
                Audience::Followers => Some("Followers only"),
                Audience::Direct => Some("Only for those named"),
            },
        }
    }

    /// What previews and titles call it: never what a warning hides.
    pub(super) fn description(&self, view: &PostView) -> String {
        if self.warning.is_empty() {
            preview(&view.post.content)
        } else {
            format!("Content warning: {}", self.warning)
        }
    }
}

/// A quote that does not stand is a link.
fn quoted(uris: &Uris, quote: &QuoteView) -> Option<Quoted> {
    let Some(view) = &quote.post else {
        return Some(Quoted {
            href: links::web_link(&quote.uri)?.into(),
            author: None,
            text: String::new(),
        });
    };
    let hidden = warning(&view.post);
    Some(Quoted {
        href: format!("/posts/{}", view.post.id),
        author: Some(ActorCard::of(uris, &view.author)),
        text: if hidden.is_empty() {
            preview(&view.post.content)
        } else {
            format!("Content warning: {hidden}")
        },
    })
}

fn warning(post: &Post) -> String {
    let warning = plain::shorten(&clean_name(&post.warning, WARNING_CHARS), WARNING_CHARS);
    if warning.is_empty() && post.sensitive {
        "Marked as sensitive".to_owned()
    } else {
        warning
    }
}

fn media(uris: &Uris, post: &Post) -> Vec<Media> {
    Attachment::read(post.attachments.as_deref())
        .into_iter()
        .take(MEDIA)
        .filter_map(|one| {
            let url = links::web_link(&one.url)?;
            let media_type = one.media_type.as_deref().unwrap_or_default();
            let is_image = media_type.starts_with("image/");
            let own = links::own_picture(uris, Some(&one.url)).filter(|_| is_image);
            let kind = match media_type.split('/').next() {
                Some("image") => "Image",
                Some("video") => "Video",
                Some("audio") => "Sound",
                _ => "File",
            };
            Some(Media {
                shown: own.is_some(),
                alt: clean_name(one.alt.as_deref().unwrap_or_default(), ALT_CHARS),
                label: format!("{kind} at {}", links::host_of(&one.url)),
                href: own.unwrap_or_else(|| url.into()),
            })
        })
        .collect()
}

/// Replies are not counted: the stored number holds those that are not for everyone.
fn echo(post: &Post) -> String {
    let counted = [
        (post.boosts, "boost", "boosts"),
        (post.likes, "like", "likes"),
    ];
    let parts: Vec<String> = counted
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    parts.join(" · ")
}
