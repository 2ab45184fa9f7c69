use super::*;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n\r\n";

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_read_and_one_byte_more_is_not() {
    let peer = Peer::serving(|request| {
        let length = request.path().trim_start_matches('/').parse().unwrap();
        answer(
            "200 OK",
            &[("Content-Type", ACTIVITY_JSON)],
            vec![b'x'; length],
        )
    })
    .await;
    let client = client(&[&peer], |settings| settings.body_cap = 100_000);
    assert_eq!(
        get(&client, &peer.url("/100000")).await.unwrap().body.len(),
        100_000
    );
    assert!(matches!(
        get(&client, &peer.url("/100001")).await,
        Err(FetchError::TooBig)
    ));
    assert!(get(&client, &peer.url("/0")).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_cap() {
    let peer = Peer::serving(|_| Reply::Endless {
        head: HEAD.to_owned(),
        piece: vec![b'x'; 16_384],
        pause: Duration::ZERO,
    })
    .await;
    let client = client(&[&peer], |_| {});
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::TooBig)
    ));
}

#[tokio::test]
async fn a_dripping_body_is_cut_off_at_the_deadline() {
    let pause = Duration::from_millis(20);
    let peer = Peer::serving(move |_| Reply::Endless {
        head: HEAD.to_owned(),
        piece: b"x".to_vec(),
        pause,
    })
    .await;
    let client = client(&[&peer], |settings| {
        settings.fetch_deadline = Duration::from_millis(150);
    });
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Timeout)
    ));
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_given_up_at_the_deadline() {
    let pause = Duration::from_mins(10);
    let peer = Peer::serving(move |_| Reply::Endless {
        head: String::new(),
        piece: Vec::new(),
        pause,
    })
    .await;
    let client = client(&[&peer], |settings| {
        settings.fetch_deadline = Duration::from_millis(150);
        settings.delivery_deadline = Duration::from_millis(150);
    });
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Timeout)
    ));
    let posted = client
        .post(
            &Url::parse(&peer.url("/inbox")).unwrap(),
            HeaderMap::new(),
            Bytes::new(),
        )
        .await;
    assert!(matches!(posted, Err(FetchError::Timeout)));
}

#[tokio::test]
async fn the_cap_counts_bytes_after_decompression() {
    // Four mebibytes of zeros in four kilobytes.
    let bomb = include_bytes!("../../fixtures/zeros.gz");
    let peer = Peer::serving(move |_| {
        answer(
            "200 OK",
            &[
                ("Content-Type", ACTIVITY_JSON),
                ("Content-Encoding", "gzip"),
            ],
            bomb,
        )
    })
    .await;
    let small = client(&[&peer], |_| {});
    assert!(matches!(
        get(&small, &peer.url("/")).await,
        Err(FetchError::TooBig)
    ));
    let large = client(&[&peer], |settings| settings.body_cap = 5 * 1024 * 1024);
    assert_eq!(
        get(&large, &peer.url("/")).await.unwrap().body.len(),
        4 * 1024 * 1024
    );
}

#[tokio::test]
async fn garbage_instead_of_compressed_data_is_a_network_error() {
    let peer = Peer::serving(move |_| {
        answer(
            "200 OK",
            &[
                ("Content-Type", ACTIVITY_JSON),
                ("Content-Encoding", "gzip"),
            ],
            "not gzip",
        )
    })
    .await;
    let client = client(&[&peer], |_| {});
    assert!(matches!(
        get(&client, &peer.url("/")).await,
        Err(FetchError::Network(_))
    ));
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_a_network_error() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{}";
    let peer = Peer::serving(move |request| match request.path() {
        "/" => Reply::Bytes([head.as_bytes(), b"1234567"].concat()),
        _ => Reply::Endless {
            head: head.to_owned(),
            piece: b"x".to_vec(),
            pause: Duration::from_mins(1),
        },
    })
    .await;
    let client = client(&[&peer], |settings| {
        settings.fetch_deadline = Duration::from_millis(300);
    });
    assert_eq!(get(&client, &peer.url("/")).await.unwrap().body.len(), 9);
    assert!(get(&client, &peer.url("/short")).await.is_err());
}

#[tokio::test]
async fn answers_of_another_kind_are_refused() {
    let peer = Peer::serving(|request| {
        let kind = match request.path() {
            "/json" => "application/json",
            "/ld" => "application/ld+json",
            "/html" => "text/html",
            "/svg" => "image/svg+xml",
            _ => return answer("200 OK", &[], "{}"),
        };
        answer("200 OK", &[("Content-Type", kind)], "{}")
    })
    .await;
    let client = client(&[&peer], |_| {});
    for path in ["/json", "/ld", "/html", "/svg", "/none"] {
        assert!(
            matches!(
                get(&client, &peer.url(path)).await,
                Err(FetchError::ContentType)
            ),
            "{path}"
        );
    }
    let asked = async |path: &str, accept| {
        let url = Url::parse(&peer.url(path)).unwrap();
        client
            .get(&url, accept, None, &client.budget())
            .await
            .is_ok()
    };
    assert!(
        asked("/json", Accept::Jrd).await
            && asked("/json", Accept::Json).await
            && asked("/html", Accept::Html).await
    );
    assert!(!asked("/svg", Accept::Image).await);
}
