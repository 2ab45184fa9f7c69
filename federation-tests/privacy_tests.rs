//! Checklist 58, 59, 67, 69, 75 and 76: who reads what, and what a page may hold.

use serde_json::json;

use crate::kit::activities::{PUBLIC, edited, id};
use crate::kit::{Ask, Kith, Peer, Remote, Signing, until};

#[test]
fn addressing_a_post_anew_widens_nothing() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let carla = peer.person("carla");
    let secret = carla.direct("between us", &[&ada.uri()]);
    carla.tell(&kith, &carla.create(&secret));
    ada.awaits_status(id(&secret));
    let mut wider = edited(&secret, "between us, edited");
    wider["to"] = json!([PUBLIC, ada.uri(), ben.uri()]);
    carla.tell(&kith, &carla.update(&wider));
    carla.tell(&kith, &carla.create(&wider));
    until("the edit", || {
        let shown = ada.status(id(&secret))?;
        shown["content"].as_str()?.contains("edited").then_some(())
    });
    kith.after_all(&carla, &ada);
    assert!(ben.status(id(&secret)).is_none());
    assert_eq!(ben.told("mention"), 0);
    let public = carla.note("for all", &[&ada.uri()]);
    carla.tell(&kith, &carla.create(&public));
    ada.awaits_status(id(&public));
    assert!(ben.status(id(&public)).is_some());
}

#[test]
fn posts_that_are_not_public_go_to_their_audience_only() {
    let (named, following, other) = (
        Peer::new("named"),
        Peer::new("following"),
        Peer::new("other"),
    );
    let kith = Kith::start(&[&named, &following, &other]);
    let ada = kith.user("ada");
    let carla = named.person("carla");
    following.person("frida").follows(&kith, &ada.uri());
    let known = other.person("olga");
    known.posts_to(&ada, "we know each other");
    let direct = format!("@{} between us", carla.handle());
    ada.account(&carla.handle()).expect("found");
    let post = ada.post(
        "/api/v1/statuses",
        &json!({"status": direct, "visibility": "direct"}),
    );
    let create = named.awaits("Create");
    assert_eq!(create["object"]["id"], post["uri"]);
    ada.post(
        "/api/v1/statuses",
        &json!({"status": "among followers", "visibility": "private"}),
    );
    let among = following.awaits("Create");
    assert!(
        among["object"]["content"]
            .to_string()
            .contains("among followers")
    );
    kith.settle();
    assert_eq!(named.received_of("Create").len(), 1);
    assert_eq!(following.received_of("Create").len(), 1);
    assert!(other.received_of("Create").is_empty());
    for peer in [&named, &following, &other] {
        for activity in peer.received() {
            let text = activity.to_string();
            assert!(
                !text.contains("\"bto\"") && !text.contains("\"bcc\""),
                "{text}"
            );
        }
    }
    let uri = post["uri"].as_str().expect("an id");
    let path = uri.strip_prefix(&kith.url("")).expect("ours").to_owned();
    let signed = |who: &Remote| kith.ask(&Signing::of(who).get(&kith.domain, &path)).status;
    assert_eq!((signed(&carla), signed(&known)), (200, 404));
    let unknown = kith.document("/posts/1");
    assert_eq!(
        (kith.document(&path).status, kith.page(&path).status),
        (404, 404)
    );
    assert_eq!(unknown.status, 404);
}

#[test]
fn hostile_html_is_reduced_to_what_is_allowed() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let carla = peer.person("carla");
    let mut note = carla.note("x", &[&ada.uri()]);
    note["content"] = json!(
        "<p onclick=\"alert(1)\">kept<script>alert(2)</script><img src=x onerror=alert(3)><iframe src=//x></iframe>\
         <a href=\"javascript:alert(4)\">j</a><a href=\"data:text/html,x\">d</a><a href=\"vbscript:x\">v</a>\
         <style>p{}</style><form action=//x><input></form><a href=\"https://fine.example/\">fine</a><svg onload=alert(5)></svg></p>"
    );
    carla.tell(&kith, &carla.create(&note));
    let shown = ada.awaits_status(id(&note));
    let html = shown["content"].as_str().expect("HTML").to_lowercase();
    assert!(
        html.contains("kept") && html.contains("https://fine.example/"),
        "{html}"
    );
    let never = [
        "<script",
        "<img",
        "<iframe",
        "<style",
        "<form",
        "<input",
        "<svg",
        "onclick",
        "onerror",
        "onload",
        "javascript:",
        "data:",
        "vbscript:",
    ];
    for text in never {
        assert!(!html.contains(text), "{text} in {html}");
    }
    let page = kith.page("/people/ada");
    let policy = page
        .header("content-security-policy")
        .expect("a policy")
        .to_owned();
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"),
        "{policy}"
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn tricks_with_paths_lead_nowhere() {
    let kith = Kith::start(&[]);
    let tails = [
        "../kith.toml",
        "..%2fkith.toml",
        "%2e%2e/kith.toml",
        "..\\kith.toml",
        "%2e%2e%2f%2e%2e%2fetc/passwd",
        "....//kith.toml",
        "%00",
        "style.css%00.png",
        "/etc/passwd",
        ".",
        "..",
        "kith.db",
    ];
    for folder in ["/media", "/static"] {
        for tail in tails {
            let answer = kith.ask(&Ask::get(&format!("{folder}/{tail}")));
            assert!(
                matches!(answer.status, 400 | 404),
                "{folder}/{tail}: {}",
                answer.status
            );
            assert!(!answer.text().contains("[instance]") && !answer.text().contains("root:"));
        }
    }
    assert_eq!(kith.page("/").status, 200);
}
