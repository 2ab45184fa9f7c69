//! Forgotten passwords, changed passwords and addresses.

use std::time::Duration;

use kith::auth::scope::Scopes;
use kith::jobs::run_due;
use kith::services::accounts;

use super::mailbox::{link_in, mails};
use super::sign_up::with_registration;
use crate::kit::{Backend, PASSWORD, Setup, TestKit};
use kith::config::{MailTransport, Registration};

const NEW: &str = "another horse battery";

fn token_of(link: &str) -> &str {
    link.split("token=").nth(1).unwrap()
}

with_registration! { Closed
    async fn a_forgotten_password_is_set_anew_with_a_mail_once(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        let scopes: Scopes = "read".parse().unwrap();
        let bearer = accounts::create_token(&kit.app.ctx, account.id, &scopes).await.unwrap();
        let mut browser = kit.browser();
        browser.says.push(("host", "kith.test".into()));
        browser.post("/password/reset", &[("name", "maria@people.test")]).await;
        run_due(&kit.app).await.unwrap();
        let link = link_in(&mails(&kit)[0]);
        assert_eq!(browser.get(&link).await.status, 200);
        assert!(inside.is_logged_in().await, "looking changes nothing");
        let form = [("token", token_of(&link)), ("password", "short")];
        assert_eq!(browser.post("/password/new", &form).await.status, 422);
        let form = [("token", token_of(&link)), ("password", NEW)];
        assert_eq!(browser.post("/password/new", &form).await.status, 200);
        assert!(!inside.is_logged_in().await, "every log-in ended");
        let who = accounts::authenticate(&kit.app.ctx, bearer.expose()).await.unwrap();
        assert!(who.is_none(), "tokens too");
        assert_eq!(browser.post("/password/new", &form).await.status, 403, "once");
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 401);
        assert_eq!(kit.browser().log_in("maria", NEW).await.status, 303);
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit)[1].contains("changed"), "and the person is told");
    }

    async fn asking_for_a_new_password_tells_nobody_who_has_an_account(kit: TestKit) {
        kit.member("maria").await;
        let mut pages = Vec::new();
        for name in ["maria", "maria@people.test", "nobody", "nobody@people.test"] {
            let reply = kit.browser().post("/password/reset", &[("name", name)]).await;
            pages.push((reply.status, reply.text().to_owned()));
        }
        pages.dedup();
        assert_eq!(pages.len(), 1);
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit).iter().all(|mail| mail.contains("To: maria@people.test")));
        // And neither does asking often.
        for name in ["maria", "nobody"] {
            let mut last = 0;
            for _ in 0..4 {
                last = kit.browser().post("/password/reset", &[("name", name)]).await.status.as_u16();
            }
            assert_eq!(last, 429, "{name}");
        }
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit).len() <= 3, "nobody's mailbox is filled");
    }

    async fn of_links_for_a_password_the_newest_counts_for_an_hour(kit: TestKit) {
        kit.member("maria").await;
        let ask = async || {
            kit.browser().post("/password/reset", &[("name", "maria")]).await;
            run_due(&kit.app).await.unwrap();
            link_in(mails(&kit).last().unwrap())
        };
        let (first, second) = (ask().await, ask().await);
        assert_ne!(first, second);
        let with = async |link: &str| {
            let form = [("token", token_of(link)), ("password", NEW)];
            kit.browser().post("/password/new", &form).await.status.as_u16()
        };
        assert_eq!(with(&first).await, 403);
        kit.clock.advance(Duration::from_secs(3_601));
        assert_eq!(with(&second).await, 403);
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 303);
    }

    async fn a_link_is_for_one_account_and_one_purpose(kit: TestKit) {
        kit.member("maria").await;
        let mut inside = kit.logged_in("maria").await;
        inside.post("/settings/account/email", &[("email", "new@people.test"), ("password", PASSWORD)]).await;
        run_due(&kit.app).await.unwrap();
        let link = link_in(&mails(&kit)[0]);
        let form = [("token", token_of(&link)), ("password", NEW)];
        assert_eq!(kit.browser().post("/password/new", &form).await.status, 403);
        let other = [("token", token_of(&link)), ("handle", "x2"), ("password", PASSWORD)];
        assert_eq!(kit.browser().post("/sign-up/confirm", &other).await.status, 403);
    }

    async fn changing_the_password_ends_every_other_log_in(kit: TestKit) {
        kit.member("maria").await;
        let (mut here, mut there) = (kit.logged_in("maria").await, kit.logged_in("maria").await);
        let before = here.cookies.clone();
        let wrong = [("password", "wrong horse battery"), ("new_password", NEW)];
        assert_eq!(here.post("/settings/account/password", &wrong).await.status, 403);
        assert!(there.is_logged_in().await);
        let right = [("password", PASSWORD), ("new_password", NEW)];
        assert_eq!(here.post("/settings/account/password", &right).await.status, 200);
        assert_ne!(before, here.cookies, "the id is a new one");
        assert!(here.is_logged_in().await && !there.is_logged_in().await);
        let mut old = kit.browser();
        old.cookies = before;
        assert!(!old.is_logged_in().await);
    }

    async fn a_new_address_counts_once_confirmed_and_the_old_one_is_told(kit: TestKit) {
        kit.member("maria").await;
        kit.member("ben").await;
        let mut maria = kit.logged_in("maria").await;
        let form = |email| [("email", email), ("password", PASSWORD)];
        let fresh = maria.post("/settings/account/email", &form("new@people.test")).await;
        assert_eq!(fresh.status, 200);
        assert!(maria.get("/settings/account").await.text().contains("maria@people.test"));
        run_due(&kit.app).await.unwrap();
        let mail = mails(&kit).pop().unwrap();
        assert!(mail.contains("To: new@people.test"), "{mail}");
        let link = link_in(&mail);
        assert_eq!(kit.browser().get(&link).await.status, 200);
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        assert_eq!(account.email, "maria@people.test");
        let token = [("token", token_of(&link))];
        assert_eq!(kit.browser().post("/email/confirm", &token).await.status, 200);
        assert_eq!(kit.browser().post("/email/confirm", &token).await.status, 403, "once");
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        assert_eq!(account.email, "new@people.test");
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit).pop().unwrap().contains("To: maria@people.test"));
        // An address of somebody else: the same page, and a mail that says so to whom it belongs.
        let used = maria.post("/settings/account/email", &form("ben@people.test")).await;
        assert_eq!(used.status, 200);
        assert!(used.text().contains("We have sent a mail to the new address."));
        run_due(&kit.app).await.unwrap();
        let mail = mails(&kit).pop().unwrap();
        assert!(mail.contains("To: ben@people.test") && !mail.contains("token="), "{mail}");
        let wrong = [("email", "x@people.test"), ("password", "wrong horse battery")];
        assert_eq!(maria.post("/settings/account/email", &wrong).await.status, 403);
    }
}
