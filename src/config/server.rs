//! `[server]`: where the server listens.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use toml::Value;

use super::error::Problem;
use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "server.listen",
        Preset::Value("\"127.0.0.1:8080\""),
        "IP address and port of public pages, inboxes and the API. Put a proxy with TLS in front of it.",
    ),
    Key::new(
        "server.admin_listen",
        Preset::Value("\"127.0.0.1:9090\""),
        "IP address and port of `/health`, `/ready` and `/metrics`. Never make it public.",
    ),
    Key::new(
        "server.trusted_proxies",
        Preset::Value("[]"),
        "Addresses of the proxies in front, as IP or CIDR. Only they may say in a header who the client is.",
    ),
];

/// Where the server listens, and whose forwarding headers it believes.
#[derive(Clone, Debug)]
pub struct Server {
    /// Public pages, inbox, API.
    pub listen: SocketAddr,
    /// `/health`, `/ready`, `/metrics`; never public.
    pub admin_listen: SocketAddr,
    /// Who may set forwarding headers; nobody if empty.
    pub trusted_proxies: Vec<IpNet>,
}

impl Server {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let fallback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            listen: reader
                .parsed("server.listen", parse_listen)
                .unwrap_or_else(|| fallback(8080)),
            admin_listen: reader
                .parsed("server.admin_listen", parse_listen)
                .unwrap_or_else(|| fallback(9090)),
            trusted_proxies: read_proxies(reader),
        }
    }

    pub(super) fn validate(&self) -> Vec<Problem> {
        // Port 0 asks the system for a free one, so two of them never meet.
        let same_port = self.listen.port() == self.admin_listen.port() && self.listen.port() != 0;
        let one_takes_all =
            self.listen.ip().is_unspecified() || self.admin_listen.ip().is_unspecified();
        if same_port && (one_takes_all || self.listen.ip() == self.admin_listen.ip()) {
            return vec![Problem::new(
                "server.admin_listen",
                "It must differ from `server.listen`; choose another port.",
            )];
        }
        Vec::new()
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        let proxies: Vec<String> = self
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        vec![
            ("server.listen", self.listen.to_string().into()),
            ("server.admin_listen", self.admin_listen.to_string().into()),
            ("server.trusted_proxies", proxies.into()),
        ]
    }
}

fn read_proxies(reader: &mut Reader) -> Vec<IpNet> {
    let mut nets = Vec::new();
    for text in reader.list("server.trusted_proxies") {
        if let Some(net) = parse_net(&text) {
            nets.push(net);
        } else {
            reader.refuse(
                "server.trusted_proxies",
                format!("`{text}` is no address; write an IP such as `10.0.0.2` or a range such as `10.0.0.0/8`."),
            );
        }
    }
    nets
}

fn parse_net(text: &str) -> Option<IpNet> {
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>().ok().or_else(single)
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().ok().ok_or_else(|| {
        "Write an IP address and a port, such as `127.0.0.1:8080` or `[::]:8080`.".to_owned()
    })
}
