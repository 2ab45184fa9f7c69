//! The form of host names in settings.

use std::net::IpAddr;

/// Host and, where one is written, port; `None` if the part behind the colon is no port from 1 to 65535.
pub(super) fn split(text: &str) -> Option<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        None => Some((text, None)),
        Some((host, port)) => {
            // `parse` alone would take "+80" and "080", which are other spellings of the same name.
            let canonical = port
                .parse::<u16>()
                .ok()
                .filter(|n| *n > 0 && n.to_string() == port)?;
            Some((host, Some(canonical)))
        }
    }
}

/// What is wrong with `host` as a DNS name in the form we write into ids: lower case, ASCII (RFC 1035 §2.3.1 with the
/// digits of RFC 1123 §2.1, international names as RFC 5890 A-labels).
pub(super) fn fault(host: &str) -> Option<&'static str> {
    if host.is_empty() {
        return Some("The host name is empty.");
    }
    if host.chars().any(char::is_uppercase) {
        return Some("Write it in lower case.");
    }
    if !host.is_ascii() {
        return Some("Write an international name in its `xn--` form.");
    }
    if host.len() > 253 {
        return Some("A host name has at most 253 characters.");
    }
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !host.split('.').all(label_is_good) {
        return Some(
            "Write a host name alone, such as `kith.example`, without scheme, path or spaces.",
        );
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Some("An IP address cannot stand here; use a name.");
    }
    None
}

/// `localhost` and everything under it (RFC 6761 §6.3).
pub(super) fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Names that exist on this machine or in a test only: `.localhost` and `.test` (RFC 6761 §6.2, §6.3).
pub(super) fn is_reserved_for_tests(host: &str) -> bool {
    is_localhost(host) || host.strip_suffix(".test").is_some()
}

/// A loopback address in the form it has in a URL: `127.0.0.1`, `[::1]`.
pub(super) fn is_loopback_address(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}
