//! Asking for an account from within an app.

use std::time::Duration;

use axum::http::{Method, Request};
use serde_json::{Value, json};

use kith::config::{MailTransport, Registration};
use kith::jobs::run_due;
use kith::services::{accounts, sign_up};

use super::mailbox::{link_in, mails};
use super::sign_up::with_registration;
use crate::kit::{Backend, PASSWORD, Setup, TestKit, some_pairs};

/// The token of a program that registered itself and acts for nobody.
async fn program(kit: &TestKit, scopes: &str) -> String {
    let wanted = json!({"client_name": "Paper Plane", "redirect_uris": "https://app.test/back", "scopes": scopes});
    let app = kit.post_json("/api/v1/apps", None, &wanted).await.json();
    let wanted = json!({"grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": scopes});
    let granted = kit.post_json("/oauth/token", None, &wanted).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    granted.json()["access_token"].as_str().unwrap().to_owned()
}

fn typed(name: &str, email: &str) -> Value {
    json!({"username": name, "email": email, "password": PASSWORD, "agreement": true, "locale": "de",
        "reason": "I like climbing."})
}

async fn ask(kit: &TestKit, app: &str, typed: &Value) -> (u16, Value) {
    let reply = kit.post_json("/api/v1/accounts", Some(app), typed).await;
    (reply.status.as_u16(), reply.json())
}

/// The token for an account that will be there.
async fn token(kit: &TestKit, name: &str, email: &str) -> String {
    let app = program(kit, "read write").await;
    let (code, said) = ask(kit, &app, &typed(name, email)).await;
    assert_eq!(code, 200, "{said}");
    assert_eq!(said["scope"], "read write");
    said["access_token"].as_str().unwrap().to_owned()
}

async fn code(kit: &TestKit, method: Method, path: &str, token: &str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", format!("Bearer {token}"));
    let reply = kit
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
    (reply.status.as_u16(), reply.json())
}

async fn own(kit: &TestKit, token: &str) -> (u16, Value) {
    code(
        kit,
        Method::GET,
        "/api/v1/accounts/verify_credentials",
        token,
    )
    .await
}

/// Opens the links of the mails to `email`, of which the newest counts, and types the password.
async fn confirm(kit: &TestKit, email: &str, handle: &str) -> u16 {
    run_due(&kit.app).await.unwrap();
    let all = mails(kit).into_iter();
    for mail in all.filter(|mail| mail.contains(&format!("To: {email}"))) {
        let link = link_in(&mail);
        let token = link.split("token=").nth(1).unwrap();
        let form = [("token", token), ("handle", handle), ("password", PASSWORD)];
        let reply = kit.browser().post("/sign-up/confirm", &form).await;
        if reply.status != 403 {
            return reply.status.as_u16();
        }
    }
    403
}

