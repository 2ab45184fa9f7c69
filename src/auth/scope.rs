//! What a token may do: the scopes of Mastodon's client API, with areas of our own for events, groups and matches.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// One permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Reading in all areas (`read`).
    ReadAll,
    /// Reading in one area (`read:statuses`).
    Read(Area),
    /// Changing in all areas (`write`).
    WriteAll,
    /// Changing in one area (`write:statuses`).
    Write(Area),
    /// Reading and changing follows, mutes and blocks; the older name of these.
    Follow,
    /// Receiving push messages.
    Push,
    /// Reading the holder's own profile, nothing else.
    Profile,
}

macro_rules! areas {
    ($($variant:ident $name:literal $read:literal $write:literal),+ $(,)?) => {
        /// A part of the API that a scope can be limited to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Area {
            $(#[doc = concat!("`", $name, "`")] $variant),+
        }

        impl Area {
            const ALL: &[Self] = &[$(Self::$variant),+];

            const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether `read:` and `write:` of it exist.
            const fn directions(self) -> (bool, bool) {
                match self { $(Self::$variant => ($read, $write)),+ }
            }
        }
    };
}

areas! {
    Accounts "accounts" true true,
    Blocks "blocks" true true,
    Bookmarks "bookmarks" true true,
    Conversations "conversations" false true,
    Events "events" true true,
    Favourites "favourites" true true,
    Filters "filters" true true,
    Follows "follows" true true,
    Groups "groups" true true,
    Lists "lists" true true,
    Matches "matches" true true,
    Media "media" false true,
    Mutes "mutes" true true,
    Notifications "notifications" true true,
    Reports "reports" false true,
    Search "search" true false,
    Statuses "statuses" true true,
}

/// The text names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope")]
pub struct UnknownScope(String);

impl Scope {
    const BROAD: [Self; 5] = [
        Self::ReadAll,
        Self::WriteAll,
        Self::Follow,
        Self::Push,
        Self::Profile,
    ];

    /// Every scope there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let narrow = Area::ALL.iter().copied().flat_map(|area| {
            let (read, write) = area.directions();
            let read = read.then_some(Self::Read(area));
            read.into_iter().chain(write.then_some(Self::Write(area)))
        });
        Self::BROAD.into_iter().chain(narrow)
    }

    /// Whether holding this one is enough where `wanted` is asked for.
    #[must_use]
    pub fn contains(self, wanted: Self) -> bool {
        if self == wanted {
            return true;
        }
        match (self, wanted) {
            (Self::ReadAll, Self::Read(_) | Self::Profile)
            | (Self::Read(Area::Accounts), Self::Profile)
            | (Self::WriteAll, Self::Write(_)) => true,
            (Self::Follow, Self::Read(area) | Self::Write(area)) => {
                matches!(area, Area::Blocks | Area::Follows | Area::Mutes)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadAll => f.write_str("read"),
            Self::Read(area) => write!(f, "read:{}", area.as_str()),
            Self::WriteAll => f.write_str("write"),
            Self::Write(area) => write!(f, "write:{}", area.as_str()),
            Self::Follow => f.write_str("follow"),
            Self::Push => f.write_str("push"),
            Self::Profile => f.write_str("profile"),
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let area = |name: &str| Area::ALL.iter().copied().find(|area| area.as_str() == name);
        let found = match text.split_once(':') {
            Some(("read", name)) => area(name)
                .filter(|area| area.directions().0)
                .map(Self::Read),
            Some(("write", name)) => area(name)
                .filter(|area| area.directions().1)
                .map(Self::Write),
            Some(_) => None,
            None => Self::BROAD
                .into_iter()
                .find(|scope| scope.to_string() == text),
        };
        found.ok_or_else(|| UnknownScope(text.chars().take(64).collect()))
    }
}

/// All permissions of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Whether one of them is enough where `wanted` is asked for.
    #[must_use]
    pub fn allow(&self, wanted: Scope) -> bool {
        self.0.iter().any(|held| held.contains(wanted))
    }

    /// Whether `others` ask for nothing beyond these: a token must stay within what its application registered for.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|scope| self.allow(*scope))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

/// Separated by single spaces (RFC 6749 §3.3).
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter().map(|scope| scope.to_string()).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Scope, Scopes};

    fn scopes(text: &str) -> Scopes {
        text.parse().unwrap()
    }

    #[test]
    fn every_scope_reads_back_as_itself() {
        let areas = Area::ALL.iter().flat_map(|area| {
            let (read, write) = area.directions();
            [
                read.then_some(Scope::Read(*area)),
                write.then_some(Scope::Write(*area)),
            ]
        });
        for scope in areas.flatten().chain([
            Scope::ReadAll,
            Scope::WriteAll,
            Scope::Follow,
            Scope::Push,
            Scope::Profile,
        ]) {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
    }

    #[test]
    fn unknown_scopes_are_refused() {
        for text in [
            "",
            "Read",
            "read:",
            "read:everything",
            "write:search",
            "read:media",
            "admin:read",
            "follow:all",
            "readwrite",
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        assert!("read admin".parse::<Scopes>().is_err());
    }

    #[test]
    fn a_wide_scope_contains_its_parts_and_no_others() {
        let read = scopes("read");
        assert!(read.allow(Scope::Read(Area::Statuses)) && read.allow(Scope::Profile));
        assert!(
            !read.allow(Scope::Write(Area::Statuses))
                && !read.allow(Scope::Push)
                && !read.allow(Scope::Follow)
        );
        assert!(!scopes("read:statuses").allow(Scope::ReadAll));
        let follow = scopes("follow");
        assert!(follow.allow(Scope::Write(Area::Blocks)) && follow.allow(Scope::Read(Area::Mutes)));
        assert!(!follow.allow(Scope::Read(Area::Accounts)));
    }

    #[test]
    fn a_token_stays_within_its_application() {
        assert!(scopes("read write").cover(&scopes("read:events  write:statuses")));
        assert!(!scopes("read").cover(&scopes("read write:statuses")));
        assert!(scopes("").is_empty());
        assert_eq!(scopes("write read read").to_string(), "read write");
    }
}
