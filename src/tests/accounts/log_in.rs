//! Logging in and out.

use std::time::Duration;

use crate::kit::PASSWORD;

const COOKIE: &str = "__Host-kith";

both_backends! {
    async fn a_person_logs_in_by_handle_or_mail_address_and_out_again(kit: TestKit) {
        kit.member("maria").await;
        for name in ["maria", "@Maria", "maria@kith.test", " MARIA@people.TEST "] {
            let mut browser = kit.browser();
            let reply = browser.log_in(name, PASSWORD).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{name}");
            assert!(browser.is_logged_in().await, "{name}");
        }
        let mut browser = kit.logged_in("maria").await;
        let kept = browser.cookies.clone();
        assert_eq!(browser.post("/log-out", &[]).await.status, 303);
        assert!(!browser.cookies.contains_key(COOKIE));
        browser.cookies = kept;
        assert!(!browser.is_logged_in().await, "the cookie counts no more");
    }

    async fn a_log_in_cookie_is_out_of_reach_and_new_each_time(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.browser();
        browser.get("/log-in").await;
        let reply = browser.log_in("maria", PASSWORD).await;
        let cookie = reply.header("set-cookie").to_owned();
        assert!(cookie.starts_with("__Host-kith=kith_"), "{cookie}");
        for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(cookie.split("; ").any(|one| one == attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"));
        let first = browser.cookies.clone();
        browser.log_in("maria", PASSWORD).await;
        assert_ne!(first[COOKIE], browser.cookies[COOKIE]);
        let mut old = kit.browser();
        old.cookies = first;
        assert!(!old.is_logged_in().await, "the session before is over");
        let planted = format!("kith_{}", "A".repeat(43));
        let mut other = kit.browser();
        other.cookies.insert(COOKIE.into(), planted.clone());
        other.log_in("maria", PASSWORD).await;
        assert_ne!(other.cookies[COOKIE], planted, "nobody chooses the cookie of another");
    }

    async fn a_wrong_name_and_a_wrong_password_get_the_same_answer(kit: TestKit) {
        kit.member("maria").await;
        kit.person("nopassword").await;
        let mut pages = Vec::new();
        for (name, password) in [
            ("maria", "wrong horse battery"),
            ("maria@people.test", "wrong horse battery"),
            ("nobody", PASSWORD),
            ("nobody@people.test", PASSWORD),
            ("nopassword", PASSWORD),
            ("", ""),
            ("a\0b", PASSWORD),
        ] {
            let mut browser = kit.browser();
            let reply = browser.log_in(name, password).await;
            assert_eq!(reply.status, 401, "{name}");
            assert!(!browser.is_logged_in().await);
            let token = browser.cookies.len();
            assert_eq!(token, 1, "the cookie of the form alone");
            let page = reply.text().replace(&format!("value=\"{name}\""), "value=\"\"");
            let page = page.replace(" autofocus", "");
            // Each form carries a token of its own.
            let mut forms = page.split("name=\"form_token\"");
            let mut rest = forms.next().unwrap().to_owned();
            for form in forms {
                rest.extend(form.chars().skip(53));
            }
            pages.push(rest);
        }
        pages.dedup();
        assert_eq!(pages.len(), 1, "{pages:#?}");
    }

    async fn attempts_at_one_account_are_counted_whatever_name_is_used(kit: TestKit) {
        kit.member("maria").await;
        kit.member("ben").await;
        for attempt in 0..10 {
            let name = ["maria", "Maria", "maria@people.test"][attempt % 3];
            let reply = kit.browser().log_in(name, "wrong horse battery").await;
            assert_eq!(reply.status, 401);
        }
        // One too many: even the right password gets the answer of a wrong one.
        let reply = kit.browser().log_in("maria@people.test", PASSWORD).await;
        assert_eq!(reply.status, 401);
        assert!(kit.browser().log_in("ben", PASSWORD).await.status == 303);
        kit.clock.advance(Duration::from_secs(601));
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 303);
    }

    async fn attempts_are_throttled_the_same_for_names_that_nobody_has(kit: TestKit) {
        kit.member("maria").await;
        for name in ["maria", "nobody"] {
            for _ in 0..10 {
                let reply = kit.browser().log_in(name, "wrong horse battery").await;
                assert_eq!(reply.status, 401, "{name}");
            }
            let reply = kit.browser().log_in(name, PASSWORD).await;
            assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "600"), "{name}");
        }
    }

    async fn one_client_address_is_throttled_over_all_accounts_whatever_it_claims(kit: TestKit) {
        kit.member("maria").await;
        for attempt in 0..60 {
            let mut browser = kit.browser();
            browser.says.push(("x-forwarded-for", format!("203.0.113.{attempt}")));
            let reply = browser.log_in(&format!("name{attempt}"), "").await;
            assert_eq!(reply.status, 401, "{attempt}");
        }
        let reply = kit.browser().log_in("maria", PASSWORD).await;
        assert_eq!(reply.status, 429);
    }

    async fn a_right_password_forgets_the_wrong_ones_before(kit: TestKit) {
        kit.member("maria").await;
        for _ in 0..3 {
            for _ in 0..9 {
                kit.browser().log_in("maria", "wrong horse battery").await;
            }
            assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 303);
            kit.clock.advance(Duration::from_mins(5));
        }
    }

    async fn after_logging_in_one_is_where_one_wanted_to_be_but_never_elsewhere(kit: TestKit) {
        kit.member("maria").await;
        for (next, place) in [
            ("/tags/climbing?before=5", "/tags/climbing?before=5"),
            ("/a/../people/maria", "/people/maria"),
            ("", "/"),
            ("https://evil.example/", "/"),
            ("//evil.example/", "/"),
            ("/\\evil.example/", "/"),
            ("\\/evil.example/", "/"),
            ("/\t/evil.example/", "/"),
            ("/x/..//evil.example/", "/"),
            ("/./\\evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("evil.example", "/"),
            ("/log-out", "/"),
            ("/\r\nSet-Cookie: a=b", "/"),
        ] {
            let fields = [("name", "maria"), ("password", PASSWORD), ("next", next)];
            let reply = kit.browser().post("/log-in", &fields).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, place), "{next:?}");
            let mut inside = kit.logged_in("maria").await;
            let query: String =
                url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let reply = inside.get(&format!("/log-in?next={query}")).await;
            assert_eq!(reply.header("location"), place, "{next:?}");
        }
    }
}
