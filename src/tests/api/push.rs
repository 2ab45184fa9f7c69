//! Push messages: subscriptions, who is told of what, and what a message says.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use kith::domain::push::PushMessage;
use kith::services::push::{self, Waiting};
use kith::services::{accounts, log_in};
use kith::store::{self, jobs::Share};

use crate::kit::TestKit;

const PATH: &str = "/api/v1/push/subscription";
const SCOPES: &str = "read write follow push";
/// RFC 8291 §5.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn asked(alerts: &[&str], policy: &str) -> Value {
    let alerts: serde_json::Map<String, Value> = alerts
        .iter()
        .map(|alert| ((*alert).to_owned(), json!(true)))
        .collect();
    json!({
        "subscription": {
            "endpoint": "https://push.example/send/abc",
            "keys": {"p256dh": P256DH, "auth": AUTH},
            "standard": true,
        },
        "data": {"alerts": alerts, "policy": policy},
    })
}

/// The messages that wait; taken, so that they are told of once.
async fn waiting(kit: &TestKit) -> Vec<Waiting> {
    let ctx = &kit.app.ctx;
    let now = ctx.now();
    let taken: store::Result<Vec<store::jobs::JobRow>> = ctx
        .store
        .transaction(async |tx| {
            let lease = now.plus(Duration::from_mins(1));
            let taken = store::jobs::claim(tx, Share::Only(&[push::JOB]), (now, lease), 50).await?;
            for row in &taken {
                store::jobs::finish(tx, row.id).await?;
            }
            Ok(taken)
        })
        .await;
    let rows = taken.unwrap();
    rows.iter()
        .map(|row| serde_json::from_str(&row.payload).unwrap())
        .collect()
}

async fn written(kit: &TestKit, of: Waiting) -> Option<PushMessage> {
    let written = push::write(&kit.app.ctx, of).await.unwrap();
    written.map(|(_, message)| message)
}

