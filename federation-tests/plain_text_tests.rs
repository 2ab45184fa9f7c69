//! Checklist 20, 67, 68, 69 and 75: what others wrote, wherever it is shown.

use serde_json::{Value, json};

use crate::kit::activities::{PUBLIC, id};
use crate::kit::login::list;
use crate::kit::{Answer, Ask, Kith, Peer, Remote, until};

/// Markup, quotes and line ends that would be seen if a text were taken for HTML, an attribute or a header.
const BAIT: &str = "<b id=bait>x</b>'\"--><script>alert('bait')</script><img src=x onerror=bait>\r\nX-Bait: 1 &amp;";

/// Everything in a page that only comes from the bait being taken for markup.
fn bitten(html: &str) -> Option<&'static str> {
    ["<b id=bait", "<script>alert", "onerror=bait>", "<img src=x"]
        .into_iter()
        .find(|sign| html.contains(sign))
}

/// A remote person, post and event whose every text is bait.
fn hostile(peer: &Peer, named: &str) -> (Remote, Value, Value) {
    let mallory = Remote::new(peer, "mallory").with(json!({
        "name": BAIT,
        "summary": format!("<p>{BAIT}</p>"),
        "attachment": [{"type": "PropertyValue", "name": BAIT, "value": BAIT}],
        "icon": {"type": "Image", "name": BAIT, "url": peer.url("/a.png?%22onerror=bait")},
        "url": format!("{}?<b id=bait>", peer.url("/@mallory")),
    }));
    mallory.publish();
    let mut note = mallory.note("x", &[named]);
    note["type"] = json!("Article");
    note["name"] = json!(BAIT);
    note["summary"] = json!(BAIT);
    note["content"] = json!(format!("<p>{BAIT}</p>"));
    note["contentMap"] = json!({"\"><script>alert('bait')</script>": BAIT});
    note["attachment"] = json!([{"type": "Image", "mediaType": format!("image/{BAIT}"), "name": BAIT,
        "url": peer.url("/picture.png?<b id=bait>\"onerror=bait>")}]);
    note["tag"] = json!([{"type": "Mention", "href": named, "name": BAIT},
        {"type": "Hashtag", "name": BAIT, "href": peer.url("/tag")},
        {"type": "Emoji", "name": ":bait:", "icon": {"type": "Image", "url": peer.url("/e.png")}}]);
    let event = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": peer.fresh("events"), "type": "Event", "name": BAIT,
        "summary": BAIT, "content": format!("<p>{BAIT}</p>"), "attributedTo": mallory.id, "startTime": "2099-05-01T18:00:00Z",
        "timezone": BAIT, "to": [PUBLIC], "cc": [named], "onlineUrl": format!("javascript:{BAIT}"),
        "tag": [{"type": "Mention", "href": named, "name": BAIT}],
        "location": {"type": "Place", "name": BAIT, "address": {"type": "PostalAddress", "streetAddress": BAIT,
            "addressLocality": BAIT, "postalCode": BAIT, "addressCountry": BAIT}},
    });
    peer.serve(&event);
    (mallory, note, event)
}

#[test]
fn texts_of_others_are_text_wherever_they_are_shown() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let (mallory, note, event) = hostile(&peer, &ada.uri());
    ada.follows_remote(&mallory);
    mallory.tell(&kith, &mallory.create(&note));
    let shown = ada.awaits_status(id(&note));
    mallory.tell(&kith, &mallory.create(&event));
    let event = until("the event", || {
        list(&ada.look_up(id(&event))["events"]).into_iter().next()
    });
    // What is plain text in the client API holds no line end and no bidi trick; the rest is HTML and was cleaned.
    for html in [
        &shown["content"],
        &shown["account"]["note"],
        &event["description"],
    ] {
        let html = html.as_str().expect("HTML");
        assert_eq!(bitten(html), None, "{html}");
    }
    for text in [
        &shown["spoiler_text"],
        &shown["account"]["display_name"],
        &event["title"],
        &event["place"]["name"],
    ] {
        assert!(
            !text.as_str().expect("text").contains(['\r', '\n']),
            "{text}"
        );
    }
    let numbers = |of: &Value| of["id"].as_str().expect("an id").to_owned();
    let pages = [
        format!("/posts/{}", numbers(&shown)),
        format!("/events/{}", numbers(&event)),
        format!("/@{}", mallory.handle()),
        format!("/authorize_interaction?uri={}", id(&note)),
        format!("/authorize_interaction?uri={}", mallory.id),
        format!("/authorize_interaction?uri=acct:{}", mallory.handle()),
        "/".to_owned(),
        "/people/ada".to_owned(),
        "/about".to_owned(),
        "/tags/bait".to_owned(),
    ];
    for path in pages {
        let page = kith.page(&path);
        assert_harmless(&path, &page);
    }
    for command in [["queue", "show"], ["user", "list"], ["domain", "list"]] {
        let printed = kith.cli(&command);
        assert!(
            !printed.contains('\u{1b}') && !printed.contains("X-Bait"),
            "{printed}"
        );
    }
    // Numbers of the admin listener never carry what others wrote.
    assert!(!kith.health().1.to_string().contains("bait"));
}

