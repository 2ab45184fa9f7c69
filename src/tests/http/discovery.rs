//! WebFinger, NodeInfo, host-meta.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use kith::services::accounts;

const DAY: Duration = Duration::from_hours(24);

fn link(answer: &serde_json::Value, rel: &str) -> serde_json::Value {
    let links = answer["links"].as_array().unwrap();
    links
        .iter()
        .find(|link| link["rel"] == rel)
        .unwrap()
        .clone()
}

both_backends! {
    async fn people_and_groups_are_found_by_handle_and_by_address(kit: TestKit) {
        let ada = kit.person("ada").await;
        let club = kit.group("club", &ada).await;
        for resource in [
            "acct:ada@kith.test",
            "acct:ADA@KITH.test",
            "ada@kith.test",
            "https://kith.test/people/ada",
            "https://kith.test/@ada",
        ] {
            let reply = kit.get(&format!("/.well-known/webfinger?resource={resource}")).await;
            assert_eq!(reply.status, StatusCode::OK, "{resource}");
            assert_eq!(reply.header("content-type"), "application/jrd+json");
            assert_eq!(reply.header("access-control-allow-origin"), "*");
            assert_eq!(reply.json()["subject"], "acct:ada@kith.test".to_owned());
            let own = link(&reply.json(), "self");
            assert_eq!(own["href"], ada.uri);
            assert_eq!(own["type"], "application/activity+json");
        }
        let reply = kit.get("/.well-known/webfinger?resource=acct%3Aclub%40kith.test").await;
        assert_eq!(link(&reply.json(), "self")["href"], club.uri);
        let wrong_kind = kit.get("/.well-known/webfinger?resource=https://kith.test/groups/ada").await;
        assert_eq!(wrong_kind.status, StatusCode::NOT_FOUND);
    }

    async fn actions_on_remote_things_lead_to_one_page(kit: TestKit) {
        kit.person("ada").await;
        let answer = kit.get("/.well-known/webfinger?resource=acct:ada@kith.test").await.json();
        assert_eq!(
            link(&answer, "http://ostatus.org/schema/1.0/subscribe")["template"],
            "https://kith.test/authorize_interaction?uri={uri}"
        );
        assert_eq!(
            link(&answer, "https://w3id.org/fep/3b86/Follow")["template"],
            "https://kith.test/authorize_interaction?uri={object}"
        );
    }

    async fn the_instance_is_found_in_every_way_that_peers_look(kit: TestKit) {
        for resource in ["acct:relay@kith.test", "acct:kith.test@kith.test", "https://kith.test/actor"] {
            let answer = kit.get(&format!("/.well-known/webfinger?resource={resource}")).await.json();
            assert_eq!(link(&answer, "self")["href"], "https://kith.test/actor", "{resource}");
        }
        let host = kit.get("/.well-known/webfinger?resource=https://kith.test/").await.json();
        let service = link(&host, "https://www.w3.org/ns/activitystreams#Service");
        assert_eq!(service["href"], "https://kith.test/actor");
        let links = kit.get("/.well-known/nodeinfo").await.json();
        let application = link(&links, "https://www.w3.org/ns/activitystreams#Application");
        assert_eq!(application["href"], "https://kith.test/actor");
    }

    async fn strange_questions_are_refused_and_strangers_unknown(kit: TestKit) {
        for (query, status) in [
            ("", StatusCode::BAD_REQUEST),
            ("?resource=", StatusCode::BAD_REQUEST),
            ("?resource=acct:ada", StatusCode::BAD_REQUEST),
            ("?resource=ftp://kith.test/people/ada", StatusCode::BAD_REQUEST),
            ("?resource=acct:a@kith.test&resource=acct:b@kith.test", StatusCode::BAD_REQUEST),
            ("?resource=acct:%00%ff@kith.test", StatusCode::BAD_REQUEST),
            ("?resource=acct:nobody@kith.test", StatusCode::NOT_FOUND),
            ("?resource=acct:ada@other.example", StatusCode::NOT_FOUND),
            ("?resource=https://other.example/people/ada", StatusCode::NOT_FOUND),
        ] {
            let reply = kit.get(&format!("/.well-known/webfinger{query}")).await;
            assert_eq!(reply.status, status, "{query}");
            assert!(reply.json()["error"].is_string(), "{query}");
        }
    }

    async fn who_is_suspended_is_gone(kit: TestKit) {
        let ada = kit.person("ada").await;
        accounts::suspend(&kit.app.ctx, ada.id).await.unwrap();
        let path = "/.well-known/webfinger?resource=acct:ada@kith.test";
        assert_eq!(kit.get(path).await.status, StatusCode::GONE);
        accounts::unsuspend(&kit.app.ctx, ada.id).await.unwrap();
        assert_eq!(kit.get(path).await.status, StatusCode::OK);
    }

    async fn node_info_tells_true_numbers_only(kit: TestKit) {
        let ada = kit.person("ada").await;
        kit.person("grace").await;
        kit.group("club", &ada).await;
        let links = kit.get("/.well-known/nodeinfo").await.json();
        let document = link(&links, "http://nodeinfo.diaspora.software/ns/schema/2.1");
        assert_eq!(document["href"], "https://kith.test/nodeinfo/2.1");
        let reply = kit.get("/nodeinfo/2.1").await;
        assert!(reply.header("content-type").starts_with("application/json; profile="));
        let info = reply.json();
        assert_eq!(info["software"]["name"], "kith");
        assert_eq!(info["protocols"], json!(["activitypub"]));
        assert_eq!(info["usage"], json!({
            "users": {"total": 2, "activeMonth": 0, "activeHalfyear": 0},
            "localPosts": 0,
            "localComments": 0,
        }));
    }

    async fn who_used_their_account_is_counted_by_the_day_and_no_longer_than_half_a_year(kit: TestKit) {
        let ada = kit.person("ada").await;
        kit.person("grace").await;
        let bearer = kit.token(&ada).await;
        let used = || async {
            let ask = Request::get("/api/v1/accounts/verify_credentials").header("authorization", &bearer);
            assert_eq!(kit.send(ask.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
        };
        let active = || async {
            let users = &kit.get("/nodeinfo/2.1").await.json()["usage"]["users"];
            (users["activeMonth"].clone(), users["activeHalfyear"].clone())
        };
        assert_eq!(active().await, (json!(0), json!(0)));
        kit.clock.advance(DAY);
        used().await;
        used().await;
        assert_eq!(active().await, (json!(1), json!(1)));
        let instance = kit.get("/api/v2/instance").await.json();
        assert_eq!(instance["usage"]["users"]["active_month"], 1);
        kit.clock.advance(DAY * 30);
        assert_eq!(active().await, (json!(0), json!(1)));
        used().await;
        kit.clock.advance(DAY * 179);
        assert_eq!(active().await, (json!(0), json!(1)));
        kit.clock.advance(DAY);
        assert_eq!(active().await, (json!(0), json!(0)));
    }

    async fn host_meta_leads_to_webfinger(kit: TestKit) {
        let reply = kit.get("/.well-known/host-meta").await;
        assert_eq!(reply.header("content-type"), "application/xrd+xml");
        assert!(reply.text().contains("https://kith.test/.well-known/webfinger?resource={uri}"));
    }
}
