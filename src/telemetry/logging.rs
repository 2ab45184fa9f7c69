//! Log lines on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::TelemetryError;

/// What is logged when nobody says otherwise: our own news, and only trouble from the crates below. What browsers send in
/// place of a passkey is no trouble of ours; we log it ourselves.
pub const DEFAULT_FILTER: &str = "warn,kith=info,webauthn_rs=off,webauthn_rs_core=off";

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people; in colour on a terminal.
    #[default]
    Text,
    /// One JSON object a line, fields flat.
    Json,
}

/// Starts logging for the whole process, with `filter` or else [`DEFAULT_FILTER`]. Standard output stays free for what
/// commands print.
///
/// # Errors
/// [`TelemetryError::Filter`] for a filter that cannot be read, [`TelemetryError::Logging`] the second time.
pub fn init(filter: Option<&str>, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = parse_filter(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => registry
            .with(lines.with_ansi(std::io::stderr().is_terminal()))
            .try_init(),
        LogFormat::Json => registry
            .with(
                lines
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false),
            )
            .try_init(),
    }
    .map_err(TelemetryError::Logging)
}

fn parse_filter(filter: Option<&str>) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder()
        .parse(filter.unwrap_or(DEFAULT_FILTER))
        .map_err(TelemetryError::Filter)
}

#[cfg(test)]
mod tests {
    use super::{LogFormat, init, parse_filter};
    use crate::telemetry::TelemetryError;

    #[test]
    fn a_filter_is_read_or_refused() {
        assert!(parse_filter(None).is_ok());
        assert!(parse_filter(Some("kith::net=debug,info")).is_ok());
        assert!(matches!(
            parse_filter(Some("kith=loud")),
            Err(TelemetryError::Filter(_))
        ));
    }

    #[test]
    fn logging_starts_once() {
        assert!(init(Some("off"), LogFormat::Json).is_ok());
        assert!(matches!(
            init(None, LogFormat::Text),
            Err(TelemetryError::Logging(_))
        ));
    }
}
