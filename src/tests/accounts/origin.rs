//! Requests that change something come from our own pages.

use axum::http::Method;

use crate::kit::PASSWORD;

/// The token in the first form of a page.
fn form_token(page: &str) -> String {
    let rest = page.split("name=\"form_token\" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

both_backends! {
    async fn a_request_from_another_site_changes_nothing(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.logged_in("maria").await;
        for says in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "http://kith.test")],
            vec![("origin", "null")],
            vec![("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            vec![],
        ] {
            browser.says = says.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            browser.says.push(("accept", "text/html".into()));
            assert_eq!(browser.post("/log-out", &[]).await.status, 403, "{says:?}");
            assert_eq!(browser.log_in("maria", PASSWORD).await.status, 403, "{says:?}");
            let forged = [("form_token", "x")];
            assert_eq!(browser.post("/log-out", &forged).await.status, 403, "{says:?}");
            assert!(browser.is_logged_in().await);
        }
    }

    async fn a_browser_that_says_nothing_sends_the_token_of_the_form(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.browser();
        browser.says.clear();
        let token = form_token(browser.get("/log-in").await.text());
        let form = [("name", "maria"), ("password", PASSWORD), ("form_token", &token)];
        let mut other = kit.browser();
        other.says.clear();
        other.get("/log-in").await;
        assert_eq!(other.post("/log-in", &form).await.status, 403, "the token of another browser");
        assert_eq!(browser.post("/log-in", &form).await.status, 303);
        let token = form_token(browser.get("/about").await.text());
        assert_eq!(browser.post("/log-out", &[("form_token", &token)]).await.status, 303);
        assert!(!browser.is_logged_in().await);
    }

    async fn asking_for_a_page_changes_nothing(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.logged_in("maria").await;
        for method in [Method::GET, Method::HEAD] {
            let request = axum::http::Request::builder().method(method).uri("/log-out");
            let reply = kit.send(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(reply.status, 405);
        }
        assert!(browser.is_logged_in().await);
    }
}
