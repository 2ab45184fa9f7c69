//! What a benchmark found, as a line of JSON or as text.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::print;

/// One figure. `value` and `ceiling` are in `unit`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) ceiling: f64,
    pub(super) ratio: f64,
    pub(super) cpu_us_per_op: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Anonymous memory of the server at the end of the load.
    pub(super) rss_mib: f64,
    pub(super) database: String,
    pub(super) details: Map<String, Value>,
}

impl Report {
    pub(super) fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            return print::json(self);
        }
        print::line(&format!(
            "{}: {:.0} {} ({:.1} us of CPU each) on {}; ceiling {:.0}, ratio {:.2}; p50 {:.2} ms, p99 {:.2} ms; {:.1} MiB",
            self.name,
            self.value,
            self.unit,
            self.cpu_us_per_op,
            self.database,
            self.ceiling,
            self.ratio,
            self.p50_ms,
            self.p99_ms,
            self.rss_mib
        ))?;
        for (name, value) in &self.details {
            print::line(&format!("  {name}: {value}"))?;
        }
        Ok(())
    }
}
