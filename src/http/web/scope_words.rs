//! What a program may do, in words.

use crate::auth::scope::{Area, Scope, Scopes};

/// One thing that a program may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Power {
    /// As the standard names it: `write:statuses`.
    pub(super) scope: String,
    pub(super) words: String,
}

/// What these scopes allow, the broadest first.
pub(super) fn powers(scopes: &Scopes) -> Vec<Power> {
    scopes
        .iter()
        .map(|scope| Power {
            scope: scope.to_string(),
            words: words(scope),
        })
        .collect()
}

/// What one scope allows.
pub(in crate::http) fn words(scope: Scope) -> String {
    match scope {
        Scope::ReadAll => {
            "read everything that you can read here, direct messages included".to_owned()
        }
        Scope::WriteAll => {
            "do everything in your name: post, follow, answer, change your profile".to_owned()
        }
        Scope::Follow => "see and change whom you follow, mute and block".to_owned(),
        Scope::Push => "get a message for each of your notifications".to_owned(),
        Scope::Profile => "see who you are".to_owned(),
        Scope::Read(area) => format!("see {}", theirs(area)),
        Scope::Write(area) => match area {
            Area::Statuses => "post, and delete and edit posts, in your name".to_owned(),
            Area::Media => "upload pictures and other files".to_owned(),
            Area::Reports => "report others in your name".to_owned(),
            area => format!("change {}", theirs(area)),
        },
    }
}

fn theirs(area: Area) -> &'static str {
    match area {
        Area::Accounts => "your profile",
        Area::Blocks => "whom you block",
        Area::Bookmarks => "your bookmarks",
        Area::Conversations => "your conversations",
        Area::Events => "your events and answers",
        Area::Favourites => "what you liked",
        Area::Filters => "your filters",
        Area::Follows => "whom you follow",
        Area::Groups => "your groups",
        Area::Lists => "your lists",
        Area::Matches => "your matches",
        Area::Media => "your files",
        Area::Mutes => "whom you mute",
        Area::Notifications => "your notifications",
        Area::Reports => "your reports",
        Area::Search => "what you search for",
        Area::Statuses => "posts, direct messages included",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_words_of_its_own() {
        let mut all: Vec<String> = Scope::all().map(words).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
