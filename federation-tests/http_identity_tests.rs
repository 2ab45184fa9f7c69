//! Attacks on whose word counts: addresses written otherwise, forged hosts, tokens in the wrong place, foreign pages.

use crate::kit::kith::Setup;
use crate::kit::{Ask, Kith};

#[test]
fn one_thing_has_one_address_however_a_path_is_written() {
    let kith = Setup::new(&[]).strict().start();
    let ada = kith.user("ada");
    let post = ada.toot("at one address only");
    let id = post["id"].as_str().expect("an id");
    for path in [
        "/people/ada/",
        "//people/ada",
        "/people//ada",
        "/./people/ada",
        "/x/../people/ada",
        "/people/ada%00",
        "/people/ada%2Foutbox",
        "/people/ada;x=1",
        "/people/ada%20",
        "/people/ada.",
        "/PEOPLE/ada",
        "/people/ada%0a",
        "/people/\u{430}da",
        "/people/%d0%b0da",
        "/people/ada%ef%bc%8f",
        "\\people\\ada",
    ] {
        let answer = kith.document(path);
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
    }
    for path in [
        format!("/posts/0{id}"),
        format!("/posts/+{id}"),
        format!("/posts/{id}.0"),
        format!("/posts/{id}%20"),
        format!("/posts/{id}/"),
        format!("/posts/-{id}"),
        format!("/posts/{id}%00"),
        format!("/posts/0x{id}"),
    ] {
        let answer = kith.document(&path);
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
    }
    // What answers with a document says its own address in it.
    for path in ["/people/%61da", "/people/ADA", "/people/Ada"] {
        let answer = kith.document(path);
        if answer.status == 200 {
            assert_eq!(answer.json()["id"], ada.uri(), "{path}");
        } else {
            assert!(
                matches!(answer.status, 301 | 308 | 404),
                "{path}: {}",
                answer.status
            );
        }
    }
}

#[test]
fn no_header_of_a_client_changes_our_name_or_who_it_is() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    ada.toot("named rightly");
    for host in [
        "elsewhere.example",
        "kith.localhost",
        "kith.localhost:80",
        "127.0.0.1",
        "localhost",
        "",
        "kith.localhost:",
        "[::1]",
        "evil@kith.localhost",
        "kith.localhost.evil.example",
    ] {
        let answer = kith.ask(&Ask::get("/").header("Host", host));
        assert!(
            matches!(answer.status, 400 | 421),
            "{host:?}: {}",
            answer.status
        );
        assert!(host.is_empty() || !answer.text().contains("evil"), "{host}");
    }
    let absolute = Ask::get("http://elsewhere.example/people/ada").header("Host", &*kith.domain);
    assert_eq!(kith.ask(&absolute).status, 421);
    let forged = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Prefix", "/evil.example"),
        ("X-Original-URL", "/api/v1/accounts/verify_credentials"),
        ("X-Rewrite-URL", "/evil.example"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Forwarded", "host=evil.example;proto=https;for=127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-Host", "evil.example"),
    ];
    for path in [
        "/",
        "/people/ada",
        "/@ada",
        "/about",
        "/.well-known/host-meta",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
        "/api/v2/instance",
        "/api/v1/timelines/public?limit=1",
        "/people/ada/outbox",
    ] {
        for kind in ["text/html", "application/activity+json"] {
            let plain = Ask::get(path).header("Accept", kind);
            let before = kith.ask(&plain);
            let mut ask = plain.clone();
            for (name, value) in forged {
                ask = ask.header(name, value);
            }
            let after = kith.ask(&ask);
            assert_eq!(
                (after.status, after.text()),
                (before.status, before.text()),
                "{path}"
            );
            assert_eq!(
                after.header("location"),
                before.header("location"),
                "{path}"
            );
            let heads = after
                .headers
                .iter()
                .any(|(_, value)| value.contains("evil.example"));
            assert!(!heads, "{path}: {:?}", after.headers);
        }
    }
}

#[test]
fn a_token_counts_in_its_header_alone() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    let token = &ada.token;
    let me = "/api/v1/accounts/verify_credentials";
    for name in ["access_token", "token", "bearer_token", "api_key"] {
        let answer = kith.ask(&Ask::get(&format!("{me}?{name}={token}")));
        assert_eq!(answer.status, 401, "{name}");
        let form = Ask::post("/api/v1/statuses", format!("status=x&{name}={token}"))
            .header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(kith.ask(&form).status, 401, "{name}");
        let cookie = Ask::get(me).header("Cookie", format!("{name}={token}; session={token}"));
        assert_eq!(kith.ask(&cookie).status, 401, "{name}");
    }
    let values = [
        token.clone(),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("Bearer {token}x"),
        format!("Bearer {}", token.to_uppercase()),
        format!("Bearer {}", &token[..token.len() - 1]),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},Bearer {token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {}", "a".repeat(10_000)),
        "Bearer \u{e9}\u{202e}".to_owned(),
        "Bearer ' OR '1'='1".to_owned(),
    ];
    for value in values {
        let answer = kith.ask(&Ask::get(me).header("Authorization", value.clone()));
        assert_eq!(answer.status, 401, "{value:?}");
        assert!(!answer.text().contains(token.as_str()), "{value:?}");
    }
    let other = kith.user("ben");
    let both = Ask::get(me)
        .header("Authorization", format!("Bearer {token}"))
        .header("Authorization", format!("Bearer {}", other.token));
    let answer = kith.ask(&both);
    assert!(
        matches!(answer.status, 400 | 401),
        "{}: {}",
        answer.status,
        answer.text()
    );
    let log = kith.logged();
    assert!(!log.contains(token.as_str()), "a token stands in the log");
}

