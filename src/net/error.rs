//! Why a request was not made, or what went wrong with it.

use std::error::Error as StdError;
use std::time::Duration;

use super::resolver::ResolveError;

/// A URL that is never contacted, and the rule it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedUrl {
    #[error("the address is too long")]
    TooLong,
    #[error("only https addresses are contacted")]
    Scheme,
    #[error("the address contains a user name or password")]
    UserInfo,
    #[error("the address has no full host name")]
    HostName,
    #[error("a numeric address in place of a host name")]
    AddressAsHost,
    #[error("only port 443 is contacted")]
    Port,
    #[error("the address is on this server")]
    OwnDomain,
    #[error("the host name leads to an address that is not on the public internet")]
    InsideAddress,
    #[error("a redirect to an unusable address or to another scheme")]
    Redirect,
}

/// Why a fetch or delivery has no result.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Our own rules forbid it; nothing was sent to the refused address. Trying again cannot help.
    #[error("refused: {0}")]
    Refused(#[from] RefusedUrl),
    /// 404.
    #[error("not found")]
    NotFound,
    /// 410: it existed and is gone for good.
    #[error("gone")]
    Gone,
    /// 401 or 403, whichever it was.
    #[error("not allowed, status {0}")]
    Unauthorized(u16),
    /// Any other status outside 200 to 299, with the time the server asks us to stay away.
    #[error("status {status}")]
    Status {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// Longer than the deadline, at whatever stage.
    #[error("no complete answer in time")]
    Timeout,
    /// The body, after decompression, is larger than the cap.
    #[error("the answer is too big")]
    TooBig,
    /// The answer is not of a kind that was asked for.
    #[error("the answer has the wrong content type")]
    ContentType,
    /// More redirects than allowed, or one back to an address visited before.
    #[error("too many redirects")]
    TooManyRedirects,
    /// The trigger has used up its requests.
    #[error("too many requests for one cause")]
    BudgetSpent,
    /// Too much is going on already, in all or at this host; nothing was sent. Not the host's failure.
    #[error("too many requests to this host")]
    Busy,
    /// Name look-up, connection, TLS, protocol or decompression failed.
    #[error("the connection failed")]
    Network(#[source] Box<dyn StdError + Send + Sync>),
}

impl FetchError {
    /// Whether another try later may succeed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.is_host_failure()
            || matches!(
                self,
                FetchError::Busy | FetchError::BudgetSpent | FetchError::Status { status: 408, .. }
            )
    }

    /// Whether the host itself seems to be in trouble: network errors, timeouts, 429 and 5xx.
    #[must_use]
    pub fn is_host_failure(&self) -> bool {
        match self {
            FetchError::Network(_) | FetchError::Timeout => true,
            FetchError::Status { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// A stable word for logs and metrics.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            FetchError::Refused(_) => "refused",
            FetchError::NotFound => "not_found",
            FetchError::Gone => "gone",
            FetchError::Unauthorized(_) => "unauthorized",
            FetchError::Status { .. } => "status",
            FetchError::Timeout => "timeout",
            FetchError::TooBig => "too_big",
            FetchError::ContentType => "content_type",
            FetchError::TooManyRedirects => "too_many_redirects",
            FetchError::BudgetSpent => "budget_spent",
            FetchError::Busy => "busy",
            FetchError::Network(_) => "network",
        }
    }

    /// Sorts an error of the HTTP library; a refusal by our resolver hides deep in its sources.
    pub(super) fn of_exchange(error: reqwest::Error) -> Self {
        let mut source: Option<&(dyn StdError + 'static)> = Some(&error);
        while let Some(inner) = source {
            match inner.downcast_ref::<ResolveError>() {
                Some(ResolveError::Inside) => {
                    return FetchError::Refused(RefusedUrl::InsideAddress);
                }
                Some(ResolveError::Busy) => return FetchError::Busy,
                _ => source = inner.source(),
            }
        }
        if error.is_timeout() {
            FetchError::Timeout
        } else {
            FetchError::Network(Box::new(error.without_url()))
        }
    }
}

/// Why the client could not be built. Shown at start; the server does not run without it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the extra certificate authorities are not readable as PEM")]
    ExtraCa(#[source] Box<dyn StdError + Send + Sync>),
    #[error("the HTTP client could not be set up; are the system's CA certificates installed?")]
    Setup(#[source] Box<dyn StdError + Send + Sync>),
}
