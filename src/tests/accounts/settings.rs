//! Pages of settings: codes, log-ins, leaving.

use std::time::Duration;

use kith::auth::totp::TotpSecret;
use kith::services::{accounts, log_in};

use crate::kit::{Browser, PASSWORD, Reply, TestKit};

/// Reads base32 back.
fn secret_of(page: &str) -> TotpSecret {
    let text = page.split("<code class=\"copy\">").nth(1).unwrap();
    let text = text.split('<').next().unwrap();
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    TotpSecret::from_bytes(bytes)
}

fn half_of(page: &str) -> &str {
    let rest = page.split("name=\"half\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap()
}

fn now(kit: &TestKit) -> i64 {
    kit.app.ctx.now().secs()
}

/// Turns codes on; answers the secret and the recovery codes.
pub(super) async fn guard(kit: &TestKit, browser: &mut Browser<'_>) -> (TotpSecret, Vec<String>) {
    let page = browser
        .post("/settings/security/begin", &[("password", PASSWORD)])
        .await;
    let secret = secret_of(page.text());
    let code = secret.code_at(now(kit));
    let page = browser
        .post("/settings/security/confirm", &[("code", &code)])
        .await;
    let codes = page.text().split("<li><code>").skip(1);
    let codes = codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    (secret, codes)
}

async fn with_code(browser: &mut Browser<'_>, code: &str) -> Reply {
    let page = browser.log_in("maria", PASSWORD).await;
    assert_eq!(page.status, 200);
    browser
        .post(
            "/log-in/code",
            &[("half", half_of(page.text())), ("code", code)],
        )
        .await
}

both_backends! {
    async fn after_the_password_a_code_is_asked_for_and_counts_once(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let wrong = [("password", "wrong horse battery")];
        assert_eq!(inside.post("/settings/security/begin", &wrong).await.status, 403);
        let (secret, codes) = guard(&kit, &mut inside).await;
        assert_eq!(codes.len(), 10);
        let mut browser = kit.browser();
        let used = secret.code_at(now(&kit));
        assert_eq!(with_code(&mut browser, &used).await.status, 401, "it turned codes on and is used up");
        kit.clock.advance(Duration::from_mins(1));
        let page = browser.log_in("maria", PASSWORD).await;
        assert!(!browser.is_logged_in().await, "the password alone leads nowhere");
        let half = half_of(page.text()).to_owned();
        let code = secret.code_at(now(&kit));
        let form = [("half", half.as_str()), ("code", code.as_str())];
        assert_eq!(browser.post("/log-in/code", &form).await.status, 303);
        assert!(browser.is_logged_in().await);
        assert_eq!(kit.browser().post("/log-in/code", &form).await.status, 401, "the half is used up");
        assert_eq!(with_code(&mut kit.browser(), &code).await.status, 401, "the code too");
        // A recovery code counts once as well.
        assert_eq!(with_code(&mut kit.browser(), &codes[0].to_uppercase()).await.status, 303);
        assert_eq!(with_code(&mut kit.browser(), &codes[0]).await.status, 401);
        assert!(inside.get("/settings/security").await.text().contains("9 recovery codes"));
    }

    async fn a_half_done_log_in_ends_soon_and_guessing_codes_is_throttled(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let (secret, _) = guard(&kit, &mut inside).await;
        kit.clock.advance(Duration::from_mins(1));
        let mut browser = kit.browser();
        let page = browser.log_in("maria", PASSWORD).await;
        let half = half_of(page.text()).to_owned();
        for attempt in 0..11 {
            let form = [("half", half.as_str()), ("code", "000000")];
            let status = browser.post("/log-in/code", &form).await.status.as_u16();
            assert_eq!(status, if attempt < 10 { 401 } else { 429 });
        }
        let code = secret.code_at(now(&kit));
        let form = [("half", half.as_str()), ("code", code.as_str())];
        assert_eq!(browser.post("/log-in/code", &form).await.status, 429);
        kit.clock.advance(Duration::from_mins(11));
        let code = secret.code_at(now(&kit));
        let form = [("half", half.as_str()), ("code", code.as_str())];
        assert_eq!(browser.post("/log-in/code", &form).await.status, 401, "it took too long");
        assert_eq!(with_code(&mut browser, &code).await.status, 303);
    }

    async fn codes_are_turned_off_and_renewed_with_the_password_only(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let (_, old) = guard(&kit, &mut inside).await;
        let wrong = [("password", "wrong horse battery")];
        assert_eq!(inside.post("/settings/security/off", &wrong).await.status, 403);
        assert_eq!(inside.post("/settings/security/codes", &wrong).await.status, 403);
        let page = inside.post("/settings/security/codes", &[("password", PASSWORD)]).await;
        assert!(page.text().contains("<li><code>") && page.header("cache-control") == "no-store");
        assert_eq!(with_code(&mut kit.browser(), &old[0]).await.status, 401);
        inside.post("/settings/security/off", &[("password", PASSWORD)]).await;
        kit.logged_in("maria").await;
    }

    async fn one_sees_and_ends_ones_own_log_ins_only(kit: TestKit) {
        kit.member("maria").await;
        kit.member("ben").await;
        let (mut maria, mut phone) = (kit.logged_in("maria").await, kit.logged_in("maria").await);
        let mut ben = kit.logged_in("ben").await;
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        let all = log_in::list(&kit.app.ctx, account.id).await.unwrap();
        let newest = all[0].id.to_string();
        assert!(maria.get("/settings/sessions").await.text().contains("Fox 1.0"));
        assert_eq!(ben.post("/settings/sessions/end", &[("session", &newest)]).await.status, 404);
        assert!(phone.is_logged_in().await);
        assert_eq!(maria.post("/settings/sessions/end", &[("session", &newest)]).await.status, 303);
        assert!(!phone.is_logged_in().await && maria.is_logged_in().await);
        let mut phone = kit.logged_in("maria").await;
        assert_eq!(maria.post("/settings/sessions/end-all", &[]).await.status, 303);
        assert!(!phone.is_logged_in().await && !maria.is_logged_in().await);
        assert!(ben.is_logged_in().await);
    }

    async fn settings_are_for_whoever_is_logged_in(kit: TestKit) {
        for path in ["/settings", "/settings/account", "/settings/security", "/settings/sessions", "/settings/delete"] {
            let reply = kit.browser().get(path).await;
            assert_eq!(reply.status, 303, "{path}");
            assert!(reply.header("location").starts_with("/log-in?next=%2Fsettings"), "{path}");
        }
        for path in ["/settings/account/password", "/settings/account/email", "/settings/security/begin", "/settings/delete"] {
            let reply = kit.browser().post(path, &[]).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/log-in"), "{path}");
        }
        kit.member("maria").await;
        let mut maria = kit.logged_in("maria").await;
        for path in ["/settings/account", "/settings/security", "/settings/sessions", "/settings/delete"] {
            let page = maria.get(path).await;
            assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"), "{path}");
        }
    }

    async fn one_leaves_for_good_with_password_and_handle(kit: TestKit) {
        kit.member("maria").await;
        let mut maria = kit.logged_in("maria").await;
        for (handle, password, status) in [("ben", PASSWORD, 422), ("maria", "wrong horse battery", 403)] {
            let form = [("handle", handle), ("password", password)];
            assert_eq!(maria.post("/settings/delete", &form).await.status.as_u16(), status);
        }
        assert!(maria.is_logged_in().await);
        let form = [("handle", "maria"), ("password", PASSWORD)];
        assert_eq!(maria.post("/settings/delete", &form).await.status, 200);
        assert!(!maria.is_logged_in().await);
        assert_eq!(kit.get("/people/maria").await.status, 410);
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 401);
    }
}
