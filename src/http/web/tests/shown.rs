//! What honest pages show.

use axum::http::StatusCode;

use super::kit::{Kit, some_actor, some_post};
use super::markup::{check, meta};
use super::seed::{MARIA, community};
use crate::domain::post::Post;
use crate::http::web::assets;

async fn full() -> Kit {
    let kit = Kit::new().await;
    community(&kit).await;
    kit
}

const PAGES: &[&str] = &[
    "/",
    "/about",
    "/people/maria",
    "/people/ben",
    "/groups/climb_berlin",
    "/events/900",
    "/events/901",
    "/posts/100",
    "/posts/102",
    "/posts/103",
    "/tags/lettering",
    "/tags/unheard",
    "/@ines@social.example",
    "/authorize_interaction?uri=acct:ines@social.example",
    "/authorize_interaction?uri=https://social.example/users/ines/1",
    "/authorize_interaction?uri=https://else.example/notes/1",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_well_formed_html_that_loads_nothing_from_elsewhere() {
    let kit = full().await;
    for path in PAGES {
        let page = kit.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let tags = check(&page.body);
        assert!(meta(&tags, "viewport").is_some());
        assert!(page.body.len() < 40_000, "{path} has {}", page.body.len());
    }
    for path in ["/", "/people/maria"] {
        check(&Kit::new().await.get(path).await.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_is_a_page_that_says_so() {
    let kit = full().await;
    for path in [
        "/people/nobody",
        "/people/ines@social.example",
        "/groups/nobody",
        "/events/5",
        "/posts/5",
        "/@nobody",
        "/@nobody@social.example",
        "/tags/a-b",
        "/nothing",
        "/authorize_interaction",
        "/authorize_interaction?uri=javascript:alert(1)",
        "/authorize_interaction?uri=https://kith.example/about",
    ] {
        let page = kit.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        check(&page.body);
        assert!(page.body.contains("Nothing here"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_public_and_is_deleted_is_gone_and_the_rest_never_was() {
    let kit = full().await;
    kit.gone("/posts/700", true).await;
    kit.gone("/people/paul", true).await;
    kit.gone("/posts/701", false).await;
    for path in ["/posts/700", "/people/paul", "/people/Paul"] {
        let page = kit.get(path).await;
        assert_eq!(page.status, StatusCode::GONE, "{path}");
        check(&page.body);
    }
    let hidden = kit.get("/posts/701").await;
    let unknown = kit.get("/posts/702").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.body, unknown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_tells_programs_what_it_tells_people() {
    let page = full().await.get("/people/maria").await;
    assert_eq!(page.header("vary"), "Accept");
    assert_eq!(
        page.header("link"),
        "<https://kith.example/people/maria>; rel=\"alternate\"; type=\"application/activity+json\""
    );
    let tags = check(&page.body);
    assert_eq!(meta(&tags, "og:title"), Some("Maria Lindqvist"));
    assert_eq!(meta(&tags, "og:type"), Some("profile"));
    assert_eq!(meta(&tags, "twitter:card"), Some("summary"));
    assert_eq!(
        meta(&tags, "fediverse:creator"),
        Some("@maria@kith.example")
    );
    let description = meta(&tags, "og:description").unwrap();
    assert!(description.starts_with("Makes signs that people actually read · I design signage"));
    let image = meta(&tags, "og:image").unwrap();
    assert!(image.starts_with("https://kith.example/static/picture-"));
    let rel_me: Vec<_> = tags
        .iter()
        .filter(|tag| tag.get("rel").is_some_and(|rel| rel.starts_with("me ")))
        .map(|tag| tag.get("href").unwrap())
        .collect();
    assert_eq!(rel_me, ["https://maria.example/"]);
    for class in ["h-card", "h-entry", "h-event", "e-content", "dt-published"] {
        assert!(page.body.contains(class), "{class}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_says_when_where_and_how_to_come() {
    let page = full().await.get("/events/900").await;
    check(&page.body);
    for words in [
        "Tuesday, 12 May 2026, 19:00",
        "datetime=\"2026-05-12T19:00:00+02:00\"",
        "Europe/Berlin, CEST",
        "Boulderhalle Südblock, Berlin, Germany",
        "8 going · 3 seats left",
        "https://kith.example/events/900</code>",
        "@climb_berlin@kith.example",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_event_asks_nobody_to_come() {
    let page = full().await.get("/events/901").await;
    assert!(page.body.contains("This event is cancelled."));
    assert!(!page.body.contains("Come along"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warned_post_is_folded_and_its_text_in_no_preview() {
    let page = full().await.get("/posts/102").await;
    let tags = check(&page.body);
    assert!(tags.iter().any(|tag| tag.name == "details"));
    let told = meta(&tags, "og:description").unwrap();
    assert_eq!(told, "Content warning: Food, and a strong opinion about it");
}

#[tokio::test(flavor = "multi_thread")]
async fn short_and_mistaken_addresses_lead_to_the_page() {
    let kit = full().await;
    for (from, to) in [
        ("/@maria", "/people/maria"),
        ("/@climb_berlin", "/groups/climb_berlin"),
        ("/people/climb_berlin", "/groups/climb_berlin"),
        ("/groups/maria", "/people/maria"),
        ("/posts/104", "/posts/103"),
        (
            "/authorize_interaction?uri=https://kith.example/events/900",
            "/events/900",
        ),
        (
            "/authorize_interaction?uri=acct:maria@kith.example",
            "/people/maria",
        ),
    ] {
        let page = kit.get(from).await;
        assert_eq!(page.status, StatusCode::FOUND, "{from}");
        assert_eq!(page.header("location"), to);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_another_server_without_being_told_its_name() {
    let kit = full().await;
    let page = kit.get("/@ines@social.example").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("You would be leaving kith.example"));
    assert!(
        page.body
            .contains("View the original at <b>social.example</b>")
    );
    let page = kit
        .get("/authorize_interaction?uri=https://else.example/notes/1")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("location"), "");
    assert!(page.body.contains("at <b>else.example</b>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn older_posts_are_one_link_away() {
    let kit = full().await;
    for id in 200..225 {
        kit.post(
            some_post(id, MARIA, &format!("<p>Post number {id}</p>")),
            &[],
            &[],
        )
        .await;
    }
    let first = kit.get("/people/maria").await.body;
    assert!(first.contains("Post number 224") && !first.contains("Post number 204"));
    assert!(first.contains("href=\"?before=205\""));
    let second = kit.get("/people/maria?before=205").await.body;
    assert!(second.contains("Post number 204") && !second.contains("Post number 205"));
    assert!(!second.contains("Older posts</a>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_do_not_want_to_be_found_are_not_listed() {
    let kit = full().await;
    let mut shy = some_actor(50, "shy");
    shy.discoverable = false;
    shy.indexable = false;
    kit.actor(shy.clone()).await;
    kit.post(some_post(300, shy.id, "<p>psst</p>"), &[], &[])
        .await;
    assert!(!kit.get("/").await.body.contains("/people/shy"));
    for path in ["/people/shy", "/posts/300"] {
        let tags = check(&kit.get(path).await.body);
        assert_eq!(meta(&tags, "robots"), Some("noindex"), "{path}");
    }
    let tags = check(&kit.get("/people/maria").await.body);
    assert_eq!(meta(&tags, "robots"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_post_is_begun_in_lists_and_whole_on_its_page() {
    let kit = full().await;
    let long = format!("<p>{}the very end</p>", "word ".repeat(2_000));
    kit.post(
        Post {
            ..some_post(400, MARIA, &long)
        },
        &[],
        &[],
    )
    .await;
    let list = kit.get("/people/maria").await.body;
    assert!(list.contains("Read all of it") && !list.contains("the very end"));
    assert!(kit.get("/posts/400").await.body.contains("the very end"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_pages_are_kept_for_ever_and_no_other_name_opens_a_file() {
    let kit = Kit::new().await;
    for (name, media_type) in [
        (assets::STYLE, "text/css; charset=utf-8"),
        (assets::ICON, "image/png"),
        (assets::PICTURE, "image/png"),
    ] {
        let page = kit.get(assets::path(name)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("content-type"), media_type);
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.header("cache-control").contains("immutable"));
    }
    for path in [
        "/static/style.css",
        "/static/..%2f..%2fCargo.toml",
        "/static/%2e%2e%2fkith.toml",
        "/static/style-000000000000.css",
        "/static/a%00b",
    ] {
        assert_eq!(kit.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stylesheet_is_small_and_loads_nothing() {
    let css = Kit::new().await.get(assets::path(assets::STYLE)).await.body;
    assert!(css.len() < 16 * 1024, "{} bytes", css.len());
    assert!(!css.contains("url(") && !css.contains("@import"));
    assert!(css.contains("prefers-color-scheme: dark") && css.contains(":focus-visible"));
    assert!(css.contains("prefers-reduced-motion"));
}