with_registration! { Open
    async fn a_token_from_a_sign_up_counts_once_the_address_is_confirmed(kit: TestKit) {
        let maria = token(&kit, "maria", "maria@people.test").await;
        let (status, said) = own(&kit, &maria).await;
        assert_eq!(status, 403, "{said}");
        let check = "/api/v1/emails/check_confirmation";
        assert_eq!(code(&kit, Method::GET, check, &maria).await, (200, json!(false)));
        assert_eq!(confirm(&kit, "maria@people.test", "maria").await, 303);
        assert_eq!(own(&kit, &maria).await.1["username"], "maria");
        assert_eq!(code(&kit, Method::GET, check, &maria).await, (200, json!(true)));
        let again = "/api/v1/emails/confirmations";
        assert_eq!(code(&kit, Method::POST, again, &maria).await.0, 403, "it is confirmed");
        assert_eq!(code(&kit, Method::POST, again, "kith_x").await.0, 401);
    }

    async fn an_app_does_not_learn_whether_an_address_is_in_use(kit: TestKit) {
        kit.member("ben").await;
        let fresh = token(&kit, "maria", "maria@people.test").await;
        let used = token(&kit, "carla", "BEN@people.test").await;
        let again = "/api/v1/emails/confirmations";
        for path in ["/api/v1/emails/check_confirmation", "/api/v1/accounts/verify_credentials"] {
            let both = [code(&kit, Method::GET, path, &fresh).await, code(&kit, Method::GET, path, &used).await];
            assert_eq!(both[0], both[1], "{path}");
        }
        for _ in 0..3 {
            let both = [code(&kit, Method::POST, again, &fresh).await, code(&kit, Method::POST, again, &used).await];
            assert_eq!(both[0].0, both[1].0);
        }
        run_due(&kit.app).await.unwrap();
        let to_ben = mails(&kit).into_iter().filter(|mail| mail.contains("To: ben@people.test"));
        assert_eq!(to_ben.filter(|mail| mail.contains("token=")).count(), 0);
        // Whoever is there is not changed, and the token never opens anything.
        kit.logged_in("ben").await;
        assert_eq!(own(&kit, &used).await.0, 403);
        kit.clock.advance(Duration::from_hours(25));
        assert!(accounts::find(&kit.app.ctx, "carla").await.is_err());
    }

    async fn the_mail_is_sent_again_a_few_times(kit: TestKit) {
        let maria = token(&kit, "maria", "maria@people.test").await;
        let again = "/api/v1/emails/confirmations";
        for expected in [200, 200, 429] {
            assert_eq!(code(&kit, Method::POST, again, &maria).await.0, expected);
        }
        run_due(&kit.app).await.unwrap();
        assert_eq!(mails(&kit).len(), 3);
        assert_eq!(confirm(&kit, "maria@people.test", "maria").await, 303);
        assert_eq!(own(&kit, &maria).await.0, 200);
    }

    async fn what_is_typed_wrong_is_said_by_field(kit: TestKit) {
        kit.member("ben").await;
        let app = program(&kit, "read write").await;
        for (field, value, word) in [
            ("username", json!("ben"), "ERR_TAKEN"),
            ("username", json!("admin"), "ERR_RESERVED"),
            ("username", json!("ä"), "ERR_INVALID"),
            ("email", json!("nobody"), "ERR_INVALID"),
            ("password", json!("short"), "ERR_TOO_SHORT"),
            ("agreement", json!(false), "ERR_ACCEPTED"),
            ("invite_code", json!("kith_x"), "ERR_INVALID"),
        ] {
            let mut wish = typed("maria", "maria@people.test");
            wish[field] = value;
            let (code, said) = ask(&kit, &app, &wish).await;
            assert_eq!((code, &said["details"][field][0]["error"]), (422, &json!(word)), "{field}: {said}");
            kit.clock.advance(Duration::from_hours(1));
        }
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit).is_empty());
    }

    async fn only_a_program_with_the_scope_asks_for_accounts_and_not_too_often(kit: TestKit) {
        let wish = typed("maria", "maria@people.test");
        let reader = program(&kit, "read").await;
        assert_eq!(ask(&kit, &reader, &wish).await.0, 403);
        let ada = kit.client("ada").await;
        assert_eq!(ask(&kit, ada.token(), &wish).await.0, 403, "who has an account asks for none");
        assert_eq!(kit.post_json("/api/v1/accounts", None, &wish).await.status, 401);
        let app = program(&kit, "write:accounts").await;
        for attempt in 0..7 {
            let wish = typed(&format!("maria{attempt}"), &format!("m{attempt}@people.test"));
            let expected = if attempt < 5 { 200 } else { 429 };
            assert_eq!(ask(&kit, &app, &wish).await.0, expected, "{attempt}");
        }
    }
}

with_registration! { Approval
    async fn a_token_waits_for_the_moderator_as_its_person_does(kit: TestKit) {
        let maria = token(&kit, "maria", "maria@people.test").await;
        assert_eq!(confirm(&kit, "maria@people.test", "maria").await, 200);
        assert_eq!(own(&kit, &maria).await.0, 403);
        kit.clock.advance(Duration::from_hours(48));
        sign_up::approve(&kit.app.ctx, "maria", some_pairs()).await.unwrap();
        assert_eq!(own(&kit, &maria).await.0, 200);
        let app = program(&kit, "read write").await;
        let mut wish = typed("carla", "carla@people.test");
        wish["reason"] = json!("");
        let (code, said) = ask(&kit, &app, &wish).await;
        assert_eq!((code, &said["details"]["reason"][0]["error"]), (422, &json!("ERR_BLANK")));
    }
}

with_registration! { Invite
    async fn an_app_needs_an_invitation_where_people_do(kit: TestKit) {
        let app = program(&kit, "read write").await;
        let mut wish = typed("maria", "maria@people.test");
        assert_eq!(ask(&kit, &app, &wish).await.0, 403);
        let link = sign_up::create_link(&kit.app.ctx, None, (1, 1)).await.unwrap();
        wish["invite_code"] = json!(link.split("invite=").nth(1).unwrap());
        assert_eq!(ask(&kit, &app, &wish).await.0, 200);
        assert_eq!(confirm(&kit, "maria@people.test", "maria").await, 303);
    }
}

with_registration! { Closed
    async fn an_app_asks_in_vain_where_it_is_closed(kit: TestKit) {
        let app = program(&kit, "read write").await;
        assert_eq!(ask(&kit, &app, &typed("maria", "maria@people.test")).await.0, 403);
        let instance = kit.get("/api/v2/instance").await.json();
        assert_eq!(instance["registrations"]["enabled"], false);
    }
}
