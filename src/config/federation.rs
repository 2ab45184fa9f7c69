//! `[federation]`: whom the server talks to.

use std::path::{Path, PathBuf};

use toml::Value;

use super::error::Problem;
use super::host;
use super::key::{Key, Preset};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "federation.mode",
        Preset::Value("\"open\""),
        "`open` (every server that is not blocked) or `allowlist` (only those allowed with `kith domain allow`).",
    ),
    Key::new(
        "federation.authorized_fetch",
        Preset::Value("false"),
        "Require a signature from servers that read actors and objects, so that a block also hides what is public.",
    ),
    Key::new(
        "federation.loopback_hosts",
        Preset::Value("[]"),
        "For tests: exact `host:port` names on this machine that may be contacted. Nothing else inside ever may.",
    ),
    Key::new(
        "federation.extra_ca_file",
        Preset::Unset("\"extra-ca.pem\""),
        "PEM file of extra certificate authorities to trust, relative to the folder of this file.",
    ),
    Key::new(
        "federation.time_scale",
        Preset::Value("1.0"),
        "For tests: divides the delays of retries, expiry, reminders, digests, rounds and polls.",
    ),
];

/// Whom the server talks to, and how strictly.
#[derive(Clone, Debug)]
pub struct Federation {
    /// All servers, or only those that were allowed.
    pub mode: FederationMode,
    /// Whether actors and objects are served to signed requests only.
    pub authorized_fetch: bool,
    /// Exact `host:port` names that resolve to loopback and may be contacted there (rulings 23).
    pub loopback_hosts: Vec<String>,
    /// PEM file of extra certificate authorities (absolute path).
    pub extra_ca_file: Option<PathBuf>,
    /// Divides retry, expiry, reminder, digest, round and poll delays; never signature windows. Above 0; 1 is real time.
    pub time_scale: f64,
}

/// Which servers may federate with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederationMode {
    /// Every server that is not blocked.
    Open,
    /// Only servers that were allowed.
    Allowlist,
}

impl FederationMode {
    /// As it stands in the settings file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Allowlist => "allowlist",
        }
    }
}

impl Federation {
    pub(super) fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        Self {
            mode: reader
                .parsed("federation.mode", parse_mode)
                .unwrap_or(FederationMode::Open),
            authorized_fetch: reader.flag("federation.authorized_fetch"),
            loopback_hosts: reader.list("federation.loopback_hosts"),
            extra_ca_file: reader
                .optional("federation.extra_ca_file")
                .map(|file| data_dir.join(file)),
            time_scale: reader.real("federation.time_scale"),
        }
    }

    pub(super) fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .loopback_hosts
            .iter()
            .filter(|name| !is_loopback_host(name))
            .map(|name| {
                Problem::new(
                    "federation.loopback_hosts",
                    format!("`{name}` must be a lower-case name with its port, such as `beta.localhost:8101`, without patterns."),
                )
            })
            .collect();
        if !(self.time_scale.is_finite() && self.time_scale > 0.0) {
            problems.push(Problem::new(
                "federation.time_scale",
                "It must be above 0; 1.0 is real time, 60.0 makes a minute a second.",
            ));
        }
        problems
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        let ca_file = self
            .extra_ca_file
            .as_ref()
            .map(|path| path.display().to_string());
        vec![
            ("federation.mode", self.mode.as_str().into()),
            ("federation.authorized_fetch", self.authorized_fetch.into()),
            (
                "federation.loopback_hosts",
                self.loopback_hosts.clone().into(),
            ),
            (
                "federation.extra_ca_file",
                ca_file.unwrap_or_default().into(),
            ),
            ("federation.time_scale", self.time_scale.into()),
        ]
    }
}

fn is_loopback_host(text: &str) -> bool {
    match host::split(text) {
        Some((name, Some(_))) => host::fault(name).is_none() || host::is_loopback_address(name),
        _ => false,
    }
}

fn parse_mode(text: &str) -> Result<FederationMode, String> {
    [FederationMode::Open, FederationMode::Allowlist]
        .into_iter()
        .find(|mode| mode.as_str() == text)
        .ok_or_else(|| "Choose `open` or `allowlist`.".to_owned())
}
