//! The documents that other projects keep in their tests.

use super::*;
use crate::domain::uris::same_origin;
use crate::wire::activitystreams::event::{EventStatus, read_location};
use crate::wire::activitystreams::lenient::parse_id;
use crate::wire::activitystreams::object_ref::ObjectRef;

/// Ids over plain http. Refused, and understood once the addresses begin with https.
const NOT_HTTPS: &[&str] = &[
    "bonfire/person.json",
    "gotosocial/move-bad-object.json",
    "gotosocial/move.json",
    "lemmy/accept.json",
    "lemmy/announce-create-page.json",
    "lemmy/block-user.json",
    "lemmy/delete-page.json",
    "lemmy/delete-user.json",
    "lemmy/follow.json",
    "lemmy/lock-page.json",
    "lemmy/report-page.json",
    "lemmy/undo-block-user.json",
    "lemmy/undo-follow.json",
    "lemmy/update-community.json",
    "mastodon/announce-private-inline.json",
    "mastodon/announce.json",
    "mastodon/application-relay.json",
    "mastodon/block.json",
    "mastodon/bogus-announce-inline-foreign.json",
    "mastodon/create-note-2.json",
    "mastodon/create-note-contentmap.json",
    "mastodon/create-note-hashtag.json",
    "mastodon/create-note-nsfw.json",
    "mastodon/delete-person.json",
    "mastodon/follow-2.json",
    "mastodon/like.json",
    "mastodon/note.json",
    "mastodon/undo-announce.json",
    "mastodon/undo-block.json",
    "mastodon/undo-follow-2.json",
    "mastodon/undo-like-compact-object.json",
    "mastodon/undo-like.json",
    "mastodon/update-person.json",
    "mobilizon/invite-to-group.json",
    "mobilizon/join-event.json",
    "mobilizon/leave-event.json",
    "pleroma/create-chat-message.json",
];

/// Refused for another reason.
const REFUSED: &[(&str, &str)] = &[
    // The collecting project edited it by hand; a property that is there twice is ambiguous.
    ("pleroma/question-attachment.json", "duplicate field"),
    // A reduced actor without an inbox; it is good for its key only, see below.
    (
        "gotosocial/person-public-stub.json",
        "missing field `inbox`",
    ),
];

/// Not documents of the kinds this folder reads.
const OTHER: &[&str] = &[
    "mastodon/signature-vectors-draft-cavage.json",
    "mastodon/signature-vectors-rfc9421.json",
];

/// Actors that were recorded without a key.
const WITHOUT_KEY: &[&str] = &["bonfire/person.json"];

/// Reads a file with the placeholders of the collecting projects filled in.
fn body(folder: &Path, name: &str) -> String {
    const PLACEHOLDERS: [&str; 4] = [
        "{{ap_id}}",
        "{{activity_id}}",
        "{{LOCAL_POST_URL}}",
        "SCRUBBED_ID",
    ];
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    PLACEHOLDERS.iter().fold(text, |text, placeholder| {
        text.replace(placeholder, "https://placeholder.example/1")
    })
}

