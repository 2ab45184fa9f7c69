//! Documents of actors right after a change.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use kith::services::accounts;
use kith::services::profile::{self, Changes};
use serde_json::Value;

use crate::kit::TestKit;

async fn read(kit: &TestKit) -> (StatusCode, Value) {
    let request = Request::get("/people/ada").header("accept", "application/activity+json");
    let reply = kit.send(request.body(Body::empty()).unwrap()).await;
    (reply.status, reply.json())
}

both_backends! {
    async fn an_actors_document_is_right_at_once_after_a_change(kit: TestKit) {
        let ada = kit.person("ada").await;
        let ctx = &kit.app.ctx;
        for name in ["Ada", "Countess"] {
            let changes = Changes { name: Some(name.to_owned()), ..Changes::default() };
            profile::update(ctx, &ada, &changes).await.unwrap();
            assert_eq!(read(&kit).await.1["name"], name);
        }
        accounts::suspend(ctx, ada.id).await.unwrap();
        assert_eq!(read(&kit).await.0, StatusCode::GONE);
        accounts::unsuspend(ctx, ada.id).await.unwrap();
        assert_eq!(read(&kit).await.0, StatusCode::OK);
        accounts::delete(ctx, ada.id).await.unwrap();
        assert_eq!(read(&kit).await.0, StatusCode::GONE);
    }
}
