//! Metrics: their names, and the text of `/metrics`.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::TelemetryError;

/// Requests answered. Labels: `method`, `route` (the pattern, never the path), `status`.
pub const HTTP_REQUESTS: &str = "kith_http_requests_total";
/// Time from a request to its answer, in seconds. Label: `route`.
pub const HTTP_SECONDS: &str = "kith_http_request_seconds";
/// Activities received. Label: `outcome` (`accepted`, `ignored`, `malformed`, `unsigned`, `refused`, `gone`, `busy`).
pub const INBOX_ACTIVITIES: &str = "kith_inbox_activities_total";
/// Time from an activity's arrival to its effect, in seconds.
pub const INBOX_SECONDS: &str = "kith_inbox_processing_seconds";
/// Activities that are stored and not yet processed.
pub const INBOX_WAITING: &str = "kith_inbox_waiting";
/// Activities that failed and wait for another copy or a person.
pub const INBOX_PARKED: &str = "kith_inbox_parked";
/// Signatures checked. Labels: `scheme` (`cavage`, `rfc9421`), `outcome` (`valid`, `invalid`).
pub const SIGNATURES: &str = "kith_signatures_total";
/// Attempts to deliver. Label: `outcome` (`delivered`, `retried`, `parked`, `stopped`).
pub const DELIVERIES: &str = "kith_deliveries_total";
/// Time of one attempt to deliver, in seconds.
pub const DELIVERY_SECONDS: &str = "kith_delivery_seconds";
/// Deliveries that could be attempted now.
pub const DELIVERIES_DUE: &str = "kith_deliveries_due";
/// Deliveries that wait for their next attempt.
pub const DELIVERIES_DELAYED: &str = "kith_deliveries_delayed";
/// Deliveries that were given up for now.
pub const DELIVERIES_PARKED: &str = "kith_deliveries_parked";
/// Hosts that are not contacted for a while because they failed.
pub const HOSTS_PAUSED: &str = "kith_hosts_paused";
/// Hosts that have been silent for a week.
pub const HOSTS_DEAD: &str = "kith_hosts_dead";
/// Documents fetched from other servers. Label: `outcome` (`ok`, `refused`, `failed`, `too_large`, `timeout`).
pub const FETCHES: &str = "kith_fetches_total";
/// Time of one fetch, redirects included, in seconds.
pub const FETCH_SECONDS: &str = "kith_fetch_seconds";
/// Jobs that ended. Labels: `job` (its queue name), `outcome` (`done`, `retried`, `parked`).
pub const JOBS: &str = "kith_jobs_total";
/// Time of one job, in seconds. Label: `job`.
pub const JOB_SECONDS: &str = "kith_job_seconds";
/// Jobs that could run now.
pub const JOBS_DUE: &str = "kith_jobs_due";
/// Jobs that failed for good.
pub const JOBS_PARKED: &str = "kith_jobs_parked";
/// Time of one commit to the database, in seconds.
pub const COMMIT_SECONDS: &str = "kith_database_commit_seconds";
/// Transactions committed; several share one commit with SQLite.
pub const COMMIT_UNITS: &str = "kith_database_units_total";
/// Attempts to log in. Label: `outcome` (`ok`, `wrong`, `throttled`).
pub const LOGINS: &str = "kith_logins_total";
/// Requests refused by a limit. Label: `limit` (the key under `limits`).
pub const THROTTLED: &str = "kith_throttled_total";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every metric with its kind and the help text that scrapers show.
const ALL: &[(&str, Kind, &str)] = &[
    (
        HTTP_REQUESTS,
        Kind::Counter,
        "Requests answered, by method, route and status.",
    ),
    (
        HTTP_SECONDS,
        Kind::Histogram,
        "Time from a request to its answer.",
    ),
    (
        INBOX_ACTIVITIES,
        Kind::Counter,
        "Activities received, by outcome.",
    ),
    (
        INBOX_SECONDS,
        Kind::Histogram,
        "Time from an activity's arrival to its effect.",
    ),
    (
        INBOX_WAITING,
        Kind::Gauge,
        "Activities stored and not yet processed.",
    ),
    (
        INBOX_PARKED,
        Kind::Gauge,
        "Activities that failed and are parked.",
    ),
    (
        SIGNATURES,
        Kind::Counter,
        "Signatures checked, by scheme and outcome.",
    ),
    (
        DELIVERIES,
        Kind::Counter,
        "Attempts to deliver, by outcome.",
    ),
    (
        DELIVERY_SECONDS,
        Kind::Histogram,
        "Time of one attempt to deliver.",
    ),
    (
        DELIVERIES_DUE,
        Kind::Gauge,
        "Deliveries that could be attempted now.",
    ),
    (
        DELIVERIES_DELAYED,
        Kind::Gauge,
        "Deliveries that wait for their next attempt.",
    ),
    (
        DELIVERIES_PARKED,
        Kind::Gauge,
        "Deliveries that were given up for now.",
    ),
    (HOSTS_PAUSED, Kind::Gauge, "Hosts paused after failures."),
    (HOSTS_DEAD, Kind::Gauge, "Hosts silent for a week."),
    (FETCHES, Kind::Counter, "Documents fetched, by outcome."),
    (FETCH_SECONDS, Kind::Histogram, "Time of one fetch."),
    (JOBS, Kind::Counter, "Jobs that ended, by name and outcome."),
    (JOB_SECONDS, Kind::Histogram, "Time of one job."),
    (JOBS_DUE, Kind::Gauge, "Jobs that could run now."),
    (JOBS_PARKED, Kind::Gauge, "Jobs that failed for good."),
    (
        COMMIT_SECONDS,
        Kind::Histogram,
        "Time of one commit to the database.",
    ),
    (COMMIT_UNITS, Kind::Counter, "Transactions committed."),
    (LOGINS, Kind::Counter, "Attempts to log in, by outcome."),
    (
        THROTTLED,
        Kind::Counter,
        "Requests refused by a limit, by its key.",
    ),
];

