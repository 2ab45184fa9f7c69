//! Which URLs may be contacted. Asked before every request and at every redirect hop.

use url::{Host, Url};

use super::error::RefusedUrl;
use super::settings::{NetSettings, is_localhost};

/// Longest URL contacted, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;

/// Top-level names that never lead to a foreign server on the public internet (RFC 6761, 6762, 7686, 8375, 9476; `internal` by
/// ICANN's resolution of 2024-07-29). They are not even looked up.
const SPECIAL_NAMES: [&str; 7] = [
    "localhost",
    "local",
    "internal",
    "onion",
    "invalid",
    "arpa",
    "alt",
];

/// A URL that passed every rule that needs no look-up. The addresses of its host are checked when connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
}

impl Target {
    /// Checks a URL against the rules: https on port 443 and a full host name, or exactly a host and port the settings list.
    /// The fragment is taken off, since it is never sent.
    ///
    /// # Errors
    /// The first rule that the URL breaks.
    pub fn check(url: &Url, settings: &NetSettings) -> Result<Target, RefusedUrl> {
        if url.as_str().len() > MAX_URL_BYTES {
            return Err(RefusedUrl::TooLong);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RefusedUrl::UserInfo);
        }
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(RefusedUrl::Scheme),
        };
        let host = url.host_str().ok_or(RefusedUrl::HostName)?;
        let port = url.port_or_known_default().ok_or(RefusedUrl::Port)?;
        let listed = settings.lists(host, port);
        match url.host() {
            Some(Host::Domain(name)) if listed => check_spelling(name)?,
            Some(Host::Domain(name)) => check_name(name)?,
            Some(Host::Ipv4(ip)) if listed && ip.is_loopback() => {}
            Some(Host::Ipv6(ip)) if listed && ip.is_loopback() => {}
            _ => return Err(RefusedUrl::AddressAsHost),
        }
        if settings.is_own(host, port) {
            return Err(RefusedUrl::OwnDomain);
        }
        if plain && !(listed && is_localhost(host)) {
            return Err(RefusedUrl::Scheme);
        }
        // A listed name leads to loopback, so its other ports stay shut, 443 among them.
        if !listed && (port != 443 || settings.lists_name(host)) {
            return Err(RefusedUrl::Port);
        }
        let mut url = url.clone();
        url.set_fragment(None);
        Ok(Target { url })
    }

    /// The URL to send, without fragment.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What limits are counted by: the host, with its port where that is not the usual one.
    #[must_use]
    pub fn host_key(&self) -> &str {
        self.url.authority()
    }
}

/// Reads the host part of a handle (`@name@host`). `Some` with its lower-case IDNA form if it is a full host name and nothing
/// else: no port (unless exactly that host and port is listed or our own), path, user, address or control character.
#[must_use]
pub fn bare_host(text: &str, settings: &NetSettings) -> Option<String> {
    let plausible = |c: char| match c {
        '.' | '-' | '_' | ':' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => !c.is_control() && !c.is_whitespace(),
    };
    if text.len() > 255 || !text.chars().all(plausible) {
        return None;
    }
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (text, None),
    };
    let Ok(Host::Domain(name)) = Host::parse(name) else {
        return None;
    };
    check_spelling(&name).ok()?;
    let usual = port.unwrap_or(443);
    if settings.lists(&name, usual) || settings.is_own(&name, usual) {
        return Some(port.map_or_else(|| name.clone(), |port| format!("{name}:{port}")));
    }
    (port.is_none() && !settings.lists_name(&name) && check_name(&name).is_ok()).then_some(name)
}

/// Whether a text is nothing but a host name that a handle may have. See [`bare_host`].
#[must_use]
pub fn is_bare_host(text: &str, settings: &NetSettings) -> bool {
    bare_host(text, settings).is_some()
}

/// The rules for a name on the public internet.
fn check_name(name: &str) -> Result<(), RefusedUrl> {
    check_spelling(name)?;
    let Some((_, top)) = name.rsplit_once('.') else {
        return Err(RefusedUrl::HostName);
    };
    // Some libraries read a name with a number at its end as an IPv4 address (WHATWG URL, "ends in a number").
    if top.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(RefusedUrl::AddressAsHost);
    }
    if SPECIAL_NAMES.contains(&top) {
        return Err(RefusedUrl::HostName);
    }
    Ok(())
}

/// The spelling every host name has: RFC 1123 §2.1 with the underscore some servers use; no empty label, so no dot at the end.
fn check_spelling(name: &str) -> Result<(), RefusedUrl> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(RefusedUrl::HostName)
    }
}

#[cfg(test)]
mod tests;
