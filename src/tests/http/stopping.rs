//! Listeners over real sockets, and their end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use kith::http::serve::serve;

const REQUEST: &[u8] = b"GET /slow HTTP/1.1\r\nHost: kith.test\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_is_answered_and_no_new_one_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = async move || {
        begins.notify_one();
        waits.notified().await;
        "done"
    };
    let stop = watch::Sender::new(false);
    let mut server = JoinSet::new();
    let router = Router::new().route("/slow", get(slow));
    server.spawn(serve(listener, router, stop.subscribe()));

    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    stop.send_replace(true);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty(), "an unused connection is closed");
    go_on.notify_one();
    client.read_to_end(&mut rest).await.unwrap();
    assert!(String::from_utf8(rest).unwrap().ends_with("done"));
    let ended = timeout(Duration::from_secs(5), server.join_next()).await;
    assert!(ended.unwrap().unwrap().is_ok());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_http_harm_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = watch::Sender::new(false);
    let mut server = JoinSet::new();
    let router = Router::new().route("/slow", get(async || "fine"));
    server.spawn(serve(listener, router, stop.subscribe()));
    for noise in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        &b"x".repeat(100_000),
    ] {
        let mut client = TcpStream::connect(address).await.unwrap();
        // The server may close before it has read everything.
        let _ = client.write_all(noise).await;
        let _ = client.shutdown().await;
        let _ = client.read_to_end(&mut Vec::new()).await;
    }
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(REQUEST).await.unwrap();
    let mut answer = vec![0; 15];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200 OK");
}
