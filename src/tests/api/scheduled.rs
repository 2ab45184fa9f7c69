//! Posts that wait for their time.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use kith::jobs;
use kith::store;

both_backends! {
    async fn a_scheduled_post_waits_and_is_published_once(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let asked = json!({"status": "@eve later", "visibility": "unlisted", "scheduled_at": "2026-06-01T13:00:00Z"});
        let waiting = ada.post("/api/v1/statuses", asked).await;
        assert_eq!(waiting["scheduled_at"], "2026-06-01T13:00:00.000Z");
        assert_eq!((&waiting["params"]["text"], &waiting["params"]["visibility"]), (&json!("@eve later"), &json!("unlisted")));
        let path = format!("/api/v1/scheduled_statuses/{}", waiting["id"].as_str().unwrap());
        assert_eq!(ada.ids("/api/v1/scheduled_statuses").await.len(), 1);
        assert_eq!(eve.code(&path).await, 404);
        assert_eq!(eve.ask(Method::DELETE, &path, json!({})).await.0, 404);
        let (code, moved) = ada.ask(Method::PUT, &path, json!({"scheduled_at": "2026-06-01T12:30:00Z"})).await;
        assert_eq!((code, &moved["scheduled_at"]), (200, &json!("2026-06-01T12:30:00.000Z")));
        run_jobs(&kit).await;
        assert!(ada.ids("/api/v1/timelines/home").await.is_empty());
        kit.clock.advance(Duration::from_mins(31));
        run_jobs(&kit).await;
        run_jobs(&kit).await;
        let home = ada.get("/api/v1/timelines/home").await;
        assert_eq!(home.as_array().unwrap().len(), 1);
        assert_eq!(home[0]["visibility"], "unlisted");
        assert_eq!(home[0]["mentions"][0]["id"], eve.id().as_str());
        assert_eq!(eve.ids("/api/v1/notifications").await.len(), 1);
        assert_eq!(ada.get("/api/v1/scheduled_statuses").await, json!([]));
    }

    async fn too_soon_is_refused_and_what_is_cancelled_is_not_published(kit: TestKit) {
        let ada = kit.client("ada").await;
        for wrong in ["2026-06-01T12:04:59Z", "2026-05-01T12:00:00Z", "2046-06-01T12:00:00Z", "tomorrow"] {
            let asked = json!({"status": "x", "scheduled_at": wrong});
            assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", asked).await.0, 422, "{wrong}");
        }
        let asked = json!({"status": "x", "scheduled_at": "2026-06-01T12:10:00Z"});
        let waiting = ada.post("/api/v1/statuses", asked).await;
        let path = format!("/api/v1/scheduled_statuses/{}", waiting["id"].as_str().unwrap());
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        kit.clock.advance(Duration::from_mins(11));
        run_jobs(&kit).await;
        assert!(ada.ids("/api/v1/timelines/home").await.is_empty());
    }
}

/// Does what is due now.
pub(super) async fn run_jobs(kit: &crate::kit::TestKit) {
    let ctx = &kit.app.ctx;
    let now = ctx.now();
    let lease = now.plus(Duration::from_mins(1));
    let taken: store::Result<Vec<store::jobs::JobRow>> = ctx
        .store
        .transaction(async |tx| {
            store::jobs::claim(tx, store::jobs::Share::All, (now, lease), 10).await
        })
        .await;
    for row in taken.unwrap() {
        let kinds = jobs::kinds();
        let job = kinds.iter().find(|job| job.kind() == row.kind).unwrap();
        job.run(&kit.app, &row.payload).await.unwrap();
        let done: store::Result<()> = ctx
            .store
            .transaction(async |tx| store::jobs::finish(tx, row.id).await)
            .await;
        done.unwrap();
    }
}
