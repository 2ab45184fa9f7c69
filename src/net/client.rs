//! The guarded client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Request, Response};
use tokio::time::timeout;
use url::Url;

use super::answer::{Answer, Fetched, Refusal, kept, retry_after};
use super::error::{ClientError, FetchError, RefusedUrl};
use super::hosts::{Hosts, Turn};
use super::limits::{Budget, Failures};
use super::media_type::{Accept, content_type};
use super::resolver::{GuardedResolver, Lookup, system_lookup};
use super::settings::NetSettings;
use super::target::Target;
use crate::domain::clock::Clock;

/// Look-up, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest silence in the middle of an answer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept. Short, since deliveries touch thousands of hosts and each is an open file.
const KEPT_OPEN: Duration = Duration::from_secs(20);
/// Unused connections kept for one host.
const KEPT_PER_HOST: usize = 8;
/// Largest set of response headers over HTTP/2.
const HEADER_BYTES: u32 = 64 * 1024;
/// What is read of the answer to a delivery, so that its connection can be used again.
const DISCARDED_BYTES: usize = 64 * 1024;
/// Longest wait for the rest of an answer whose status is known.
const DISCARD_TIME: Duration = Duration::from_secs(2);

/// Signs one GET. Called anew for every hop, because the signature covers host and path.
#[async_trait]
pub trait SignRequest: Send + Sync {
    /// The headers to add, `Date` and `Signature` among them, for a GET of exactly this URL.
    async fn sign_get(&self, url: &Url) -> HeaderMap;

    /// The same signed in another way, after the first was refused; `None` leaves it at that. Asked once for each hop.
    async fn sign_again(&self, _url: &Url, _refusal: &Refusal) -> Option<HeaderMap> {
        None
    }

    /// What [`SignRequest::sign_again`] gave for this URL was answered with the document.
    async fn was_taken(&self, _url: &Url) {}
}

/// Makes every request that leaves the server. Cheap to clone; clones share connections and limits.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    settings: Arc<NetSettings>,
    hosts: Arc<Hosts>,
    failures: Failures,
    clock: Arc<dyn Clock>,
}

/// One step of a GET.
enum Hop {
    Here(Box<Fetched>),
    Elsewhere(String),
}

impl Client {
    /// Builds the client on the system's resolver. The system's certificate store is read once, here.
    ///
    /// # Errors
    /// If there are no usable certificate authorities, or the user agent is no header value.
    pub fn new(settings: NetSettings, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        Self::with_lookup(settings, clock, system_lookup())
    }

