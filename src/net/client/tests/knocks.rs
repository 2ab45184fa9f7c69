//! A second signature after a refusal.

use std::sync::Mutex;

use super::*;

/// Signs `first`, then `second`, and notes what it is told.
struct Signer {
    first: &'static str,
    second: Option<&'static str>,
    told: Mutex<Vec<String>>,
}

fn signer(first: &'static str, second: Option<&'static str>) -> Signer {
    Signer {
        first,
        second,
        told: Mutex::default(),
    }
}

fn signature(value: &str) -> HeaderMap {
    HeaderMap::from_iter([(
        http::HeaderName::from_static("signature"),
        value.parse().unwrap(),
    )])
}

#[async_trait]
impl SignRequest for Signer {
    async fn sign_get(&self, _url: &Url) -> HeaderMap {
        signature(self.first)
    }

    async fn sign_again(&self, url: &Url, refusal: &Refusal) -> Option<HeaderMap> {
        let asked = refusal.accept_signature.as_ref();
        let asked = asked.map_or("nothing", |value| value.to_str().unwrap());
        let told = format!("{} {} asks {asked}", url.path(), refusal.status);
        self.told.lock().unwrap().push(told);
        self.second.map(signature)
    }

    async fn was_taken(&self, url: &Url) {
        let told = format!("{} taken", url.path());
        self.told.lock().unwrap().push(told);
    }
}

/// Takes the signature `right` alone.
async fn strict() -> Peer {
    Peer::serving(|request| {
        if request.path() == "/moved" {
            return answer("302 Found", &[("Location", "/document")], "");
        }
        if request.text().contains("signature: right\r\n") {
            return document();
        }
        answer("401 No", &[("Accept-Signature", "sig1=()")], "")
    })
    .await
}

async fn fetch(peer: &Peer, path: &str, signer: &Signer) -> Result<Fetched, FetchError> {
    let client = client(&[peer], |_| {});
    let url = Url::parse(&peer.url(path)).unwrap();
    client
        .get(&url, Accept::ActivityPub, Some(signer), &client.budget())
        .await
}

#[tokio::test]
async fn a_refused_signature_is_followed_by_the_one_that_the_signer_gives_then() {
    let (peer, signer) = (strict().await, signer("wrong", Some("right")));
    assert!(fetch(&peer, "/moved", &signer).await.is_ok());
    let told = signer.told.lock().unwrap();
    assert_eq!(*told, ["/document 401 asks sig1=()", "/document taken"]);
    assert_eq!(peer.requests().len(), 3);
}

#[tokio::test]
async fn a_second_refusal_is_the_end_of_it() {
    let (peer, signer) = (strict().await, signer("wrong", Some("wrong again")));
    let answer = fetch(&peer, "/", &signer).await;
    assert!(matches!(answer, Err(FetchError::Unauthorized(401))));
    assert_eq!(peer.requests().len(), 2);
    assert_eq!(*signer.told.lock().unwrap(), ["/ 401 asks sig1=()"]);
}

#[tokio::test]
async fn a_signer_with_nothing_else_to_offer_asks_once() {
    let (peer, signer) = (strict().await, signer("wrong", None));
    let answer = fetch(&peer, "/", &signer).await;
    assert!(matches!(answer, Err(FetchError::Unauthorized(401))));
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn a_second_signature_is_paid_for() {
    let (peer, signer) = (strict().await, signer("wrong", Some("right")));
    let client = client(&[&peer], |settings| settings.fetches_per_trigger = 1);
    let url = Url::parse(&peer.url("/")).unwrap();
    let answer = client
        .get(&url, Accept::ActivityPub, Some(&signer), &client.budget())
        .await;
    assert!(matches!(answer, Err(FetchError::Unauthorized(401))));
    assert_eq!(peer.requests().len(), 1);
}
