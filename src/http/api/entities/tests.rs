//! The shapes themselves, from views made by hand.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::account::Account;
use super::status::Status;
use super::{Desk, picture, web};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId};
use crate::domain::interaction::{Openness, Policy};
use crate::domain::post::Post;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::domain::uris::Uris;
use crate::http::api::caches::Caches;
use crate::services::reading::{Counts, KnownCounts, PostView, ProfileView};

fn uris() -> Uris {
    Uris::new("https", "kith.example")
}

fn with_desk<T>(write: impl FnOnce(&mut Desk<'_>) -> T) -> T {
    let (uris, caches) = (uris(), Caches::new(KnownCounts::default()));
    let counts = Counts {
        followers: 3,
        following: 2,
        posts: 1,
    };
    write(&mut Desk {
        uris: &uris,
        caches: &caches,
        counts: HashMap::from([(ActorId(5), counts)]),
    })
}

fn remote() -> Actor {
    let uri = "https://far.example/u/mallory";
    let at = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
    Actor {
        id: ActorId(5),
        uri: uri.into(),
        kind: ActorKind::Person,
        local: false,
        handle: "mallory".into(),
        host: "far.example".into(),
        handle_confirmed: true,
        name: "<b>M</b>".into(),
        summary: "<p onclick=\"x()\">hi</p><script>x()</script>".into(),
        summary_source: None,
        url: Some("javascript:x()".into()),
        inbox: format!("{uri}/inbox"),
        shared_inbox: None,
        outbox: None,
        followers: None,
        following: None,
        featured: None,
        icon: Some("https://far.example/a.png".into()),
        image: None,
        manually_approves: false,
        discoverable: false,
        indexable: false,
        accepts_joins: false,
        created_at: at,
        updated_at: at,
        fetched_at: at,
        suspended_at: None,
        gone_at: None,
    }
}

fn post() -> Post {
    Post {
        id: PostId(9),
        uri: "https://far.example/p/9".into(),
        url: Some("data:text/html,x".into()),
        local: false,
        kind: "Article".into(),
        author: ActorId(5),
        boost_of: None,
        in_reply_to: None,
        in_reply_to_uri: None,
        thread: PostId(9),
        event: None,
        group: None,
        title: "A <title>".into(),
        content: "<p>fine<img src=x onerror=x()></p><iframe src=\"https://x\"></iframe>".into(),
        source: None,
        warning: "<i>careful</i>".into(),
        sensitive: true,
        language: None,
        audience: Audience::Quiet,
        attachments: Some(
            json!([
                {"url": "https://far.example/i.png", "media_type": "image/png", "alt": "a tree"},
                {"url": "javascript:x()", "media_type": "image/png"},
                {"id": 7, "url": "https://kith.example/media/i.webp", "media_type": "image/webp"},
            ])
            .to_string(),
        ),
        policy: Policy::default(),
        likes: 1,
        boosts: 2,
        replies: 3,
        quotes: 0,
        published_at: Timestamp::from_micros(1_767_000_000_123_456),
        edited_at: None,
    }
}

fn view() -> PostView {
    PostView {
        post: post(),
        author: remote(),
        mentioned: vec![remote()],
        tags: vec!["tea".into()],
        boosted: None,
        answers: None,
        liked: true,
        reblogged: false,
        marks: crate::services::reading::Marks::default(),
        poll: None,
        quote: None,
        quotable: crate::services::reading::Quotable {
            rule: Openness::Everybody.into(),
            viewer: None,
        },
    }
}

fn status(view: &PostView) -> Value {
    with_desk(|desk| serde_json::to_value(Status::of(view, desk)).unwrap())
}

#[test]
fn a_status_has_every_field_that_apps_rely_on() {
    let status = status(&view());
    for field in [
        "id",
        "created_at",
        "in_reply_to_id",
        "in_reply_to_account_id",
        "sensitive",
        "spoiler_text",
        "visibility",
        "language",
        "uri",
        "url",
        "replies_count",
        "reblogs_count",
        "favourites_count",
        "quotes_count",
        "quote",
        "quote_approval",
        "edited_at",
        "favourited",
        "reblogged",
        "muted",
        "bookmarked",
        "content",
        "filtered",
        "reblog",
        "application",
        "account",
        "media_attachments",
        "mentions",
        "tags",
        "emojis",
        "card",
        "poll",
    ] {
        assert!(status.get(field).is_some(), "{field}");
    }
    assert_eq!(status["id"], "9");
    assert_eq!(status["created_at"], "2025-12-29T09:20:00.123Z");
    assert_eq!(status["visibility"], "unlisted");
    assert_eq!(status["favourited"], true);
    assert_eq!(status["tags"][0]["url"], "https://kith.example/tags/tea");
    assert_eq!(status["mentions"][0]["acct"], "mallory@far.example");
    assert_eq!(status["account"]["followers_count"], 3);
}

#[test]
fn nothing_from_elsewhere_runs_or_loads_in_an_app() {
    let status = status(&view());
    let content = status["content"].as_str().unwrap();
    assert!(content.starts_with("<p><strong>A &lt;title&gt;</strong></p><p>fine"));
    for bad in ["onerror", "iframe", "<img", "script"] {
        assert!(!content.contains(bad), "{bad}");
    }
    assert_eq!(status["url"], "https://far.example/p/9");
    let account = &status["account"];
    assert_eq!(account["url"], "https://far.example/u/mallory");
    assert_eq!(account["note"], "<p>hi</p>");
    assert_eq!(account["avatar"], "https://kith.example/static/avatar.png");
    let files = status["media_attachments"].as_array().unwrap();
    let kinds: Vec<&Value> = files.iter().map(|file| &file["type"]).collect();
    assert_eq!(kinds, ["unknown", "image"]);
    assert_eq!(files[0]["description"], "a tree");
    assert_eq!(files[0]["preview_url"], Value::Null);
}

#[test]
fn a_boost_is_a_frame_around_what_it_boosts() {
    let mut frame = view();
    frame.post = Post {
        id: PostId(10),
        uri: "https://far.example/b/10".into(),
        url: None,
        boost_of: Some(PostId(9)),
        ..post()
    };
    frame.boosted = Some(Box::new(view()));
    let status = status(&frame);
    assert_eq!(
        (&status["id"], &status["reblog"]["id"]),
        (&json!("10"), &json!("9"))
    );
    assert_eq!(status["content"], status["reblog"]["content"]);
    assert_eq!(status["reblog"]["reblog"], Value::Null);
}

#[test]
fn fields_from_elsewhere_are_html_and_ours_are_text() {
    let field = ProfileField {
        kind: FieldKind::Custom,
        name: "Web".into(),
        value: "<a href=\"https://a.example\" onclick=\"x()\">a</a>".into(),
        audience: FieldAudience::Everyone,
    };
    let shown = |local: bool| {
        let view = ProfileView {
            actor: Actor { local, ..remote() },
            fields: vec![field.clone()],
            followers: 7,
            following: 0,
            posts: 0,
            organizers: Vec::new(),
        };
        with_desk(|desk| serde_json::to_value(Account::profile(&view, desk)).unwrap())
    };
    let theirs = shown(false);
    let value = theirs["fields"][0]["value"].as_str().unwrap();
    assert!(value.contains("<a href=\"https://a.example") && !value.contains("onclick"));
    assert_eq!(theirs["followers_count"], 7);
    let ours = shown(true);
    let value = ours["fields"][0]["value"].as_str().unwrap();
    assert!(value.starts_with("&lt;a href="));
}

#[test]
fn only_our_own_pictures_and_addresses_on_the_web_are_passed_on() {
    let uris = uris();
    let own = "https://kith.example/media/a.webp";
    assert_eq!(picture(&uris, Some(own), "/x"), own);
    for address in [None, Some("https://far.example/a"), Some("nonsense")] {
        assert_eq!(picture(&uris, address, "/x"), "https://kith.example/x");
    }
    assert!(web(Some("https://a.example/b")).is_some());
    for address in ["javascript:x()", "data:,x", "", "//a.example"] {
        assert_eq!(web(Some(address)), None, "{address}");
    }
}
