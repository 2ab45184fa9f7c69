use super::*;

async fn post(client: &Client, url: &str) -> Result<Answer, FetchError> {
    let headers =
        HeaderMap::from_iter([(http::header::CONTENT_TYPE, ACTIVITY_JSON.parse().unwrap())]);
    client
        .post(
            &Url::parse(url).unwrap(),
            headers,
            Bytes::from_static(b"{\"type\":\"Like\"}"),
        )
        .await
}

#[tokio::test]
async fn a_delivery_sends_headers_and_body_as_given_and_tells_the_status() {
    let peer = Peer::serving(|_| answer("202 Accepted", &[], "")).await;
    let client = client(&[&peer], |_| {});
    let answer = post(&client, &peer.url("/inbox")).await.unwrap();
    assert_eq!(
        answer,
        Answer {
            status: 202,
            retry_after: None,
            accept_signature: None,
        }
    );
    let request = peer.requests().remove(0);
    assert!(
        request.starts_with("POST /inbox HTTP/1.1\r\n")
            && request.ends_with("\r\n\r\n{\"type\":\"Like\"}"),
        "{request}"
    );
    assert!(
        request.contains("content-type: application/activity+json\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn a_redirect_of_a_delivery_is_not_followed() {
    let other = Peer::serving(|_| answer("202 Accepted", &[], "")).await;
    let location = other.url("/inbox");
    let peer =
        Peer::serving(move |_| answer("307 Temporary Redirect", &[("Location", &location)], ""))
            .await;
    let client = client(&[&peer, &other], |_| {});
    assert_eq!(
        post(&client, &peer.url("/inbox")).await.unwrap().status,
        307
    );
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn every_status_is_an_answer_with_the_wish_to_be_left_alone() {
    let peer = Peer::serving(|request| match request.path() {
        "/410" => answer("410 Gone", &[], "gone"),
        "/503" => answer(
            "503 Busy",
            &[("Retry-After", "Thu, 20 Aug 2026 17:30:00 GMT")],
            "",
        ),
        _ => answer("429 Slow Down", &[("Retry-After", "90")], ""),
    })
    .await;
    let client = client(&[&peer], |_| {});
    assert_eq!(
        post(&client, &peer.url("/410")).await.unwrap(),
        Answer {
            status: 410,
            retry_after: None,
            accept_signature: None,
        }
    );
    let hour = Some(Duration::from_hours(1));
    assert_eq!(
        post(&client, &peer.url("/503")).await.unwrap(),
        Answer {
            status: 503,
            retry_after: hour,
            accept_signature: None,
        }
    );
    let wish = Some(Duration::from_secs(90));
    assert_eq!(
        post(&client, &peer.url("/429")).await.unwrap(),
        Answer {
            status: 429,
            retry_after: wish,
            accept_signature: None,
        }
    );
}

#[tokio::test]
async fn an_endless_answer_to_a_delivery_is_left_unread() {
    let head = "HTTP/1.1 202 Accepted\r\n\r\n";
    let peer = Peer::serving(move |_| Reply::Endless {
        head: head.to_owned(),
        piece: vec![b'x'; 16_384],
        pause: Duration::ZERO,
    })
    .await;
    let client = client(&[&peer], |_| {});
    assert_eq!(
        post(&client, &peer.url("/inbox")).await.unwrap().status,
        202
    );
}

#[tokio::test]
async fn deliveries_in_a_row_share_one_connection() {
    let peer = Peer::serving(|_| answer("202 Accepted", &[], "thanks")).await;
    let client = client(&[&peer], |_| {});
    for _ in 0..20 {
        assert_eq!(
            post(&client, &peer.url("/inbox")).await.unwrap().status,
            202
        );
    }
    assert_eq!((peer.requests().len(), peer.connections()), (20, 1));
}

#[tokio::test]
async fn a_hanging_host_does_not_delay_another() {
    let pause = Duration::from_mins(10);
    let hanging = Peer::serving(move |_| Reply::Endless {
        head: String::new(),
        piece: Vec::new(),
        pause,
    })
    .await;
    let peer = Peer::serving(|_| answer("202 Accepted", &[], "")).await;
    let client = client(&[&hanging, &peer], |settings| {
        settings.per_host_concurrency = 2;
        settings.fetch_deadline = Duration::from_millis(200);
        settings.delivery_deadline = Duration::from_millis(500);
    });
    let (url, other_url) = (hanging.url("/inbox"), peer.url("/inbox"));
    let stuck = futures_util::future::join_all((0..4).map(|_| post(&client, &url)));
    let (stuck, fine) = tokio::join!(stuck, post(&client, &other_url));
    assert_eq!(fine.unwrap().status, 202);
    let waited_in_vain = stuck
        .iter()
        .filter(|result| matches!(result, Err(FetchError::Busy)))
        .count();
    assert_eq!((waited_in_vain, hanging.requests().len()), (2, 2));
}
