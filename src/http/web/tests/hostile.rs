//! What others write in order to do harm comes out as text.

use super::kit::{DOMAIN, Kit, some_actor, some_event, some_post};
use super::markup::{check, meta};
use super::seed::{field, remote_actor};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::event::{Event, Place};
use crate::domain::ids::{ActorId, EventId, PostId};
use crate::domain::post::Post;
use crate::domain::profile::FieldKind;

const NAME: &str =
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>' \u{202e}\u{2066}{{7*7}}";
const HTML: &str = concat!(
    "<p>seen<script>alert(1)</script><img src=\"https://track.example/1.gif\" onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">a</a><a href=\" jAvascript&#58;alert(1)\">b</a><a href=\"data:text/html,x\">c</a>",
    "<a href=\"//track.example\">d</a><style>body{display:none}</style><svg onload=alert(1)><iframe src=//x.example>",
    "</iframe><form action=/x><input name=y></form><base href=//evil.example><p style=\"position:fixed\" class=\"skip top\" id=main>",
    "</main></body></html><!-- <![CDATA[ --><div><b><i>unclosed \u{202e}\u{0}"
);

/// Everything about this community is hostile.
async fn hostile() -> Kit {
    let kit = Kit::new().await;
    let uri = format!("https://{DOMAIN}/groups/evil_group");
    let actors = [
        Actor {
            name: NAME.into(),
            summary: HTML.into(),
            icon: Some("https://track.example/icon.png".into()),
            image: Some("javascript:alert(1)".into()),
            ..some_actor(60, "evil")
        },
        Actor {
            kind: ActorKind::Group,
            name: NAME.repeat(200),
            summary: HTML.into(),
            uri,
            ..some_actor(61, "evil_group")
        },
        Actor {
            name: NAME.into(),
            summary: HTML.into(),
            handle_confirmed: false,
            handle: "bank\"><b>".into(),
            url: Some("javascript:alert(1)".into()),
            ..remote_actor()
        },
    ];
    let remote = actors[2].id;
    for actor in actors {
        kit.actor(actor).await;
    }
    kit.fields(
        ActorId(60),
        &[
            field(FieldKind::Headline, "", NAME),
            field(FieldKind::Pronouns, "", NAME),
            field(FieldKind::Custom, NAME, HTML),
            field(FieldKind::Link, NAME, "javascript:alert(1)"),
            field(
                FieldKind::Link,
                "Bank",
                "https://bank.example@track.example/",
            ),
        ],
    )
    .await;
    kit.event(Event {
        host: ActorId(61),
        organizer: Some(ActorId(60)),
        title: NAME.into(),
        content: HTML.into(),
        language: Some("\" onload=\"x".into()),
        timezone: NAME.into(),
        online_url: Some("javascript:alert(1)".into()),
        place: Some(Place {
            name: NAME.into(),
            street: NAME.into(),
            city: NAME.into(),
            ..Place::default()
        }),
        ..some_event()
    })
    .await;
    kit.event(Event {
        id: EventId(901),
        uri: "https://social.example/events/1".into(),
        url: Some("https://evil.example/phish".into()),
        local: false,
        host: remote,
        title: String::new(),
        content: HTML.into(),
        online_url: Some("javascript:alert(1)".into()),
        ..some_event()
    })
    .await;
    for post in posts(remote) {
        kit.post(post, &[], &["evil"]).await;
    }
    kit
}

fn posts(remote: ActorId) -> Vec<Post> {
    vec![
        Post {
            title: NAME.into(),
            warning: NAME.into(),
            language: Some("\" onload=\"x".into()),
            ..some_post(500, ActorId(60), HTML)
        },
        Post {
            local: false,
            uri: "https://social.example/users/ines/9".into(),
            url: Some("https://evil.example/phish".into()),
            in_reply_to: Some(PostId(500)),
            in_reply_to_uri: Some(format!("https://{DOMAIN}/posts/500")),
            thread: PostId(500),
            attachments: Some(
                serde_json::json!([
                    {"url": "javascript:alert(1)", "media_type": "image/png", "alt": NAME},
                    {"url": "https://track.example/1.png\" onload=\"x", "media_type": NAME, "alt": NAME},
                    {"url": "https://kith.example/media/a.png", "media_type": "image/png", "alt": NAME},
                ])
                .to_string(),
            ),
            ..some_post(501, remote, HTML)
        },
        Post {
            attachments: Some("not json".into()),
            ..some_post(502, ActorId(60), &"<p>".repeat(100_000))
        },
        some_post(503, ActorId(61), &"<b>x&amp;".repeat(50_000)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_texts_and_links_come_out_inert_on_every_page() {
    let kit = hostile().await;
    for path in [
        "/",
        "/people/evil",
        "/groups/evil_group",
        "/events/900",
        "/events/901",
        "/posts/500",
        "/posts/501",
        "/posts/502",
        "/posts/503",
        "/tags/evil",
        "/authorize_interaction?uri=https://social.example/users/ines",
        "/authorize_interaction?uri=https://social.example/users/ines/9",
        "/authorize_interaction?uri=https://social.example/events/1",
        "/authorize_interaction?uri=https://x.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/authorize_interaction?uri=@%22%3E%3Cscript%3E%E2%80%AE@x.example",
    ] {
        let page = kit.get(path).await;
        assert!(page.status.is_success(), "{path}: {}", page.status);
        let tags = check(&page.body);
        for tag in &tags {
            let leads = tag.get("href").or(tag.get("src")).unwrap_or_default();
            assert!(!leads.contains("evil.example"), "{path}: {tag:?}");
            assert!(!leads.contains("bank.example@"), "{path}: {tag:?}");
        }
        assert!(page.body.len() < 400_000, "{path}: {}", page.body.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_titles_carry_no_reordering_characters() {
    let kit = hostile().await;
    let page = kit.get("/events/900").await.body;
    let tags = check(&page);
    let title = meta(&tags, "og:title").unwrap();
    assert!(title.starts_with("\"><script>alert(1)</script>"));
    assert!(!title.contains('\u{202e}') && title.contains("{{7*7}}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_handle_is_not_shown_as_theirs() {
    let kit = hostile().await;
    for path in [
        "/posts/501",
        "/authorize_interaction?uri=https://social.example/users/ines",
    ] {
        let page = kit.get(path).await.body;
        assert!(
            page.contains("from social.example, name not verified"),
            "{path}"
        );
        assert!(!page.contains("@bank"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_is_linked_on_the_origin_of_its_id_only() {
    let kit = hostile().await;
    for (path, original) in [
        ("/posts/501", "https://social.example/users/ines/9"),
        ("/events/901", "https://social.example/events/1"),
    ] {
        let page = kit.get(path).await.body;
        assert!(page.contains(&format!("href=\"{original}\"")), "{path}");
        assert!(!page.contains("phish"), "{path}");
    }
}

#[test]
fn no_template_prints_text_unescaped() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/web/templates");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("|safe") && !text.contains("| safe") && !text.contains("escape"));
        assert!(!text.contains("style="));
        // Scripts are files of ours, never text in a page.
        for script in text.split("<script").skip(1) {
            let (tag, _) = script.split_once("</script>").unwrap();
            assert!(
                tag.starts_with(" src=\"{{ ") && tag.ends_with(" }}\" defer>"),
                "{tag}"
            );
        }
        read += 1;
    }
    assert!(read > 10);
}
