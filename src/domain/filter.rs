//! What somebody does not want to read: words and posts, and whether one of them fits.

use super::clock::Timestamp;
use super::ids::{ActorId, FilterId, PostId, RowId};

words! {
    /// Where a filter counts. The words are those of Mastodon's client API.
    pub enum FilterContext {
        Home = "home",
        Notifications = "notifications",
        Public = "public",
        Thread = "thread",
        Account = "account",
    }
}

words! {
    /// What apps do with what fits.
    pub enum FilterAction {
        Warn = "warn",
        Hide = "hide",
        Blur = "blur",
    }
}

/// A word or phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    pub id: RowId,
    pub text: String,
    /// Not as part of a longer word.
    pub whole_word: bool,
}

/// A filter of a local person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub id: FilterId,
    pub owner: ActorId,
    pub title: String,
    pub contexts: Vec<FilterContext>,
    pub action: FilterAction,
    pub ends_at: Option<Timestamp>,
    pub keywords: Vec<Keyword>,
    /// Single posts, with the keys of the rows.
    pub posts: Vec<(RowId, PostId)>,
}

/// What of a filter fits a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub keywords: Vec<String>,
    pub posts: Vec<PostId>,
}

impl Filter {
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }

    /// What of it fits a post with these texts (plain); `None` when nothing does.
    #[must_use]
    pub fn fits(&self, posts: &[PostId], text: &str) -> Option<Match> {
        let folded = text.to_lowercase();
        let keywords: Vec<String> = self
            .keywords
            .iter()
            .filter(|keyword| keyword.fits(&folded))
            .map(|keyword| keyword.text.clone())
            .collect();
        let posts: Vec<PostId> = self
            .posts
            .iter()
            .map(|(_, post)| *post)
            .filter(|post| posts.contains(post))
            .collect();
        (!keywords.is_empty() || !posts.is_empty()).then_some(Match { keywords, posts })
    }
}

impl Keyword {
    /// `folded` is in lower case.
    fn fits(&self, folded: &str) -> bool {
        let wanted = self.text.to_lowercase();
        if wanted.is_empty() {
            return false;
        }
        // A boundary is asked for only where the keyword itself has a letter there: `#tag` begins with none.
        let open = |c: Option<char>, edge: Option<char>| {
            !self.whole_word
                || !edge.is_some_and(char::is_alphanumeric)
                || !c.is_some_and(|c| c.is_alphanumeric() || c == '_')
        };
        folded.match_indices(&wanted).any(|(at, found)| {
            let before = folded.get(..at).and_then(|text| text.chars().next_back());
            let after = folded
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            open(before, wanted.chars().next()) && open(after, wanted.chars().next_back())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(keyword: &str, whole_word: bool, text: &str) -> bool {
        let keyword = Keyword {
            id: RowId(1),
            text: keyword.into(),
            whole_word,
        };
        keyword.fits(&text.to_lowercase())
    }

    #[test]
    fn a_keyword_fits_in_any_case_and_whole_words_only_where_that_is_wanted() {
        assert!(fits("Spoiler", true, "big SPOILER!"));
        assert!(!fits("spoil", true, "big spoiler"));
        assert!(fits("spoil", false, "big spoiler"));
        assert!(fits("#tea", true, "we drink #tea."));
        assert!(!fits("#tea", true, "we drink #teas"));
        assert!(fits("straße", true, "in der Straße"));
        assert!(!fits("", false, "anything"));
        assert!(fits("art", true, "start art"));
    }
}