fn assert_harmless(path: &str, page: &Answer) {
    assert!(matches!(page.status, 200 | 404), "{path}: {}", page.status);
    let html = page.text();
    assert_eq!(bitten(&html), None, "{path}: {html}");
    assert_eq!(page.header("x-bait"), None, "{path}");
    let policy = page.header("content-security-policy").expect("a policy");
    for never in [
        "unsafe-inline",
        "unsafe-eval",
        "https:",
        "http:",
        "data:",
        "*",
    ] {
        assert!(!policy.contains(never), "{path}: {policy}");
    }
    assert!(
        !html.contains("<script") && !html.contains(" style="),
        "{path}: {html}"
    );
    for (at, _) in html.match_indices("src=\"") {
        assert!(
            html[at + 5..].starts_with("/static/") || html[at + 5..].starts_with("/media/"),
            "{path}: {}",
            &html[at..at + 60]
        );
    }
}

#[test]
fn texts_of_our_own_people_are_text_as_well() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    peer.person("carla").follows(&kith, &ada.uri());
    ada.call("PATCH", "/api/v1/accounts/update_credentials", &json!({"display_name": "<b id=bait>x</b>\r\nX-Bait: 1",
        "note": BAIT, "fields_attributes": [{"name": "<b id=bait>", "value": BAIT}, {"name": "Blog", "value": "javascript:alert(1)"}]}));
    let post = ada.post("/api/v1/statuses", &json!({"status": format!("{BAIT} [x](javascript:alert(1)) ![y](https://evil.example/z.png) #bait"),
        "spoiler_text": BAIT}));
    let event = ada.post(
        "/api/v1/events",
        &json!({"title": BAIT, "description": BAIT, "start_time": "2099-05-01T08:00:00Z",
        "timezone": "UTC", "place": {"name": BAIT, "street": BAIT, "city": BAIT, "country": BAIT}}),
    );
    for path in [
        "/".to_owned(),
        "/people/ada".to_owned(),
        "/@ada".to_owned(),
        "/tags/bait".to_owned(),
        format!("/posts/{}", post["id"].as_str().expect("an id")),
        format!("/events/{}", event["id"].as_str().expect("an id")),
    ] {
        let page = kith.page(&path);
        let page = match page.header("location") {
            Some(to) => kith.page(to),
            None => page,
        };
        assert_harmless(&path, &page);
        assert_links(&path, &page.text());
    }
    // What leaves for other servers is as clean: HTML there, text in names.
    let create = peer.awaits("Create");
    let html = create["object"]["content"].as_str().expect("HTML");
    assert_eq!(bitten(html), None, "{html}");
    assert_links("what leaves", html);
    for document in [
        kith.document("/people/ada"),
        kith.document("/people/ada/outbox/page"),
    ] {
        assert!(document.text().contains("bait") || document.status == 200);
        assert_eq!(
            document.header("content-type"),
            Some("application/activity+json; charset=utf-8")
        );
    }
}

/// Addresses that may never become links.
const BAD_LINKS: [&str; 10] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>x</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://x/y",
    "intent://x#Intent;end",
    "\u{1}javascript:alert(1)",
];

/// The targets of all links and forms in HTML.
fn targets(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ["href=\"", "src=\"", "action=\"", "content=\"", "href='"] {
        for (at, _) in html.match_indices(attribute) {
            let rest = &html[at + attribute.len()..];
            let end = rest.find(['"', '\'']).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
        }
    }
    found
}

