//! The client against small servers on loopback that say exactly what a test wants them to say.

use std::net::IpAddr;

use super::*;
use crate::domain::clock::{FixedClock, Timestamp};
use crate::net::resolver::ResolveError;

mod bodies;
mod deliveries;
mod knocks;
mod peer;
mod redirects;
mod secure;

use peer::{Peer, Reply, answer};

const ACTIVITY_JSON: &str = "application/activity+json";

/// A client that may contact these peers, after `change` was made to its settings.
fn client(peers: &[&Peer], change: impl FnOnce(&mut NetSettings)) -> Client {
    let mut settings = NetSettings::for_domain("kith.example", "Kith/0.1 (+https://kith.example/)");
    settings.loopback_hosts = peers.iter().map(|peer| peer.host()).collect();
    settings.fetch_deadline = Duration::from_secs(5);
    settings.delivery_deadline = Duration::from_secs(5);
    change(&mut settings);
    let clock = FixedClock::at(Timestamp::parse("2026-08-20T16:30:00Z").unwrap());
    Client::with_lookup(settings, Arc::new(clock), records()).unwrap()
}

/// The world's names, as far as these tests know them. Nothing outside is ever contacted.
fn records() -> Lookup {
    Arc::new(|name| {
        let ip = match name.as_str() {
            "inside.example" => "127.0.0.1",
            "private.example" => "10.0.0.1",
            "metadata.example" => "169.254.169.254",
            "mapped.example" => "::ffff:127.0.0.1",
            _ => return Box::pin(std::future::ready(Err(ResolveError::NoAddress))),
        };
        let found: Vec<IpAddr> = vec![ip.parse().unwrap()];
        Box::pin(std::future::ready(Ok(found)))
    })
}

/// An answer with the smallest possible document.
fn document() -> Reply {
    answer("200 OK", &[("Content-Type", ACTIVITY_JSON)], "{}")
}

async fn get(client: &Client, url: &str) -> Result<Fetched, FetchError> {
    client
        .get(
            &Url::parse(url).unwrap(),
            Accept::ActivityPub,
            None,
            &client.budget(),
        )
        .await
}

