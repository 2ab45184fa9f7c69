//! Where a request really comes from: forwarding headers count only from configured proxies.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use crate::http::AppState;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client, for limits. Never for deciding who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What limits are counted by: an IPv4 address, or the /64 that one IPv6 customer has.
    #[must_use]
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => IpAddr::from((address.to_bits() >> 64 << 64).to_be_bytes()),
        }
    }
}

impl ClientAddress {
    /// The address behind a request, where forwarding headers of `trusted` proxies count.
    #[must_use]
    pub fn of(parts: &Parts, trusted: &[IpNet]) -> Self {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        ClientAddress(real(peer, &parts.headers, trusted))
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(ClientAddress::of(parts, &app.config.server.trusted_proxies))
    }
}

/// Goes back from the peer through `X-Forwarded-For`, from right to left, as long as each step is a trusted proxy.
fn real(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut at = peer.to_canonical();
    let steps = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .rev()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.rsplit(','));
    for step in steps {
        if !is_trusted(&at) {
            break;
        }
        let Some(before) = parse(step.trim()) else {
            break;
        };
        at = before;
    }
    at
}

/// An address, with or without brackets and a port.
fn parse(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::{ClientAddress, FORWARDED_FOR, real};

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<_> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        real(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_header_from_anybody_is_not_believed() {
        assert_eq!(seen("203.0.113.5", &["198.51.100.1"], &[]), "203.0.113.5");
        assert_eq!(
            seen("203.0.113.5", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.5"
        );
    }

    #[test]
    fn a_proxy_says_who_came_and_what_the_client_added_before_is_ignored() {
        let trusted = ["127.0.0.1/32", "10.0.0.0/8"];
        assert_eq!(
            seen("127.0.0.1", &["1.1.1.1, 203.0.113.5"], &trusted),
            "203.0.113.5"
        );
        assert_eq!(
            seen("127.0.0.1", &["1.1.1.1", "203.0.113.5, 10.1.2.3"], &trusted),
            "203.0.113.5"
        );
        assert_eq!(seen("127.0.0.1", &["nonsense"], &trusted), "127.0.0.1");
        assert_eq!(
            seen("::ffff:127.0.0.1", &["[2001:db8::7]:443"], &trusted),
            "2001:db8::7"
        );
        assert_eq!(seen("127.0.0.1", &[], &trusted), "127.0.0.1");
    }

    #[test]
    fn limits_count_ipv6_by_network() {
        let address: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        assert_eq!(
            ClientAddress(address).network().to_string(),
            "2001:db8:1:2::"
        );
    }
}
