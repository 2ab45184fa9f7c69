//! What is not for everyone is on no page of those it is not for.

use axum::http::StatusCode;

use super::kit::Kit;
use super::markup::check;
use super::seed::{JONAS, MARIA, community};
use crate::domain::ids::{ActorId, EventId};

const LEYLA: ActorId = ActorId(23);

async fn full() -> Kit {
    let kit = Kit::new().await;
    community(&kit).await;
    kit
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_for_some_are_on_no_page_for_strangers() {
    let kit = full().await;
    for path in ["/", "/people/maria", "/posts/100", "/tags/lettering"] {
        let page = kit.get(path).await;
        assert!(!page.body.contains("Only for"), "{path}");
        let counted = page.body.contains("replies") || page.body.contains("</b> posts");
        assert!(!counted, "{path} counts what is hidden");
    }
    for path in [
        "/posts/110",
        "/posts/111",
        "/authorize_interaction?uri=https://kith.example/posts/110",
    ] {
        let page = kit.get(path).await;
        assert!(!page.body.contains("Only for"), "{path}");
    }
    let hidden = kit.get("/posts/110").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.body, kit.get("/posts/999").await.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_for_some_are_shown_to_those_they_are_for() {
    let kit = full().await;
    let page = kit.seen_by(JONAS).get("/people/maria").await.body;
    assert!(page.contains("Only for followers") && page.contains("Only for Jonas"));
    assert!(page.contains("Followers only"));
    check(&page);
    let page = kit.seen_by(LEYLA).get("/people/maria").await.body;
    assert!(!page.contains("Only for"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_a_profile_obeys_its_audience() {
    let kit = full().await;
    let told = [
        "Signage designer",
        "by the fern",
        "ninth of June",
        "sing with",
    ];
    let seen = |page: &str| told.map(|words| page.contains(words));
    let stranger = kit.get("/people/maria").await.body;
    assert_eq!(seen(&stranger), [true, false, false, false]);
    let neighbour = kit.seen_by(LEYLA).get("/people/maria").await.body;
    assert_eq!(seen(&neighbour), [true, true, false, false]);
    let friend = kit.seen_by(JONAS).get("/people/maria").await.body;
    assert_eq!(seen(&friend), [true, true, true, false]);
    let own = kit.seen_by(MARIA).get("/people/maria").await.body;
    assert_eq!(seen(&own), [true, true, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn street_and_link_are_for_those_who_go() {
    let kit = full().await;
    let told = |page: &str| page.contains("Geheime") || page.contains("secret-room");
    for path in ["/", "/events/900", "/groups/climb_berlin"] {
        assert!(!told(&kit.get(path).await.body), "{path}");
    }
    let page = kit.seen_by(JONAS).get("/events/900").await.body;
    assert!(!told(&page) && page.contains("People who are going see exactly where."));
    kit.goes(JONAS, EventId(900)).await;
    let page = kit.seen_by(JONAS).get("/events/900").await.body;
    assert!(page.contains("Geheime Straße 4, 10999") && page.contains("secret-room"));
    assert!(page.contains("You are going."));
    check(&page);
    let page = kit.seen_by(MARIA).get("/events/900").await.body;
    assert!(told(&page), "the organizer knows where it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_for_the_invited_does_not_exist_for_others() {
    let kit = full().await;
    let page = kit.get("/events/902").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.body, kit.get("/events/999").await.body);
    for path in ["/", "/people/maria"] {
        assert!(!kit.get(path).await.body.contains("picnic that is nobody"));
    }
    let page = kit.seen_by(MARIA).get("/events/902").await;
    assert_eq!(page.status, StatusCode::OK);
}
