//! What an app on somebody's phone does: the client API with a bearer token, over HTTP.

use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use url::form_urlencoded;

use crate::auth::scope::Scopes;
use crate::services::accounts;

use super::seed::Residents;
use super::town::Town;

/// How long something may take to arrive on the other instance.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(15);
/// Largest answer, in bytes.
const ANSWER: usize = 4 * 1024 * 1024;

/// Somebody's app.
pub(super) struct Phone {
    domain: String,
    port: u16,
    name: String,
    email: String,
    token: String,
}

impl Phone {
    /// The app of `name`, logged in.
    ///
    /// # Errors
    /// When there is nobody of that name, or the database fails.
    pub(super) async fn of(town: &Town, all: &Residents, name: &str) -> anyhow::Result<Phone> {
        let (actor, account) = all.find(name)?;
        let scopes: Scopes = "read write follow".parse()?;
        let token = accounts::create_token(town.ctx(), account.id, &scopes).await?;
        Ok(Phone {
            domain: town.ctx().uris.domain().to_owned(),
            port: town.port(),
            name: actor.handle.clone(),
            email: account.email.clone(),
            token: token.expose().to_owned(),
        })
    }

    /// `@name@domain`
    pub(super) fn handle(&self) -> String {
        format!("@{}", self.acct())
    }

    /// `name@domain`: what an account of this person is called on other instances.
    pub(super) fn acct(&self) -> String {
        format!("{}@{}", self.name, self.domain)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn email(&self) -> &str {
        &self.email
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The whole address of a path on this person's instance.
    pub(super) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.domain)
    }

    /// Reads; `query` is encoded.
    ///
    /// # Errors
    /// When the answer is no success.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        self.call(Method::GET, &format!("{path}?{query}"), Bytes::new())
            .await
    }

    /// Does something; `body` is sent as JSON.
    ///
    /// # Errors
    /// When the answer is no success.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, serde_json::to_vec(body)?.into())
            .await
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> anyhow::Result<Value> {
        let what = format!("{method} {}", self.address(path));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.domain)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let (status, answer) = timeout(REQUEST, self.send(request))
            .await
            .with_context(|| format!("{what} was not answered in time"))?
            .with_context(|| format!("{what} failed"))?;
        if !status.is_success() {
            let said = String::from_utf8_lossy(&answer);
            bail!("{what} answered {status}: {said}");
        }
        serde_json::from_slice(&answer).with_context(|| format!("{what} did not answer JSON"))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "drives one connection and ends with it"
        )]
        let driver = tokio::spawn(connection);
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER)
            .collect()
            .await
            .map_err(|error| anyhow::anyhow!(error))?
            .to_bytes();
        driver.abort();
        Ok((status, body))
    }
}

/// Looks again and again until there is something to see.
///
/// # Errors
/// The error of a look; or after 20 s, that `what` did not happen.
pub(super) async fn until<T>(
    what: &str,
    look: impl AsyncFn() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        if Instant::now() >= deadline {
            bail!(
                "{what}: this did not happen within {} s",
                PATIENCE.as_secs()
            );
        }
        sleep(PAUSE).await;
    }
}

/// The first entry of the list `answer` whose `key` is `value`; `key` may be a JSON pointer.
pub(super) fn entry<'a>(answer: &'a Value, key: &str, value: &str) -> Option<&'a Value> {
    answer
        .as_array()?
        .iter()
        .find(|entry| entry.pointer(key).and_then(Value::as_str) == Some(value))
}

/// The text under a JSON pointer.
///
/// # Errors
/// When there is none.
pub(super) fn text<'a>(answer: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    answer
        .pointer(key)
        .and_then(Value::as_str)
        .with_context(|| format!("an answer has no {key}"))
}
