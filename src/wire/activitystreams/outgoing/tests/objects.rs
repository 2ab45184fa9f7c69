use std::collections::BTreeMap;

use super::super::*;
use super::{assert_is, here, public, url};
use crate::wire::activitystreams::PUBLIC;
use crate::wire::activitystreams::event::{EventStatus, JoinMode};
use crate::wire::activitystreams::note::IncomingObject;

fn mention_of_the_group() -> OutgoingTag {
    OutgoingTag::Mention {
        name: "@climb_berlin@kith.example".into(),
        href: here("groups/climb_berlin"),
    }
}

fn place() -> OutgoingLocation {
    OutgoingLocation::Place(OutgoingPlace {
        id: Some(here("places/91")),
        name: "Boulderhalle Nord".into(),
        address: Some(OutgoingAddress {
            street_address: Some("Beispielstraße 1".into()),
            postal_code: Some("13355".into()),
            address_locality: Some("Berlin".into()),
            address_region: Some("Berlin".into()),
            address_country: Some("Germany".into()),
        }),
        latitude: Some(52.5432),
        longitude: Some(13.3901),
    })
}

fn banner() -> OutgoingAttachment {
    OutgoingAttachment::Document {
        media_type: "image/jpeg".into(),
        url: here("media/e/7f3e.jpg"),
        name: Some("Banner".into()),
        summary: Some("A blue boulder wall".into()),
        is_banner_image: Some(true),
        focal_point: Some([0.0, 0.2]),
        width: Some(1600),
        height: Some(900),
        blurhash: Some("UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH".into()),
    }
}

fn collection(path: &str, total: u32, items: Vec<url::Url>) -> CollectionRef {
    CollectionRef {
        id: here(&format!("events/7f3e0c52/{path}")),
        total_items: Some(total),
        items,
    }
}

fn event() -> OutgoingEvent {
    let content = "<p>First time? We lend shoes and show you the ropes. We meet at the counter, warm up together and climb in pairs.</p>";
    let group = here("groups/climb_berlin");
    OutgoingEvent {
        id: here("events/7f3e0c52"),
        url: here("events/7f3e0c52"),
        uuid: Some("7f3e0c52-5c0e-4a53-9d4e-6b0f6ad0a7a1".into()),
        attributed_to: group.clone(),
        actor: None,
        audience: Some(group.clone()),
        to: vec![public()],
        cc: vec![here("groups/climb_berlin/followers")],
        name: "Thursday bouldering for beginners".into(),
        summary: "<p><strong>Thu 20 Aug 2026, 18:30 – 21:00 (Europe/Berlin)</strong><br>Boulderhalle Nord, Berlin</p><p>First time? We lend shoes and show you the ropes. <a href=\"https://kith.example/tags/bouldering\" class=\"mention hashtag\" rel=\"tag\">#bouldering</a></p>".into(),
        content: content.into(),
        media_type: "text/html",
        in_language: Some("en".into()),
        content_map: BTreeMap::from([("en".to_owned(), content.to_owned())]),
        published: "2026-08-11T08:30:00Z".into(),
        updated: "2026-08-11T08:30:00Z".into(),
        start_time: "2026-08-20T18:30:00+02:00".into(),
        end_time: "2026-08-20T21:00:00+02:00".into(),
        display_end_time: true,
        timezone: "Europe/Berlin".into(),
        status: EventStatus::Scheduled,
        previous_start_time: None,
        category: Some("SPORTS".into()),
        location: Some(place()),
        is_online: false,
        join_mode: JoinMode::Free,
        external_participation_url: None,
        maximum_attendee_capacity: Some(16),
        remaining_attendee_capacity: Some(9),
        participant_count: Some(7),
        anonymous_participation_enabled: false,
        replies_moderation_option: "allow_all",
        comments_enabled: true,
        organizers: Some(collection("organizers", 2, vec![group, here("people/maria")])),
        attendees: Some(collection("attendees", 7, vec![])),
        replies: Some(RepliesRef(here("events/7f3e0c52/replies"))),
        context: Some(here("events/7f3e0c52/thread")),
        sensitive: false,
        tag: vec![OutgoingTag::Hashtag { name: "#bouldering".into(), href: here("tags/bouldering") }, mention_of_the_group()],
        image: Some(OutgoingImage { media_type: "image/jpeg".into(), url: here("media/e/7f3e.jpg"), name: Some("A blue boulder wall".into()) }),
        attachment: vec![banner()],
        interaction_policy: None,
    }
}

#[test]
fn an_event_is_sent_as_the_example_shows() {
    let mut create = OutgoingActivity::create(
        here("events/7f3e0c52/create"),
        here("groups/climb_berlin"),
        event(),
    );
    create.published = Some("2026-08-11T08:30:00Z".into());
    create.audience = Some(here("groups/climb_berlin"));
    assert_is(
        "create_event",
        &create
            .addressed(vec![public()], vec![here("groups/climb_berlin/followers")])
            .document(),
    );
}

