//! The listeners: accepting connections, and ending them in time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

/// How long a client may take for its headers, and how long an unused connection is kept.
const HEADERS: Duration = Duration::from_secs(20);
/// Largest request line and headers together, in bytes.
const HEADER_BYTES: usize = 64 * 1024;
/// A connection is closed after this long, as soon as its request is answered.
const OLDEST: Duration = Duration::from_mins(10);
/// How long requests in flight may take once the server, or their connection, is to end.
const FAREWELL: Duration = Duration::from_secs(20);
/// Connections at once, where the system allows as many files.
const CONNECTIONS: usize = 4_096;

/// A listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({setting}): {source}")]
pub struct ListenError {
    address: SocketAddr,
    /// The key of the configuration.
    setting: &'static str,
    source: std::io::Error,
}

/// Opens a listener for the address that stands under `setting`.
///
/// # Errors
/// When the address is in use or not this machine's.
pub async fn listen(
    address: SocketAddr,
    setting: &'static str,
) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ListenError {
            address,
            setting,
            source,
        })
}

/// Answers connections until `stop` turns true; then accepts no more and finishes what is in flight, at most 20 s.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(connections()));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = answer(stream, peer, router.clone(), stop.clone());
                open.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of files, most likely: wait for some connections to end.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let all = async { while open.join_next().await.is_some() {} };
    if timeout(FAREWELL, all).await.is_err() {
        tracing::warn!("some requests were still in flight at the end");
    }
}

/// Half of the files that the process may open, so that the rest is left for the database and other servers.
fn connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok());
    files.map_or(CONNECTIONS, |files| (files / 2).clamp(64, CONNECTIONS))
}

async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(call(router, request).await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .max_buf_size(HEADER_BYTES)
            .serve_connection(TokioIo::new(stream), service)
            // For streams over a WebSocket, which then live on without this.
            .with_upgrades()
    );
    tokio::select! {
        // What a client did to its connection is of no interest.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => {}
        () = sleep(OLDEST) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(FAREWELL, connection).await;
}

async fn call(router: Router, request: Request<Incoming>) -> axum::response::Response {
    match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