#[tokio::test]
async fn a_document_is_fetched_with_its_type_and_headers() {
    let peer = Peer::serving(|_| {
        answer(
            "200 OK",
            &[
                ("Content-Type", ACTIVITY_JSON),
                ("ETag", "\"1\""),
                ("Server", "x"),
            ],
            "{}",
        )
    })
    .await;
    let client = client(&[&peer], |_| {});
    let fetched = get(&client, &peer.url("/people/maria#main-key"))
        .await
        .unwrap();
    assert_eq!(fetched.final_url.as_str(), peer.url("/people/maria"));
    assert_eq!(
        (
            fetched.status,
            fetched.content_type.as_str(),
            fetched.body.as_ref()
        ),
        (200, ACTIVITY_JSON, &b"{}"[..])
    );
    assert_eq!(fetched.headers.len(), 1);
    let request = peer.requests().remove(0);
    assert!(
        request.starts_with("GET /people/maria HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("user-agent: Kith/0.1 (+https://kith.example/)\r\n"),
        "{request}"
    );
    assert!(
        request.contains("accept: application/activity+json, application/ld+json; profile="),
        "{request}"
    );
    assert!(
        request.contains(&format!("host: {}\r\n", peer.host())),
        "{request}"
    );
    assert!(
        !request.contains("cookie") && !request.contains("referer"),
        "{request}"
    );
}

#[tokio::test]
async fn each_status_is_its_own_error() {
    let peer = Peer::serving(|request| match request.path() {
        "/404" => answer("404 Not Found", &[], ""),
        "/410" => answer("410 Gone", &[], ""),
        "/401" => answer("401 Unauthorized", &[], ""),
        "/403" => answer("403 Forbidden", &[], ""),
        "/304" => answer("304 Not Modified", &[], ""),
        "/429" => answer("429 Too Many Requests", &[("Retry-After", "7")], ""),
        _ => answer(
            "503 Busy",
            &[("Retry-After", "Thu, 20 Aug 2026 16:31:00 GMT")],
            "",
        ),
    })
    .await;
    let client = client(&[&peer], |_| {});
    let failed = async |path: &str| get(&client, &peer.url(path)).await.unwrap_err();
    assert!(matches!(failed("/404").await, FetchError::NotFound));
    assert!(matches!(failed("/410").await, FetchError::Gone));
    assert!(matches!(
        failed("/401").await,
        FetchError::Unauthorized(401)
    ));
    assert!(matches!(
        failed("/403").await,
        FetchError::Unauthorized(403)
    ));
    assert!(matches!(
        failed("/304").await,
        FetchError::Status {
            status: 304,
            retry_after: None
        }
    ));
    let seven = Some(Duration::from_secs(7));
    assert!(
        matches!(failed("/429").await, FetchError::Status { status: 429, retry_after } if retry_after == seven)
    );
    let minute = Some(Duration::from_mins(1));
    let busy = failed("/503").await;
    assert!(busy.is_host_failure() && busy.is_temporary());
    assert!(
        matches!(busy, FetchError::Status { status: 503, retry_after } if retry_after == minute)
    );
}

#[tokio::test]
async fn names_that_lead_inside_are_never_contacted() {
    let peer = Peer::serving(|_| document()).await;
    let client = client(&[&peer], |_| {});
    for name in [
        "inside.example",
        "private.example",
        "metadata.example",
        "mapped.example",
    ] {
        let url = format!("https://{name}/people/maria");
        assert!(
            matches!(
                get(&client, &url).await,
                Err(FetchError::Refused(RefusedUrl::InsideAddress))
            ),
            "{name}"
        );
        let posted = client
            .post(&Url::parse(&url).unwrap(), HeaderMap::new(), Bytes::new())
            .await;
        assert!(
            matches!(posted, Err(FetchError::Refused(RefusedUrl::InsideAddress))),
            "{name}"
        );
    }
    assert!(matches!(
        get(&client, "https://nowhere.example/").await,
        Err(FetchError::Network(_))
    ));
    assert!(peer.requests().is_empty());
}

#[tokio::test]
async fn a_listed_name_on_another_port_is_never_contacted() {
    let listed = Peer::serving(|_| document()).await;
    let other = Peer::serving(|_| document()).await;
    let client = client(&[&listed], |_| {});
    assert!(get(&client, &listed.url("/")).await.is_ok());
    assert!(matches!(
        get(&client, &other.url("/")).await,
        Err(FetchError::Refused(_))
    ));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_closed_port_is_a_network_error_of_the_host() {
    let peer = Peer::serving(|_| Reply::Close).await;
    let client = client(&[&peer], |settings| {
        settings.loopback_hosts.push("dead.localhost:9".to_owned());
    });
    let error = get(&client, "http://dead.localhost:9/").await.unwrap_err();
    assert!(
        matches!(error, FetchError::Network(_)) && error.is_host_failure(),
        "{error:?}"
    );
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Network(_))
    ));
}

#[tokio::test]
async fn a_spent_budget_ends_a_cause() {
    let peer = Peer::serving(|_| document()).await;
    let client = client(&[&peer], |settings| settings.fetches_per_trigger = 2);
    let budget = client.budget();
    let url = Url::parse(&peer.url("/")).unwrap();
    for _ in 0..2 {
        assert!(
            client
                .get(&url, Accept::ActivityPub, None, &budget)
                .await
                .is_ok()
        );
    }
    let third = client.get(&url, Accept::ActivityPub, None, &budget).await;
    assert!(matches!(third, Err(FetchError::BudgetSpent)));
    assert_eq!(peer.requests().len(), 2);
}

#[tokio::test]
async fn a_flood_of_dead_links_to_one_host_is_cut_off() {
    let peer = Peer::serving(|_| answer("404 Not Found", &[], "")).await;
    let client = client(&[&peer], |settings| {
        settings.fetches_per_host_per_minute = 50;
    });
    for n in 0..30 {
        let error = get(&client, &peer.url(&format!("/keys/{n}")))
            .await
            .unwrap_err();
        assert_eq!(matches!(error, FetchError::Busy), n >= 10, "{n}: {error:?}");
    }
    assert_eq!(peer.requests().len(), 10);
}
