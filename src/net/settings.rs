//! What the guarded client has to know of the configuration.

use std::time::Duration;

/// Limits and exceptions of the guarded client. `for_domain` gives the defaults; every field can be set.
#[derive(Debug, Clone)]
pub struct NetSettings {
    /// Exact `host:port` names that may be contacted on loopback, and nowhere else. Empty in production.
    pub loopback_hosts: Vec<String>,
    /// Certificate authorities to trust besides those of the system, as PEM.
    pub extra_ca_pem: Option<Vec<u8>>,
    /// Bound on one fetch: waiting for a turn, redirects and the whole body included.
    pub fetch_deadline: Duration,
    /// Bound on one delivery, from the connection to the status line.
    pub delivery_deadline: Duration,
    /// Redirects followed for one GET. A POST follows none.
    pub max_redirects: usize,
    /// Largest body read, in bytes after decompression.
    pub body_cap: usize,
    /// The same for pictures.
    pub image_cap: usize,
    /// Requests that one cause (an activity received, a search, a page shown) may set off.
    pub fetches_per_trigger: u32,
    /// New fetches a minute to one host; that many may come in a burst. A failed fetch counts five times.
    pub fetches_per_host_per_minute: u32,
    /// Fetches open at one host at a time, and as many deliveries.
    pub per_host_concurrency: usize,
    /// The `User-Agent` sent with every request.
    pub user_agent: String,
    /// The name this server is known by (with its port, if it has one); it is never fetched.
    pub own_domain: String,
}

impl NetSettings {
    /// The defaults, for a server known as `own_domain` (lower case, IDNA form).
    #[must_use]
    pub fn for_domain(own_domain: &str, user_agent: &str) -> Self {
        NetSettings {
            loopback_hosts: Vec::new(),
            extra_ca_pem: None,
            fetch_deadline: Duration::from_secs(12),
            delivery_deadline: Duration::from_secs(20),
            max_redirects: 3,
            body_cap: 1024 * 1024,
            image_cap: 10 * 1024 * 1024,
            fetches_per_trigger: 20,
            fetches_per_host_per_minute: 300,
            per_host_concurrency: 8,
            user_agent: user_agent.to_owned(),
            own_domain: own_domain.to_owned(),
        }
    }

    /// Whether exactly this host and port may be contacted on loopback.
    #[must_use]
    pub fn lists(&self, host: &str, port: u16) -> bool {
        self.listed()
            .any(|(name, listed_port)| listed_port == port && name.eq_ignore_ascii_case(host))
    }

    /// Whether this host is listed with any port. Such a name is never contacted on another port or outside loopback.
    #[must_use]
    pub fn lists_name(&self, host: &str) -> bool {
        self.listed()
            .any(|(name, _)| name.eq_ignore_ascii_case(host))
    }

    /// Whether host and port are this server's own.
    #[must_use]
    pub fn is_own(&self, host: &str, port: u16) -> bool {
        match split_port(&self.own_domain) {
            Some((name, own_port)) => own_port == port && name.eq_ignore_ascii_case(host),
            None => self.own_domain.eq_ignore_ascii_case(host),
        }
    }

    fn listed(&self) -> impl Iterator<Item = (&str, u16)> {
        self.loopback_hosts
            .iter()
            .filter_map(|entry| split_port(entry))
    }
}

/// `name:port` in its two parts; `None` where there is no port.
fn split_port(authority: &str) -> Option<(&str, u16)> {
    let (name, port) = authority.rsplit_once(':')?;
    Some((name, port.parse().ok()?))
}

/// Whether a name is `localhost` or below it (RFC 6761 §6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}
