//! HTML from elsewhere, reduced to what is harmless.
//!
//! The allow-list is what survives on the servers we talk to, so that people see the same text everywhere, and headings
//! from the third level on: a remote text is a part of our page, and the first two levels are the page's own.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::head;

/// Longer HTML is cut before it is looked at. What we show is far shorter (`limits.post_chars`); markup may be larger.
pub const MAX_INPUT_BYTES: usize = 128 * 1024;

/// HTML is also cut before the tag or entity beyond this count; a long article has a quarter of it. The parser searches
/// its open elements at every tag, so its work grows with the square: 4,000 hostile tags cost 0.2 s, 20,000 would cost 5.
const MAX_MARKS: usize = 4_000;

const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "s",
    "span",
    "strong",
    "u",
    "ul",
];

/// Elements whose content is no text for people: it goes with them.
const REMOVED_WHOLE: &[&str] = &[
    "applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed", "noframes",
    "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title",
    "video", "xmp",
];

/// Classes that mean something to us or our peers; all others could borrow the look of our own pages.
const CLASSES: &[&str] = &[
    "ellipsis",
    "h-card",
    "hashtag",
    "invisible",
    "mention",
    "quote-inline",
    "u-url",
];

const LINK_REL: &str = "nofollow noopener ugc";

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

/// HTML that can stand in a page: only listed tags, attributes and classes; links only to http, https and mailto, with
/// `rel="nofollow noopener ugc"`; relative links lose their target, because they would point at us.
/// Cleaning twice changes nothing. What lies beyond
/// [`MAX_INPUT_BYTES`] or 4,000 tags and entities is left out.
#[must_use]
pub fn sanitize(html: &str) -> String {
    let html = bounded(html);
    // Without these characters there is neither markup nor anything the serialiser would write differently.
    if !html.contains(['<', '>', '&', '\u{a0}', '\r', '\0']) {
        return html.to_owned();
    }
    let clean = CLEANER.clean(html).to_string();
    settle_pre(lower_headings(settle_returns(clean)))
}

/// What of `html` is looked at. An open end does no harm: the parser closes what is open.
fn bounded(html: &str) -> &str {
    let html = head(html, MAX_INPUT_BYTES);
    match html.match_indices(['<', '&']).nth(MAX_MARKS) {
        Some((at, _)) => head(html, at),
        None => html,
    }
}

fn cleaner() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let attributes = HashMap::from([
        ("a", set(&["href", "class"])),
        ("span", set(&["class"])),
        ("p", set(&["class"])),
        ("ol", set(&["start"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(REMOVED_WHOLE))
        .tag_attributes(attributes)
        .generic_attributes(set(&["lang"]))
        .url_schemes(set(&["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(LINK_REL))
        .attribute_filter(|_, attribute, value| filter_attribute(attribute, value));
    builder
}

fn filter_attribute<'v>(attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match attribute {
        "class" => {
            let kept: Vec<&str> = value
                .split_ascii_whitespace()
                .filter(|class| CLASSES.contains(class))
                .collect();
            (!kept.is_empty()).then(|| Cow::Owned(kept.join(" ")))
        }
        "href" => (!pretends(value)).then_some(Cow::Borrowed(value)),
        "start" => value.parse::<u16>().is_ok().then_some(Cow::Borrowed(value)),
        "lang" => {
            let is_tag = value.len() <= 35
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-');
            is_tag.then_some(Cow::Borrowed(value))
        }
        // Written by the cleaner itself; one that came with the text was removed before.
        "rel" => Some(Cow::Borrowed(value)),
        _ => None,
    }
}

/// `https://bank.example@evil.example/` shows one host and leads to another.
fn pretends(href: &str) -> bool {
    href.contains('@')
        && Url::parse(href).is_ok_and(|url| {
            url.has_host() && (!url.username().is_empty() || url.password().is_some())
        })
}

/// Headings carry no attribute but `lang`, and the serialiser writes `<` in text as `&lt;`: a tag can be found by its
/// letters. Should an attribute hold the same letters, only a harmless letter in it changes.
fn lower_headings(html: String) -> String {
    if !html.contains("<h1") && !html.contains("<h2") {
        return html;
    }
    ["h1", "h2"].into_iter().fold(html, |html, level| {
        html.replace(&format!("<{level}"), "<h3")
            .replace(&format!("</{level}>"), "</h3>")
    })
}

/// Every HTML parser drops a line break right behind `<pre>`. Done here already, so that cleaning again changes nothing.
fn settle_pre(html: String) -> String {
    if !html.contains("<pre") {
        return html;
    }
    let mut pieces = html.split("<pre");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str("<pre");
        match piece.split_once('>') {
            Some((attributes, content)) => {
                out.push_str(attributes);
                out.push('>');
                out.push_str(content.trim_start_matches('\n'));
            }
            None => out.push_str(piece),
        }
    }
    out
}

/// A carriage return that came as an entity is written bare, and would be read as a line feed the next time.
fn settle_returns(html: String) -> String {
    if html.contains('\r') {
        html.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        html
    }
}
