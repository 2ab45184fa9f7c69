//! What one person decides about another, besides following: blocks, mutes, and how they follow.

use std::collections::HashSet;

use super::actor::Actor;
use super::clock::Timestamp;
use super::ids::{ActorId, RowId};

/// `actor` wants nothing to do with `target`; either may live elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub id: RowId,
    pub actor: ActorId,
    pub target: ActorId,
    /// The id of the Block, on its actor's host.
    pub uri: String,
    pub created_at: Timestamp,
}

/// `actor` does not want to see `target`, who is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    pub id: RowId,
    pub actor: ActorId,
    pub target: ActorId,
    /// Nothing that the other does is told either.
    pub notifications: bool,
    pub ends_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// How somebody follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowOptions {
    /// Their boosts appear at home.
    pub reblogs: bool,
    /// New posts are told.
    pub notify: bool,
    /// Only posts in these languages appear at home; empty for all.
    pub languages: Vec<String>,
}

impl Default for FollowOptions {
    fn default() -> Self {
        FollowOptions {
            reblogs: true,
            notify: false,
            languages: Vec::new(),
        }
    }
}

/// How a viewer stands to the people on a page.
#[derive(Debug, Clone, Default)]
pub struct Stances {
    /// Whom the viewer blocks.
    pub blocked: HashSet<ActorId>,
    /// Who blocks the viewer.
    pub blocked_by: HashSet<ActorId>,
    pub muted: HashSet<ActorId>,
    /// Domains that the viewer blocks.
    pub domains: HashSet<String>,
}

impl Stances {
    /// `actor` blocks the viewer: nothing of theirs is for the viewer's eyes.
    #[must_use]
    pub fn is_kept_out_by(&self, actor: ActorId) -> bool {
        self.blocked_by.contains(&actor)
    }

    /// The viewer does not want `actor` in lists.
    #[must_use]
    pub fn shuns(&self, actor: &Actor) -> bool {
        self.blocked.contains(&actor.id)
            || self.blocked_by.contains(&actor.id)
            || self.muted.contains(&actor.id)
            || self.blocks_host(&actor.host)
    }

    /// The viewer blocks the domain of `host`, or one above it.
    #[must_use]
    pub fn blocks_host(&self, host: &str) -> bool {
        !self.domains.is_empty() && domains_of(host).any(|domain| self.domains.contains(domain))
    }
}

/// A host without its port, and every domain above it.
pub fn domains_of(host: &str) -> impl Iterator<Item = &str> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    std::iter::successors(Some(host), |rest| {
        rest.split_once('.').map(|(_, parent)| parent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_domain_is_blocked_with_what_is_below_it_and_on_every_port() {
        let stances = Stances {
            domains: HashSet::from(["bad.example".to_owned()]),
            ..Stances::default()
        };
        for host in ["bad.example", "a.b.bad.example", "bad.example:8443"] {
            assert!(stances.blocks_host(host), "{host}");
        }
        for host in ["notbad.example", "example", "bad.example.org"] {
            assert!(!stances.blocks_host(host), "{host}");
        }
        assert!(!Stances::default().blocks_host("bad.example"));
    }
}
