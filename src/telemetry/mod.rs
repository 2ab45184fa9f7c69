//! How the server tells its operator what it does: log lines and metrics.
//!
//! What belongs here sets up the two and names the metrics. What is logged or counted is decided where it happens.
//! Nothing of people's private data, and nothing of matching, ever goes into a log line or a label.

pub mod logging;
pub mod metrics;

/// Why logs or metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter cannot be read.
    #[error("the log filter cannot be read; write one such as `info` or `kith::net=debug,info`")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// Logging was set up before in this process.
    #[error("logging is set up already")]
    Logging(#[source] tracing_subscriber::util::TryInitError),
    /// A metrics recorder was installed before in this process, or the buckets are wrong.
    #[error("metrics cannot be set up")]
    Metrics(#[source] metrics_exporter_prometheus::BuildError),
}
