//! Without authorized fetch.

use axum::body::Body;
use http::{Method, Request};
use url::Url;

use super::kit::{app, ask, router, send};
use crate::domain::audience::Audience;
use crate::domain::event::EventVisibility;
use crate::domain::follow::MemberRole;
use crate::federation::signatures::{Algorithm, Generation, PrivateKey, Signer, Unsigned};
use crate::services;
use crate::services::documents::kit::{DOMAIN, Kit};

#[tokio::test]
async fn every_address_is_served_as_activity_json_with_its_id() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let group = kit.group("climb_berlin", &maria).await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    let event = kit
        .event(&maria, Some(&group), EventVisibility::Public)
        .await;
    let boost = services::reaction::boost(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    let router = router(app(&kit, false).await);
    let (p, e) = (post.id, event.id);
    let mut paths: Vec<String> = [
        "/actor",
        "/actor/outbox",
        "/actor/outbox/page",
        "/actor/outbox/page/12",
        "/actor/followers",
        "/people/maria",
        "/people/maria/outbox",
        "/people/maria/outbox/page",
        "/people/maria/outbox/page/12",
        "/people/maria/followers",
        "/people/maria/following",
        "/people/maria/events",
        "/people/maria/collections/featured",
        "/people/maria/collections/tags",
        "/groups/climb_berlin",
        "/groups/climb_berlin/outbox",
        "/groups/climb_berlin/outbox/page",
        "/groups/climb_berlin/outbox/page/12",
        "/groups/climb_berlin/followers",
        "/groups/climb_berlin/members",
        "/groups/climb_berlin/moderators",
        "/groups/climb_berlin/events",
        "/groups/climb_berlin/collections/featured",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(
        boost
            .uri
            .strip_prefix(kit.ctx.uris.base())
            .unwrap()
            .to_owned(),
    );
    paths.extend(
        ["", "/activity", "/replies", "/replies/page"].map(|end| format!("/posts/{p}{end}")),
    );
    let ends = [
        "",
        "/activity",
        "/attendees",
        "/organizers",
        "/replies",
        "/replies/page",
    ];
    paths.extend(ends.map(|end| format!("/events/{e}{end}")));
    for path in paths {
        let answer = ask(&router, &path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.json()["id"], kit.ctx.uris.at(&path));
        let kind = "application/activity+json; charset=utf-8";
        assert_eq!(answer.header("content-type"), kind);
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
        assert_eq!(answer.header("vary"), "Accept");
    }
}

#[tokio::test]
async fn what_a_stranger_may_not_read_is_answered_like_what_does_not_exist() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let ada = kit.remote("ada", "mastodon.example").await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    let post = kit.post(&maria, "for you", Audience::Followers).await;
    let event = kit.event(&maria, None, EventVisibility::Invited).await;
    let follow = services::follow::follow(&kit.ctx, &maria, &ada)
        .await
        .unwrap();
    let follow = follow
        .uri
        .strip_prefix(kit.ctx.uris.base())
        .unwrap()
        .to_owned();
    let router = router(app(&kit, false).await);
    let hidden = [
        format!("/posts/{}", post.id),
        format!("/posts/{}/activity", post.id),
        format!("/posts/{}/replies", post.id),
        format!("/events/{}", event.id),
        format!("/events/{}/attendees", event.id),
        follow.clone(),
    ];
    for host in [None, Some("stranger.example")] {
        let unknown = ask(&router, "/posts/12", host).await;
        assert_eq!(unknown.status, 404);
        assert_eq!(unknown.json()["error"], "not_found");
        for path in &hidden {
            let answer = ask(&router, path, host).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.body, unknown.body);
            assert_eq!(answer.headers, unknown.headers);
        }
    }
    for path in [&hidden[0], &hidden[1], &hidden[2], &follow] {
        let answer = ask(&router, path, Some("mastodon.example")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!(answer.header("vary"), "Accept, Signature, Signature-Input");
    }
}

#[tokio::test]
async fn what_was_deleted_is_410_with_a_tombstone() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "hello", Audience::Public).await;
    services::post::delete(&kit.ctx, &maria, post.id)
        .await
        .unwrap();
    kit.change(maria, |actor| actor.gone_at = Some(actor.created_at))
        .await;
    let router = router(app(&kit, false).await);
    for path in [format!("/posts/{}", post.id), "/people/maria".to_owned()] {
        let answer = ask(&router, &path, None).await;
        assert_eq!(answer.status, 410, "{path}");
        assert_eq!(answer.json()["type"], "Tombstone");
        assert_eq!(answer.json()["id"], kit.ctx.uris.at(&path));
    }
}

