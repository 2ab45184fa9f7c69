//! Polls through the client API.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use kith::jobs;

use crate::kit::TestKit;

fn asks(options: &[&str]) -> Value {
    json!({"status": "Tea?", "poll": {"options": options, "expires_in": 3600}})
}

fn votes(id: &str) -> String {
    format!("/api/v1/polls/{id}/votes")
}

fn counts(poll: &Value) -> Vec<i64> {
    let options = poll["options"].as_array().unwrap();
    options
        .iter()
        .map(|option| option["votes_count"].as_i64().unwrap_or(-1))
        .collect()
}

async fn run_jobs(kit: &TestKit) {
    jobs::run_due(&kit.app).await.unwrap();
}

both_backends! {
    async fn a_poll_is_voted_in_and_its_end_is_told_once(kit: TestKit) {
        let (ada, ben, eve) = (kit.client("ada").await, kit.client("ben").await, kit.client("eve").await);
        let status = ada.post("/api/v1/statuses", asks(&["yes", "no"])).await;
        let id = status["id"].as_str().unwrap();
        let poll = &status["poll"];
        assert_eq!(poll, &json!({
            "id": id, "expires_at": "2026-06-01T13:00:00.000Z", "expired": false, "multiple": false,
            "votes_count": 0, "voters_count": 0, "voted": true, "own_votes": [], "emojis": [],
            "options": [{"title": "yes", "votes_count": 0}, {"title": "no", "votes_count": 0}],
        }));
        let voted = ben.post(&votes(id), json!({"choices": ["1"]})).await;
        assert_eq!(counts(&voted), [0, 1]);
        assert_eq!((&voted["voted"], &voted["own_votes"], &voted["voters_count"]), (&json!(true), &json!([1]), &json!(1)));
        let seen = eve.get(&format!("/api/v1/polls/{id}")).await;
        assert_eq!((&seen["voted"], &seen["own_votes"]), (&json!(false), &json!([])));
        let stranger = kit.get(&format!("/api/v1/polls/{id}")).await.json();
        assert!(stranger.get("voted").is_none() && stranger.get("own_votes").is_none(), "{stranger}");

        kit.clock.advance(Duration::from_mins(59));
        run_jobs(&kit).await;
        assert!(ben.ids("/api/v1/notifications").await.is_empty());
        kit.clock.advance(Duration::from_mins(2));
        run_jobs(&kit).await;
        for who in [&ada, &ben] {
            let told = who.get("/api/v1/notifications?types[]=poll").await;
            assert_eq!(told.as_array().unwrap().len(), 1);
            assert_eq!((&told[0]["account"]["id"], &told[0]["status"]["poll"]["expired"]), (&json!(ada.id()), &json!(true)));
        }
        assert!(eve.ids("/api/v1/notifications").await.is_empty());
        // As after a crash between its work and its end.
        let end = kith::domain::clock::Timestamp::parse("2026-06-01T13:00:00Z").unwrap();
        kith::services::poll::close(&kit.app.ctx, id.parse().unwrap(), end).await.unwrap();
        assert_eq!(ben.ids("/api/v1/notifications").await.len(), 1);
    }

    async fn what_cannot_be_voted_or_asked_is_refused_and_changes_nothing(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let id = ada.posts(asks(&["yes", "no"])).await;
        let path = votes(&id);
        for wrong in [json!([]), json!([2]), json!([-1]), json!([0, 1]), json!([9_007_199_254_740_993_i64])] {
            let (code, said) = ben.ask(Method::POST, &path, json!({"choices": wrong})).await;
            assert_eq!(code, 422, "{wrong}: {said}");
        }
        assert_eq!(ada.ask(Method::POST, &path, json!({"choices": [0]})).await.0, 422);
        ben.post(&path, json!({"choices": [0]})).await;
        assert_eq!(ben.ask(Method::POST, &path, json!({"choices": [1]})).await.0, 422);
        let quiet = json!({"status": "x", "visibility": "direct", "poll": {"options": ["a", "b"], "expires_in": 600}});
        let hidden = ada.posts(quiet).await;
        assert_eq!(ben.ask(Method::POST, &votes(&hidden), json!({"choices": [0]})).await.0, 404);
        assert_eq!(ben.code(&format!("/api/v1/polls/{hidden}")).await, 404);
        let plain = ada.says("no poll").await;
        assert_eq!(ben.ask(Method::POST, &votes(&plain), json!({"choices": [0]})).await.0, 404);
        kit.clock.advance(Duration::from_hours(1));
        let eve = kit.client("eve").await;
        assert_eq!(eve.ask(Method::POST, &path, json!({"choices": [0]})).await.0, 422);
        assert_eq!(counts(&eve.get(&format!("/api/v1/polls/{id}")).await), [1, 0]);

        for wrong in [json!(["one"]), json!(["a", "b", "c", "d", "e"]), json!(["same", "same"]), json!(["x".repeat(51), "b"])] {
            let asked = json!({"status": "x", "poll": {"options": wrong, "expires_in": 600}});
            assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", asked).await.0, 422);
        }
        for wrong in [json!(299), json!(2_629_747), json!(null), json!(-1)] {
            let asked = json!({"status": "x", "poll": {"options": ["a", "b"], "expires_in": wrong}});
            assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", asked).await.0, 422, "{wrong}");
        }
    }

    async fn a_form_may_ask_for_several_choices_and_hide_the_counts(kit: TestKit) {
        let ada = kit.person("ada").await;
        let ben = kit.client("ben").await;
        let form = "status=Tea&poll[options][]=green&poll[options][]=black&poll[options][]=none&poll[expires_in]=300&poll[multiple]=true&poll[hide_totals]=1";
        let request = Request::post("/api/v1/statuses")
            .header("authorization", kit.token(&ada).await)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let status = kit.send(request.unwrap()).await.json();
        let id = status["id"].as_str().unwrap();
        let voted = ben.post(&votes(id), json!({"choices": [2, 0]})).await;
        assert_eq!((&voted["own_votes"], &voted["votes_count"], &voted["voters_count"]), (&json!([0, 2]), &json!(2), &json!(1)));
        assert!(voted["options"].as_array().unwrap().iter().all(|option| option["votes_count"].is_null()), "{voted}");
        kit.clock.advance(Duration::from_mins(6));
        let over = ben.get(&format!("/api/v1/polls/{id}")).await;
        assert_eq!((counts(&over), &over["expired"]), (vec![1, 0, 1], &json!(true)));
        run_jobs(&kit).await;
    }

    async fn another_question_forgets_the_votes_and_earlier_ones_are_kept_as_history(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let id = ada.posts(asks(&["yes", "no"])).await;
        let path = format!("/api/v1/statuses/{id}");
        ben.post(&votes(&id), json!({"choices": [0]})).await;
        kit.clock.advance(Duration::from_mins(10));
        let (_, same) = ada.ask(Method::PUT, &path, asks(&["yes", "no"])).await;
        assert_eq!((counts(&same["poll"]), &same["poll"]["expires_at"]), (vec![1, 0], &json!("2026-06-01T13:10:00.000Z")));
        let (_, other) = ada.ask(Method::PUT, &path, asks(&["yes", "never"])).await;
        assert_eq!((counts(&other["poll"]), &other["poll"]["voters_count"]), (vec![0, 0], &json!(0)));
        ben.post(&votes(&id), json!({"choices": [1]})).await;
        let (_, none) = ada.ask(Method::PUT, &path, json!({"status": "no poll any more"})).await;
        assert!(none["poll"].is_null(), "{none}");
        let history = ada.get(&format!("{path}/history")).await;
        let asked: Vec<&Value> = history.as_array().unwrap().iter().map(|version| &version["poll"]["options"][1]["title"]).collect();
        assert_eq!(asked, [&json!("no"), &json!("no"), &json!("never"), &Value::Null]);
        kit.clock.advance(Duration::from_hours(2));
        run_jobs(&kit).await;
        assert!(ben.ids("/api/v1/notifications?types[]=poll").await.is_empty());
    }

    async fn a_poll_can_wait_with_its_post(kit: TestKit) {
        let ada = kit.client("ada").await;
        let mut asked = asks(&["yes", "no"]);
        asked["scheduled_at"] = json!("2026-06-01T13:00:00Z");
        let waiting = ada.post("/api/v1/statuses", asked).await;
        assert_eq!(waiting["params"]["poll"]["options"], json!(["yes", "no"]));
        kit.clock.advance(Duration::from_mins(61));
        run_jobs(&kit).await;
        let home = ada.get("/api/v1/timelines/home").await;
        assert_eq!(home[0]["poll"]["expires_at"], "2026-06-01T14:01:00.000Z");
    }

    async fn fifty_votes_of_one_person_at_once_are_one(kit: TestKit) {
        let (ada, ben) = (kit.client("ada").await, kit.client("ben").await);
        let id = ada.posts(asks(&["yes", "no"])).await;
        let path = votes(&id);
        let all = (0..50).map(|at| ben.ask(Method::POST, &path, json!({"choices": [at % 2]})));
        let codes = futures_util::future::join_all(all).await;
        assert_eq!(codes.iter().filter(|(code, _)| *code == 200).count(), 1);
        assert!(codes.iter().all(|(code, _)| matches!(code, 200 | 422)));
        let poll = ada.get(&format!("/api/v1/polls/{id}")).await;
        assert_eq!((&poll["votes_count"], &poll["voters_count"]), (&json!(1), &json!(1)));
    }

    async fn who_leaves_takes_their_votes_along(kit: TestKit) {
        let (ada, ben, eve) = (kit.client("ada").await, kit.client("ben").await, kit.client("eve").await);
        let id = ada.posts(asks(&["yes", "no"])).await;
        ben.post(&votes(&id), json!({"choices": [0]})).await;
        eve.post(&votes(&id), json!({"choices": [0]})).await;
        let ctx = &kit.app.ctx;
        let gone: Result<(), kith::services::incoming::IncomingError> = ctx
            .transact(async |tx| kith::services::incoming::receive_actor_deletion(ctx, tx, &ben.actor).await)
            .await;
        gone.unwrap();
        let poll = ada.get(&format!("/api/v1/polls/{id}")).await;
        assert_eq!((counts(&poll), &poll["voters_count"]), (vec![1, 0], &json!(1)));
        let (code, _) = ada.ask(Method::DELETE, &format!("/api/v1/statuses/{id}"), json!({})).await;
        assert_eq!(code, 200);
    }

    async fn the_page_of_a_post_shows_the_poll_and_takes_a_vote(kit: TestKit) {
        let ada = kit.client("ada").await;
        let id = ada.posts(asks(&["<b>yes</b>", "no"])).await;
        let page = format!("/posts/{id}");
        let mut stranger = kit.browser();
        let text = stranger.get(&page).await.text().to_owned();
        assert!(text.contains("&lt;b&gt;yes&lt;/b&gt;") || text.contains("&#60;b&#62;yes"), "{text}");
        assert!(!text.contains("/votes\"") && text.contains("0 people voted"), "{text}");
        kit.member("ben").await;
        let mut ben = kit.logged_in("ben").await;
        assert!(ben.get(&page).await.text().contains("/votes\""));
        let sent = ben.post(&format!("{page}/votes"), &[("choice", "1")]).await;
        assert_eq!(sent.status, 303);
        let text = ben.get(&page).await.text().to_owned();
        assert!(text.contains("Your choice") && text.contains("1 person voted") && !text.contains("/votes\""), "{text}");
    }
}
