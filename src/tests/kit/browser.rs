//! A browser: keeps cookies, says that it comes from our own pages, follows nothing by itself.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use url::form_urlencoded;

use super::{Reply, TestKit};

/// The password of every member.
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Browser<'k> {
    kit: &'k TestKit,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers besides the cookies.
    pub(crate) says: Vec<(&'static str, String)>,
}

impl TestKit {
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            kit: self,
            cookies: BTreeMap::new(),
            says: vec![
                ("sec-fetch-site", "same-origin".to_owned()),
                ("accept", "text/html".to_owned()),
                ("user-agent", "Fox 1.0".to_owned()),
            ],
        }
    }

    /// A browser in which `handle` is logged in.
    pub(crate) async fn logged_in(&self, handle: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let reply = browser.log_in(handle, PASSWORD).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Sends a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Reply {
        self.post("/log-in", &[("name", name), ("password", password)])
            .await
    }

    /// Whether a page says that somebody is logged in.
    pub(crate) async fn is_logged_in(&mut self) -> bool {
        self.get("/about").await.text().contains("/log-out")
    }

    async fn send(&mut self, mut request: Request<Body>) -> Reply {
        for (name, value) in &self.says {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let all: Vec<_> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !all.is_empty() {
            let value = all.join("; ").parse().unwrap();
            request.headers_mut().insert(header::COOKIE, value);
        }
        let reply = self.kit.send(request).await;
        for cookie in reply.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
        reply
    }
}