#[tokio::test]
async fn a_known_tag_gets_304_without_a_body() {
    let kit = Kit::new().await;
    kit.person("maria").await;
    let router = router(app(&kit, false).await);
    let first = ask(&router, "/people/maria", None).await;
    let tag = first.header("etag");
    for (sent, status) in [
        (tag.to_owned(), 304),
        (format!("\"other\", W/{tag}"), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        let request = Request::get("/people/maria").header("if-none-match", &sent);
        let answer = send(&router, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{sent}");
        assert_eq!(answer.body.is_empty(), status == 304);
        assert_eq!(answer.header("etag"), tag);
    }
}

#[tokio::test]
async fn odd_ids_are_not_found() {
    let kit = Kit::new().await;
    let router = router(app(&kit, false).await);
    for path in [
        "/posts/x",
        "/posts/007",
        "/posts/+7",
        "/posts/-1",
        "/posts/99999999999999999999999",
        "/posts/%00",
        "/events/1%2F2",
        "/invites/1'",
        "/people/maria/outbox/page/x",
        "/people/%F0%9F%98%80",
        "/actor/nothing",
        "/people/maria/likes/1",
    ] {
        let answer = ask(&router, path, None).await;
        let refused = [400, 404].contains(&answer.status.as_u16());
        assert!(refused, "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_blocked_server_finds_nothing_but_the_instance_actor() {
    let kit = Kit::new().await;
    kit.person("maria").await;
    kit.block("bad.example");
    let router = router(app(&kit, false).await);
    for path in ["/people/maria", "/people/maria/outbox", "/people/nobody"] {
        let answer = ask(&router, path, Some("sub.bad.example")).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(
        ask(&router, "/actor", Some("bad.example")).await.status,
        200
    );
    let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
    let signer = Signer::new(key, "https://bad.example/actor#main-key".to_owned()).unwrap();
    let claims = signed(&kit, "/people/maria", &signer);
    assert_eq!(send(&router, claims).await.status, 404);
}

#[tokio::test]
async fn a_signature_speaks_for_the_server_of_its_key() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
    let public = key.public().to_der().to_vec();
    let ada = kit
        .remote_with_key("ada", "mastodon.example", public.clone())
        .await;
    let eve = kit.remote_with_key("eve", "eve.example", public).await;
    kit.follow(&ada, &maria, MemberRole::Follower).await;
    let post = kit.post(&maria, "for you", Audience::Followers).await;
    let path = format!("/posts/{}", post.id);
    let router = router(app(&kit, true).await);
    for (who, hidden, open) in [(&ada, 200, 200), (&eve, 404, 200)] {
        let signer = Signer::new(key.clone(), who.main_key_uri()).unwrap();
        let answer = send(&router, signed(&kit, &path, &signer)).await;
        assert_eq!(answer.status, hidden, "{}", who.uri);
        let answer = send(&router, signed(&kit, "/people/maria", &signer)).await;
        assert_eq!(answer.status, open, "{}", who.uri);
        assert_eq!(answer.json()["name"], "The maria");
    }
}

#[tokio::test]
async fn a_signature_that_does_not_hold_opens_nothing_and_harms_nothing() {
    let kit = Kit::new().await;
    let maria = kit.person("maria").await;
    let post = kit.post(&maria, "for you", Audience::Followers).await;
    let router = router(app(&kit, false).await);
    // A key of our own is never fetched, and never speaks for another server.
    let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
    let signer = Signer::new(key, maria.main_key_uri()).unwrap();
    let hidden = signed(&kit, &format!("/posts/{}", post.id), &signer);
    assert_eq!(send(&router, hidden).await.status, 404);
    let open = signed(&kit, "/people/maria", &signer);
    assert_eq!(send(&router, open).await.status, 200);
}

fn signed(kit: &Kit, path: &str, signer: &Signer) -> Request<Body> {
    let unsigned = Unsigned {
        method: &Method::GET,
        url: &format!("https://{DOMAIN}{path}").parse::<Url>().unwrap(),
        body: None,
    };
    let headers = signer
        .sign(Generation::Rfc9421, &unsigned, kit.ctx.now())
        .unwrap();
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    *request.headers_mut() = headers;
    request
}
