//! Liking, boosting, following and finding in a browser.

use serde_json::json;

both_backends! {
    async fn a_post_is_liked_boosted_and_kept_and_all_of_it_taken_back(kit: TestKit) {
        let ada = kit.client("ada").await;
        let post = ada.says("hello").await;
        kit.member("eve").await;
        let mut eve = kit.logged_in("eve").await;
        let page = format!("/posts/{post}");
        assert!(eve.get(&page).await.text().contains(">Like<"));
        for deed in ["like", "boost", "keep"] {
            let reply = eve.post(&format!("{page}/{deed}"), &[]).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, page.as_str()), "{deed}");
        }
        let shown = eve.get(&page).await;
        for word in ["Unlike", "Take boost back", "Remove bookmark"] {
            assert!(shown.text().contains(word), "{word}");
        }
        let path = format!("/api/v1/statuses/{post}");
        let status = ada.get(&path).await;
        assert_eq!((&status["favourites_count"], &status["reblogs_count"]), (&json!(1), &json!(1)));
        for deed in ["unlike", "unboost", "unkeep"] {
            assert_eq!(eve.post(&format!("{page}/{deed}"), &[]).await.status, 303);
        }
        assert!(eve.get(&page).await.text().contains(">Like<"));
        assert_eq!(ada.get(&path).await["favourites_count"], 0);
        assert_eq!(eve.post(&format!("{page}/burn"), &[]).await.status, 404);
        // What one may not see cannot be liked either, and is as unknown as nothing.
        let hidden = ada.posts(json!({"status": "psst", "visibility": "direct"})).await;
        for deed in ["like", "boost", "keep", "delete"] {
            assert_eq!(eve.post(&format!("/posts/{hidden}/{deed}"), &[]).await.status, 404, "{deed}");
        }
        assert_eq!(eve.get(&format!("/posts/{hidden}/answer")).await.status, 404);
    }

    async fn people_are_followed_and_requests_answered(kit: TestKit) {
        let ada = kit.client("ada").await;
        ada.ask(axum::http::Method::PATCH, "/api/v1/accounts/update_credentials", json!({"locked": true})).await;
        kit.member("eve").await;
        let mut eve = kit.logged_in("eve").await;
        assert!(eve.get("/people/ada").await.text().contains(">Follow<"));
        let path = format!("/actors/{}", ada.id());
        let reply = eve.post(&format!("{path}/follow"), &[]).await;
        assert_eq!(reply.header("location"), "/people/ada");
        assert!(eve.get("/people/ada").await.text().contains("Withdraw request"));
        assert_eq!(eve.post(&format!("{path}/unfollow"), &[]).await.status, 303);
        assert!(eve.get("/people/ada").await.text().contains(">Follow<"));
        // The other way round, answered on a page.
        let found = kith::services::reading::find_actor(&kit.app.ctx, "eve").await.unwrap().unwrap();
        kit.member("bob").await;
        let mut bob = kit.logged_in("bob").await;
        assert_eq!(bob.post(&format!("/actors/{}/follow", found.id), &[]).await.status, 303);
        assert!(bob.get("/people/eve").await.text().contains("Unfollow"), "nobody has to be asked");
        assert!(eve.get("/notifications").await.text().contains("follows you"));
        assert!(!eve.get("/people/eve").await.text().contains(">Follow<"), "nobody follows themselves");
        assert_eq!(eve.post("/actors/7/follow", &[]).await.status, 404);
    }

    async fn who_asks_to_follow_is_answered_on_the_page_of_notifications(kit: TestKit) {
        kit.member("ada").await;
        let mut ada = kit.logged_in("ada").await;
        let found = kith::services::reading::find_actor(&kit.app.ctx, "ada").await.unwrap().unwrap();
        let profile = kith::services::profile::Changes { manually_approves: Some(true), ..Default::default() };
        kith::services::profile::update(&kit.app.ctx, &found, &profile).await.unwrap();
        let (eve, bob) = (kit.client("eve").await, kit.client("bob").await);
        for one in [&eve, &bob] {
            one.follows(&found).await;
        }
        let page = ada.get("/notifications").await;
        assert!(page.text().contains("Who asks to follow you"));
        for (one, deed) in [(&eve, "accept"), (&bob, "refuse")] {
            let reply = ada.post(&format!("/actors/{}/{deed}", one.id()), &[]).await;
            assert_eq!(reply.header("location"), "/notifications");
        }
        assert_eq!(eve.relationship(&found).await["following"], true);
        let bobs = bob.relationship(&found).await;
        assert_eq!((&bobs["following"], &bobs["requested"]), (&json!(false), &json!(false)));
        assert!(!ada.get("/notifications").await.text().contains("Who asks to follow you"));
    }

    async fn people_posts_and_hashtags_are_found(kit: TestKit) {
        let ada = kit.client("ada").await;
        let post = ada.says("hello #climb").await;
        kit.remote("carla", "social.example").await;
        kit.member("eve").await;
        let mut eve = kit.logged_in("eve").await;
        assert!(eve.get("/search").await.text().contains("role=\"search\""));
        assert!(eve.get("/search?q=ada").await.text().contains("/people/ada"));
        assert!(eve.get("/search?q=%23climb").await.text().contains("/tags/climb"));
        assert!(eve.get("/search?q=carla%40social.example").await.text().contains("carla"));
        assert!(eve.get("/search?q=nobody").await.text().contains("Nobody was found"));
        let uri = format!("https%3A%2F%2Fkith.test%2Fposts%2F{post}");
        assert_eq!(eve.get(&format!("/search?q={uri}")).await.header("location"), format!("/posts/{post}"));
        let long = "x".repeat(5_000);
        assert_eq!(eve.get(&format!("/search?q={long}")).await.status, 200);
    }

    async fn home_is_paged_from_new_to_old(kit: TestKit) {
        let ada = kit.client("ada").await;
        kit.member("eve").await;
        let mut eve = kit.logged_in("eve").await;
        eve.post(&format!("/actors/{}/follow", ada.id()), &[]).await;
        for n in 0..25 {
            ada.says(&format!("number {n}.")).await;
        }
        let first = eve.get("/home").await;
        assert!(first.text().contains("number 24.") && !first.text().contains("number 3."));
        let (_, rest) = first.text().split_once("?before=").expect("a next page");
        let before: String = rest.chars().take_while(|c| *c != '"').collect();
        let next = eve.get(&format!("/home?before={before}")).await;
        assert!(next.text().contains("number 3.") && !next.text().contains("number 24."));
        assert!(!next.text().contains("name=\"text\""), "the form stands on the first page only");
    }
}
