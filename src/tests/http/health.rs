//! The admin listener.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use crate::kit::{Reply, TestKit, send_to};
use kith::http::admin;

async fn ask(kit: &TestKit, path: &str) -> Reply {
    let request = Request::get(path).header("host", "127.0.0.1:9090");
    send_to(
        admin::router(kit.state(), None),
        request.body(Body::empty()).unwrap(),
    )
    .await
}

both_backends! {
    async fn health_has_the_form_of_the_contract(kit: TestKit) {
        kit.clock.advance(std::time::Duration::from_secs(42));
        let reply = ask(&kit, "/health").await;
        assert_eq!(reply.status, StatusCode::OK);
        let database = kit.app.ctx.store.kind().to_string();
        assert_eq!(
            reply.json(),
            json!({
                "status": "ok",
                "version": env!("CARGO_PKG_VERSION"),
                "database": database,
                "uptime_s": 42,
                "inbox": {"waiting": 0, "parked": 0},
                "deliveries": {"due": 0, "delayed": 0, "parked": 0, "hosts_paused": 0, "hosts_dead": 0},
                "jobs": {"due": 0, "parked": 0},
            })
        );
    }

    async fn a_process_that_is_about_to_end_is_not_ready(kit: TestKit) {
        assert_eq!(ask(&kit, "/ready").await.status, StatusCode::OK);
        kit.app.stop.send_replace(true);
        assert_eq!(ask(&kit, "/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    }

    async fn health_and_metrics_are_not_public(kit: TestKit) {
        for path in ["/health", "/ready", "/metrics"] {
            assert_eq!(kit.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
