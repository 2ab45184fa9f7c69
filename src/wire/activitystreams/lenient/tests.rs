use chrono_tz::Tz;
use serde_json::json;

use super::*;
use crate::domain::clock::Timestamp;

#[test]
fn only_https_names_are_ids() {
    for good in [
        "https://kith.example/people/maria#x",
        "http://kith.localhost:8080/a",
        "https://kith.example:8443/a",
    ] {
        assert!(parse_id(good).is_some(), "{good}");
    }
    let bad = [
        "http://kith.example/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://2130706433/",
        "https://u@kith.example/",
        "https://u:p@kith.example/",
        "acct:maria@kith.example",
        "did:key:z6Mk",
        "javascript:alert(1)",
        "/people/maria",
        "",
    ];
    for bad in bad {
        assert!(parse_id(bad).is_none(), "{bad}");
    }
}

#[test]
fn ids_have_a_length() {
    let of = |length: usize| format!("https://kith.example/{}", "a".repeat(length - 21));
    assert!(parse_id(&of(1_024)).is_some() && parse_id(&of(1_025)).is_none());
    assert!(web_link(&of(2_048)).is_some() && web_link(&of(2_049)).is_none());
}

#[test]
fn the_short_forms_of_public_are_understood() {
    for form in ["as:Public", "Public", crate::wire::activitystreams::PUBLIC] {
        assert_eq!(
            parse_id(form).unwrap().as_str(),
            crate::wire::activitystreams::PUBLIC
        );
    }
}

#[test]
fn an_id_is_taken_from_a_string_an_object_or_the_first_usable_of_an_array() {
    let wanted = parse_id("https://a.example/1");
    assert_eq!(id_of(&json!("https://a.example/1")), wanted);
    assert_eq!(
        id_of(&json!({"type": "Person", "id": "https://a.example/1"})),
        wanted
    );
    assert_eq!(
        id_of(
            &json!([null, 7, "ftp://a.example", {"id": "https://a.example/1"}, "https://a.example/2"])
        ),
        wanted
    );
    assert_eq!(id_of(&json!({"id": null})), None);
}

#[test]
fn a_type_is_the_first_plain_name() {
    assert_eq!(
        kind_of(&json!(["geojson:Feature", "Place"])).as_deref(),
        Some("Place")
    );
    assert_eq!(kind_of(&json!("as:Note")).as_deref(), Some("Note"));
    assert_eq!(kind_of(&json!([])), None);
}

#[test]
fn text_comes_from_strings_and_language_maps() {
    assert_eq!(text_of(&json!({"en": "hello"})).as_deref(), Some("hello"));
    assert_eq!(
        text_of(&json!({"@value": "hello", "@language": "en"})).as_deref(),
        Some("hello")
    );
    assert_eq!(text_of(&json!("a\u{0}b")).as_deref(), Some("ab"));
    assert_eq!(text_of(&json!("")), None);
    assert_eq!(text_of(&json!([null, ["x"], "y"])).as_deref(), Some("y"));
}

#[test]
fn cutting_never_splits_a_character() {
    let mut a = "größe".to_owned();
    clip_bytes(&mut a, 3);
    assert_eq!(a, "gr");
    let mut b = "größe".to_owned();
    clip_chars(&mut b, 3);
    assert_eq!(b, "grö");
}

fn at(text: &str) -> Option<String> {
    LocalTime::parse(text).map(|time| time.resolve(Some(Tz::Europe__Berlin)).rfc3339())
}

#[test]
fn times_are_read_with_and_without_offset_and_seconds() {
    for form in [
        "2026-08-20T18:30:00+02:00",
        "2026-08-20T16:30:00Z",
        "2026-08-20T18:30+0200",
        "2026-08-20T18:30",
        "2026-08-20 18:30:00.000",
        "2026-08-20T16:30z",
    ] {
        assert_eq!(at(form).as_deref(), Some("2026-08-20T16:30:00Z"), "{form}");
    }
    assert_eq!(at("2026-08-20").as_deref(), Some("2026-08-19T22:00:00Z"));
    assert_eq!(at("next Thursday"), None);
    assert_eq!(
        LocalTime::parse("2026-08-20T18:30").unwrap().resolve(None),
        Timestamp::parse("2026-08-20T18:30:00Z").unwrap()
    );
}

#[test]
fn a_time_that_the_clocks_skip_or_repeat_is_still_a_moment() {
    assert_eq!(
        at("2026-03-29T02:30:00").as_deref(),
        Some("2026-03-29T01:30:00Z")
    );
    assert_eq!(
        at("2026-10-25T02:30:00").as_deref(),
        Some("2026-10-25T00:30:00Z")
    );
}
