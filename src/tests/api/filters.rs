//! Filters of both versions.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

both_backends! {
    async fn a_filter_says_what_of_it_fits_a_status(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let asked = json!({
            "title": "Series", "context": ["home", "public"], "filter_action": "hide", "expires_in": 3600,
            "keywords_attributes": [{"keyword": "finale", "whole_word": true}, {"keyword": "#season"}],
        });
        let filter = ada.post("/api/v2/filters", asked).await;
        assert_eq!(filter["context"], json!(["home", "public"]));
        assert_eq!(filter["expires_at"], "2026-06-01T13:00:00.000Z");
        assert_eq!(filter["keywords"][0]["whole_word"], true);
        let post = eve.says("The FINALE was great").await;
        let path = format!("/api/v1/statuses/{post}");
        let found = &ada.get(&path).await["filtered"][0];
        assert_eq!(found["filter"]["title"], "Series");
        assert_eq!(found["filter"]["filter_action"], "hide");
        assert_eq!(found["keyword_matches"], json!(["finale"]));
        assert!(found["status_matches"].is_null() && found["filter"]["keywords"].is_null());
        assert_eq!(eve.get(&path).await["filtered"], json!([]), "nobody else filters by it");
        let other = eve.says("finales").await;
        assert_eq!(ada.get(&format!("/api/v1/statuses/{other}")).await["filtered"], json!([]));
        let id = filter["id"].as_str().unwrap();
        let kept = ada.post(&format!("/api/v2/filters/{id}/statuses"), json!({"status_id": other})).await;
        let found = &ada.get(&format!("/api/v1/statuses/{other}")).await["filtered"][0];
        assert_eq!(found["status_matches"], json!([other]));
        let row = format!("/api/v2/filters/statuses/{}", kept["id"].as_str().unwrap());
        assert_eq!(eve.ask(Method::DELETE, &row, json!({})).await.0, 404);
        assert_eq!(ada.ask(Method::DELETE, &row, json!({})).await.0, 200);
        kit.clock.advance(Duration::from_secs(3601));
        assert_eq!(ada.get(&path).await["filtered"], json!([]), "it has ended");
    }

    async fn filters_and_keywords_are_changed_by_their_owner_alone(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let filter = ada.post("/api/v2/filters", json!({"title": "T", "context": ["home"]})).await;
        let path = format!("/api/v2/filters/{}", filter["id"].as_str().unwrap());
        let word = ada.post(&format!("{path}/keywords"), json!({"keyword": "tea"})).await;
        assert_eq!(word["whole_word"], false);
        let row = format!("/api/v2/filters/keywords/{}", word["id"].as_str().unwrap());
        for (method, address) in [(Method::GET, &row), (Method::PUT, &row), (Method::DELETE, &row), (Method::PUT, &path), (Method::DELETE, &path)] {
            assert_eq!(eve.ask(method.clone(), address, json!({})).await.0, 404, "{method} {address}");
        }
        let (_, changed) = ada.ask(Method::PUT, &row, json!({"keyword": "coffee", "whole_word": true})).await;
        assert_eq!((&changed["keyword"], &changed["whole_word"]), (&json!("coffee"), &json!(true)));
        let change = json!({"title": "U", "keywords_attributes": [{"id": word["id"], "_destroy": true}, {"keyword": "milk"}]});
        let (_, changed) = ada.ask(Method::PUT, &path, change).await;
        assert_eq!((&changed["title"], &changed["keywords"][0]["keyword"]), (&json!("U"), &json!("milk")));
        for wrong in [json!({"title": "", "context": ["home"]}), json!({"title": "T"}), json!({"title": "T", "context": ["everywhere"]}), json!({"title": "T", "context": ["home"], "filter_action": "burn"})] {
            assert_eq!(ada.ask(Method::POST, "/api/v2/filters", wrong.clone()).await.0, 422, "{wrong}");
        }
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        assert_eq!(ada.get("/api/v2/filters").await, json!([]));
    }

    async fn older_apps_see_each_keyword_as_a_filter(kit: TestKit) {
        let ada = kit.client("ada").await;
        let asked = json!({"phrase": "tea", "context": ["home", "thread"], "whole_word": true, "irreversible": true});
        let made = ada.post("/api/v1/filters", asked).await;
        assert_eq!((&made["phrase"], &made["irreversible"], &made["expires_at"]), (&json!("tea"), &json!(true), &json!(null)));
        let path = format!("/api/v1/filters/{}", made["id"].as_str().unwrap());
        let (_, changed) = ada.ask(Method::PUT, &path, json!({"phrase": "coffee", "context": ["home"]})).await;
        assert_eq!((&changed["phrase"], &changed["context"]), (&json!("coffee"), &json!(["home"])));
        assert_eq!(ada.get("/api/v2/filters").await[0]["keywords"][0]["keyword"], "coffee");
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        assert_eq!(ada.get("/api/v2/filters").await, json!([]));
    }
}
