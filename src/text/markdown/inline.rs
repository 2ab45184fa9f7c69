//! One run of text, with its mentions, hashtags and addresses made into links.

use std::collections::HashMap;

use super::scan::{Token, is_good_link, tokens};
use super::{Mention, MentionLink, MentionText, link_start};
use crate::text::escape;

/// Distinct mentions and hashtags beyond this stay text; the limits that people meet are lower.
const MAX_DISTINCT: usize = 200;

/// Renders runs of text and remembers what stood in them.
pub(super) struct Inline<'r> {
    resolve: &'r mut dyn FnMut(&MentionText) -> Option<MentionLink>,
    tag_page: &'r mut dyn FnMut(&str) -> Option<String>,
    asked: HashMap<MentionText, Option<MentionLink>>,
    mentions: Vec<Mention>,
    hashtags: Vec<String>,
}

impl<'r> Inline<'r> {
    pub(super) fn new(
        resolve: &'r mut dyn FnMut(&MentionText) -> Option<MentionLink>,
        tag_page: &'r mut dyn FnMut(&str) -> Option<String>,
    ) -> Self {
        Self {
            resolve,
            tag_page,
            asked: HashMap::new(),
            mentions: Vec::new(),
            hashtags: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<Mention>, Vec<String>) {
        (self.mentions, self.hashtags)
    }

    pub(super) fn render(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for token in tokens(text) {
            match token {
                Token::Text(text) => escape::push(&mut out, text),
                Token::Url(url) => {
                    out.push_str(&link_start(url));
                    escape::push(&mut out, url);
                    out.push_str("</a>");
                }
                Token::Hashtag { written, name } => self.hashtag(&mut out, written, name),
                Token::Mention {
                    written,
                    user,
                    host,
                } => {
                    let text = MentionText {
                        user: user.to_owned(),
                        host: host.map(str::to_lowercase),
                    };
                    self.mention(&mut out, written, text);
                }
            }
        }
        out
    }

    fn mention(&mut self, out: &mut String, written: &str, text: MentionText) {
        let Some(link) = self.ask(&text) else {
            escape::push(out, written);
            return;
        };
        out.push_str("<span class=\"h-card\"><a href=\"");
        escape::push(out, &link.href);
        out.push_str("\" class=\"u-url mention\">@<span>");
        escape::push(out, &link.label);
        out.push_str("</span></a></span>");
        if self
            .mentions
            .iter()
            .all(|known| known.link.actor_uri != link.actor_uri)
        {
            self.mentions.push(Mention { text, link });
        }
    }

    fn ask(&mut self, text: &MentionText) -> Option<MentionLink> {
        if let Some(answer) = self.asked.get(text) {
            return answer.clone();
        }
        if self.asked.len() >= MAX_DISTINCT {
            return None;
        }
        // A page address may come from another server and is no more trusted than a link in the text.
        let answer = (self.resolve)(text).filter(|link| is_good_link(&link.href));
        self.asked.insert(text.clone(), answer.clone());
        answer
    }

    fn hashtag(&mut self, out: &mut String, written: &str, name: &str) {
        let lower = name.to_lowercase();
        let is_known = self.hashtags.contains(&lower);
        if !is_known && self.hashtags.len() >= MAX_DISTINCT {
            escape::push(out, written);
            return;
        }
        if let Some(href) = (self.tag_page)(&lower).filter(|href| is_good_link(href)) {
            out.push_str("<a href=\"");
            escape::push(out, &href);
            out.push_str("\" class=\"mention hashtag\" rel=\"tag\">#<span>");
            escape::push(out, name);
            out.push_str("</span></a>");
        } else {
            escape::push(out, written);
        }
        if !is_known {
            self.hashtags.push(lower);
        }
    }
}
