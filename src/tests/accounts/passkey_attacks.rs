//! What must not log anybody in: answers from elsewhere, given twice, given late, by copies, for others.

use std::time::Duration;

use serde_json::json;

use kith::store;

use super::authenticator::{Device, PRESENT, VERIFIED};
use super::passkeys::{
    ADD, BEGIN, REMOVE, add, begin, enters, log_in, member_with, question, send, stored,
};
use crate::kit::{Backend, PASSWORD, Setup, TestKit};

both_backends! {
    async fn an_answer_counts_only_from_a_page_of_this_server(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        for origin in ["https://evil.example", "http://kith.test", "https://kith.test:8443", "https://a.kith.test"] {
            device.origin = origin;
            assert_eq!(enters(&kit, &mut device).await, 401, "{origin}");
            let mut other = Device { origin, ..Device::new() };
            assert_eq!(add(&mut inside, &mut other).await.status, 422, "{origin}");
        }
        device.origin = "https://kith.test";
        device.embedded = true;
        assert_eq!(enters(&kit, &mut device).await, 401, "inside a page of another site");
        let mut other = Device { embedded: true, ..Device::new() };
        assert_eq!(add(&mut inside, &mut other).await.status, 422);
        device.embedded = false;
        let mut browser = kit.browser();
        let (mut options, ceremony) = question(&mut browser).await;
        options["rpId"] = json!("evil.example");
        let answer = device.sign(&options);
        assert_eq!(send(&mut browser, &ceremony, &answer).await.status, 401, "for another host");
        assert_eq!(enters(&kit, &mut device).await, 303);
        assert_eq!(stored(&kit, "maria").await.len(), 1);
    }

    async fn an_answer_counts_once_and_for_its_own_question(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut browser = kit.browser();
        let (options, first) = question(&mut browser).await;
        let (_, second) = question(&mut browser).await;
        let answer = device.sign(&options);
        assert_eq!(send(&mut browser, &second, &answer).await.status, 401, "of another question");
        assert_eq!(send(&mut browser, &first, &answer).await.status, 303);
        let mut thief = kit.browser();
        assert_eq!(send(&mut thief, &first, &answer).await.status, 401, "a second time");
        let (_, third) = question(&mut thief).await;
        assert_eq!(send(&mut thief, &third, &answer).await.status, 401, "a second time, for another");
        assert_eq!(send(&mut thief, "", &answer).await.status, 401);
        assert_eq!(send(&mut thief, "kith_x", &answer).await.status, 401);
        // A wrong answer uses the question up, too.
        let (options, fourth) = question(&mut thief).await;
        let answer = device.sign(&options);
        assert_eq!(send(&mut thief, &fourth, "{}").await.status, 401);
        assert_eq!(send(&mut thief, &fourth, &answer).await.status, 401);
        assert!(!thief.is_logged_in().await);
    }

    async fn a_question_waits_for_five_minutes(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        let mut browser = kit.browser();
        for (seconds, enters, adds) in [(299, 303, 200), (301, 401, 422)] {
            let (asked, ceremony) = question(&mut browser).await;
            let (wanted, adding) = begin(&mut inside).await;
            kit.clock.advance(Duration::from_secs(seconds));
            let answer = device.sign(&asked);
            assert_eq!(send(&mut browser, &ceremony, &answer).await.status, enters, "{seconds} s");
            let made = Device::new().make(&wanted);
            let form = [("ceremony", adding.as_str()), ("answer", &made), ("name", "Late")];
            assert_eq!(inside.post(ADD, &form).await.status, adds, "{seconds} s");
        }
        let now = kit.app.ctx.now();
        let forget = async || {
            let done = kit.app.ctx.store.transaction(async |tx| {
                store::passkeys::forget_ceremonies(tx, now, 500).await
            });
            done.await.unwrap()
        };
        assert_eq!(forget().await, 2, "what was not answered in time is removed");
        assert_eq!(forget().await, 0);
    }

    async fn a_device_that_does_not_look_who_holds_it_is_refused(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        device.flags = PRESENT;
        assert_eq!(enters(&kit, &mut device).await, 401);
        let mut other = Device { flags: PRESENT, ..Device::new() };
        assert_eq!(add(&mut inside, &mut other).await.status, 422);
        assert_eq!(stored(&kit, "maria").await.len(), 1);
    }

    async fn a_counter_that_does_not_grow_shuts_a_copy_out(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        for (counter, status) in [(5, 303), (5, 401), (4, 401), (0, 401), (6, 303), (900, 303)] {
            device.counter = counter;
            assert_eq!(enters(&kit, &mut device).await, status, "{counter}");
        }
        // Two answers with one value of the counter, at the same moment.
        let (mut one, mut two) = (kit.browser(), kit.browser());
        let ((first, a), (second, b)) = (question(&mut one).await, question(&mut two).await);
        device.counter = 1_000;
        let first = device.sign(&first);
        device.counter = 1_000;
        let second = device.sign(&second);
        let (first, second) = tokio::join!(send(&mut one, &a, &first), send(&mut two, &b, &second));
        let mut both = [first.status.as_u16(), second.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [303, 401]);
    }

    async fn a_device_that_does_not_count_is_welcome(kit: TestKit) {
        kit.member("maria").await;
        let mut device = Device { counter: 0, ..Device::new() };
        assert_eq!(add(&mut kit.logged_in("maria").await, &mut device).await.status, 200);
        for _ in 0..3 {
            assert_eq!(enters(&kit, &mut device).await, 303);
        }
    }

    async fn a_passkey_is_of_one_account_and_no_other(kit: TestKit) {
        let mut maria = member_with(&kit, "maria").await;
        let mut ben = member_with(&kit, "ben").await;
        let handles = (maria.user_handle.clone(), ben.user_handle.clone());
        assert_ne!(handles.0, handles.1);
        ben.user_handle = handles.0.clone();
        assert_eq!(enters(&kit, &mut ben).await, 401, "it says that it is Maria's");
        ben.user_handle = Vec::new();
        assert_eq!(enters(&kit, &mut ben).await, 401, "it does not say whose it is");
        ben.user_handle = handles.0;
        let name = std::mem::replace(&mut ben.credential_id, maria.credential_id.clone());
        assert_eq!(enters(&kit, &mut ben).await, 401, "it says that it is hers, with another key");
        (ben.credential_id, ben.user_handle) = (name, handles.1);
        let mut inside = kit.logged_in("ben").await;
        let hers = stored(&kit, "maria").await[0].id.to_string();
        let form = [("passkey", hers.as_str()), ("password", PASSWORD)];
        assert_eq!(inside.post(REMOVE, &form).await.status, 404);
        // Her device makes the same passkey for him, and he answers a question to her.
        let before = maria.user_handle.clone();
        assert_eq!(add(&mut inside, &mut maria).await.status, 422);
        maria.user_handle = before;
        let (options, ceremony) = begin(&mut kit.logged_in("maria").await).await;
        let made = Device::new().make(&options);
        let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", "Mine")];
        assert_eq!(inside.post(ADD, &form).await.status, 422);
        let counts = (stored(&kit, "maria").await.len(), stored(&kit, "ben").await.len());
        assert_eq!(counts, (1, 1));
        let mut browser = kit.browser();
        assert_eq!(log_in(&mut browser, &mut ben).await.status, 303);
        assert!(browser.get("/home").await.text().contains("/people/ben"));
        assert_eq!(enters(&kit, &mut maria).await, 303);
    }

    async fn a_question_for_a_log_in_makes_no_passkey_and_the_other_way_round(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        let (options, ceremony) = begin(&mut inside).await;
        let mut asked = options.clone();
        asked["rpId"] = options["rp"]["id"].clone();
        let answer = device.sign(&asked);
        assert_eq!(send(&mut inside, &ceremony, &answer).await.status, 401);
        let (mut options, ceremony) = question(&mut inside).await;
        options["rp"] = json!({ "id": options["rpId"] });
        options["user"] = json!({ "id": "AAAA" });
        let made = Device::new().make(&options);
        let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", "Odd")];
        assert_eq!(inside.post(ADD, &form).await.status, 422);
    }

    async fn tries_with_passkeys_are_throttled_by_account_and_by_client_address(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        device.flags = PRESENT;
        for _ in 0..10 {
            assert_eq!(log_in(&mut kit.browser(), &mut device).await.status, 401);
        }
        device.flags |= VERIFIED;
        let reply = log_in(&mut kit.browser(), &mut device).await;
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "600"));
        kit.logged_in("maria").await;
        kit.clock.advance(Duration::from_secs(601));
        for attempt in 0..60 {
            let mut browser = kit.browser();
            browser.says.push(("x-forwarded-for", format!("203.0.113.{attempt}")));
            assert_eq!(send(&mut browser, "", "").await.status, 401, "{attempt}");
        }
        assert_eq!(log_in(&mut kit.browser(), &mut device).await.status, 429);
        kit.clock.advance(Duration::from_secs(601));
        assert_eq!(enters(&kit, &mut device).await, 303);
    }

    async fn wrong_passwords_do_not_shut_a_passkey_out(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        for _ in 0..11 {
            kit.browser().log_in("maria", "wrong horse battery").await;
        }
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 429);
        assert_eq!(enters(&kit, &mut device).await, 303);
    }
}

