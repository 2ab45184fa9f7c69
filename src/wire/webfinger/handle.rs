//! Handles: `maria@kith.example`.

use std::fmt;

use url::{Host, Url};

/// Longest name part, in characters.
const MAX_USER: usize = 128;

/// Longest host name, in characters (RFC 1035).
const MAX_HOST: usize = 253;

/// The name of an actor on the network. The host is a bare name in lower case and ASCII (punycode).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    user: String,
    host: String,
}

/// Why something is not a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// Not of the form `name@host`.
    #[error("a handle is a name, an @ and a host")]
    Form,
    /// The name has other characters than letters, digits, `_`, and `.` or `-` inside.
    #[error("the name part has characters that no server uses")]
    User,
    /// The host is not a bare host name: an address, a port that is not listed, a path, or characters that do not belong.
    #[error("the host part is not a bare host name")]
    Host,
}

impl Handle {
    /// Reads `name@host`, `@name@host` or `acct:name@host`. `listed` are the only values of `host:port` that may have a
    /// port (`federation.loopback_hosts` and our own domain).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse<S: AsRef<str>>(text: &str, listed: &[S]) -> Result<Self, HandleError> {
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix('@').unwrap_or(text);
        let (user, host) = text.split_once('@').ok_or(HandleError::Form)?;
        if !valid_user(user) {
            return Err(HandleError::User);
        }
        Ok(Handle {
            user: user.to_owned(),
            host: bare_host(host, listed)?,
        })
    }

    /// The name part, in the case it was written. Names are compared without regard to case.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The host part.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `acct:name@host`.
    #[must_use]
    pub fn acct(&self) -> String {
        format!("acct:{self}")
    }

    /// True if both name the same account.
    #[must_use]
    pub fn same_as(&self, other: &Handle) -> bool {
        self.host == other.host && self.user.eq_ignore_ascii_case(&other.user)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

/// What peers agree on: ASCII letters, digits and `_`, with `.` and `-` inside.
fn valid_user(user: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !user.is_empty()
        && user.len() <= MAX_USER
        && user.starts_with(word)
        && user.ends_with(word)
        && user.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn bare_host<S: AsRef<str>>(host: &str, listed: &[S]) -> Result<String, HandleError> {
    let lower = host.to_lowercase();
    if listed.iter().any(|entry| entry.as_ref() == lower) {
        return Ok(lower);
    }
    let odd = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || (c.is_ascii() && !c.is_ascii_alphanumeric() && c != '-' && c != '.')
    };
    if lower.is_empty() || lower.len() > MAX_HOST || lower.contains(odd) {
        return Err(HandleError::Host);
    }
    let lower = lower.strip_suffix('.').unwrap_or(&lower);
    match Host::parse(lower) {
        Ok(Host::Domain(name)) if plain_name(&name) => Ok(name),
        _ => Err(HandleError::Host),
    }
}

/// True for names with at least two non-empty labels, and for `localhost`.
fn plain_name(name: &str) -> bool {
    name.len() <= MAX_HOST
        && (name == "localhost" || name.contains('.'))
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63)
}

/// What a WebFinger request asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A handle.
    Acct(Handle),
    /// An id or page, or the server itself (`https://kith.example/`, FEP-d556).
    Address(Url),
}

impl Resource {
    /// Reads the `resource` parameter. A bare `name@host` counts as a handle.
    ///
    /// # Errors
    /// What is wrong with the handle; [`HandleError::Form`] for addresses that are not http or https.
    pub fn parse<S: AsRef<str>>(text: &str, listed: &[S]) -> Result<Self, HandleError> {
        if text.starts_with("https://") || text.starts_with("http://") {
            let url = Url::parse(text)
                .ok()
                .filter(|url| url.username().is_empty() && url.password().is_none());
            return url.map(Resource::Address).ok_or(HandleError::Form);
        }
        Handle::parse(text, listed).map(Resource::Acct)
    }
}
