//! The rows of a new local actor.

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;
use crate::domain::keys::{self, KeyPair};
use crate::domain::uris::Uris;

use super::AccountError;

/// Who a new actor is.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) id: ActorId,
    pub(crate) kind: ActorKind,
    pub(crate) handle: &'a str,
    pub(crate) name: &'a str,
    pub(crate) now: Timestamp,
}

/// A local actor at `uri`, with its addresses and nothing told about it yet.
pub(crate) fn blank(uris: &Uris, uri: &str, named: Named<'_>) -> Actor {
    let under = |path: &str| format!("{uri}/{path}");
    Actor {
        id: named.id,
        uri: uri.to_owned(),
        kind: named.kind,
        local: true,
        handle: named.handle.to_owned(),
        host: uris.domain().to_owned(),
        handle_confirmed: true,
        name: named.name.to_owned(),
        summary: String::new(),
        summary_source: None,
        url: Some(uri.to_owned()),
        inbox: under("inbox"),
        shared_inbox: Some(uris.shared_inbox()),
        outbox: Some(under("outbox")),
        followers: Some(under("followers")),
        following: Some(under("following")),
        featured: (named.kind != ActorKind::Application).then(|| under("collections/featured")),
        icon: None,
        image: None,
        manually_approves: false,
        discoverable: true,
        indexable: false,
        accepts_joins: false,
        created_at: named.now,
        updated_at: named.now,
        fetched_at: Timestamp::default(),
        suspended_at: None,
        gone_at: None,
    }
}

/// Each pair with a row id and the id under which others find it: `{actor}#main-key`, `{actor}#ed25519-key`.
pub(crate) fn named_keys(
    actor_uri: &str,
    pairs: [KeyPair; 2],
    mut row_id: impl FnMut() -> i64,
) -> Vec<(i64, String, KeyPair)> {
    pairs
        .into_iter()
        .map(|pair| {
            let uri = format!("{actor_uri}#{}", keys::fragment(pair.algorithm));
            (row_id(), uri, pair)
        })
        .collect()
}

/// A mail address as it is stored. Only what no address can be is refused; whether it works shows when mail is sent.
pub(crate) fn email(text: &str) -> Result<String, AccountError> {
    let text = text.trim();
    let plain = text.len() <= 254 && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    let parts = text.rsplit_once('@').filter(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.starts_with('.') && !host.ends_with('.')
    });
    match parts {
        // The part before the @ is the host's business; the host has no case.
        Some((user, host)) if plain => Ok(format!("{user}@{}", host.to_lowercase())),
        _ => Err(AccountError::Email),
    }
}

/// A name on one line, or the handle where none is given.
pub(super) fn name(text: &str, handle: &str, most: usize) -> Result<String, AccountError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(handle.to_owned());
    }
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(AccountError::Name(most));
    }
    Ok(text.to_owned())
}
