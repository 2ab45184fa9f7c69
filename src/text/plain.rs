//! Plain text out of HTML, for previews, mails, calendars and page descriptions.

use super::sanitize::sanitize;

/// The text of `html` with its lines: paragraphs are separated by an empty line, list items start with `- `, entities
/// are decoded. Scripts and the like leave nothing. The result is text: whoever shows it escapes it.
#[must_use]
pub fn from_html(html: &str) -> String {
    // After cleaning, the markup has one form only: closed quotes, known tags, few entities.
    let clean = sanitize(html);
    let mut writer = Writer::default();
    let mut rest = clean.as_str();
    while let Some((text, tail)) = rest.split_once('<') {
        writer.text(text);
        let (tag, after) = split_tag(tail);
        writer.tag(tag);
        rest = after;
    }
    writer.text(rest);
    writer.out.trim().to_owned()
}

/// One line of at most `max_chars` characters from the text of `html`, cut with an ellipsis.
#[must_use]
pub fn preview(html: &str, max_chars: usize) -> String {
    shorten(&from_html(html), max_chars)
}

/// One line of at most `max_chars` characters: white space collapsed, cut with `…`, between words where that costs
/// less than a fifth of it.
#[must_use]
pub fn shorten(text: &str, max_chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max_chars {
        return line;
    }
    let Some(room) = max_chars.checked_sub(1) else {
        return String::new();
    };
    let cut: String = line.chars().take(room).collect();
    let words = cut
        .rsplit_once(' ')
        .map(|(words, _)| words)
        .filter(|words| words.chars().count() * 5 >= room * 4);
    let kept = words
        .unwrap_or(&cut)
        .trim_end_matches([' ', ',', ';', ':', '.']);
    format!("{kept}…")
}

/// The tag up to its end, and what follows it. A `>` inside quotes does not end it.
fn split_tag(tail: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = tail.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '>' && !quoted
    });
    match end {
        Some((at, _)) => (
            tail.get(..at).unwrap_or_default(),
            tail.get(at + 1..).unwrap_or_default(),
        ),
        None => (tail, ""),
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    preformatted: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        let text = decode(text);
        if self.preformatted > 0 {
            self.out.push_str(&text);
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.out.push(c);
            } else if !self.out.is_empty() && !self.out.ends_with(char::is_whitespace) {
                self.out.push(' ');
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let closes = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split(' ')
            .next()
            .unwrap_or_default();
        match name {
            "li" if !closes => {
                self.break_to(1);
                self.out.push_str("- ");
            }
            "br" | "li" => self.break_to(1),
            "pre" => {
                self.break_to(2);
                self.preformatted = if closes {
                    self.preformatted.saturating_sub(1)
                } else {
                    self.preformatted + 1
                };
            }
            // A paragraph right inside an item belongs to its dash.
            "p" if !closes && self.out.ends_with("- ") => {}
            "p" | "blockquote" | "ul" | "ol" | "hr" | "h3" | "h4" | "h5" | "h6" => self.break_to(2),
            _ => {}
        }
    }

    /// Ends the line, and leaves an empty one for `newlines` = 2.
    fn break_to(&mut self, newlines: usize) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        let present = self.out.bytes().rev().take_while(|b| *b == b'\n').count();
        if !self.out.is_empty() {
            self.out
                .extend(std::iter::repeat_n('\n', newlines.saturating_sub(present)));
        }
    }
}

/// The entities that the cleaner writes; `&amp;` last, so that nothing is decoded twice.
fn decode(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_html, preview, shorten};

    #[test]
    fn paragraphs_and_lists_keep_their_lines() {
        let html = "<h1>Picnic</h1><p>Bring<br>a <b>friend</b>.</p><ul><li>bread</li><li><p>cheese</p></li></ul><p>See\n you</p>";
        assert_eq!(
            from_html(html),
            "Picnic\n\nBring\na friend.\n\n- bread\n- cheese\n\nSee you"
        );
    }

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(
            from_html("&lt;b&gt; &amp;amp; caf&eacute; &#128512;&nbsp;&quot;x&quot;"),
            "<b> &amp; café 😀 \"x\""
        );
        assert_eq!(from_html("&amp;lt;script&amp;gt;"), "&lt;script&gt;");
    }

    #[test]
    fn scripts_leave_nothing_and_broken_markup_leaves_its_text() {
        assert_eq!(
            from_html("a<script>alert(1)</script>b<style>p{}</style>"),
            "ab"
        );
        assert_eq!(
            from_html("1 < 2 <b>and <a href=\"https://x.example/?a>b\">so"),
            "1 < 2 and so"
        );
        assert_eq!(from_html("<pre>a\n  b</pre>"), "a\n  b");
    }

    #[test]
    fn the_hidden_parts_of_a_shortened_link_are_read_again() {
        let html = "<a href=\"https://x.example/long\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">x.example</span><span class=\"invisible\">/long</span></a>";
        assert_eq!(from_html(html), "https://x.example/long");
    }

    #[test]
    fn long_text_is_cut_between_words_if_one_ends_near() {
        assert_eq!(shorten("one two three four", 14), "one two three…");
        assert_eq!(shorten("abcdefghij klm", 6), "abcde…");
        assert_eq!(shorten("ééé", 2), "é…");
        assert_eq!(shorten("a", 0), "");
        assert_eq!(preview("<p>One</p><p>two</p>", 100), "One two");
    }

    proptest! {
        #[test]
        fn a_preview_is_one_short_line(html in "\\PC{0,80}|(<[a-z]{1,3}>|&[a-z]{1,3};|[a-z \"<>&\n]){0,40}", max in 0_usize..40) {
            let line = preview(&html, max);
            prop_assert!(line.chars().count() <= max);
            prop_assert!(!line.contains('\n'));
        }
    }
}