/// Upper bounds in seconds, from a row read to a peer's time-out.
const SECONDS: &[f64] = &[
    0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0,
];

/// What was counted since the process started. Clones read the same numbers.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Collects what `metrics::counter!` and its siblings record in the whole process.
    ///
    /// # Errors
    /// [`TelemetryError::Metrics`] the second time.
    pub fn install() -> Result<Self, TelemetryError> {
        let handle = builder()
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(TelemetryError::Metrics)?;
        describe();
        Ok(Self(handle))
    }

    /// Everything in Prometheus' text format (version 0.0.4).
    #[must_use]
    pub fn render(&self) -> String {
        // Without this, samples of histograms pile up between scrapes.
        self.0.run_upkeep();
        self.0.render()
    }
}

fn builder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    ALL.iter()
        .filter(|(_, kind, _)| *kind == Kind::Histogram)
        .try_fold(PrometheusBuilder::new(), |builder, (name, _, _)| {
            builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), SECONDS)
        })
}

fn describe() {
    for (name, kind, help) in ALL {
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, *help),
            Kind::Histogram => metrics::describe_histogram!(*name, metrics::Unit::Seconds, *help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{ALL, HTTP_SECONDS, INBOX_ACTIVITIES, Kind, Metrics, builder};

    #[test]
    fn what_was_counted_is_rendered() {
        let recorder = builder().unwrap().build_recorder();
        let metrics = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            super::describe();
            metrics::counter!(INBOX_ACTIVITIES, "outcome" => "accepted").increment(2);
            metrics::histogram!(HTTP_SECONDS, "route" => "/people/{name}").record(0.02);
        });
        let text = metrics.render();
        assert!(
            text.contains("kith_inbox_activities_total{outcome=\"accepted\"} 2"),
            "{text}"
        );
        assert!(
            text.contains(
                "kith_http_request_seconds_bucket{route=\"/people/{name}\",le=\"0.03\"} 1"
            ),
            "{text}"
        );
        assert!(
            text.contains("# HELP kith_inbox_activities_total Activities received, by outcome."),
            "{text}"
        );
    }

    #[test]
    fn metrics_are_installed_once() {
        assert!(Metrics::install().is_ok());
        assert!(Metrics::install().is_err());
    }

    #[test]
    fn names_say_what_they_count() {
        let names: HashSet<_> = ALL.iter().map(|(name, _, _)| *name).collect();
        assert_eq!(names.len(), ALL.len());
        for (name, kind, help) in ALL {
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert_eq!(
                name.ends_with("_seconds"),
                *kind == Kind::Histogram,
                "{name}"
            );
            assert!(name.starts_with("kith_") && help.ends_with('.'), "{name}");
        }
    }
}
