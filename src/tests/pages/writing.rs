//! Posting, answering, editing and deleting in a browser, without scripts.

use crate::kit::Browser;

/// Sends a post; answers the path of its page.
async fn posts(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let reply = browser.post("/posts", fields).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").to_owned()
}

both_backends! {
    async fn a_post_is_written_answered_edited_and_deleted(kit: TestKit) {
        kit.member("ada").await;
        kit.member("eve").await;
        let mut adas = kit.logged_in("ada").await;
        let home = adas.get("/home").await;
        assert!(home.text().contains("name=\"text\""), "the form stands at home");
        assert!(home.text().contains("Nothing here yet"));
        let page = posts(&mut adas, &[("text", "hello\r\n\r\n**world**"), ("audience", "public")]).await;
        let shown = adas.get(&page).await;
        assert!(shown.text().contains("<strong>world</strong>"), "{}", shown.text());
        assert!(adas.get("/home").await.text().contains("<strong>world</strong>"));
        // Somebody else answers, with the name filled in.
        let mut eves = kit.logged_in("eve").await;
        let form = eves.get(&format!("{page}/answer")).await;
        assert!(form.text().contains("@ada "), "{}", form.text());
        let id = page.trim_start_matches("/posts/").to_owned();
        let answer = posts(&mut eves, &[
            ("text", "@ada welcome"), ("audience", "public"), ("in_reply_to", &id), ("warning", "joy"),
        ]).await;
        let thread = adas.get(&page).await;
        assert!(thread.text().contains("welcome") && thread.text().contains("joy"));
        assert!(adas.get("/notifications").await.text().contains("named you"));
        // Only its author changes it.
        assert_eq!(eves.get(&format!("{page}/edit")).await.status, 404);
        assert_eq!(eves.post(&format!("{page}/edit"), &[("text", "mine now")]).await.status, 404);
        assert_eq!(eves.post(&format!("{page}/delete"), &[]).await.status, 404);
        let form = adas.get(&format!("{page}/edit")).await;
        assert!(form.text().contains("**world**"), "the source is edited");
        kit.clock.advance(std::time::Duration::from_secs(2));
        let saved = adas.post(&format!("{page}/edit"), &[("text", "better")]).await;
        assert_eq!((saved.status.as_u16(), saved.header("location")), (303, page.as_str()));
        assert!(eves.get(&page).await.text().contains("better"));
        assert_eq!(adas.post(&format!("{page}/delete"), &[]).await.header("location"), "/home");
        assert_eq!(adas.get(&page).await.status, 410);
        assert_eq!(eves.get(&answer).await.status, 200);
    }

    async fn what_cannot_be_posted_comes_back_with_the_reason(kit: TestKit) {
        kit.member("ada").await;
        let mut ada = kit.logged_in("ada").await;
        let long = "x".repeat(kit.app.ctx.limits.post_chars + 1);
        let refused = ada.post("/posts", &[("text", &long), ("audience", "public"), ("warning", "w")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("too long") && refused.text().contains(&long));
        assert_eq!(ada.post("/posts", &[("text", " "), ("audience", "public")]).await.status, 422);
        assert_eq!(ada.post("/posts", &[("text", "x"), ("audience", "the moon")]).await.status, 404);
        assert_eq!(ada.post("/posts", &[("text", "x"), ("audience", "public"), ("in_reply_to", "7")]).await.status, 404);
    }

    async fn markup_and_scripts_stay_text(kit: TestKit) {
        kit.member("ada").await;
        let mut ada = kit.logged_in("ada").await;
        let nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>\"></textarea>";
        let page = posts(&mut ada, &[("text", nasty), ("audience", "public"), ("warning", nasty)]).await;
        for path in [page.clone(), format!("{page}/edit"), format!("{page}/answer"), "/home".to_owned()] {
            let shown = ada.get(&path).await;
            assert_eq!(shown.status, 200, "{path}");
            assert!(!shown.text().contains("<script") && !shown.text().contains("<img src=x"), "{path}: {}", shown.text());
        }
        let search = ada.get("/search?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
        assert!(!search.text().contains("<script"), "{}", search.text());
    }

    async fn strangers_and_other_origins_write_nothing(kit: TestKit) {
        let ada = kit.client("ada").await;
        let post = ada.says("hello").await;
        let mut stranger = kit.browser();
        for path in ["/home", "/notifications", "/search?q=ada"] {
            let reply = stranger.get(path).await;
            assert_eq!(reply.status, 303, "{path}");
            assert!(reply.header("location").starts_with("/log-in?next="), "{path}");
        }
        for path in ["/posts".to_owned(), format!("/posts/{post}/like"), format!("/posts/{post}/delete"), format!("/actors/{}/follow", ada.id())] {
            let reply = stranger.post(&path, &[("text", "x"), ("audience", "public")]).await;
            assert_eq!(reply.header("location"), "/log-in", "{path}");
        }
        kit.member("eve").await;
        let mut eve = kit.logged_in("eve").await;
        eve.says = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.test".to_owned())];
        for path in ["/posts".to_owned(), format!("/posts/{post}/like"), format!("/actors/{}/follow", ada.id())] {
            let reply = eve.post(&path, &[("text", "forged"), ("audience", "public")]).await;
            assert_eq!(reply.status, 403, "{path}");
        }
        assert_eq!(ada.get("/api/v1/timelines/public").await.as_array().unwrap().len(), 1);
    }
}