    /// The same with another way to look up names; its answers are checked like the system's.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_lookup(
        settings: NetSettings,
        clock: Arc<dyn Clock>,
        lookup: Lookup,
    ) -> Result<Self, ClientError> {
        let settings = Arc::new(settings);
        let extra = match &settings.extra_ca_pem {
            Some(pem) => Certificate::from_pem_bundle(pem)
                .map_err(|error| ClientError::ExtraCa(Box::new(error)))?,
            None => Vec::new(),
        };
        let http = builder()
            .tls_certs_merge(extra)
            .user_agent(settings.user_agent.as_str())
            .dns_resolver(GuardedResolver::new(Arc::clone(&settings), lookup))
            .build()
            .map_err(|error| ClientError::Setup(Box::new(error)))?;
        let hosts = Arc::new(Hosts::new(&settings));
        Ok(Client {
            http,
            settings,
            hosts,
            failures: Failures::default(),
            clock,
        })
    }

    /// A fresh budget for one cause, as large as the settings say.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget::new(self.settings.fetches_per_trigger)
    }

    /// URLs that failed lately. The client fills nothing in by itself: the caller knows which failures matter and how long.
    #[must_use]
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// The settings the client was built with, for [`Target::check`] and [`super::bare_host`].
    #[must_use]
    pub fn settings(&self) -> &NetSettings {
        &self.settings
    }

    /// Fetches a document. Follows redirects within the settings' limit; each hop is checked, signed and paid for like the first.
    ///
    /// # Errors
    /// Every [`FetchError`]; anything but a status from 200 to 299 is one.
    pub async fn get(
        &self,
        url: &Url,
        accept: Accept,
        sign: Option<&dyn SignRequest>,
        budget: &Budget,
    ) -> Result<Fetched, FetchError> {
        let all = Box::pin(self.follow(url, accept, sign, budget));
        timeout(self.settings.fetch_deadline, all)
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }

    /// Delivers a body. Follows no redirect: a 3xx is an answer like any other. `Host` is set by the URL alone.
    ///
    /// # Errors
    /// `Refused`, `Busy`, `Timeout` or `Network`; an answer with any status is no error.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, FetchError> {
        let target = Target::check(url, &self.settings)?;
        let _turn = self.hosts.turn_to_deliver(target.host_key()).await?;
        let mut request = Request::new(Method::POST, target.url().clone());
        *request.headers_mut() = headers;
        request.headers_mut().remove(HOST);
        *request.body_mut() = Some(body.into());
        let exchange = Box::pin(self.http.execute(request));
        let mut response = match timeout(self.settings.delivery_deadline, exchange).await {
            Ok(response) => response.map_err(FetchError::of_exchange)?,
            Err(_late) => return Err(FetchError::Timeout),
        };
        let answer = Answer {
            status: response.status().as_u16(),
            retry_after: retry_after(response.headers(), self.clock.now()),
            accept_signature: response.headers().get("accept-signature").cloned(),
        };
        // The status decides; what becomes of the rest only matters to the connection.
        let _ = timeout(DISCARD_TIME, read(&mut response, DISCARDED_BYTES)).await;
        Ok(answer)
    }

    async fn follow(
        &self,
        url: &Url,
        accept: Accept,
        sign: Option<&dyn SignRequest>,
        budget: &Budget,
    ) -> Result<Fetched, FetchError> {
        let mut target = Target::check(url, &self.settings)?;
        let mut visited = Vec::new();
        loop {
            let location = match self.hop(&target, accept, sign, budget).await? {
                Hop::Here(fetched) => return Ok(*fetched),
                Hop::Elsewhere(location) => location,
            };
            let Ok(next) = target.url().join(&location) else {
                return Err(RefusedUrl::Redirect.into());
            };
            if next.scheme() != target.url().scheme() {
                return Err(RefusedUrl::Redirect.into());
            }
            let next = Target::check(&next, &self.settings)?;
            visited.push(target);
            if visited.len() > self.settings.max_redirects || visited.contains(&next) {
                return Err(FetchError::TooManyRedirects);
            }
            target = next;
        }
    }

    /// Sends one GET, when it is this host's turn.
    async fn hop(
        &self,
        target: &Target,
        accept: Accept,
        sign: Option<&dyn SignRequest>,
        budget: &Budget,
    ) -> Result<Hop, FetchError> {
        budget.spend()?;
        let turn = self
            .hosts
            .turn_to_fetch(target.host_key(), self.clock.now())
            .await?;
        // A hop that the deadline cuts off drops this with `due` still set, so it counts as failed.
        let mut toll = Toll {
            client: self,
            turn: &turn,
            due: true,
        };
        let result = self.knock((target, accept), sign, budget).await;
        toll.due =
            matches!(&result, Err(error) if !matches!(error, FetchError::Gone | FetchError::Busy));
        result
    }

    /// Asks, and if the signature was refused, once more with the one that the signer gives then.
    async fn knock(
        &self,
        (target, accept): (&Target, Accept),
        sign: Option<&dyn SignRequest>,
        budget: &Budget,
    ) -> Result<Hop, FetchError> {
        let Some(signer) = sign else {
            let response = self.ask(target, accept, HeaderMap::new()).await?;
            return self.take(response, target, accept).await;
        };
        let headers = signer.sign_get(target.url()).await;
        let response = self.ask(target, accept, headers).await?;
        let status = response.status().as_u16();
        if budget.left() > 0
            && let Some(refusal) = Refusal::of(status, response.headers())
            && let Some(headers) = signer.sign_again(target.url(), &refusal).await
            && budget.spend().is_ok()
        {
            let response = self.ask(target, accept, headers).await?;
            let second = self.take(response, target, accept).await;
            if matches!(second, Ok(Hop::Here(_))) {
                signer.was_taken(target.url()).await;
            }
            return second;
        }
        self.take(response, target, accept).await
    }

    async fn ask(
        &self,
        target: &Target,
        accept: Accept,
        headers: HeaderMap,
    ) -> Result<Response, FetchError> {
        let mut request = Request::new(Method::GET, target.url().clone());
        *request.headers_mut() = headers;
        request.headers_mut().remove(HOST);
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static(accept.header()));
        self.http
            .execute(request)
            .await
            .map_err(FetchError::of_exchange)
    }

    async fn take(
        &self,
        mut response: Response,
        target: &Target,
        accept: Accept,
    ) -> Result<Hop, FetchError> {
        let status = response.status();
        if status.is_redirection()
            && let Some(location) = response.headers().get(LOCATION)
        {
            let Ok(location) = location.to_str() else {
                return Err(RefusedUrl::Redirect.into());
            };
            return Ok(Hop::Elsewhere(location.to_owned()));
        }
        if !status.is_success() {
            return Err(self.failure(&response));
        }
        let content_type = content_type(response.headers()).filter(|kind| accept.takes(kind));
        let content_type = content_type.ok_or(FetchError::ContentType)?.to_owned();
        let headers = kept(response.headers());
        let body = read(&mut response, accept.cap(&self.settings)).await?;
        Ok(Hop::Here(Box::new(Fetched {
            final_url: target.url().clone(),
            status: status.as_u16(),
            content_type,
            headers,
            body,
        })))
    }

    fn failure(&self, response: &Response) -> FetchError {
        match response.status().as_u16() {
            404 => FetchError::NotFound,
            410 => FetchError::Gone,
            status @ (401 | 403) => FetchError::Unauthorized(status),
            status => FetchError::Status {
                status,
                retry_after: retry_after(response.headers(), self.clock.now()),
            },
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Charges the host for a failed fetch when dropped.
struct Toll<'a> {
    client: &'a Client,
    turn: &'a Turn,
    due: bool,
}

impl Drop for Toll<'_> {
    fn drop(&mut self) {
        if self.due {
            self.client.hosts.failed(self.turn, self.client.clock.now());
        }
    }
}

/// The HTTP library without anything that acts by itself: no redirects, proxies, cookies or referer.
#[expect(clippy::disallowed_methods, reason = "this is the guarded client")]
fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .pool_idle_timeout(KEPT_OPEN)
        .pool_max_idle_per_host(KEPT_PER_HOST)
        .http2_max_header_list_size(HEADER_BYTES)
        .gzip(true)
}

/// Reads a body as it comes, at most `cap` bytes after decompression.
async fn read(response: &mut Response, cap: usize) -> Result<Bytes, FetchError> {
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    if announced > cap {
        return Err(FetchError::TooBig);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(FetchError::of_exchange)? {
        if body.len() + chunk.len() > cap {
            return Err(FetchError::TooBig);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests;