#[test]
fn every_document_is_understood_or_refused_for_the_stated_reason() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for name in files(&folder)
        .iter()
        .filter(|name| !name.starts_with("captured/"))
    {
        seen += 1;
        if OTHER.contains(&name.as_str()) || name.contains("/fragment-") {
            continue;
        }
        let text = body(&folder, name);
        let refused = REFUSED
            .iter()
            .find(|(file, _)| file == name)
            .map(|(_, reason)| *reason);
        let expected = refused.or(NOT_HTTPS
            .contains(&name.as_str())
            .then_some("not an https address"));
        match (understand(text.as_bytes()), expected) {
            (Ok(_), None) => {}
            (Err(error), Some(reason)) if error.to_string().contains(reason) => {
                let secure = text.replace("http://", "https://");
                if let (None, Err(error)) = (refused, understand(secure.as_bytes())) {
                    wrong.push(format!("{name} over https: {error}"));
                }
            }
            (result, expected) => wrong.push(format!("{name}: {result:?} instead of {expected:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 242, "only {seen} documents");
}

#[test]
fn fragments_of_places_are_read_as_far_as_they_go() {
    let Some(folder) = folder() else { return };
    let read = |name: &str| {
        read_location(
            &serde_json::from_str(&body(&folder, &format!("gancio/fragment-{name}.json"))).unwrap(),
        )
    };
    assert_eq!(read("bad-location-without-a-name"), (vec![], vec![]));
    let (places, online) = read("multiple-mixed-locations");
    assert_eq!((places.len(), online.len()), (2, 2));
    assert_eq!(
        online[0].url.as_ref().unwrap().as_str(),
        "https://virtual.location.org/"
    );
    assert_eq!(read("physical-location-no-address").0.len(), 1);
    assert_eq!(read("physical-location-without-id").0.len(), 1);
    let (places, _) = read("physical-location-with-postal-address");
    assert_eq!(
        places[0].address.address_locality.as_deref(),
        Some("Fediverse Town")
    );
}

#[test]
fn an_object_that_the_announcer_does_not_own_is_not_believed() {
    let Some(folder) = folder() else { return };
    let bogus =
        body(&folder, "mastodon/bogus-announce-inline-foreign.json").replace("http://", "https://");
    let announce = IncomingActivity::parse(bogus.as_bytes()).unwrap();
    assert!(
        !announce
            .object
            .as_ref()
            .and_then(ObjectRef::embedded)
            .unwrap()
            .is_of(&announce.actor)
    );
    let own = body(&folder, "mastodon/announce-private-inline.json").replace("http://", "https://");
    let announce = IncomingActivity::parse(own.as_bytes()).unwrap();
    assert!(
        announce
            .object
            .as_ref()
            .and_then(ObjectRef::embedded)
            .unwrap()
            .is_of(&announce.actor)
    );
}

#[test]
fn a_move_of_somebody_else_moves_nobody() {
    let Some(folder) = folder() else { return };
    let activity = |name| {
        IncomingActivity::parse(
            body(&folder, name)
                .replace("http://", "https://")
                .as_bytes(),
        )
        .unwrap()
    };
    assert!(activity("gotosocial/move.json").moves_to().is_some());
    assert!(
        activity("gotosocial/move-bad-object.json")
            .moves_to()
            .is_none()
    );
}

#[test]
fn a_signature_inside_a_document_changes_nothing() {
    let Some(folder) = folder() else { return };
    let tampered = body(&folder, "mastodon/ld-signature-create-tampered.json");
    assert!(tampered.contains("RsaSignature2017"));
    let read = IncomingActivity::parse(tampered.as_bytes()).unwrap();
    assert!(
        !format!("{read:?}").contains("signature_value"),
        "only the signature of the request counts"
    );
}

#[test]
fn a_subject_on_another_host_is_noticed() {
    let Some(folder) = folder() else { return };
    let jrd = Jrd::parse(body(&folder, "mastodon/webfinger-hacker1.json").as_bytes()).unwrap();
    assert_eq!(jrd.handle::<&str>(&[]).unwrap().host(), "quitter.no");
    assert!(jrd.actors().is_empty());
    let honest =
        Jrd::parse(body(&folder, "mastodon/webfinger-gargron-2024.json").as_bytes()).unwrap();
    assert_eq!(
        (
            honest.handle::<&str>(&[]).unwrap().host(),
            honest.actors().len()
        ),
        ("mastodon.social", 1)
    );
}

#[test]
fn a_document_served_by_another_host_than_its_id_is_noticed() {
    let Some(folder) = folder() else { return };
    let note =
        IncomingObject::parse(body(&folder, "pleroma/spoofed-note.json").as_bytes()).unwrap();
    assert!(!same_origin(
        &note.id,
        &parse_id("https://attacker.example/objects/spoof").unwrap()
    ));
}

#[test]
fn every_actor_has_a_key() {
    let Some(folder) = folder() else { return };
    for name in files(&folder)
        .iter()
        .filter(|name| !name.starts_with("captured/"))
    {
        let text = body(&folder, name).replace("http://", "https://");
        let Ok(actor) = IncomingActor::parse(text.as_bytes()) else {
            continue;
        };
        let keys = actor.keys();
        assert_eq!(
            keys.pem.is_empty(),
            WITHOUT_KEY.contains(&name.as_str()),
            "{name}"
        );
        assert!(
            keys.pem
                .iter()
                .all(|key| key.owner.as_ref() == Some(&actor.id)),
            "{name}"
        );
        assert_eq!(
            Keys::parse_document(text.as_bytes()).unwrap().pem,
            keys.pem,
            "{name}"
        );
    }
    let stub = Keys::parse_document(body(&folder, "gotosocial/person-public-stub.json").as_bytes())
        .unwrap();
    assert_eq!(stub.pem[0].id.path(), "/users/dumpsterqueer/main-key");
}

#[test]
fn events_of_other_servers_say_when_and_where() {
    let Some(folder) = folder() else { return };
    let event = |name: &str| {
        let text = body(&folder, name);
        let activity = IncomingActivity::parse(text.as_bytes()).unwrap();
        activity
            .object
            .unwrap()
            .embedded()
            .unwrap()
            .as_object()
            .unwrap()
    };
    let gancio = event("gancio/create-event.json");
    let parts = gancio.event.as_ref().unwrap();
    assert_eq!(
        (
            parts.start.unwrap().rfc3339().as_str(),
            parts.places[0].name.as_deref()
        ),
        ("2021-07-14T15:30:57Z", Some("Colosseo"))
    );
    assert_eq!(gancio.tags.hashtags, ["test"]);
    let mobilizon = event("mobilizon/create-event-media.json");
    let parts = mobilizon.event.as_ref().unwrap();
    assert_eq!(
        parts.places[0].address.address_locality.as_deref(),
        Some("Lyon")
    );
    assert_eq!(
        mobilizon.online_address().unwrap().as_str(),
        "https://google.com/"
    );
    assert!(mobilizon.banner().is_some());
    let full = IncomingObject::parse(body(&folder, "mobilizon/event.json").as_bytes()).unwrap();
    let parts = full.event.as_ref().unwrap();
    assert_eq!(
        (parts.status, parts.capacity),
        (EventStatus::Scheduled, None)
    );
}
