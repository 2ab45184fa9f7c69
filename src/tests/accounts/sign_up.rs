//! Asking for an account.

use std::time::Duration;

use kith::config::{MailTransport, Registration};
use kith::domain::actor::Role;
use kith::jobs::run_due;
use kith::services::{accounts, sign_up};

use super::mailbox::{link_in, mails};
use crate::kit::{Backend, Browser, PASSWORD, Reply, Setup, TestKit, some_pairs};

/// An instance that takes sign-ups in one way, on both databases.
macro_rules! with_registration {
    ($mode:ident $(async fn $name:ident($kit:ident: TestKit) $body:block)+) => {$(
        async fn $name($kit: TestKit) $body

        mod $name {
            use super::*;

            async fn start(backend: Backend) -> Option<TestKit> {
                TestKit::start(Setup {
                    backend,
                    real_time: false,
                    configure: |config| {
                        config.instance.registration = Registration::$mode;
                        config.mail.transport = MailTransport::File(config.data_dir.join("mail"));
                    },
                })
                .await
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(start(Backend::Sqlite).await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(kit) = start(Backend::Postgres).await {
                    super::$name(kit).await;
                }
            }
        }
    )+};
}
pub(super) use with_registration;

async fn ask(browser: &mut Browser<'_>, handle: &str, email: &str) -> Reply {
    let form = [
        ("handle", handle),
        ("email", email),
        ("password", PASSWORD),
        ("reason", "I like climbing."),
    ];
    browser.post("/sign-up", &form).await
}

/// Presses the button on the page that the mail leads to.
async fn confirm(browser: &mut Browser<'_>, link: &str, handle: &str) -> Reply {
    let token = link.split("token=").nth(1).unwrap();
    let form = [("token", token), ("handle", handle), ("password", PASSWORD)];
    browser.post("/sign-up/confirm", &form).await
}

with_registration! { Open
    async fn anybody_signs_up_where_it_is_open_and_is_in_once_the_address_is_confirmed(kit: TestKit) {
        let mut browser = kit.browser();
        assert!(browser.get("/").await.text().contains("href=\"/sign-up\""));
        assert_eq!(browser.get("/sign-up").await.status, 200);
        assert_eq!(ask(&mut browser, "Maria", "maria@people.test").await.status, 200);
        assert!(!browser.is_logged_in().await);
        run_due(&kit.app).await.unwrap();
        let mail = &mails(&kit)[0];
        assert!(mail.contains("To: maria@people.test"), "{mail}");
        let link = link_in(mail);
        // A program that looks at the link changes nothing.
        assert_eq!(browser.get(&link).await.status, 200);
        assert_eq!(browser.get(&link).await.status, 200);
        assert!(accounts::find(&kit.app.ctx, "maria").await.is_err());
        let reply = confirm(&mut browser, &link, "maria").await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{}", reply.text());
        assert!(browser.is_logged_in().await);
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        assert_eq!((account.email.as_str(), account.role), ("maria@people.test", Role::Member));
        assert_eq!(confirm(&mut kit.browser(), &link, "other").await.status, 403, "it counted once");
    }

    async fn a_sign_up_tells_nobody_whether_an_address_is_in_use(kit: TestKit) {
        kit.member("ben").await;
        let fresh = ask(&mut kit.browser(), "maria", "maria@people.test").await;
        let used = ask(&mut kit.browser(), "carla", "BEN@people.test").await;
        assert_eq!((used.status, used.text()), (fresh.status, fresh.text()));
        run_due(&kit.app).await.unwrap();
        let all = mails(&kit);
        let to_ben = all.iter().find(|mail| mail.contains("To: ben@people.test")).unwrap();
        assert!(to_ben.contains("/log-in") && !to_ben.contains("token="), "{to_ben}");
        assert_eq!(all.len(), 2);
    }

    async fn only_the_newest_link_counts_and_for_a_day(kit: TestKit) {
        let mut browser = kit.browser();
        ask(&mut browser, "maria", "maria@people.test").await;
        run_due(&kit.app).await.unwrap();
        let first = link_in(&mails(&kit)[0]);
        ask(&mut browser, "maria", "maria@people.test").await;
        run_due(&kit.app).await.unwrap();
        let second = mails(&kit).iter().map(|mail| link_in(mail)).find(|link| *link != first).unwrap();
        assert_eq!(confirm(&mut browser, &first, "maria").await.status, 403);
        assert_eq!(browser.get(&second).await.status, 200);
        kit.clock.advance(Duration::from_hours(25));
        assert_eq!(browser.get(&second).await.status, 403);
        assert_eq!(confirm(&mut browser, &second, "maria").await.status, 403);
    }

    async fn whoever_confirms_knows_the_password(kit: TestKit) {
        ask(&mut kit.browser(), "maria", "maria@people.test").await;
        run_due(&kit.app).await.unwrap();
        let link = link_in(&mails(&kit)[0]);
        let token = link.split("token=").nth(1).unwrap();
        for attempt in 0..11 {
            let form = [("token", token), ("handle", "maria"), ("password", "a wrong password")];
            let status = kit.browser().post("/sign-up/confirm", &form).await.status.as_u16();
            assert_eq!(status, if attempt < 10 { 422 } else { 429 });
        }
        assert!(accounts::find(&kit.app.ctx, "maria").await.is_err());
    }

    async fn reserved_taken_and_odd_handles_are_refused(kit: TestKit) {
        let ben = kit.person("ben").await;
        kit.group("climbing", &ben).await;
        for handle in ["actor", "Relay", "admin", "support", "kith.test", "a", "ä_b", "ben", "BEN", "climbing"] {
            // A browser each: what is wrong with a handle is said before anything is counted.
            let reply = ask(&mut kit.browser(), handle, "maria@people.test").await;
            assert_eq!(reply.status, 422, "{handle}");
            assert!(reply.text().contains("role=\"alert\""));
            kit.clock.advance(Duration::from_hours(1));
        }
        for (field, value) in [("email", "no address"), ("email", "a@b.test\r\nBcc: c@d.test"), ("password", "short")] {
            let mut form = vec![("handle", "maria"), ("email", "maria@people.test"), ("password", PASSWORD)];
            form.retain(|(name, _)| *name != field);
            form.push((field, value));
            assert_eq!(kit.browser().post("/sign-up", &form).await.status, 422, "{field}");
            kit.clock.advance(Duration::from_hours(1));
        }
        run_due(&kit.app).await.unwrap();
        assert!(mails(&kit).is_empty());
    }

    async fn sign_ups_are_throttled_by_client_address_whatever_it_claims(kit: TestKit) {
        for attempt in 0..7 {
            let mut browser = kit.browser();
            browser.says.push(("x-forwarded-for", format!("203.0.113.{attempt}")));
            let email = format!("m{attempt}@people.test");
            let reply = ask(&mut browser, &format!("maria{attempt}"), &email).await;
            assert_eq!(reply.status.as_u16(), if attempt < 5 { 200 } else { 429 });
        }
        kit.clock.advance(Duration::from_hours(1));
        assert_eq!(ask(&mut kit.browser(), "maria", "maria@people.test").await.status, 200);
    }

    async fn nobody_signs_up_as_more_than_a_member(kit: TestKit) {
        let form = [
            ("handle", "maria"), ("email", "maria@people.test"), ("password", PASSWORD),
            ("role", "admin"), ("confirmed_at", "1"), ("account_id", "1"),
        ];
        kit.browser().post("/sign-up", &form).await;
        run_due(&kit.app).await.unwrap();
        let link = link_in(&mails(&kit)[0]);
        let token = link.split("token=").nth(1).unwrap().to_owned();
        let form = [("token", token.as_str()), ("handle", "maria"), ("password", PASSWORD), ("role", "admin")];
        assert_eq!(kit.browser().post("/sign-up/confirm", &form).await.status, 303);
        let (_, account) = accounts::find_person(&kit.app.ctx, "maria").await.unwrap();
        assert_eq!(account.role, Role::Member);
    }
}

with_registration! { Approval
    async fn a_moderator_lets_in_or_turns_away_on_a_page(kit: TestKit) {
        kit.member_with_role("mo", Role::Moderator).await;
        for (handle, email) in [("maria", "maria@people.test"), ("carla", "carla@people.test")] {
            ask(&mut kit.browser(), handle, email).await;
        }
        run_due(&kit.app).await.unwrap();
        for mail in mails(&kit) {
            let handle = if mail.contains("maria@") { "maria" } else { "carla" };
            let reply = confirm(&mut kit.browser(), &link_in(&mail), handle).await;
            assert_eq!(reply.status, 200);
        }
        assert_eq!(kit.browser().log_in("maria", PASSWORD).await.status, 401, "nobody decided yet");
        let mut mo = kit.logged_in("mo").await;
        let page = mo.get("/moderation/sign-ups").await;
        assert!(page.text().contains("@maria") && page.text().contains("I like climbing."));
        assert_eq!(mo.post("/moderation/sign-ups/maria/approve", &[]).await.status, 303);
        assert_eq!(mo.post("/moderation/sign-ups/carla/reject", &[]).await.status, 303);
        assert_eq!(mo.post("/moderation/sign-ups/carla/approve", &[]).await.status, 422);
        kit.logged_in("maria").await;
        assert!(accounts::find(&kit.app.ctx, "carla").await.is_err());
        run_due(&kit.app).await.unwrap();
        let all = mails(&kit).join("\n");
        assert!(all.contains("your account is ready") && all.contains("decided not to"));
    }

    async fn pages_of_moderators_are_for_moderators(kit: TestKit) {
        kit.member("maria").await;
        kit.member_with_role("mo", Role::Moderator).await;
        let mut maria = kit.logged_in("maria").await;
        for path in ["/moderation/sign-ups", "/moderation/invitations"] {
            assert_eq!(maria.get(path).await.status, 403, "{path}");
            let reply = kit.browser().get(path).await;
            assert_eq!(reply.status, 303, "{path}");
            assert!(reply.header("location").starts_with("/log-in?next=%2Fmoderation"));
        }
        for path in ["/moderation/sign-ups/x/approve", "/moderation/sign-ups/x/reject", "/moderation/invitations/1/withdraw"] {
            assert_eq!(maria.post(path, &[("role", "admin")]).await.status, 403, "{path}");
        }
        let form = [("uses", "1"), ("days", "1")];
        assert_eq!(maria.post("/moderation/invitations", &form).await.status, 403);
        let mut mo = kit.logged_in("mo").await;
        assert_eq!(mo.post("/moderation/invitations", &form).await.status, 403, "for admins");
    }

    async fn who_wants_to_join_says_why(kit: TestKit) {
        let form = [("handle", "maria"), ("email", "maria@people.test"), ("password", PASSWORD)];
        assert_eq!(kit.browser().post("/sign-up", &form).await.status, 422);
        let long = "x".repeat(1_001);
        let form = [form[0], form[1], form[2], ("reason", long.as_str())];
        assert_eq!(kit.browser().post("/sign-up", &form).await.status, 422);
    }

    async fn a_waiting_handle_is_nobody_elses(kit: TestKit) {
        ask(&mut kit.browser(), "maria", "maria@people.test").await;
        run_due(&kit.app).await.unwrap();
        confirm(&mut kit.browser(), &link_in(&mails(&kit)[0]), "maria").await;
        assert_eq!(ask(&mut kit.browser(), "maria", "other@people.test").await.status, 422);
        sign_up::approve(&kit.app.ctx, "@Maria", some_pairs()).await.unwrap();
        assert!(sign_up::approve(&kit.app.ctx, "maria", some_pairs()).await.is_err());
        assert!(sign_up::list_waiting(&kit.app.ctx).await.unwrap().is_empty());
    }
}

with_registration! { Invite
    async fn an_invitation_lets_in_as_many_as_it_says_and_as_long(kit: TestKit) {
        kit.member_with_role("ada", Role::Admin).await;
        assert_eq!(kit.browser().get("/sign-up").await.status, 403);
        assert_eq!(ask(&mut kit.browser(), "maria", "maria@people.test").await.status, 403);
        let mut ada = kit.logged_in("ada").await;
        let page = ada.post("/moderation/invitations", &[("uses", "1"), ("days", "7")]).await;
        let link = page.text().split("https://kith.test").nth(1).unwrap();
        let link = link.split('<').next().unwrap().to_owned();
        let secret = link.split("invite=").nth(1).unwrap();
        assert!(!ada.get("/moderation/invitations").await.text().contains(secret), "it is shown once");
        for (handle, expected) in [("maria", 303), ("carla", 403)] {
            let mut browser = kit.browser();
            let email = format!("{handle}@people.test");
            let form = [("handle", handle), ("email", &email), ("password", PASSWORD), ("invite", secret)];
            let asked = browser.post("/sign-up", &form).await;
            assert_eq!(asked.status.as_u16(), if expected == 303 { 200 } else { 403 });
            if expected == 303 {
                assert_eq!(browser.get(&link).await.status, 200);
                run_due(&kit.app).await.unwrap();
                let mail = link_in(&mails(&kit)[0]);
                assert_eq!(confirm(&mut browser, &mail, handle).await.status, 303);
            }
        }
        let late = sign_up::create_link(&kit.app.ctx, None, (5, 1)).await.unwrap();
        kit.clock.advance(Duration::from_hours(25));
        let late = late.trim_start_matches("https://kith.test");
        assert_eq!(kit.browser().get(late).await.status, 403);
    }
}

with_registration! { Closed
    async fn where_it_is_closed_nobody_signs_up(kit: TestKit) {
        assert!(!kit.browser().get("/").await.text().contains("/sign-up"));
        assert_eq!(kit.browser().get("/sign-up").await.status, 403);
        assert_eq!(ask(&mut kit.browser(), "maria", "maria@people.test").await.status, 403);
        let link = sign_up::create_link(&kit.app.ctx, None, (5, 1)).await.unwrap();
        let link = link.trim_start_matches("https://kith.test");
        assert_eq!(kit.browser().get(link).await.status, 403);
    }
}
