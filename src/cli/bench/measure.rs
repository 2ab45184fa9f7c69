//! CPU time and memory of processes as Linux counts them, and the rates they lead to.

use std::time::{Duration, Instant};

use anyhow::Context as _;

/// What the kernel counts CPU time in: `USER_HZ` is 100 on every Linux that Rust knows.
const TICK: Duration = Duration::from_millis(10);
/// How long a ceiling is measured.
const CEILING: Duration = Duration::from_millis(1500);

/// The CPU time that process `pid` has taken, in user mode and in the kernel.
pub(super) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .context("the process's CPU time cannot be read; benchmarks need Linux")?;
    // The name of the process may hold spaces and parentheses; what follows the last one does not.
    let (_, fields) = text
        .rsplit_once(')')
        .context("/proc/PID/stat has no name")?;
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u32>)
        .sum::<Result<u32, _>>()?;
    Ok(TICK * ticks)
}

/// Anonymous resident memory of process `pid`, in MiB.
pub(super) fn anonymous_mib(pid: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib: u32 = text
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.split_whitespace().next())
        .context("the kernel does not tell RssAnon")?
        .parse()?;
    Ok(f64::from(kib) / 1024.0)
}

/// CPU time of PostgreSQL's processes that serve `database` on this machine. Zero where there are none to see.
pub(super) fn backends_cpu(database: &str) -> Duration {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Duration::ZERO;
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
                let line = String::from_utf8_lossy(&line).into_owned();
                line.starts_with("postgres:") && line.contains(database)
            })
        })
        .filter_map(|pid| cpu(pid).ok())
        .sum()
}

/// How often `work` can be done in a second of this process's CPU time. Nothing else may run in it meanwhile.
pub(super) fn ceiling(mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let (begun, before) = (Instant::now(), cpu(std::process::id())?);
    let mut count = 0_u32;
    while begun.elapsed() < CEILING {
        work()?;
        count += 1;
    }
    let taken = cpu(std::process::id())?.saturating_sub(before);
    Ok(f64::from(count) / taken.max(TICK).as_secs_f64())
}

/// Microseconds of `taken` for each of `count`.
pub(super) fn each_us(taken: Duration, count: usize) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    taken.as_secs_f64() * 1e6 / f64::from(count)
}

/// How many could be done in a second if each takes this many microseconds. At least a tick is taken to have passed.
pub(super) fn rate(us: f64, count: usize) -> f64 {
    1e6 / us.max(each_us(TICK, count))
}

/// The latency below which `percent` of `sorted` lie, in milliseconds.
pub(super) fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
}
