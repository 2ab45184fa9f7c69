//! With authorized fetch.

use super::kit::{app, ask, router};
use crate::domain::audience::Audience;
use crate::domain::event::EventVisibility;
use crate::services::documents::kit::Kit;

#[tokio::test]
async fn an_unsigned_request_gets_stubs_of_actors_and_the_whole_instance_actor() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    kit.group("climb_berlin", &maria).await;
    let router = router(app(&kit, true).await);
    for path in ["/people/maria", "/groups/climb_berlin"] {
        let stub = ask(&router, path, None).await;
        assert_eq!(stub.status, 200);
        assert_eq!(stub.json().get("name"), None);
        assert_eq!(stub.json()["publicKey"]["owner"], kit.ctx.uris.at(path));
        assert_eq!(stub.header("cache-control"), "private, no-store");
        let whole = ask(&router, path, Some("mastodon.example")).await;
        assert_ne!(whole.json().get("name"), None);
        assert_eq!(whole.header("cache-control"), "private, no-store");
        assert_eq!(whole.header("vary"), "Accept, Signature, Signature-Input");
    }
    let instance = ask(&router, "/actor", None).await;
    assert_ne!(instance.json().get("outbox"), None);
    assert_eq!(instance.header("cache-control"), "public, max-age=60");
}

#[tokio::test]
async fn an_unsigned_request_for_anything_else_is_401_whether_it_exists_or_not() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    let event = kit.event(&maria, None, EventVisibility::Public).await;
    let router = router(app(&kit, true).await);
    let there = [
        format!("/posts/{}", post.id),
        format!("/posts/{}/replies", post.id),
        format!("/events/{}", event.id),
        "/people/maria/outbox".to_owned(),
        "/people/maria/outbox/page".to_owned(),
        "/people/maria/followers".to_owned(),
    ];
    let not_there = [
        "/posts/12",
        "/posts/x",
        "/people/nobody/outbox",
        "/invites/3",
    ];
    for path in there.iter().map(String::as_str).chain(not_there) {
        let answer = ask(&router, path, None).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.json()["error"], "unauthorized");
    }
    for path in &there {
        let answer = ask(&router, path, Some("mastodon.example")).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_blocked_server_gets_not_even_a_stub() {
    let kit = Kit::new().await;
    kit.person("maria").await;
    kit.block("bad.example");
    let router = router(app(&kit, true).await);
    let answer = ask(&router, "/people/maria", Some("bad.example")).await;
    assert_eq!(answer.status, 404);
}
