//! Passkeys: added, logged in with, removed. What must not work with them stands in `passkey_attacks`.

use serde_json::Value;

use kith::config::{MailTransport, Registration};
use kith::jobs::run_due;
use kith::services::accounts;
use kith::store;

use super::authenticator::{Device, PRESENT, VERIFIED};
use super::mailbox::mails;
use super::settings::guard;
use super::sign_up::with_registration;
use crate::kit::{Backend, Browser, PASSWORD, Reply, Setup, TestKit};

pub(super) const BEGIN: &str = "/settings/security/passkeys/begin";
pub(super) const ADD: &str = "/settings/security/passkeys/add";
pub(super) const REMOVE: &str = "/settings/security/passkeys/remove";

/// The question on the page about security, and what its answer names it by.
fn question_on(page: &str) -> (Value, String) {
    let value = |before: &str| {
        let rest = page
            .split(before)
            .nth(1)
            .unwrap_or_else(|| panic!("{page}"));
        rest.split('"').next().unwrap().replace("&#34;", "\"")
    };
    let options = serde_json::from_str(&value("data-options=\"")).unwrap();
    (options, value("name=\"ceremony\" value=\""))
}

/// Types the password and is asked for a passkey.
pub(super) async fn begin(browser: &mut Browser<'_>) -> (Value, String) {
    let page = browser.post(BEGIN, &[("password", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    question_on(page.text())
}

pub(super) async fn add(browser: &mut Browser<'_>, device: &mut Device) -> Reply {
    let (options, ceremony) = begin(browser).await;
    let answer = device.make(&options);
    let form = [
        ("ceremony", ceremony.as_str()),
        ("answer", &answer),
        ("name", "My phone"),
    ];
    browser.post(ADD, &form).await
}

/// A member called `handle` with a passkey.
pub(super) async fn member_with(kit: &TestKit, handle: &str) -> Device {
    kit.member(handle).await;
    let mut device = Device::new();
    let added = add(&mut kit.logged_in(handle).await, &mut device).await;
    assert_eq!(added.status, 200, "{}", added.text());
    device
}

/// What the script of the log-in page is given.
pub(super) async fn question(browser: &mut Browser<'_>) -> (Value, String) {
    let reply = browser.post("/log-in/passkey/begin", &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let asked = reply.json();
    let options = serde_json::from_str(asked["options"].as_str().unwrap()).unwrap();
    (options, asked["ceremony"].as_str().unwrap().to_owned())
}

pub(super) async fn send(browser: &mut Browser<'_>, ceremony: &str, answer: &str) -> Reply {
    let form = [
        ("ceremony", ceremony),
        ("answer", answer),
        ("next", "/home"),
    ];
    browser.post("/log-in/passkey", &form).await
}

pub(super) async fn log_in(browser: &mut Browser<'_>, device: &mut Device) -> Reply {
    let (options, ceremony) = question(browser).await;
    let answer = device.sign(&options);
    send(browser, &ceremony, &answer).await
}

/// The code of the answer to a log-in in a new browser.
pub(super) async fn enters(kit: &TestKit, device: &mut Device) -> u16 {
    let mut browser = kit.browser();
    let status = log_in(&mut browser, device).await.status.as_u16();
    assert_eq!(browser.is_logged_in().await, status == 303);
    status
}

pub(super) async fn stored(kit: &TestKit, handle: &str) -> Vec<kith::domain::passkey::Passkey> {
    let (_, account) = accounts::find_person(&kit.app.ctx, handle).await.unwrap();
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    store::passkeys::list(&mut reader, account.id)
        .await
        .unwrap()
}

both_backends! {
    async fn a_passkey_logs_in_in_place_of_password_and_code(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        let page = inside.get("/settings/security").await;
        assert!(page.text().contains("My phone") && page.text().contains("not used yet"));
        guard(&kit, &mut inside).await;
        let mut browser = kit.browser();
        let reply = log_in(&mut browser, &mut device).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/home"));
        assert!(reply.header("set-cookie").starts_with("__Host-kith=kith_"));
        assert!(browser.get("/home").await.text().contains("/people/maria"));
        assert!(browser.get("/settings/security").await.text().contains("last used"));
        assert_eq!(enters(&kit, &mut device).await, 303, "again and again");
    }

    async fn whoever_was_logged_in_before_is_not_any_more(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        kit.member("ben").await;
        let mut browser = kit.logged_in("ben").await;
        let mut before = kit.browser();
        before.cookies = browser.cookies.clone();
        assert_eq!(log_in(&mut browser, &mut device).await.status, 303);
        assert!(browser.get("/home").await.text().contains("/people/maria"));
        assert!(!before.is_logged_in().await);
    }

    async fn an_account_has_ten_passkeys_at_most(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        for _ in 0..9 {
            assert_eq!(add(&mut inside, &mut Device::new()).await.status, 200);
        }
        let (first, second) = (begin(&mut inside).await, begin(&mut inside).await);
        for ((options, ceremony), status) in [(first, 200), (second, 422)] {
            let made = Device::new().make(&options);
            let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", "Tenth")];
            assert_eq!(inside.post(ADD, &form).await.status, status);
        }
        let page = inside.post(BEGIN, &[("password", PASSWORD)]).await;
        assert!(page.status == 422 && page.text().contains("ten passkeys"));
        let all = stored(&kit, "maria").await;
        assert_eq!(all.len(), 10);
        assert!(all.iter().all(|one| one.user_handle == all[0].user_handle));
    }

    async fn a_removed_passkey_and_one_of_a_deleted_account_log_nobody_in(kit: TestKit) {
        let mut removed = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        let mut left = Device::new();
        assert_eq!(add(&mut inside, &mut left).await.status, 200);
        let id = stored(&kit, "maria").await[0].id.to_string();
        let form = [("passkey", id.as_str()), ("password", PASSWORD)];
        assert_eq!(inside.post(REMOVE, &form).await.status, 200);
        assert_eq!(enters(&kit, &mut removed).await, 401);
        assert_eq!(enters(&kit, &mut left).await, 303);
        let (maria, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        let mut browser = kit.browser();
        let (options, ceremony) = question(&mut browser).await;
        begin(&mut inside).await;
        accounts::delete(&kit.app.ctx, maria.id).await.unwrap();
        let answer = left.sign(&options);
        assert_eq!(send(&mut browser, &ceremony, &answer).await.status, 401);
        assert_eq!(enters(&kit, &mut left).await, 401);
        let mut reader = kit.app.ctx.store.reader().await.unwrap();
        assert!(store::passkeys::list(&mut reader, account.id).await.unwrap().is_empty());
    }

    async fn a_suspended_person_is_told_so_only_with_the_right_passkey(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let maria = accounts::find(&kit.app.ctx, "maria").await.unwrap();
        accounts::suspend(&kit.app.ctx, maria.id).await.unwrap();
        device.flags = PRESENT;
        assert_eq!(enters(&kit, &mut device).await, 401, "the device did not look");
        device.flags |= VERIFIED;
        let mut browser = kit.browser();
        let reply = log_in(&mut browser, &mut device).await;
        assert!(reply.status == 403 && reply.text().contains("suspended"));
        assert!(!browser.is_logged_in().await);
        accounts::unsuspend(&kit.app.ctx, maria.id).await.unwrap();
        assert_eq!(enters(&kit, &mut device).await, 303);
    }

    async fn a_new_password_keeps_passkeys_and_ends_what_is_being_added(kit: TestKit) {
        let mut device = member_with(&kit, "maria").await;
        let mut inside = kit.logged_in("maria").await;
        let (options, ceremony) = begin(&mut inside).await;
        let maria = accounts::find(&kit.app.ctx, "maria").await.unwrap();
        let hash = kit.hash(PASSWORD).await;
        accounts::set_password(&kit.app.ctx, maria.id, hash).await.unwrap();
        let mut inside = kit.logged_in("maria").await;
        let made = Device::new().make(&options);
        let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", "Old")];
        assert_eq!(inside.post(ADD, &form).await.status, 422);
        assert_eq!(enters(&kit, &mut device).await, 303);
    }

    async fn pages_hold_no_script_but_our_own_and_show_nothing_that_needs_it_before_it_ran(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let question = inside.post(BEGIN, &[("password", PASSWORD)]).await;
        for page in [kit.browser().get("/log-in").await, inside.get("/settings/security").await, question] {
            let text = page.text();
            let scripts: Vec<_> = text.split("<script").skip(1).collect();
            assert_eq!(scripts.len(), 1);
            let path = scripts[0].strip_prefix(" src=\"").unwrap().split('"').next().unwrap();
            assert!(scripts[0].contains("\" defer></script>"));
            let forms = text.split("<form").map(|form| form.split('>').next().unwrap());
            for form in forms.filter(|form| form.contains("data-passkey=")) {
                assert!(form.ends_with(" hidden"), "{form}");
            }
            assert!(page.header("content-security-policy").contains("script-src 'self';"));
            assert_eq!(page.header("cache-control"), "no-store");
            let script = kit.get(path).await;
            assert_eq!((script.status.as_u16(), script.header("content-type")), (200, "text/javascript; charset=utf-8"));
        }
        assert_eq!(kit.get("/about").await.text().matches("<script").count(), 0);
    }
}

with_registration! { Closed
    async fn adding_and_removing_a_passkey_take_the_password_and_are_told_by_mail(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let wrong = [("password", "wrong horse battery")];
        let page = inside.post(BEGIN, &wrong).await;
        assert!(page.status == 403 && !page.text().contains("data-options"));
        assert_eq!(add(&mut inside, &mut Device::new()).await.status, 200);
        run_due(&kit.app).await.unwrap();
        let all = mails(&kit);
        assert!(all.len() == 1 && all[0].contains("To: maria@people.test"), "{all:?}");
        assert!(all[0].contains("a passkey was added") && all[0].contains("https://kith.test/settings/security"));
        let id = stored(&kit, "maria").await[0].id.to_string();
        let form = [("passkey", id.as_str()), wrong[0]];
        assert_eq!(inside.post(REMOVE, &form).await.status, 403);
        assert_eq!(stored(&kit, "maria").await.len(), 1);
        let form = [("passkey", id.as_str()), ("password", PASSWORD)];
        assert_eq!(inside.post(REMOVE, &form).await.status, 200);
        assert_eq!(inside.post(REMOVE, &form).await.status, 404, "once");
        run_due(&kit.app).await.unwrap();
        let all = mails(&kit);
        assert!(all.len() == 2 && all[1].contains("was removed"), "{all:?}");
    }

    async fn names_of_passkeys_are_one_line_of_text(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        for (typed, shown) in [
            (" <b>My</b>\r\n phone\u{202e} ", "&#60;b&#62;My&#60;/b&#62; phone"),
            ("", "Passkey"),
            ("\u{200b}", "Passkey"),
        ] {
            let (options, ceremony) = begin(&mut inside).await;
            let made = Device::new().make(&options);
            let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", typed)];
            let page = inside.post(ADD, &form).await;
            assert!(page.text().contains(&format!("<bdi>{shown}</bdi>")), "{typed:?}");
        }
        let (options, ceremony) = begin(&mut inside).await;
        let made = Device::new().make(&options);
        let form = [("ceremony", ceremony.as_str()), ("answer", &made), ("name", &"é".repeat(500))];
        inside.post(ADD, &form).await;
        assert_eq!(stored(&kit, "maria").await[3].name.chars().count(), 60);
    }
}
