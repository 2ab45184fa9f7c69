//! How long a log-in counts, and what ends it.

use std::time::Duration;

use kith::services::accounts;
use kith::services::log_in;

both_backends! {
    async fn every_page_says_who_is_logged_in(kit: TestKit) {
        let maria = kit.member("maria").await;
        let mut browser = kit.logged_in("maria").await;
        for path in ["/", "/about", "/people/maria", "/tags/x", "/nowhere/at/all"] {
            let page = browser.get(path).await;
            assert!(page.text().contains("href=\"/people/maria\"><bdi>maria</bdi>"), "{path}");
            assert!(page.text().contains("action=\"/log-out\""), "{path}");
            let caching = page.header("cache-control").to_owned();
            assert!(caching.contains("private") || caching == "no-store", "{path}: {caching}");
            let varies = page.headers.get_all("vary").iter().any(|value| value == "Cookie");
            assert!(varies, "{path}");
        }
        let page = kit.browser().get("/people/maria").await;
        assert!(page.text().contains("href=\"/log-in?next=%2Fpeople%2Fmaria\""));
        accounts::suspend(&kit.app.ctx, maria.id).await.unwrap();
    }

    async fn suspending_and_a_new_password_and_deleting_end_all_log_ins(kit: TestKit) {
        let maria = kit.member("maria").await;
        let ctx = &kit.app.ctx;
        let (mut one, mut two) = (kit.logged_in("maria").await, kit.logged_in("maria").await);
        assert!(one.is_logged_in().await && two.is_logged_in().await);
        // What `kith user suspend`, `password` and `delete` call.
        accounts::suspend(ctx, maria.id).await.unwrap();
        assert!(!one.is_logged_in().await && !two.is_logged_in().await);
        accounts::unsuspend(ctx, maria.id).await.unwrap();
        assert!(!one.is_logged_in().await, "one logs in anew");

        let mut one = kit.logged_in("maria").await;
        let hash = kit.hash("another horse battery").await;
        accounts::set_password(ctx, maria.id, hash).await.unwrap();
        assert!(!one.is_logged_in().await);

        let mut one = kit.browser();
        one.log_in("maria", "another horse battery").await;
        assert!(one.is_logged_in().await);
        accounts::delete(ctx, maria.id).await.unwrap();
        assert!(!one.is_logged_in().await);
    }

    async fn a_suspended_person_is_told_so_only_with_the_right_password(kit: TestKit) {
        let maria = kit.member("maria").await;
        accounts::suspend(&kit.app.ctx, maria.id).await.unwrap();
        let mut browser = kit.browser();
        assert_eq!(browser.log_in("maria", "wrong horse battery").await.status, 401);
        let reply = browser.log_in("maria", crate::kit::PASSWORD).await;
        assert_eq!(reply.status, 403);
        assert!(reply.text().contains("suspended"));
        assert!(!browser.is_logged_in().await);
    }

    async fn a_browser_that_is_idle_for_a_month_has_to_log_in_again(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.logged_in("maria").await;
        for _ in 0..3 {
            kit.clock.advance(Duration::from_hours(24 * 20));
            assert!(browser.is_logged_in().await, "it was seen in between");
        }
        kit.clock.advance(Duration::from_hours(24 * 31));
        assert!(!browser.is_logged_in().await);
    }

    async fn of_a_log_in_little_is_kept_and_its_secret_not_at_all(kit: TestKit) {
        let maria = kit.member("maria").await;
        kit.logged_in("maria").await;
        let (_, account) = accounts::find_person(&kit.app.ctx, &maria.handle).await.unwrap();
        let all = log_in::list(&kit.app.ctx, account.id).await.unwrap();
        let device = &all[0].device;
        assert_eq!((all.len(), device.agent.as_str(), device.address.as_str()), (1, "Fox 1.0", "0.0.0.x"));
        assert!(log_in::log_out(&kit.app.ctx, account.id, all[0].id).await.unwrap());
        assert!(log_in::list(&kit.app.ctx, account.id).await.unwrap().is_empty());
    }
}
