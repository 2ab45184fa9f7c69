//! What is not there, not ours, or broken; and the headers on everything.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::routing::get;

use crate::kit::{Backend, Setup, TestKit, send_to};
use kith::config::Scheme;
use kith::http::router::surround;

fn request(path: &str, name: &str, value: &str) -> Request<Body> {
    Request::get(path)
        .header(name, value)
        .body(Body::empty())
        .unwrap()
}

both_backends! {
    async fn nobody_has_to_read_a_form_they_do_not_know(kit: TestKit) {
        let page = kit.send(request("/nothing/here", "accept", "text/html,*/*;q=0.8")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains("<h1"));
        for (path, accept) in [
            ("/nothing/here", "application/activity+json"),
            ("/nothing/here", "application/json"),
            ("/api/v1/nothing", "text/html"),
            ("/.well-known/nothing", "*/*"),
        ] {
            let reply = kit.send(request(path, "accept", accept)).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND);
            let error = reply.json();
            assert!(error["error"].is_string(), "{path}");
        }
        assert_eq!(page.header("vary"), "Accept");
    }

    async fn what_is_not_there_looks_the_same_at_every_address(kit: TestKit) {
        for path in ["/nothing", "/nothing/here", "/@nobody", "/people/nobody", "/posts/7", "/static/no.css"] {
            let page = kit.send(request(path, "accept", "text/html")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert!(page.text().contains("Nothing here") && page.text().contains("stylesheet"), "{path}");
            let accept = page.headers.get_all("vary").iter().filter(|value| *value == "Accept");
            assert_eq!(accept.count(), 1, "{path}");
            for accept in ["application/activity+json", "application/json"] {
                let reply = kit.send(request(path, "accept", accept)).await;
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
                assert!(reply.header("content-type").starts_with("application/json"), "{path}");
                let error = reply.json();
                assert!(error["error"].is_string() && error["error_description"].is_string(), "{path}");
            }
        }
    }

    async fn a_wrong_method_is_told_the_right_ones(kit: TestKit) {
        let request = Request::post("/nodeinfo/2.1").body(Body::empty()).unwrap();
        let reply = kit.send(request).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(reply.header("allow"), "GET,HEAD");
        assert!(reply.json()["error"].is_string());
    }

    async fn another_host_name_is_not_ours(kit: TestKit) {
        for host in ["other.example", "kith.test:8080", "kith.test.", "127.0.0.1", ""] {
            let reply = kit.send(request("/nodeinfo/2.1", "host", host)).await;
            assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        for host in ["KITH.test", "kith.test:443"] {
            let reply = kit.send(request("/nodeinfo/2.1", "host", host)).await;
            assert_eq!(reply.status, StatusCode::OK, "{host}");
        }
    }

    async fn security_headers_stand_on_every_answer(kit: TestKit) {
        kit.person("ada").await;
        let misdirected = kit.send(request("/", "host", "other.example")).await;
        let too_large = kit.send(
            Request::post("/inbox").header("content-length", "99999999").body(Body::empty()).unwrap()
        ).await;
        for reply in [
            kit.get("/nodeinfo/2.1").await,
            kit.get("/.well-known/webfinger?resource=acct:ada@kith.test").await,
            kit.get("/nothing").await,
            kit.get("/.well-known/webfinger").await,
            misdirected,
            too_large,
        ] {
            let policy = reply.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe"));
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert_eq!(reply.header("referrer-policy"), "same-origin");
            assert!(reply.header("strict-transport-security").starts_with("max-age="));
            assert_eq!(reply.header("x-request-id").len(), 16);
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
    }

    async fn a_panic_is_a_plain_500_and_the_next_request_works(kit: TestKit) {
        async fn broken() -> &'static str {
            panic!("a secret detail")
        }
        let two = Router::new().route("/broken", get(broken)).route("/fine", get(|| async { "fine" }));
        let router = surround(two, kit.state());
        let reply = send_to(router.clone(), Request::get("/broken").body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!reply.text().contains("secret"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let reply = send_to(router, Request::get("/fine").body(Body::empty()).unwrap()).await;
        assert_eq!(reply.text(), "fine");
    }

    async fn odd_methods_and_paths_are_answered(kit: TestKit) {
        for path in ["/%00", "/%ff%fe", "//etc/passwd", "/..%2f..%2fkith.toml", "/people/", "/*"] {
            for method in [Method::GET, Method::HEAD, Method::DELETE, Method::from_bytes(b"BREW").unwrap()] {
                let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
                let status = kit.send(request).await.status.as_u16();
                let is_fine = matches!(status, 400 | 404 | 405);
                assert!(is_fine, "{path}: {status}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_nobody_is_told_to_insist_on_it() {
    let setup = Setup {
        backend: Backend::Sqlite,
        real_time: false,
        configure: |config| config.instance.scheme = Scheme::Http,
    };
    let kit = TestKit::start(setup).await.unwrap();
    let reply = kit.get("/nodeinfo/2.1").await;
    assert_eq!(reply.header("strict-transport-security"), "");
}