fn assert_links(what: &str, html: &str) {
    for target in targets(html) {
        let scheme = target
            .split_once(':')
            .map(|(scheme, _)| scheme.trim().to_lowercase());
        let bad = [
            "javascript",
            "data",
            "vbscript",
            "file",
            "blob",
            "intent",
            "java\tscript",
            "\u{1}javascript",
        ];
        assert!(
            !scheme.is_some_and(|scheme| bad.contains(&&*scheme)),
            "{what}: {target:?}"
        );
    }
}

#[test]
fn only_web_and_mail_addresses_become_links() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    for (at, bad) in BAD_LINKS.iter().enumerate() {
        let link = format!("<a href=\"{bad}\">x</a><a href='{bad}'>y</a>");
        let mallory = Remote::new(&peer, &format!("m{at}")).with(json!({"url": bad, "summary": link,
            "attachment": [{"type": "PropertyValue", "name": "Blog", "value": link}, {"type": "Link", "href": bad}]}));
        mallory.publish();
        let mut note = mallory.note("x", &[&ada.uri()]);
        note["content"] = json!(link);
        note["url"] = json!([bad, {"type": "Link", "href": bad, "mediaType": "text/html"}]);
        note["attachment"] = json!([{"type": "Document", "url": bad, "mediaType": "image/png"}, {"type": "Link", "href": bad}]);
        mallory.tell(&kith, &mallory.create(&note));
        let shown = ada.awaits_status(id(&note));
        let mut event = mallory.note("x", &[&ada.uri()]);
        event["type"] = json!("Event");
        event["name"] = json!("A meeting");
        event["startTime"] = json!("2099-05-01T18:00:00Z");
        event["url"] = json!(bad);
        event["content"] = json!(link);
        event["onlineUrl"] = json!(bad);
        event["location"] = json!([{"type": "VirtualLocation", "url": bad}, {"type": "Place", "name": "x", "url": bad}]);
        peer.serve(&event);
        mallory.tell(&kith, &mallory.create(&event));
        let event = until("the event", || {
            list(&ada.look_up(id(&event))["events"]).into_iter().next()
        });
        for value in [&shown["url"], &shown["account"]["url"], &event["url"]] {
            assert!(
                value.as_str().is_some_and(|url| url.starts_with("http")),
                "{value}"
            );
        }
        assert!(
            event["online_url"]
                .as_str()
                .is_none_or(|url| url.starts_with("https://")),
            "{event}"
        );
        assert_eq!(shown["media_attachments"], json!([]), "{bad}");
        let own = ada.call("PATCH", "/api/v1/accounts/update_credentials", &json!({
            "note": format!("[x]({bad}) <{bad}>"), "fields_attributes": [{"name": "Blog", "value": bad, "kind": "link"}]}));
        assert!(matches!(own.status, 200 | 422), "{}", own.status);
        let post = ada.toot(&format!("[x]({bad}) <{bad}> [y]: {bad}"));
        let account = ada.get(&format!(
            "/api/v1/accounts/{}",
            shown["account"]["id"].as_str().expect("an id")
        ));
        for html in [
            &shown["content"],
            &shown["account"]["note"],
            &event["description"],
            &post["content"],
            &account["fields"][0]["value"],
        ] {
            assert_links(bad, html.as_str().unwrap_or_default());
        }
        for path in [
            format!("/posts/{}", shown["id"].as_str().expect("an id")),
            format!("/posts/{}", post["id"].as_str().expect("an id")),
            format!("/@{}", mallory.handle()),
            "/people/ada".to_owned(),
        ] {
            assert_links(&path, &kith.page(&path).text());
        }
    }
}

