//! A remote actor, from its document.

use url::Url;

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::FieldAudience;
use crate::domain::ids::ActorId;
use crate::domain::keys::PublicKeyRow;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::domain::uris::{authority as host_and_port, same_origin};
use crate::federation::Failure;
use crate::federation::signatures::PublicKey;
use crate::services::Ctx;
use crate::services::incoming::ReceivedActor;
use crate::text::name::clean_name;
use crate::wire::activitystreams::actor::{IncomingActor, Keys};

const NAME: usize = 200;
const FIELDS: usize = 50;
const KEYS: usize = 10;
const SUMMARY_BYTES: usize = 20_000;

/// Reads a document that was fetched from its id (or came signed by that actor).
///
/// # Errors
/// When its inbox is not on its own origin, or it has no usable key or handle.
pub fn read(
    ctx: &Ctx,
    document: &IncomingActor,
    extra_keys: &[Keys],
) -> Result<ReceivedActor, Failure> {
    if !document.inboxes_on_own_origin() {
        return Err(Failure::ForeignInbox);
    }
    let host = host_and_port(&document.id).ok_or(Failure::WrongKind)?;
    let handle = document
        .preferred_username
        .as_deref()
        .filter(|name| is_handle(name))
        .ok_or(Failure::WrongKind)?;
    let keys = keys(document, extra_keys);
    if keys.is_empty() {
        return Err(Failure::NoKey);
    }
    let now = ctx.now();
    let text = |url: &Option<Url>| url.as_ref().map(ToString::to_string);
    let actor = Actor {
        id: ActorId(ctx.id()),
        uri: document.id.to_string(),
        kind: ActorKind::parse(document.kind.as_str()).ok_or(Failure::WrongKind)?,
        local: false,
        handle: handle.to_lowercase(),
        host,
        handle_confirmed: false,
        name: clean_name(document.name.as_deref().unwrap_or_default(), NAME),
        summary: cut(document.summary.clone().unwrap_or_default()),
        summary_source: None,
        url: document.page_url().map(ToString::to_string),
        inbox: document.inbox.to_string(),
        shared_inbox: document.shared_inbox().map(ToString::to_string),
        outbox: text(&document.outbox),
        followers: text(&document.followers),
        following: text(&document.following),
        featured: text(&document.featured),
        icon: document.icon.as_ref().and_then(|p| text(&p.url)),
        image: document.image.as_ref().and_then(|p| text(&p.url)),
        manually_approves: document.manually_approves_followers.unwrap_or(false),
        discoverable: document.discoverable.unwrap_or(false),
        indexable: document.indexable.unwrap_or(false),
        accepts_joins: document.accepts_joins(),
        created_at: now,
        updated_at: document.updated.unwrap_or(now),
        fetched_at: now,
        suspended_at: None,
        gone_at: None,
    };
    Ok(ReceivedActor {
        actor,
        fields: fields(document),
        keys,
    })
}

/// `[a-z0-9_]+([.-]+[a-z0-9_]+)*`, the form that Mastodon takes, with letters of any script.
fn is_handle(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 100
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '~'))
}

fn cut(mut summary: String) -> String {
    let mut end = SUMMARY_BYTES.min(summary.len());
    while !summary.is_char_boundary(end) {
        end -= 1;
    }
    summary.truncate(end);
    summary
}

fn fields(document: &IncomingActor) -> Vec<ProfileField> {
    document
        .fields
        .iter()
        .take(FIELDS)
        .map(|field| ProfileField {
            kind: FieldKind::Custom,
            name: clean_name(&field.name, NAME),
            value: field.value.chars().take(2_000).collect(),
            audience: FieldAudience::Everyone,
        })
        .collect()
}

/// The keys that the document itself lists as the actor's, on the actor's origin.
fn keys(document: &IncomingActor, extra: &[Keys]) -> Vec<PublicKeyRow> {
    let own = document.keys();
    let owned = |owner: &Option<Url>| owner.as_ref().is_none_or(|owner| *owner == document.id);
    let mut found = Vec::new();
    for entry in own
        .pem
        .iter()
        .chain(extra.iter().flat_map(|keys| keys.pem.iter()))
    {
        if owned(&entry.owner)
            && let Ok(key) = PublicKey::from_pem(&entry.pem)
        {
            found.push(row(&entry.id, &key));
        }
    }
    for entry in &own.multi {
        if owned(&entry.controller)
            && let Ok(key) = PublicKey::from_multibase(&entry.public_key_multibase)
        {
            found.push(row(&entry.id, &key));
        }
    }
    found.retain(|key| Url::parse(&key.uri).is_ok_and(|id| same_origin(&document.id, &id)));
    found.dedup_by(|a, b| a.uri == b.uri);
    found.truncate(KEYS);
    found
}

fn row(id: &Url, key: &PublicKey) -> PublicKeyRow {
    PublicKeyRow {
        uri: id.to_string(),
        algorithm: key.algorithm(),
        public: key.to_der().to_vec(),
    }
}
