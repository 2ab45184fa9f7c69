use url::Url;

use super::*;

const NO_PORTS: [&str; 0] = [];

fn handle(text: &str) -> Result<Handle, HandleError> {
    Handle::parse(text, &NO_PORTS)
}

#[test]
fn handles_are_read_in_their_usual_forms() {
    for form in [
        "maria@kith.example",
        "@maria@kith.example",
        "acct:maria@kith.example",
        "maria@KITH.example",
        "maria@kith.example.",
    ] {
        assert_eq!(
            handle(form).unwrap().to_string(),
            "maria@kith.example",
            "{form}"
        );
    }
    assert_eq!(
        handle("a@bücher.example").unwrap().host(),
        "xn--bcher-kva.example"
    );
    assert_eq!(
        handle("kith.example@kith.example").unwrap().user(),
        "kith.example"
    );
    assert!(
        handle("Maria@a.example")
            .unwrap()
            .same_as(&handle("maria@a.example").unwrap())
    );
}

#[test]
fn a_host_is_only_a_bare_name() {
    let bad = [
        "kith.example:8443",
        "kith.example/x",
        "kith.example?x",
        "kith.example#x",
        "u:p@kith.example",
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "[::1]",
        "::1",
        "kith",
        "",
        ".",
        "a..b",
        ".a.example",
        "a.example\n",
        "a.exa mple",
        "a.example\0",
        "a%2eexample.org",
        "a\\b.example",
        "１２７.0.0.1",
        "a.example@b.example",
        "a_b.example",
        "*.example",
    ];
    for host in bad {
        assert!(handle(&format!("maria@{host}")).is_err(), "{host:?}");
    }
    assert!(handle(&format!("maria@{}.example", "a".repeat(64))).is_err());
}

#[test]
fn a_port_is_taken_only_if_listed() {
    let listed = ["kith.localhost:8080".to_owned()];
    assert_eq!(
        Handle::parse("maria@kith.localhost:8080", &listed)
            .unwrap()
            .host(),
        "kith.localhost:8080"
    );
    assert_eq!(
        Handle::parse("maria@kith.localhost:8081", &listed),
        Err(HandleError::Host)
    );
}

#[test]
fn names_have_only_the_characters_in_use() {
    for good in ["a", "a_b", "a.b-c", "A1", "_x_"] {
        assert!(handle(&format!("{good}@a.example")).is_ok(), "{good}");
    }
    for bad in [
        ".a",
        "a.",
        "-a",
        "a b",
        "a/b",
        "ä",
        "a%40b",
        "a\n",
        &"a".repeat(129),
    ] {
        assert_eq!(
            handle(&format!("{bad}@a.example")),
            Err(HandleError::User),
            "{bad:?}"
        );
    }
    for bad in ["maria", "", "acct:", "https://a.example/u"] {
        assert_eq!(handle(bad), Err(HandleError::Form), "{bad:?}");
    }
}

#[test]
fn a_request_asks_about_a_handle_or_an_address() {
    assert!(matches!(
        Resource::parse("acct:maria@kith.example", &NO_PORTS),
        Ok(Resource::Acct(_))
    ));
    assert!(matches!(
        Resource::parse("https://kith.example/people/maria", &NO_PORTS),
        Ok(Resource::Address(_))
    ));
    for bad in [
        "ftp://a.example",
        "https://u:p@a.example/",
        "https://",
        "mailto:a@b.example",
        "javascript:alert(1)",
    ] {
        assert!(Resource::parse(bad, &NO_PORTS).is_err(), "{bad}");
    }
}

fn maria() -> OutgoingJrd {
    let url = |path: &str| Url::parse(&format!("https://kith.example/{path}")).unwrap();
    OutgoingJrd::from(ActorJrd {
        handle: handle("maria@kith.example").unwrap(),
        id: url("people/maria"),
        page: url("@maria"),
        avatar: None,
        interact: url("authorize_interaction"),
        intents: url("intents"),
    })
}

#[test]
fn our_answer_is_as_the_example_shows() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/wire/fixtures/webfinger.json"
    );
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(maria()).unwrap(), expected);
}

#[test]
fn we_understand_our_own_answer() {
    let jrd = Jrd::parse(serde_json::to_string(&maria()).unwrap().as_bytes()).unwrap();
    assert_eq!(jrd.actors()[0].path(), "/people/maria");
    assert_eq!(jrd.handle(&NO_PORTS), handle("maria@kith.example").ok());
    assert!(
        jrd.subscribe_template()
            .unwrap()
            .ends_with("/authorize_interaction?uri={uri}")
    );
    assert!(
        jrd.intent("Join")
            .unwrap()
            .contains("/intents/join?object={object}&")
    );
    let host = OutgoingJrd::of_host(
        &Url::parse("https://kith.example/").unwrap(),
        Url::parse("https://kith.example/actor").unwrap(),
    );
    let host = Jrd::parse(serde_json::to_string(&host).unwrap().as_bytes()).unwrap();
    assert_eq!(
        (host.service().unwrap().path(), host.subject.as_deref()),
        ("/actor", Some("https://kith.example/"))
    );
}

#[test]
fn only_self_links_with_an_activitystreams_type_lead_to_actors() {
    let jrd = |link: &str| {
        Jrd::parse(format!(r#"{{"subject": "acct:a@a.example", "links": [{link}]}}"#).as_bytes())
            .unwrap()
            .actors()
            .len()
    };
    assert_eq!(
        jrd(
            r#"{"rel": "self", "type": "application/activity+json", "href": "https://a.example/a"}"#
        ),
        1
    );
    assert_eq!(
        jrd(
            r#"{"rel": ["self"], "type": "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"", "href": "https://a.example/a"}"#
        ),
        1
    );
    assert_eq!(jrd(r#"{"rel": "self", "href": "https://a.example/a"}"#), 0);
    assert_eq!(
        jrd(
            r#"{"rel": "self", "type": "application/activity+json", "href": "http://a.example/a"}"#
        ),
        0
    );
    assert_eq!(
        jrd(
            r#"{"rel": "alternate", "type": "application/activity+json", "href": "https://a.example/a"}, null, 3"#
        ),
        0
    );
}

#[test]
fn templates_that_are_no_web_pages_are_not_offered() {
    let jrd = |template: &str| {
        let body = format!(
            r#"{{"links": [{{"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "{template}"}}]}}"#
        );
        Jrd::parse(body.as_bytes())
            .unwrap()
            .subscribe_template()
            .is_some()
    };
    assert!(jrd("https://a.example/i?uri={uri}"));
    assert!(
        !jrd("javascript:alert({uri})") && !jrd("http://a.example/{uri}") && !jrd("/i?uri={uri}")
    );
}