#[test]
fn nothing_leads_to_another_site_by_itself() {
    let kith = Kith::start(&[]);
    kith.user("ada").toot("here");
    let elsewhere = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://kith.localhost@evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://evil.example#@kith.localhost",
        "acct:ada@evil.example",
        "@ada@evil.example",
        "acct:@evil.example",
        "https://evil.example/%0d%0aLocation:%20https://evil.example",
    ];
    for value in elsewhere {
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for address in [
            "/authorize_interaction?uri=",
            "/?next=",
            "/about?redirect=",
            "/people/ada?return_to=",
            "/@ada?url=",
        ] {
            let answer = kith.page(&format!("{address}{encoded}"));
            let to = answer.header("location").unwrap_or("/");
            assert!(
                to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\"),
                "{address}{value}: {to}"
            );
            assert_eq!(answer.header("refresh"), None);
            let html = answer.text().to_lowercase();
            assert!(
                !html.contains("http-equiv=\"refresh") && !html.contains("href=\"javascript:"),
                "{address}{value}"
            );
        }
    }
    for path in [
        "//evil.example",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/@ada@evil.example",
        "/@//evil.example",
        "/@\\evil",
    ] {
        let answer = kith.page(path);
        let to = answer.header("location").unwrap_or("/");
        assert!(to.starts_with('/') && !to.starts_with("//"), "{path}: {to}");
    }
}

#[test]
fn pages_of_other_sites_read_nothing_with_a_persons_rights() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    ada.toot("for all");
    for origin in [
        "https://evil.example",
        "null",
        "http://kith.localhost.evil.example",
    ] {
        for path in [
            "/",
            "/people/ada",
            "/api/v1/accounts/verify_credentials",
            "/api/v1/timelines/public",
            "/inbox",
            "/actor",
        ] {
            for name in ["GET", "OPTIONS"] {
                let ask = Ask::of(name, path)
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", "POST")
                    .header("Access-Control-Request-Headers", "authorization");
                let answer = kith.ask(&ask);
                assert_eq!(
                    answer.header("access-control-allow-credentials"),
                    None,
                    "{name} {path}"
                );
                let allowed = answer.header("access-control-allow-origin");
                assert!(
                    matches!(allowed, None | Some("*")),
                    "{name} {path}: {allowed:?}"
                );
                if !path.starts_with("/api/") {
                    assert_eq!(allowed, None, "{name} {path}");
                }
                assert_eq!(answer.header("set-cookie"), None, "{name} {path}");
            }
        }
    }
}

#[test]
fn webfinger_answers_for_our_own_names_only() {
    let kith = Kith::start(&[]);
    kith.user("ada");
    let domain = &kith.domain;
    let ask = |resource: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        kith.ask(&Ask::get(&format!(
            "/.well-known/webfinger?resource={encoded}"
        )))
    };
    let good = ask(&format!("acct:ada@{domain}"));
    assert_eq!(good.json()["subject"], format!("acct:ada@{domain}"));
    for resource in [
        "acct:ada@evil.example".to_owned(),
        format!("acct:ada@{domain}.evil.example"),
        format!("acct:ada@evil.example@{domain}"),
        format!("acct:ada@{domain}/x"),
        format!("acct:ada@{domain}#x"),
        format!("acct:ada@{domain}?x"),
        format!("acct:a da@{domain}"),
        format!("acct:ada%00@{domain}"),
        format!("acct:ada\u{0}@{domain}"),
        format!("acct:ad\u{430}@{domain}"),
        format!("acct:@{domain}"),
        format!("acct:ada\r\nX: y@{domain}"),
        format!("acct:../ada@{domain}"),
        format!("acct:' OR 1=1--@{domain}"),
        "acct:".to_owned(),
        format!("mailto:ada@{domain}"),
        format!("http://u:p@{domain}/people/ada"),
        "http://evil.example/people/ada".to_owned(),
        format!("http://{domain}/people/nobody"),
        format!("https://{domain}/people/ada"),
        format!("http://{domain}/people/ada/outbox"),
        format!("acct:{}@{domain}", "a".repeat(5_000)),
        "\u{202e}".to_owned(),
        String::new(),
        format!("acct:nobody@{domain}"),
    ] {
        let answer = ask(&resource);
        assert!(
            matches!(answer.status, 400 | 404),
            "{resource:?}: {} {}",
            answer.status,
            answer.text()
        );
        assert!(!answer.text().contains("evil.example"), "{resource:?}");
    }
    for query in [
        "",
        "?",
        "?resource",
        "?resource=",
        "?resource=a&resource=b",
        "?resource[]=acct:ada@x",
    ] {
        let answer = kith.ask(&Ask::get(&format!("/.well-known/webfinger{query}")));
        assert!(
            matches!(answer.status, 400 | 404),
            "{query}: {}",
            answer.status
        );
    }
    let shouted = ask(&format!("acct:ADA@{}", domain.to_uppercase()));
    assert!(
        shouted.status == 404 || shouted.json()["subject"] == format!("acct:ada@{domain}"),
        "{}",
        shouted.text()
    );
}