#[test]
fn a_page_offers_only_the_original_at_its_own_origin() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = Remote::new(&peer, "carla").with(json!({"url": "https://phishing.example/@carla"}));
    carla.publish();
    for url in [
        "https://phishing.example/login",
        "http://peer.localhost/1",
        "https://peer.localhost.phishing.example/",
    ] {
        let mut note = carla.note("see the original", &[&ada.uri()]);
        note["url"] = json!([{"type": "Link", "href": url, "mediaType": "text/html"}]);
        carla.tell(&kith, &carla.create(&note));
        let shown = ada.awaits_status(id(&note));
        assert_eq!(shown["url"], note["id"]);
        for path in [
            format!("/posts/{}", shown["id"].as_str().expect("an id")),
            format!("/authorize_interaction?uri={}", id(&note)),
            format!("/@{}", carla.handle()),
        ] {
            let html = kith.page(&path).text();
            assert!(
                !html.contains("phishing") && !html.contains("href=\"http://peer.localhost/"),
                "{path}: {html}"
            );
            assert!(html.contains(&peer.host), "{path} names no origin: {html}");
        }
        let found = ada.account(&carla.handle()).expect("found");
        assert!(
            !found["url"]
                .as_str()
                .is_some_and(|url| url.contains("phishing")),
            "{found}"
        );
    }
}

#[test]
fn what_people_give_is_never_served_as_a_page_or_document_of_its_own() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    // Nothing is uploaded yet; what would be an upload is refused, and no file of theirs has an address here.
    for path in [
        "/api/v1/media",
        "/api/v2/media",
        "/media",
        "/media/x.svg",
        "/people/ada/avatar",
        "/api/v1/profile/avatar",
    ] {
        let svg = Ask::post(
            path,
            "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        )
        .header("Content-Type", "image/svg+xml")
        .header("Authorization", format!("Bearer {}", ada.token));
        let status = kith.ask(&svg).status;
        assert!(matches!(status, 404 | 405 | 415), "{path}: {status}");
    }
    let document = json!({"id": kith.url("/posts/1"), "type": "Note", "attributedTo": kith.url("/people/ada")}).to_string();
    let post = ada.post(
        "/api/v1/statuses",
        &json!({"status": document, "spoiler_text": "<svg onload=alert(1)>"}),
    );
    let number = post["id"].as_str().expect("an id");
    let own = ada.me()["id"].as_str().expect("an id").to_owned();
    for accept in [
        "*/*",
        "text/html",
        "image/svg+xml",
        "application/xml",
        "application/activity+json",
        "text/html, application/activity+json;q=0.1",
    ] {
        for path in [
            format!("/posts/{number}"),
            "/people/ada".to_owned(),
            format!("/api/v1/statuses/{number}"),
            format!("/api/v1/accounts/{own}"),
            format!("/api/v1/statuses/{number}/context"),
            "/static/nothing.svg".to_owned(),
            "/media/nothing.svg".to_owned(),
            format!("/posts/{number}.svg"),
            format!("/posts/{number}.json"),
            "/people/ada.xml".to_owned(),
            "/robots.txt".to_owned(),
        ] {
            let answer = kith.ask(&Ask::get(&path).header("Accept", accept));
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "{path}"
            );
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{path}: {policy}"
            );
            let kind = answer.header("content-type").unwrap_or_default().to_owned();
            assert!(
                !kind.contains("svg") && !kind.contains("xml"),
                "{path}: {kind}"
            );
            if path.starts_with("/api/") {
                assert!(kind.starts_with("application/json"), "{path}: {kind}");
            }
            if kind.contains("activity+json") {
                // A document of ours: its id is its address, whatever a text in it says.
                assert_eq!(answer.json()["id"], kith.url(&path), "{path}");
            }
        }
    }
    // Pictures of others are not shown from here, nor linked as if they were ours.
    let carla = peer.person("carla");
    let mut note = carla.note("a file", &[&ada.uri()]);
    note["attachment"] = json!([{"type": "Image", "mediaType": "text/html", "url": peer.url("/evil.html")},
        {"type": "Image", "mediaType": "image/svg+xml", "url": peer.url("/evil.svg")}]);
    carla.tell(&kith, &carla.create(&note));
    let shown = ada.awaits_status(id(&note));
    for file in list(&shown["media_attachments"]) {
        assert_eq!(
            (&file["type"], &file["preview_url"]),
            (&json!("unknown"), &Value::Null),
            "{file}"
        );
    }
    let html = kith
        .page(&format!("/posts/{}", shown["id"].as_str().expect("an id")))
        .text();
    assert!(
        !html.contains("<img src=\"http") && !html.contains("<object") && !html.contains("<embed"),
        "{html}"
    );
}
