//! Actor documents of this instance: profile (§8.1), group (§8.2), instance actor.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::keys::{Algorithm, PublicKeyRow};
use crate::domain::media::Format;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::domain::uris::Uris;
use crate::wire::activitystreams::outgoing::{
    ActorCore, Capabilities, Endpoints, Generator, OutgoingActor, OutgoingField, OutgoingImage,
    OutgoingMultikey, OutgoingPublicKey, Specification,
};

use super::url;

/// What a local actor's document is made of.
#[derive(Debug, Clone, Copy)]
pub struct ActorCard<'a> {
    pub actor: &'a Actor,
    /// Only fields whose audience is everyone.
    pub fields: &'a [ProfileField],
    pub keys: &'a [PublicKeyRow],
    /// Members of a group.
    pub members: Option<i64>,
    pub uris: &'a Uris,
}

/// The smallest document: what a key check needs.
#[must_use]
pub fn stub(actor: &Actor, keys: &[PublicKeyRow]) -> OutgoingActor {
    OutgoingActor::from(core(actor, keys))
}

/// The instance's own actor.
#[must_use]
pub fn instance(card: &ActorCard<'_>) -> OutgoingActor {
    let mut document = with_keys(card);
    document.name = Some(card.actor.display_name().to_owned());
    document.url = Some(url(card.uris.base()));
    document.outbox = card.actor.outbox.as_deref().map(url);
    document.followers = card.actor.followers.as_deref().map(url);
    document.endpoints = Some(Endpoints {
        shared_inbox: url(&card.uris.shared_inbox()),
    });
    document.manually_approves_followers = Some(false);
    document.implements = vec![Specification::rfc9421()];
    document
}

/// A person or a group.
#[must_use]
pub fn actor(card: &ActorCard<'_>) -> OutgoingActor {
    let actor = card.actor;
    let mut document = with_keys(card);
    document.webfinger = Some(format!("{}@{}", actor.handle, card.uris.domain()));
    document.name = Some(actor.display_name().to_owned());
    document.summary = Some(actor.summary.clone());
    document.url = actor.url.as_deref().map(url);
    document.outbox = actor.outbox.as_deref().map(url);
    document.followers = actor.followers.as_deref().map(url);
    document.featured = actor.featured.as_deref().map(url);
    document.upcoming_events = Some(url(&format!("{}/events", actor.uri)));
    document.endpoints = Some(Endpoints {
        shared_inbox: url(&card.uris.shared_inbox()),
    });
    document.manually_approves_followers = Some(actor.manually_approves);
    document.discoverable = Some(actor.discoverable);
    document.indexable = Some(actor.indexable);
    document.published = Some(format!(
        "{}T00:00:00Z",
        actor.created_at.to_datetime().format("%Y-%m-%d")
    ));
    document.updated = Some(actor.updated_at.rfc3339());
    document.icon = image(actor.icon.as_deref());
    document.image = image(actor.image.as_deref());
    document.attachment = card.fields.iter().map(field).collect();
    document.generator = Some(Generator {
        id: Some(url(&card.uris.instance_actor())),
        implements: vec![Specification::rfc9421()],
    });
    if actor.kind == ActorKind::Group {
        as_group(card, document)
    } else {
        document.following = actor.following.as_deref().map(url);
        document
    }
}

fn as_group(card: &ActorCard<'_>, mut document: OutgoingActor) -> OutgoingActor {
    let actor = card.actor;
    let openness = if actor.manually_approves {
        ("moderated", "closed")
    } else {
        ("open", "open")
    };
    document.members = Some(url(&format!("{}/members", actor.uri)));
    document.events = Some(url(&format!("{}/events", actor.uri)));
    document.attributed_to = Some(url(&format!("{}/moderators", actor.uri)));
    document.openness = Some(openness.0.to_owned());
    document.access_type = Some(openness.1.to_owned());
    document.capabilities = Some(Capabilities {
        accepts_joins: true,
        tentative_membership: false,
    });
    document.member_count = card.members.and_then(|n| u32::try_from(n).ok());
    document.posting_restricted_to_mods = Some(false);
    document
}

fn with_keys(card: &ActorCard<'_>) -> OutgoingActor {
    let mut document = stub(card.actor, card.keys);
    document.assertion_method = card
        .keys
        .iter()
        .filter(|key| key.algorithm == Algorithm::Ed25519)
        .map(|key| OutgoingMultikey {
            id: url(&key.uri),
            controller: url(&card.actor.uri),
            public_key_multibase: multibase(&key.public),
        })
        .collect();
    document
}

fn core(actor: &Actor, keys: &[PublicKeyRow]) -> ActorCore {
    let rsa = keys.iter().find(|key| key.algorithm == Algorithm::Rsa);
    ActorCore {
        id: url(&actor.uri),
        kind: actor.kind,
        preferred_username: actor.handle.clone(),
        inbox: url(&actor.inbox),
        public_key: OutgoingPublicKey {
            id: url(&actor.main_key_uri()),
            owner: url(&actor.uri),
            public_key_pem: rsa.map(|key| spki_pem(&key.public)).unwrap_or_default(),
        },
    }
}

fn image(address: Option<&str>) -> Option<OutgoingImage> {
    let address = url(address?);
    let ending = address.path().rsplit_once('.').map(|(_, ending)| ending);
    let media_type = ending
        .and_then(Format::parse)
        .map_or("image/webp", Format::media_type);
    Some(OutgoingImage {
        media_type: media_type.to_owned(),
        url: address,
        name: None,
    })
}

/// A link is a single anchor whose text is its address, so that others can check rel=me.
fn field(field: &ProfileField) -> OutgoingField {
    let name = field.kind.label().unwrap_or(&field.name).to_owned();
    let text = escape(&field.value);
    let value = if field.kind == FieldKind::Link {
        format!("<a href=\"{text}\" rel=\"me nofollow noopener\" target=\"_blank\">{text}</a>")
    } else {
        text
    };
    OutgoingField { name, value }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// SPKI as every parser reads it: lines of 64, one newline at the end.
fn spki_pem(der: &[u8]) -> String {
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, ch) in STANDARD.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(ch);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// `z` and base58btc of the multicodec prefix 0xed01 and the raw key (FEP-521a).
fn multibase(raw: &[u8]) -> String {
    let mut bytes = vec![0xed, 0x01];
    bytes.extend_from_slice(raw);
    format!("z{}", bs58::encode(bytes).into_string())
}
