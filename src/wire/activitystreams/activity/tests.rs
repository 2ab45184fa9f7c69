use super::*;

fn parse(text: &str) -> IncomingActivity {
    IncomingActivity::parse(text.as_bytes()).unwrap()
}

#[test]
fn an_embedded_object_is_kept_as_it_came() {
    let a = parse(
        r#"{"id": "https://a.example/1", "type": ["Create"], "actor": {"type": "Person", "id": "https://a.example/ada"},
            "to": "as:Public", "cc": null, "object": {"id": "https://a.example/n/1", "type": "Note", "attributedTo": ["https://a.example/ada"],  "x": 1.0}}"#,
    );
    assert_eq!(
        (a.kind.as_str(), a.actor.as_str()),
        ("Create", "https://a.example/ada")
    );
    assert!(a.is_public());
    let object = a.object.as_ref().and_then(ObjectRef::embedded).unwrap();
    assert!(object.belongs_to(&a.actor));
    assert!(object.raw().get().ends_with(r#",  "x": 1.0}"#));
    assert_eq!(object.as_object().unwrap().kind, "Note");
}

#[test]
fn several_objects_are_listed_one_by_one() {
    let a = parse(
        r#"{"type": "Flag", "actor": "https://a.example/actor", "object": ["https://b.example/u", 3, ["x"], {"id": "https://b.example/n"}]}"#,
    );
    let ids: Vec<_> = a
        .object
        .as_ref()
        .unwrap()
        .iter()
        .filter_map(ObjectRef::id)
        .map(Url::as_str)
        .collect();
    assert_eq!(ids, ["https://b.example/u", "https://b.example/n"]);
    assert!(a.id.is_none());
}

#[test]
fn an_object_that_cannot_be_used_is_absent() {
    for object in [
        "null",
        "[]",
        "7",
        r#""http://a.example/1""#,
        "[null]",
        "true",
    ] {
        let a = parse(&format!(
            r#"{{"type": "Like", "actor": "https://a.example/u", "object": {object}}}"#
        ));
        assert!(a.object.is_none(), "{object}");
    }
}

#[test]
fn an_activity_without_type_or_actor_is_refused() {
    for body in [
        r#"{"type": "Like"}"#,
        r#"{"actor": "https://a.example/u"}"#,
        r#"{"type": "Like", "actor": "http://a.example/u"}"#,
        r#"{"type": "Like", "actor": "https://10.0.0.1/u"}"#,
        r#"{"type": 1, "actor": "https://a.example/u"}"#,
        r#"{"type": "Like", "actor": "https://a.example/u", "actor": "https://b.example/u"}"#,
        "[]",
        "null",
        "",
        "{",
        "\"x\"",
    ] {
        assert!(IncomingActivity::parse(body.as_bytes()).is_err(), "{body}");
    }
    assert!(matches!(
        IncomingActivity::parse(b"{\"a\":\"\xff\"}"),
        Err(ParseError::NotUtf8(_))
    ));
}

#[test]
fn more_objects_than_the_limit_are_refused() {
    let objects = vec![r#""https://b.example/u""#; 501].join(",");
    let body =
        format!(r#"{{"type": "Flag", "actor": "https://a.example/u", "object": [{objects}]}}"#);
    assert!(
        IncomingActivity::parse(body.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("more than 500 objects")
    );
}

#[test]
fn who_is_asked_and_what_for_are_read_from_either_place() {
    let a = parse(
        r#"{"id": "https://a.example/i/1", "type": "Invite", "actor": "https://a.example/u", "object": "https://a.example/e/1",
            "target": {"id": "https://b.example/jo"}, "content": "Come!", "endTime": "2026-08-19T18:30:00Z"}"#,
    );
    assert_eq!(a.object_id().unwrap().as_str(), "https://a.example/e/1");
    assert_eq!(a.target_id().unwrap().as_str(), "https://b.example/jo");
    assert!(a.end_time.is_some());
}
