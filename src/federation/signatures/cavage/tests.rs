use proptest::prelude::*;

use super::*;

#[test]
fn parameters_are_read_in_any_order_and_spacing() {
    let expected = Parameters {
        key_id: Some("https://a.example/u#main-key"),
        headers: Some("(request-target) host"),
        signature: Some("ab+/=="),
        created: Some("1402170695"),
        ..Parameters::default()
    };
    for text in [
        r#"keyId="https://a.example/u#main-key",headers="(request-target) host",created=1402170695,signature="ab+/==""#,
        r#"signature="ab+/==" ,  created = 1402170695, headers="(request-target) host", keyId = "https://a.example/u#main-key""#,
        r#"keyid="https://a.example/u#main-key",unknown="a,b=c",headers="(request-target) host",created="1402170695",signature="ab+/==""#,
    ] {
        assert_eq!(Parameters::parse(text).as_ref(), Some(&expected), "{text}");
    }
}

#[test]
fn what_is_not_a_list_of_parameters_is_refused() {
    for text in [
        "",
        "keyId",
        "keyId=",
        r#"keyId="open"#,
        r#"keyId="a" headers="b""#,
        r#"keyId="a","#,
        r#"keyId="a",,headers="b""#,
        r#"keyId="a",keyId="b""#,
        r#"keyId="a\"b""#,
        r#"="a""#,
        r#"Signature keyId="a""#,
        "created=1 2",
        r#"created=1"2""#,
        "sig1=:AAAA:;x",
    ] {
        let parsed = Parameters::parse(text);
        assert!(parsed.is_none_or(|p| p.key_id.is_none()), "{text}");
    }
}

#[test]
fn seconds_are_digits_with_an_optional_fraction() {
    assert_eq!(
        unix_seconds("1402170695"),
        Some(Timestamp::from_secs(1_402_170_695))
    );
    assert_eq!(
        unix_seconds("1402170695.25"),
        Some(Timestamp::from_secs(1_402_170_695))
    );
    for text in [
        "",
        "-1",
        "+1",
        "1e9",
        "1.",
        ".5",
        "1.2.3",
        "99999999999999999999",
        "١",
    ] {
        assert_eq!(unix_seconds(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in any::<String>(), near in r#"[a-zA-Z]{0,9}[=," \\t]{0,3}[a-z:;()=", \\]{0,40}"#) {
        let _ = Parameters::parse(&text);
        let _ = Parameters::parse(&near);
        let _ = covered(&text);
        let _ = unix_seconds(&text);
    }

    #[test]
    fn quoted_values_come_back_unchanged(key in r"[ -!#-\[\]-~]{0,60}", list in "[a-z() -]{0,60}") {
        let text = format!(r#"headers="{list}", keyId="{key}""#);
        let parsed = Parameters::parse(&text).unwrap();
        prop_assert_eq!(parsed.key_id, Some(key.as_str()));
        prop_assert_eq!(parsed.headers, Some(list.as_str()));
    }
}
