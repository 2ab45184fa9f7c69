//! Hostile documents: whatever arrives, reading it ends, and ends without a panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::clock::Timestamp;
use crate::wire::activitystreams::event::EventParts;
use crate::wire::activitystreams::lenient::LocalTime;
use crate::wire::activitystreams::object_ref::ObjectRef;
use crate::wire::host_meta::lrdd_template;
use crate::wire::webfinger::{Handle, Resource};

/// The names that our types read, so that random documents hit them.
const NAMES: [&str; 40] = [
    "id",
    "type",
    "actor",
    "object",
    "target",
    "to",
    "cc",
    "name",
    "content",
    "contentMap",
    "summary",
    "url",
    "href",
    "tag",
    "attachment",
    "icon",
    "publicKey",
    "assertionMethod",
    "endpoints",
    "startTime",
    "endTime",
    "timezone",
    "location",
    "address",
    "latitude",
    "longitude",
    "organizers",
    "attendees",
    "oneOf",
    "anyOf",
    "closed",
    "replies",
    "totalItems",
    "items",
    "orderedItems",
    "first",
    "links",
    "rel",
    "language",
    "focalPoint",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("https://a.example/1")),
        Just(json!("2026-08-20T18:30")),
        Just(json!("as:Public")),
        prop::sample::select(vec![
            "Note",
            "Event",
            "Question",
            "Person",
            "Group",
            "Create",
            "Move",
            "Collection",
            "Place",
            "Link",
            "PropertyValue"
        ])
        .prop_map(Value::from),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 60, 8, |inner| {
        let name = prop_oneof![
            prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
            ".{0,6}".prop_map(String::from)
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Reads `body` as everything there is.
fn read_all(body: &[u8]) {
    let _ = understand(body);
    if let Ok(activity) = IncomingActivity::parse(body) {
        let _ = (activity.moves_to(), activity.is_public());
        for one in activity.object.iter().flat_map(ObjectRef::iter) {
            let _ = (one.id(), one.kind());
            if let Some(embedded) = one.embedded() {
                let _ = (
                    embedded.as_activity().is_ok(),
                    embedded.as_actor().is_ok(),
                    embedded.as_object().is_ok(),
                    embedded.as_collection().is_ok(),
                );
            }
        }
    }
    if let Ok(actor) = IncomingActor::parse(body) {
        let _ = (
            actor.page_url(),
            actor.inboxes_on_own_origin(),
            actor.keys(),
            actor.implements().count(),
        );
    }
    if let Ok(object) = IncomingObject::parse(body) {
        let _ = (
            object.page_url(),
            object.banner(),
            object.online_address(),
            object.is_vote(),
            object.quoted(),
        );
    }
    let _ = (
        IncomingCollection::parse(body).map(|all| all.items().count()),
        IncomingTombstone::parse(body).is_ok(),
    );
    let _ = (
        Keys::parse_document(body).is_ok(),
        NodeInfo::parse(body).is_ok(),
        NodeInfoLinks::parse(body).is_ok(),
    );
    if let Ok(jrd) = Jrd::parse(body) {
        let _ = (
            jrd.actors(),
            jrd.handle::<&str>(&[]),
            jrd.service(),
            jrd.intent("Join"),
            jrd.subscribe_template(),
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_document_makes_a_reader_panic(value in document()) {
        read_all(value.to_string().as_bytes());
        let mut whole = json!({"id": "https://a.example/1", "actor": "https://a.example/ada", "inbox": "https://a.example/i", "type": "Event"});
        if let Value::Object(more) = value {
            whole.as_object_mut().unwrap().extend(more);
        }
        for kind in ["Event", "Question", "Group", "Create", "OrderedCollection"] {
            whole["type"] = json!(kind);
            read_all(whole.to_string().as_bytes());
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn no_text_makes_a_small_reader_panic(text in "\\PC{0,40}") {
        let _ = (Handle::parse::<&str>(&text, &[]), Resource::parse::<&str>(&text, &[]), lrdd_template(&text));
        let _ = Handle::parse::<&str>(&format!("a@{text}"), &[]).map(|handle| assert!(!handle.host().contains([':', '/', '@', ' '])));
        let _ = lrdd_template(&format!("<Link rel=\"lrdd\" template={text}"));
        let _ = LocalTime::parse(&text).map(|time| time.resolve(Some(chrono_tz::Tz::Europe__Berlin)));
    }

    #[test]
    fn no_time_of_an_event_overflows(year in -300_000_i32..300_000, zone in prop::sample::select(vec!["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"])) {
        let event = json!({"startTime": format!("{year:04}-01-01T00:00:00"), "endTime": format!("{year:04}-12-31T23:59:60.999+23:59"), "timezone": zone});
        let parts: EventParts = serde_json::from_value(event).unwrap();
        let _ = parts.start.map(Timestamp::rfc3339);
    }
}
