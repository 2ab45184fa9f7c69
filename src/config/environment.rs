//! The one place that looks at the process environment.

use std::collections::BTreeMap;

/// How the server should log; set by environment because logging starts before any file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// `KITH_LOG`: a filter such as `info` or `kith::federation=debug,info`.
    pub filter: Option<String>,
    /// `KITH_LOG_FORMAT=json`: one JSON object a line instead of text for people.
    pub json: bool,
}

/// The variables of this process whose names start with `KITH_`; those that are not UTF-8 are left out.
#[must_use]
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("KITH_"))
        .collect()
}

/// What `env` (usually [`environment`]) says about logging.
#[must_use]
pub fn log_settings(env: &BTreeMap<String, String>) -> LogSettings {
    LogSettings {
        filter: env.get("KITH_LOG").filter(|text| !text.is_empty()).cloned(),
        json: env
            .get("KITH_LOG_FORMAT")
            .is_some_and(|text| text == "json"),
    }
}