#[test]
fn coordinates_always_have_a_decimal_point_and_never_become_null() {
    let place = |latitude| {
        let place = OutgoingPlace {
            id: None,
            name: "x".into(),
            address: None,
            latitude: Some(latitude),
            longitude: Some(13.0),
        };
        serde_json::to_string(&OutgoingLocation::Place(place)).unwrap()
    };
    assert!(place(52.0).ends_with(r#""latitude":52.0,"longitude":13.0}"#));
    assert!(!place(f64::NAN).contains("latitude"));
}

#[test]
fn an_online_event_names_a_virtual_location() {
    let location = OutgoingLocation::VirtualLocation {
        name: "Call".into(),
        url: Some(url("https://meet.example/1")),
    };
    let mut online = event();
    online.location = Some(location);
    online.is_online = true;
    online.status = EventStatus::Cancelled;
    let json = online.document().to_json();
    assert!(json.contains(
        r#""location":{"type":"VirtualLocation","name":"Call","url":"https://meet.example/1"}"#
    ));
    assert!(json.contains(r#""status":"CANCELLED","eventStatus":"EventCancelled""#));
}

#[test]
fn we_understand_our_own_events() {
    let read = IncomingObject::parse(event().document().to_json().as_bytes()).unwrap();
    let parts = read.event.as_ref().unwrap();
    assert_eq!(parts.start.unwrap().rfc3339(), "2026-08-20T16:30:00Z");
    assert_eq!(
        (parts.capacity, parts.participants, parts.remaining),
        (Some(16), Some(7), Some(9))
    );
    assert_eq!(
        (parts.join_mode, parts.status),
        (Some(JoinMode::Free), EventStatus::Scheduled)
    );
    assert_eq!(
        parts.places[0].address.address_locality.as_deref(),
        Some("Berlin")
    );
    assert_eq!(
        (
            parts.organizers.len(),
            read.tags.mentions.len(),
            read.language.as_deref()
        ),
        (2, 1, Some("en"))
    );
    assert_eq!(
        read.banner().unwrap().alt.as_deref(),
        Some("A blue boulder wall")
    );
    assert_eq!(read.page_url(), Some(&read.id));
}

#[test]
fn a_note_is_sent_as_the_example_shows() {
    let maria = here("people/maria");
    let group = here("groups/climb_berlin");
    let cc = || vec![here("people/maria/followers"), here("groups/climb_berlin")];
    let mut note = OutgoingNote::new(
        here("posts/31"),
        maria.clone(),
        "2026-08-13T06:00:00Z".into(),
    );
    note.url = Some(here("posts/31"));
    note.to = vec![public()];
    note.cc = cc();
    note.audience = Some(group.clone());
    note.in_reply_to = Some(here("events/7f3e0c52"));
    note.content = Some("<p>I bring shoes in 39.</p>".into());
    note.content_map =
        BTreeMap::from([("en".to_owned(), "<p>I bring shoes in 39.</p>".to_owned())]);
    note.tag = vec![mention_of_the_group()];
    note.attachment = vec![OutgoingAttachment::Document {
        media_type: "image/jpeg".into(),
        url: here("media/p/31.jpg"),
        name: Some("A pair of shoes".into()),
        summary: None,
        is_banner_image: None,
        focal_point: None,
        width: Some(800),
        height: Some(600),
        blurhash: None,
    }];
    note.context = Some(here("events/7f3e0c52/thread"));
    note.replies = Some(RepliesRef(here("posts/31/replies")));
    note.interaction_policy = Some(InteractionPolicy {
        quote: vec![public()],
        answer: None,
    });
    let mut create = OutgoingActivity::create(here("posts/31/create"), maria, note);
    create.published = Some("2026-08-13T06:00:00Z".into());
    create.audience = Some(group);
    assert_is(
        "create_note",
        &create.addressed(vec![public()], cc()).document(),
    );
    assert_eq!(public().as_str(), PUBLIC);
}

#[test]
fn a_poll_and_a_vote_are_sent_as_the_examples_show() {
    let (maria, ada) = (
        here("people/maria"),
        url("https://mastodon.example/users/ada"),
    );
    let option = |name: &str| OutgoingOption {
        name: name.into(),
        votes: Some(0),
    };
    let mut poll = OutgoingNote::new(
        here("polls/42"),
        maria.clone(),
        "2026-08-12T07:00:05Z".into(),
    )
    .with_options(
        vec![option("Going"), option("Maybe"), option("Can't make it")],
        false,
    );
    poll.url = Some(here("events/7f3e0c52"));
    poll.to = vec![ada.clone()];
    poll.content = Some("<p><span class=\"h-card\"><a href=\"https://mastodon.example/@ada\" class=\"u-url mention\">@<span>ada</span></a></span> Maria invites you: <a href=\"https://kith.example/events/7f3e0c52\">Thursday bouldering for beginners</a>, Thu 20 Aug 2026, 18:30 (Europe/Berlin), Boulderhalle Nord. Are you coming?</p>".into());
    poll.tag = vec![OutgoingTag::Mention {
        name: "@ada@mastodon.example".into(),
        href: ada.clone(),
    }];
    poll.context = Some(here("events/7f3e0c52/thread"));
    poll.end_time = Some("2026-08-20T16:30:00Z".into());
    poll.voters_count = Some(0);
    let mut create = OutgoingActivity::create(here("polls/42/create"), maria.clone(), poll);
    create.published = Some("2026-08-12T07:00:05Z".into());
    assert_is(
        "create_question",
        &create.addressed(vec![ada.clone()], vec![]).document(),
    );

    let mut vote = OutgoingNote::new(
        here("people/maria/votes/5"),
        maria.clone(),
        "2026-08-13T07:00:00Z".into(),
    );
    vote.to = vec![ada.clone()];
    vote.in_reply_to = Some(url("https://mastodon.example/users/ada/statuses/9"));
    vote.name = Some("Tuesday".into());
    let read = IncomingObject::parse(vote.clone().document().to_json().as_bytes()).unwrap();
    assert!(read.is_vote());
    let create = OutgoingActivity::create(here("people/maria/votes/5/create"), maria, vote);
    assert_is("vote", &create.addressed(vec![ada], vec![]).document());
}
