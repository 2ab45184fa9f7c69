//! Markdown to HTML, in the markup that other servers expect of posts.
//!
//! What comes out holds only elements that [`super::sanitize`] keeps. Raw HTML is shown as the text it is, images become
//! links, and a line break in the source is one in the result, as people expect of posts.

mod inline;
mod scan;
#[cfg(test)]
mod tests;

use pulldown_cmark::{
    Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html,
};

use self::inline::Inline;
use super::{escape, head};

/// Longer Markdown is cut before it is read. The limits people meet (`limits.post_chars`, `limits.bio_chars`) are lower.
pub const MAX_INPUT_BYTES: usize = 64 * 1024;

/// Quotes and lists deeper than this are flattened: nobody reads them, and every program after us would have to nest too.
const MAX_DEPTH: usize = 12;

/// A mention as it was written: `@user` or `@user@host`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MentionText {
    /// The part behind the first `@`, as written.
    pub user: String,
    /// The part behind the second `@` in lower case, with a port if one was written; `None` for someone here.
    pub host: Option<String>,
}

/// Where a mention leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionLink {
    /// The page of the actor, http or https.
    pub href: String,
    /// The ActivityPub id of the actor.
    pub actor_uri: String,
    /// What to show behind the `@`, usually the user's name.
    pub label: String,
}

/// A mention that was found and resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// As it was written.
    pub text: MentionText,
    /// Where it leads.
    pub link: MentionLink,
}

/// HTML and what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Ready for ActivityPub `content`; goes through the sanitiser again before it stands in a page.
    pub html: String,
    /// Everyone who was resolved, each actor once, in order.
    pub mentions: Vec<Mention>,
    /// Every hashtag in lower case without `#`, each once, in order.
    pub hashtags: Vec<String>,
}

/// Renders `markdown`. `resolve` says where a mention leads and is asked once for each distinct one; `None` leaves its
/// text as it is. `tag_page` gives the page of a hashtag (in lower case, without `#`); `None` leaves the text, though
/// the hashtag counts as found. At most [`MAX_INPUT_BYTES`] are read.
pub fn render(
    markdown: &str,
    resolve: &mut dyn FnMut(&MentionText) -> Option<MentionLink>,
    tag_page: &mut dyn FnMut(&str) -> Option<String>,
) -> Rendered {
    let parser = Parser::new_ext(
        head(markdown, MAX_INPUT_BYTES),
        Options::ENABLE_STRIKETHROUGH,
    );
    let mut inline = Inline::new(resolve, tag_page);
    let mut walk = Walk::default();
    let events: Vec<Event<'_>> = TextMergeStream::new(parser)
        .filter_map(|event| walk.step(event, &mut inline))
        .collect();
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    let (mentions, hashtags) = inline.finish();
    Rendered {
        html: out.trim_end().to_owned(),
        mentions,
        hashtags,
    }
}

/// Everyone that `markdown` mentions, each once, so that they can be looked up before [`render`].
#[must_use]
pub fn mentions(markdown: &str) -> Vec<MentionText> {
    let mut found = Vec::new();
    let mut collect = |text: &MentionText| {
        found.push(text.clone());
        None
    };
    render(markdown, &mut collect, &mut |_| None);
    found
}

/// Where in the document we are.
#[derive(Default)]
struct Walk {
    /// Open quotes, lists and items.
    depth: usize,
    /// Inside a code block: text is taken as it is.
    in_code: bool,
    /// For every open link or image: whether it became a link.
    links: Vec<bool>,
}

impl Walk {
    /// What takes the place of `event`.
    fn step<'e>(&mut self, event: Event<'e>, inline: &mut Inline<'_>) -> Option<Event<'e>> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code || !self.links.is_empty() => Some(Event::Text(text)),
            Event::Text(text) => Some(Event::InlineHtml(inline.render(&text).into())),
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            Event::SoftBreak => Some(Event::HardBreak),
            Event::Code(_) | Event::HardBreak | Event::Rule => Some(event),
            // Extensions that are not switched on.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => None,
        }
    }

    fn start<'e>(&mut self, tag: Tag<'e>) -> Option<Event<'e>> {
        match tag {
            Tag::BlockQuote(_) | Tag::List(_) | Tag::Item => {
                self.depth += 1;
                (self.depth <= MAX_DEPTH).then_some(Event::Start(tag))
            }
            Tag::Heading { level, .. } => Some(Event::Start(Tag::Heading {
                level: lowered(level),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            Tag::CodeBlock(_) => {
                self.in_code = true;
                Some(Event::Start(tag))
            }
            Tag::HtmlBlock => Some(Event::Start(Tag::Paragraph)),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => self.start_link(link_type, &dest_url),
            Tag::Image { dest_url, .. } => self.start_link(LinkType::Inline, &dest_url),
            Tag::Paragraph | Tag::Strong | Tag::Emphasis | Tag::Strikethrough => {
                Some(Event::Start(tag))
            }
            _ => None,
        }
    }

    fn end<'e>(&mut self, tag: TagEnd) -> Option<Event<'e>> {
        match tag {
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => {
                let is_shown = self.depth <= MAX_DEPTH;
                self.depth = self.depth.saturating_sub(1);
                is_shown.then_some(Event::End(tag))
            }
            TagEnd::Heading(level) => Some(Event::End(TagEnd::Heading(lowered(level)))),
            TagEnd::CodeBlock => {
                self.in_code = false;
                Some(Event::End(tag))
            }
            TagEnd::HtmlBlock => Some(Event::End(TagEnd::Paragraph)),
            TagEnd::Link | TagEnd::Image => {
                let is_link = self.links.pop().unwrap_or_default();
                is_link.then_some(Event::InlineHtml("</a>".into()))
            }
            TagEnd::Paragraph | TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough => {
                Some(Event::End(tag))
            }
            _ => None,
        }
    }

    fn start_link<'e>(&mut self, link_type: LinkType, dest: &str) -> Option<Event<'e>> {
        let href = if link_type == LinkType::Email {
            format!("mailto:{dest}")
        } else {
            dest.to_owned()
        };
        // An image may stand in a link; links do not nest in HTML.
        let is_link = scan::is_good_link(&href) && !self.links.contains(&true);
        self.links.push(is_link);
        is_link.then(|| Event::InlineHtml(link_start(&href).into()))
    }
}

/// The opening tag of an ordinary link.
fn link_start(href: &str) -> String {
    let mut out = String::from("<a href=\"");
    escape::push(&mut out, href);
    out.push_str("\" rel=\"nofollow noopener\">");
    out
}

/// The first two levels are the page's own, as in the sanitiser.
fn lowered(level: HeadingLevel) -> HeadingLevel {
    level.max(HeadingLevel::H3)
}
