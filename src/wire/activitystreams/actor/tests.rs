use serde_json::json;

use super::*;

fn actor(more: Value) -> IncomingActor {
    try_actor(more).unwrap()
}

fn try_actor(more: Value) -> Result<IncomingActor, ParseError> {
    let mut doc = json!({"id": "https://a.example/ada", "type": "Person", "inbox": "https://a.example/ada/inbox"});
    let Value::Object(more) = more else {
        panic!("not an object")
    };
    doc.as_object_mut().unwrap().extend(more);
    IncomingActor::parse(doc.to_string().as_bytes())
}

#[test]
fn only_actor_types_with_id_and_inbox_are_actors() {
    assert_eq!(
        actor(json!({"type": ["schema:Person", "Person"]})).kind,
        ActorKind::Person
    );
    for wrong in [
        json!({"type": "Note"}),
        json!({"inbox": null}),
        json!({"id": "http://a.example/ada"}),
        json!({"inbox": "https://10.0.0.1/"}),
    ] {
        assert!(try_actor(wrong).is_err());
    }
}

#[test]
fn keys_come_alone_in_arrays_or_as_addresses() {
    let key = json!({"id": "https://a.example/ada#main-key", "owner": "https://a.example/ada", "publicKeyPem": "PEM"});
    assert_eq!(actor(json!({"publicKey": key})).keys().pem.len(), 1);
    let many =
        actor(json!({"publicKey": [key, "https://a.example/ada/key", {"id": 3}, null]})).keys();
    assert_eq!((many.pem.len(), many.urls.len()), (1, 1));
    let multi = actor(
        json!({"assertionMethod": [{"id": "https://a.example/ada#ed", "type": "Multikey", "controller": "https://a.example/ada",
        "publicKeyMultibase": "z6Mk"}]}),
    );
    assert_eq!(multi.keys().multi[0].public_key_multibase, "z6Mk");
    assert_eq!(
        actor(json!({"publicKey": vec![key; 50]})).keys().pem.len(),
        10
    );
}

#[test]
fn a_key_document_is_read_alone() {
    let keys = Keys::parse_document(br#"{"id": "https://a.example/key", "owner": "https://a.example/ada", "publicKeyPem": "PEM"}"#).unwrap();
    assert_eq!(keys.pem[0].owner.as_ref().unwrap().path(), "/ada");
    assert_eq!(Keys::parse_document(b"{}").unwrap(), Keys::default());
}

#[test]
fn long_profiles_are_cut_to_the_limits() {
    let a = actor(
        json!({"name": "x".repeat(5_000), "summary": "ö".repeat(20_000),
        "attachment": vec![json!({"type": "PropertyValue", "name": "n", "value": "v".repeat(3_000)}); 60],
        "alsoKnownAs": vec!["https://b.example/ada"; 300]}),
    );
    assert_eq!(
        (a.name.unwrap().len(), a.summary.unwrap().len()),
        (MAX_NAME, MAX_SUMMARY)
    );
    assert_eq!(
        (
            a.fields.len(),
            a.fields[0].value.len(),
            a.also_known_as.len()
        ),
        (MAX_FIELDS, MAX_FIELD, MAX_ALIASES)
    );
}

#[test]
fn inboxes_elsewhere_are_noticed() {
    assert!(
        actor(json!({"endpoints": {"sharedInbox": "https://a.example/inbox"}}))
            .inboxes_on_own_origin()
    );
    assert!(
        !actor(json!({"endpoints": {"sharedInbox": "https://b.example/inbox"}}))
            .inboxes_on_own_origin()
    );
    assert!(!actor(json!({"inbox": "https://a.example:444/ada/inbox"})).inboxes_on_own_origin());
    for shared in [
        "https://192.0.2.1/inbox",
        "http://127.0.0.1:8080/inbox",
        "http://a.example/inbox",
    ] {
        assert!(
            !actor(json!({"endpoints": {"sharedInbox": shared}})).inboxes_on_own_origin(),
            "{shared}"
        );
    }
    for nothing in [json!(null), json!(""), json!("not one"), json!({})] {
        let ada = actor(json!({"endpoints": {"sharedInbox": nothing}}));
        assert!(
            ada.inboxes_on_own_origin() && ada.shared_inbox().is_none(),
            "{nothing}"
        );
    }
    assert_eq!(
        actor(json!({"sharedInbox": "https://a.example/inbox"}))
            .shared_inbox()
            .unwrap()
            .path(),
        "/inbox"
    );
}

#[test]
fn a_group_that_is_an_event_says_when() {
    let a = actor(
        json!({"type": "Group", "capabilities": {"acceptsJoins": true}, "attachment": {"type": "Event", "startTime": "2026-08-20T18:30:00Z"}}),
    );
    assert!(a.accepts_joins());
    assert!(a.event.unwrap().start.is_some());
    assert!(
        actor(json!({"attachment": "no", "capabilities": 7, "endpoints": [], "generator": "x"}))
            .event
            .is_none()
    );
}

#[test]
fn what_the_server_implements_is_listed() {
    let a = actor(
        json!({"generator": {"type": "Application", "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "x"}, "https://w3id.org/fep/844e", 3]}}),
    );
    assert_eq!(a.implements().count(), 2);
}
