//! Bodies that are too large or too slow, and too many requests at once.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Semaphore;

use crate::kit::{Backend, TestKit, send_to};
use kith::http::middleware::body::{BodyLimits, body};
use kith::http::middleware::load::load;
use kith::http::router::surround;

fn echo() -> Router<kith::http::AppState> {
    Router::new().route("/echo", post(async |bytes: Bytes| bytes))
}

/// Parts of `size` bytes without a length in advance; `None` is one that never comes.
fn chunked(parts: Vec<Option<usize>>) -> Body {
    Body::from_stream(stream::unfold(parts.into_iter(), async |mut parts| {
        let part = match parts.next()? {
            Some(size) => Bytes::from(vec![b'x'; size]),
            None => std::future::pending().await,
        };
        Some((Ok::<_, Infallible>(part), parts))
    }))
}

fn to_echo(body: Body) -> Request<Body> {
    Request::post("/echo").body(body).unwrap()
}

both_backends! {
    async fn a_body_that_says_it_is_too_large_is_not_read(kit: TestKit) {
        let most = kit.app.config.limits.body_bytes;
        let mut request = to_echo(chunked(vec![None]));
        request.headers_mut().insert("content-length", (most + 1).into());
        let reply = send_to(surround(echo(), kit.state()), request).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn a_body_without_a_length_is_cut_off_at_the_limit(kit: TestKit) {
        let most = kit.app.config.limits.body_bytes;
        let router = surround(echo(), kit.state());
        let fits = send_to(router.clone(), to_echo(chunked(vec![Some(most / 2), Some(most / 2)]))).await;
        assert_eq!((fits.status, fits.body.len()), (StatusCode::OK, most));
        let endless = chunked(vec![Some(most / 2), Some(most / 2), Some(1), None]);
        let reply = send_to(router, to_echo(endless)).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

async fn kit_with(held: usize, patience: Duration) -> (TestKit, Router, Arc<Semaphore>) {
    let kit = TestKit::on(Backend::Sqlite).await.unwrap();
    let held = Arc::new(Semaphore::new(held));
    let limits = BodyLimits {
        app: kit.state(),
        held: Arc::clone(&held),
        patience,
    };
    let router = echo()
        .layer(from_fn_with_state(limits, body))
        .with_state(kit.state());
    (kit, router, held)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stops_coming_is_given_up() {
    let (_kit, router, _) = kit_with(1_000_000, Duration::from_millis(50)).await;
    let reply = send_to(router, to_echo(chunked(vec![Some(10), None]))).await;
    assert_eq!(reply.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_beyond_what_may_be_held_are_put_off_and_the_room_comes_back() {
    let (_kit, router, held) = kit_with(100, Duration::from_secs(5)).await;
    let reply = send_to(router.clone(), to_echo(chunked(vec![Some(60), Some(60)]))).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(held.available_permits(), 100);
    let reply = send_to(router, to_echo(chunked(vec![Some(100)]))).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(held.available_permits(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_what_is_worked_on_at_once_are_put_off() {
    let kit = TestKit::on(Backend::Sqlite).await.unwrap();
    let router = echo()
        .layer(from_fn_with_state(Arc::new(Semaphore::new(1)), load))
        .with_state(kit.state());
    let slow = send_to(router.clone(), to_echo(chunked(vec![None])));
    let next = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        send_to(router.clone(), to_echo(Body::empty())).await
    };
    let reply = tokio::select! {
        _ = slow => unreachable!("its body never ends"),
        reply = next => reply,
    };
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.headers.contains_key("retry-after"));
    let reply = send_to(router, to_echo(Body::from("x"))).await;
    assert_eq!(reply.text(), "x");
}
