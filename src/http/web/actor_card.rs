//! A person or group as pages name them.

use crate::domain::actor::Actor;
use crate::domain::uris::Uris;
use crate::text::name::clean_name;

use super::{clean, links};

/// Longest name that is shown; longer ones come only from elsewhere.
const NAME_CHARS: usize = 100;
/// How many colours stand in for pictures.
const TONES: i64 = 6;

/// One actor.
#[derive(Debug, Clone)]
pub(super) struct ActorCard {
    /// Plain text, never empty.
    pub(super) name: String,
    /// `@maria@kith.example`; none while the host has not confirmed that the handle is theirs.
    pub(super) handle: Option<String>,
    /// Where they are at home.
    pub(super) host: String,
    /// The page about them on this server.
    pub(super) href: String,
    /// Stands for the picture where there is none of ours.
    pub(super) initial: String,
    pub(super) tone: i64,
    /// Path of a picture on this server.
    pub(super) picture: Option<String>,
    /// One line about them; may be empty.
    pub(super) about: String,
    pub(super) is_group: bool,
}

impl ActorCard {
    pub(super) fn of(uris: &Uris, actor: &Actor) -> ActorCard {
        let mut name = clean_name(actor.display_name(), NAME_CHARS);
        if name.is_empty() {
            name = clean_name(&actor.handle, NAME_CHARS);
        }
        let host = if actor.local {
            actor.host.clone()
        } else {
            links::host_of(&actor.uri)
        };
        if name.is_empty() {
            name.clone_from(&host);
        }
        let handle = (actor.local || actor.handle_confirmed).then(|| actor.full_handle());
        let initial = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('·');
        ActorCard {
            initial: initial.to_uppercase().to_string(),
            name,
            handle: handle.map(|handle| clean_name(&handle, 2 * NAME_CHARS)),
            host: clean_name(&host, NAME_CHARS),
            href: links::actor_page(actor),
            tone: (actor.id.0 ^ (actor.id.0 >> 10)).rem_euclid(TONES),
            picture: links::own_picture(uris, actor.icon.as_deref()),
            about: String::new(),
            is_group: actor.is_group(),
        }
    }

    /// The same with a line from what they say of themselves.
    pub(super) fn introduced(uris: &Uris, actor: &Actor) -> ActorCard {
        ActorCard {
            about: clean::preview(&actor.summary),
            ..ActorCard::of(uris, actor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::web::tests::kit::some_actor;

    fn card(change: impl FnOnce(&mut Actor)) -> ActorCard {
        let mut actor = some_actor(7, "maria");
        change(&mut actor);
        ActorCard::of(&Uris::new("https", "kith.example"), &actor)
    }

    #[test]
    fn a_handle_of_elsewhere_is_shown_only_when_its_host_confirmed_it() {
        let remote = |confirmed| {
            card(|actor| {
                actor.local = false;
                actor.host = "bank.example".into();
                actor.uri = "https://evil.example/users/1".into();
                actor.handle_confirmed = confirmed;
            })
        };
        assert_eq!(remote(true).handle.as_deref(), Some("@maria@bank.example"));
        assert_eq!(remote(false).handle, None);
        assert_eq!(remote(false).host, "evil.example");
        assert!(
            remote(false)
                .href
                .starts_with("/authorize_interaction?uri=https%3A%2F%2Fevil")
        );
    }

    #[test]
    fn nobody_is_without_a_name_and_no_name_is_a_trick() {
        assert_eq!(card(|a| a.name = "\u{202e}\u{200b}".into()).name, "maria");
        assert_eq!(card(|a| a.name = "ad\u{202e}a".into()).name, "ada");
        assert_eq!(card(|a| a.name = "x".repeat(5_000)).name.len(), 100);
        assert_eq!(card(|a| a.name = "  ß".into()).initial, "SS");
        assert_eq!(card(|a| a.name = "🦀".into()).initial, "·");
    }

    #[test]
    fn pictures_come_from_this_server_only() {
        assert_eq!(
            card(|a| a.icon = Some("https://x.example/a.png".into())).picture,
            None
        );
    }
}