both_backends! {
    async fn a_subscription_is_made_shown_changed_replaced_and_removed(kit: TestKit) {
        let ada = kit.client_with("ada", SCOPES).await;
        assert_eq!(ada.code(PATH).await, 404);
        assert_eq!(ada.ask(Method::PUT, PATH, json!({})).await.0, 404);
        let made = ada.post(PATH, asked(&["mention"], "followed")).await;
        assert_eq!(made["endpoint"], "https://push.example/send/abc");
        assert_eq!((&made["standard"], &made["policy"]), (&json!(true), &json!("followed")));
        let alerts = &made["alerts"];
        assert_eq!((&alerts["mention"], &alerts["poll"], &alerts["admin.sign_up"]), (&json!(true), &json!(false), &json!(false)));
        assert_eq!(alerts["invitation"], true, "programs that do not know our alerts get them with mentions");
        assert_eq!(ada.get(PATH).await, made);
        let instance = ada.get("/api/v2/instance").await;
        assert_eq!(made["server_key"], instance["configuration"]["vapid"]["public_key"]);
        let app = json!({"client_name": "Plane", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"});
        assert_eq!(ada.post("/api/v1/apps", app).await["vapid_key"], made["server_key"]);
        let change = json!({"data": {"alerts": {"poll": true, "mention": "1", "invitation": false}}, "policy": "none"});
        let (code, changed) = ada.ask(Method::PUT, PATH, change).await;
        assert_eq!((code, &changed["id"], &changed["policy"]), (200, &made["id"], &json!("none")));
        assert_eq!((&changed["alerts"]["poll"], &changed["alerts"]["invitation"]), (&json!(true), &json!(false)));
        let again = ada.post(PATH, asked(&[], "all")).await;
        assert_ne!(again["id"], made["id"]);
        assert_eq!(ada.get(PATH).await, again);
        assert_eq!(ada.ask(Method::DELETE, PATH, json!({})).await, (200, json!({})));
        assert_eq!(ada.code(PATH).await, 404);
    }

    async fn the_scope_push_is_asked_for(kit: TestKit) {
        let eve = kit.client_with("eve", "read write follow").await;
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(eve.ask(method, PATH, asked(&[], "all")).await.0, 403);
        }
    }

    async fn what_cannot_be_encrypted_for_or_contacted_is_refused(kit: TestKit) {
        let ada = kit.client_with("ada", SCOPES).await;
        let short = "BCVxsr7N_eNgVRqvHtD0zTZsEc6";
        let off = P256DH.replace("BCVx", "BCVy");
        let long = format!("https://push.example/{}", "x".repeat(3_000));
        for (field, wrong) in [
            ("endpoint", ""),
            ("endpoint", "http://push.example/x"),
            ("endpoint", "https://127.0.0.1/x"),
            ("endpoint", "https://[::1]/x"),
            ("endpoint", "https://10.0.0.1/x"),
            ("endpoint", "https://push.example:8080/x"),
            ("endpoint", "https://intranet/x"),
            ("endpoint", "https://kith.test/inbox"),
            ("endpoint", long.as_str()),
            ("p256dh", ""),
            ("p256dh", short),
            ("p256dh", off.as_str()),
            ("auth", ""),
            ("auth", "c2hvcnQ"),
            ("policy", "some"),
        ] {
            let mut body = asked(&["mention"], "all");
            match field {
                "endpoint" => body["subscription"][field] = json!(wrong),
                "policy" => body["data"][field] = json!(wrong),
                _ => body["subscription"]["keys"][field] = json!(wrong),
            }
            let (code, answer) = ada.ask(Method::POST, PATH, body).await;
            assert_eq!(code, 422, "{field}: {wrong}");
            assert_eq!(answer["details"][field][0]["error"], "ERR_INVALID", "{answer}");
        }
        assert_eq!(ada.ask(Method::POST, PATH, json!({})).await.0, 422);
        assert_eq!(ada.code(PATH).await, 404);
    }

    async fn alerts_and_the_policy_decide_who_is_told_of_what(kit: TestKit) {
        let (ada, eve) = (kit.client_with("ada", SCOPES).await, kit.client("eve").await);
        let post = ada.says("hello").await;
        eve.says("@ada nobody listens").await;
        assert_eq!(waiting(&kit).await, []);
        ada.post(PATH, asked(&["mention"], "all")).await;
        eve.says("@ada hi").await;
        assert_eq!(waiting(&kit).await.len(), 1);
        eve.post(&format!("/api/v1/statuses/{post}/favourite"), json!({})).await;
        assert_eq!(waiting(&kit).await, []);
        for (policy, before, followed, following) in [("none", 0, 0, 0), ("followed", 0, 1, 1), ("follower", 0, 0, 1)] {
            let (bob, name) = (kit.client(&format!("bob_{policy}")).await, policy);
            ada.post(PATH, asked(&["mention"], policy)).await;
            bob.says("@ada one").await;
            assert_eq!(waiting(&kit).await.len(), before, "{name}");
            ada.follows(&bob.actor).await;
            bob.says("@ada two").await;
            assert_eq!(waiting(&kit).await.len(), followed, "{name}, followed");
            bob.follows(&ada.actor).await;
            bob.says("@ada three").await;
            assert_eq!(waiting(&kit).await.len(), following, "{name}, following");
        }
    }

    async fn what_is_kept_back_or_muted_rings_nowhere(kit: TestKit) {
        let (ada, eve) = (kit.client_with("ada", SCOPES).await, kit.client("eve").await);
        ada.post(PATH, asked(&["mention"], "all")).await;
        let policy = json!({"for_not_following": "filter"});
        ada.ask(Method::PATCH, "/api/v2/notifications/policy", policy).await;
        eve.says("@ada hi").await;
        let policy = json!({"for_not_following": "accept"});
        ada.ask(Method::PATCH, "/api/v2/notifications/policy", policy).await;
        ada.post(&format!("/api/v1/accounts/{}/mute", eve.id()), json!({})).await;
        eve.says("@ada hi again").await;
        assert_eq!(waiting(&kit).await, []);
    }

    async fn a_message_says_who_did_what_and_nothing_of_what_was_written(kit: TestKit) {
        let (ada, eve) = (kit.client_with("ada", SCOPES).await, kit.client("eve").await);
        ada.post(PATH, asked(&["mention"], "all")).await;
        eve.posts(json!({"status": "@ada the sesame is in the jar", "spoiler_text": "kitchen"})).await;
        let event = json!({"title": "Tea\nat five", "start_time": "2026-07-01T17:00:00Z", "timezone": "Europe/Berlin", "description": "bring sesame"});
        let event = eve.post("/api/v1/events", event).await;
        let invite = format!("/api/v1/events/{}/invite", event["id"].as_str().unwrap());
        eve.post(&invite, json!({"handles": ["ada"]})).await;
        let waiting = waiting(&kit).await;
        assert_eq!(waiting.len(), 2);
        let mention = written(&kit, waiting[0]).await.unwrap();
        let shown: Value = serde_json::from_str(&mention.body).unwrap();
        assert_eq!((&shown["title"], &shown["body"]), (&json!("eve named you"), &json!("")));
        assert_eq!(shown["notification_type"], "mention");
        assert_eq!(shown["notification_id"], waiting[0].notification.0);
        assert_eq!(shown["access_token"], "");
        assert_eq!(shown["icon"], "https://kith.test/static/avatar.png");
        let invitation = written(&kit, waiting[1]).await.unwrap();
        let shown: Value = serde_json::from_str(&invitation.body).unwrap();
        assert_eq!((&shown["title"], &shown["body"]), (&json!("eve invites you"), &json!("Tea at five")));
        for text in ["sesame", "kitchen"] {
            assert!(!mention.body.contains(text) && !invitation.body.contains(text));
        }
    }

    async fn what_became_pointless_meanwhile_is_not_sent(kit: TestKit) {
        let (ada, eve) = (kit.client_with("ada", SCOPES).await, kit.client("eve").await);
        ada.post(PATH, asked(&["mention"], "all")).await;
        let post = eve.says("@ada hi").await;
        eve.says("@ada ho").await;
        let waiting = waiting(&kit).await;
        assert!(written(&kit, waiting[0]).await.is_some());
        eve.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), json!({})).await;
        assert_eq!(written(&kit, waiting[0]).await.map(|m| m.body), None, "the post is gone");
        assert!(written(&kit, waiting[1]).await.is_some());
        ada.ask(Method::PUT, PATH, json!({"data": {"alerts": {}}})).await;
        assert_eq!(written(&kit, waiting[1]).await.map(|m| m.body), None, "nobody wants it any more");
        ada.ask(Method::PUT, PATH, json!({"data": {"alerts": {"mention": true}}})).await;
        ada.post(&format!("/api/v1/accounts/{}/block", eve.id()), json!({})).await;
        assert_eq!(written(&kit, waiting[1]).await.map(|m| m.body), None, "they are blocked");
        ada.post(&format!("/api/v1/accounts/{}/unblock", eve.id()), json!({})).await;
        eve.says("@ada once more").await;
        let last = self::waiting(&kit).await[0];
        assert!(written(&kit, last).await.is_some());
        kit.clock.advance(Duration::from_hours(3));
        assert_eq!(written(&kit, last).await.map(|m| m.body), None, "it is too late");
    }

    async fn a_subscription_ends_with_its_token(kit: TestKit) {
        let ctx = &kit.app.ctx;
        let eve = kit.client("eve").await;
        for (name, how) in [("ada", "log-out"), ("bea", "suspended"), ("cleo", "deleted")] {
            let person = kit.client_with(name, SCOPES).await;
            person.post(PATH, asked(&["mention"], "all")).await;
            eve.says(&format!("@{name} hi")).await;
            let waiting = waiting(&kit).await;
            let (_, account) = accounts::find_person(ctx, name).await.unwrap();
            match how {
                "log-out" => log_in::log_out_everywhere(ctx, account.id).await.unwrap(),
                "suspended" => accounts::suspend(ctx, person.actor.id).await.unwrap(),
                _ => drop(accounts::delete(ctx, person.actor.id).await.unwrap()),
            }
            assert_eq!(written(&kit, waiting[0]).await.map(|m| m.body), None, "{how}");
            let mut reader = ctx.store.reader().await.unwrap();
            let left = store::push_subscriptions::count(&mut reader, person.actor.id).await.unwrap();
            assert_eq!(left, 0, "{how}");
        }
    }

    async fn the_oldest_of_too_many_subscriptions_goes(kit: TestKit) {
        let ada = kit.client_with("ada", SCOPES).await;
        let (_, account) = accounts::find_person(&kit.app.ctx, "ada").await.unwrap();
        ada.post(PATH, asked(&["mention"], "all")).await;
        let scopes = SCOPES.parse().unwrap();
        for _ in 0..20 {
            let token = accounts::create_token(&kit.app.ctx, account.id, &scopes).await.unwrap();
            let made = kit.post_json(PATH, Some(token.expose()), &asked(&["mention"], "all")).await;
            assert_eq!(made.status, 200, "{}", made.text());
        }
        assert_eq!(ada.code(PATH).await, 404);
        kit.client("eve").await.says("@ada hi").await;
        assert_eq!(waiting(&kit).await.len(), 20);
    }
}
