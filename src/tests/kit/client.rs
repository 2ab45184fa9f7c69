//! What somebody's app sends requests of the client API with.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use kith::domain::actor::{Actor, Role};
use kith::services::accounts::{self, NewPerson};

use super::{Reply, TestKit, some_pairs};

/// A person with an app that may do everything.
pub(crate) struct Client<'k> {
    kit: &'k TestKit,
    pub(crate) actor: Actor,
    token: String,
}

impl TestKit {
    /// A new member called `handle` with an app.
    pub(crate) async fn client(&self, handle: &str) -> Client<'_> {
        self.client_with(handle, "read write follow").await
    }

    pub(crate) async fn client_with(&self, handle: &str, scopes: &str) -> Client<'_> {
        let ctx = &self.app.ctx;
        let person = NewPerson {
            handle: handle.to_owned(),
            email: format!("{handle}@people.test"),
            password_hash: None,
            role: Role::Member,
            name: String::new(),
        };
        let made = accounts::create_person(ctx, person, some_pairs()).await;
        let (actor, account) = made.unwrap();
        let scopes = scopes.parse().unwrap();
        let token = accounts::create_token(ctx, account.id, &scopes).await;
        Client {
            kit: self,
            actor,
            token: token.unwrap().expose().to_owned(),
        }
    }
}

impl Client<'_> {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn id(&self) -> String {
        self.actor.id.to_string()
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token));
        let request = match body {
            Some(json) => request
                .header("content-type", "application/json")
                .body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        self.kit.send(request.unwrap()).await
    }

    /// The answer to a GET that works.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.send(Method::GET, path, None).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    /// The answer to a POST that works.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let reply = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    /// The answer to any request with a body, and its code.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let reply = self.send(method, path, Some(body)).await;
        (reply.status.as_u16(), reply.json())
    }

    /// The answer to a `multipart/form-data` request with fields and files, and its code.
    pub(crate) async fn form(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> (u16, Value) {
        let mut body = Vec::new();
        for (name, text) in fields {
            let part = format!(
                "--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
            );
            body.extend(part.into_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.exe\"\r\n\
                 Content-Type: text/html\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XyZ--\r\n");
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/form-data; boundary=XyZ")
            .header("content-length", body.len());
        let reply = self.kit.send(request.body(Body::from(body)).unwrap()).await;
        (reply.status.as_u16(), reply.json())
    }

    /// Uploads a picture that is taken.
    pub(crate) async fn uploads(&self, bytes: &[u8], fields: &[(&str, &str)]) -> Value {
        let files = [("file", bytes)];
        let (code, made) = self
            .form(Method::POST, "/api/v2/media", fields, &files)
            .await;
        assert_eq!(code, 200, "{made}");
        made
    }

    /// The code of the answer to a GET.
    pub(crate) async fn code(&self, path: &str) -> u16 {
        self.send(Method::GET, path, None).await.status.as_u16()
    }

    /// The ids of a list, or the names of one that has none.
    pub(crate) async fn ids(&self, path: &str) -> Vec<String> {
        ids(&self.get(path).await)
    }

    /// Posts, and answers the id.
    pub(crate) async fn says(&self, text: &str) -> String {
        self.posts(serde_json::json!({ "status": text })).await
    }

    /// The same with more than a text.
    pub(crate) async fn posts(&self, body: Value) -> String {
        let posted = self.post("/api/v1/statuses", body).await;
        posted["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn follows(&self, other: &Actor) {
        let path = format!("/api/v1/accounts/{}/follow", other.id);
        self.post(&path, serde_json::json!({})).await;
    }

    /// How this person stands to `other`.
    pub(crate) async fn relationship(&self, other: &Actor) -> Value {
        let path = format!("/api/v1/accounts/relationships?id[]={}", other.id);
        self.get(&path).await[0].clone()
    }
}

/// The ids of a list.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list was answered");
    let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
    list.iter().map(id).collect()
}