/// Runs on both databases, on an instance that is set up in another way.
async fn on_both(configure: fn(&mut kith::config::Config), test: impl AsyncFn(TestKit)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let setup = Setup {
            backend,
            real_time: false,
            configure,
        };
        if let Some(kit) = TestKit::start(setup).await {
            test(kit).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_for_our_own_pages_and_not_without_end() {
    let few = |config: &mut kith::config::Config| config.limits.login_per_account_per_10min = 1;
    on_both(few, async |kit| {
        let mut browser = kit.browser();
        browser.says[0].1 = "cross-site".into();
        assert_eq!(browser.post("/log-in/passkey/begin", &[]).await.status, 403);
        assert_eq!(send(&mut browser, "", "").await.status, 403);
        browser.says.clear();
        let page = browser.get("/log-in").await;
        let token = page.text().split("name=\"form_token\" value=\"").nth(1);
        let token = token.unwrap().split('"').next().unwrap();
        let reply = browser
            .post("/log-in/passkey/begin", &[("form_token", token)])
            .await;
        let cached = reply.header("cache-control");
        assert_eq!((reply.status.as_u16(), cached), (200, "no-store"));
        for _ in 1..30 {
            question(&mut kit.browser()).await;
        }
        let reply = kit.browser().post("/log-in/passkey/begin", &[]).await;
        let wait = reply.header("retry-after");
        assert_eq!((reply.status.as_u16(), wait), (429, "600"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_host_is_no_name_nothing_offers_passkeys() {
    const HOST: &str = "127.0.0.1:8443";
    let nameless = |config: &mut kith::config::Config| HOST.clone_into(&mut config.instance.domain);
    on_both(nameless, async |kit| {
        kit.member("maria").await;
        let mut browser = kit.browser();
        browser.says.push(("host", HOST.to_owned()));
        let page = browser.get("/log-in").await;
        assert!(page.status == 200 && !page.text().contains("passkey"));
        assert_eq!(browser.log_in("maria", PASSWORD).await.status, 303);
        let page = browser.get("/settings/security").await;
        assert!(page.text().contains("This server has no passkeys"));
        assert!(!page.text().contains("<script"));
        let reply = browser.post(BEGIN, &[("password", PASSWORD)]).await;
        assert_eq!(reply.status, 404);
        let reply = browser.post("/log-in/passkey/begin", &[]).await;
        assert_eq!(reply.status, 404);
    })
    .await;
}
