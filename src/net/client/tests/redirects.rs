use super::*;

/// A peer where `/n` leads on to `/n-1` and `/0` is the document.
async fn staircase() -> Peer {
    Peer::serving(
        |request| match request.path().trim_start_matches('/').parse::<u32>() {
            Ok(0) => document(),
            Ok(n) => answer("302 Found", &[("Location", &format!("/{}", n - 1))], ""),
            Err(_) => answer("404 Not Found", &[], ""),
        },
    )
    .await
}

/// A peer that redirects every request to `location`.
async fn redirecting(location: &str) -> Peer {
    let location = location.to_owned();
    Peer::serving(move |_| answer("302 Found", &[("Location", &location)], "")).await
}

#[tokio::test]
async fn three_redirects_are_followed_and_the_last_place_is_told() {
    let peer = staircase().await;
    let client = client(&[&peer], |_| {});
    let fetched = get(&client, &peer.url("/3")).await.unwrap();
    assert_eq!(fetched.final_url.as_str(), peer.url("/0"));
    assert!(matches!(
        get(&client, &peer.url("/4")).await,
        Err(FetchError::TooManyRedirects)
    ));
}

#[tokio::test]
async fn every_hop_is_paid_for() {
    let peer = staircase().await;
    let client = client(&[&peer], |_| {});
    let budget = Budget::new(3);
    let url = Url::parse(&peer.url("/3")).unwrap();
    let result = client.get(&url, Accept::ActivityPub, None, &budget).await;
    assert!(matches!(result, Err(FetchError::BudgetSpent)));
    assert_eq!(peer.requests().len(), 3);
}

#[tokio::test]
async fn a_redirect_back_to_a_place_visited_is_a_loop() {
    let peer = Peer::serving(|request| {
        let next = if request.path() == "/a" {
            "/b#x"
        } else {
            "/a#y"
        };
        answer("301 Moved Permanently", &[("Location", next)], "")
    })
    .await;
    let client = client(&[&peer], |_| {});
    assert!(matches!(
        get(&client, &peer.url("/a")).await,
        Err(FetchError::TooManyRedirects)
    ));
    assert_eq!(peer.requests().len(), 2);
}

#[tokio::test]
async fn redirects_inside_are_stopped_at_that_hop() {
    let hidden = Peer::serving(|_| document()).await;
    let port = hidden
        .url("/")
        .rsplit_once(':')
        .unwrap()
        .1
        .trim_end_matches('/')
        .to_owned();
    for location in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("//0x7f.1:{port}/"),
        hidden.url("/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://user@peer.localhost/".to_owned(),
        "http://social.example/".to_owned(),
        "https://inside.example/".to_owned(),
        "ftp://social.example/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "http://".to_owned(),
    ] {
        let peer = redirecting(&location).await;
        let client = client(&[&peer], |_| {});
        let result = get(&client, &peer.url("/")).await;
        assert!(
            matches!(result, Err(FetchError::Refused(_))),
            "{location}: {result:?}"
        );
        assert_eq!(peer.requests().len(), 1);
    }
    assert!(hidden.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_never_changes_the_scheme() {
    let other = Peer::serving(|_| document()).await;
    let peer = redirecting(&other.url("/").replace("http://", "https://")).await;
    let client = client(&[&peer, &other], |_| {});
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Refused(RefusedUrl::Redirect))
    ));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_to_another_peer_is_signed_anew_for_that_peer() {
    struct Signer;
    #[async_trait]
    impl SignRequest for Signer {
        async fn sign_get(&self, url: &Url) -> HeaderMap {
            let value = format!("for {}{}", url.authority(), url.path())
                .parse()
                .unwrap();
            HeaderMap::from_iter([
                (http::HeaderName::from_static("signature"), value),
                (HOST, "evil.example".parse().unwrap()),
            ])
        }
    }
    let other = Peer::serving(|_| document()).await;
    let peer = redirecting(&other.url("/b")).await;
    let client = client(&[&peer, &other], |_| {});
    let url = Url::parse(&peer.url("/a")).unwrap();
    let fetched = client
        .get(&url, Accept::ActivityPub, Some(&Signer), &client.budget())
        .await
        .unwrap();
    assert_eq!(fetched.final_url.as_str(), other.url("/b"));
    for (peer, path) in [(&peer, "/a"), (&other, "/b")] {
        let request = peer.requests().remove(0);
        assert!(
            request.contains(&format!("signature: for {}{path}\r\n", peer.host())),
            "{request}"
        );
        assert!(
            request.contains(&format!("host: {}\r\n", peer.host())) && !request.contains("evil"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn a_redirect_without_a_location_is_a_status() {
    let peer = Peer::serving(|_| answer("302 Found", &[], "")).await;
    let client = client(&[&peer], |_| {});
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Status { status: 302, .. })
    ));
}
