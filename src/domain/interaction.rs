//! Who may answer, quote, like and boost a post, as its author allows it (FEP-044f, `GoToSocial`'s interaction policies).

use serde::{Deserialize, Serialize};

use super::audience::Audience;

/// Circles of people around an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Circles {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub everybody: bool,
    /// Who follows the author.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub followers: bool,
    /// Whom the author follows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub following: bool,
}

impl Circles {
    const fn hold(self, person: Person) -> bool {
        self.everybody
            || (self.followers && person.follows_author)
            || (self.following && person.followed_by_author)
    }
}

/// Who may do one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Without asking.
    pub automatic: Circles,
    /// Once the author says yes.
    pub manual: Circles,
}

words! {
    /// Who may answer or quote a post of a local author. The words are those of Mastodon's client API.
    pub enum Openness {
        Everybody = "public",
        Followers = "followers",
        Nobody = "nobody",
    }
}

impl From<Openness> for Rule {
    fn from(openness: Openness) -> Self {
        let automatic = Circles {
            everybody: openness == Openness::Everybody,
            followers: openness == Openness::Followers,
            following: false,
        };
        Rule {
            automatic,
            manual: Circles::default(),
        }
    }
}

impl Openness {
    /// What a rule of a local post says.
    #[must_use]
    pub const fn of(rule: Rule) -> Openness {
        if rule.automatic.everybody {
            Openness::Everybody
        } else if rule.automatic.followers {
            Openness::Followers
        } else {
            Openness::Nobody
        }
    }
}

/// What somebody does to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Answer,
    Quote,
    Like,
    Boost,
}

/// Somebody, as far as a rule asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person {
    pub follows_author: bool,
    pub followed_by_author: bool,
}

/// What a rule says to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    /// The author is asked.
    OnRequest,
    Refused,
}

/// What the author of a post said of each deed; `None` where they said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost: Option<Rule>,
}

impl Policy {
    /// What a local author said. What they did not say is not kept, so that a default may change.
    #[must_use]
    pub fn local(answer: Option<Openness>, quote: Option<Openness>) -> Policy {
        Policy {
            answer: answer.map(Rule::from),
            quote: quote.map(Rule::from),
            like: None,
            boost: None,
        }
    }

    /// The rule for a deed. Nothing said means yes, except for quotes: servers that know them say who may quote, and only
    /// what anybody may read is quoted.
    #[must_use]
    pub fn rule(&self, deed: Deed, local: bool, audience: Audience) -> Rule {
        let open = Rule::from(Openness::Everybody);
        match deed {
            Deed::Answer => self.answer.unwrap_or(open),
            Deed::Like => self.like.unwrap_or(open),
            Deed::Boost => self.boost.unwrap_or(open),
            Deed::Quote if !audience.is_public() => Rule::default(),
            Deed::Quote => self
                .quote
                .unwrap_or(if local { open } else { Rule::default() }),
        }
    }

    /// What is kept with a post.
    #[must_use]
    pub fn read(kept: Option<&str>) -> Policy {
        kept.and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }

    /// What is kept with a post; `None` where nothing was said.
    #[must_use]
    pub fn write(&self) -> Option<String> {
        if *self == Policy::default() {
            return None;
        }
        serde_json::to_string(self).ok()
    }
}

impl Rule {
    /// What it says to somebody who is not the author.
    #[must_use]
    pub const fn verdict(self, person: Person) -> Verdict {
        if self.automatic.hold(person) {
            Verdict::Allowed
        } else if self.manual.hold(person) {
            Verdict::OnRequest
        } else {
            Verdict::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLLOWER: Person = Person {
        follows_author: true,
        followed_by_author: false,
    };
    const STRANGER: Person = Person {
        follows_author: false,
        followed_by_author: false,
    };

    #[test]
    fn a_rule_allows_its_circles_and_asks_for_the_others() {
        let rule = Rule {
            automatic: Circles {
                followers: true,
                ..Circles::default()
            },
            manual: Circles {
                everybody: true,
                ..Circles::default()
            },
        };
        assert_eq!(rule.verdict(FOLLOWER), Verdict::Allowed);
        assert_eq!(rule.verdict(STRANGER), Verdict::OnRequest);
        assert_eq!(Rule::default().verdict(FOLLOWER), Verdict::Refused);
    }

    #[test]
    fn nothing_said_opens_all_but_quotes_of_other_servers_and_of_what_is_not_public() {
        let silent = Policy::default();
        let open = Rule::from(Openness::Everybody);
        assert_eq!(silent.rule(Deed::Answer, false, Audience::Direct), open);
        assert_eq!(silent.rule(Deed::Quote, true, Audience::Quiet), open);
        for (local, audience) in [(false, Audience::Public), (true, Audience::Followers)] {
            assert_eq!(silent.rule(Deed::Quote, local, audience), Rule::default());
        }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let policy = Policy::local(Some(Openness::Followers), Some(Openness::Nobody));
        let kept = policy.write();
        assert_eq!(Policy::read(kept.as_deref()), policy);
        assert_eq!(Policy::default().write(), None);
        assert_eq!(Policy::read(Some("not JSON")), Policy::default());
        for openness in Openness::ALL {
            assert_eq!(Openness::of(Rule::from(*openness)), *openness);
        }
    }
}
