//! What is remembered of other servers: how deliveries to them went, what they run, how they want to be signed to.
//!
//! Lock order on PostgreSQL: the host, then its lanes.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::backend::{Both, MultiBackend};
use super::schema::hosts;
use super::{Conn, Result, lanes, parked};
use crate::domain::clock::Timestamp;
use crate::domain::delivery::{HostHealth, TimeScale};

const CHUNK: usize = 500;
/// How often the other way of signing is tried on one host.
const GENERATION_TRIES: std::time::Duration = std::time::Duration::from_hours(24);

/// Another server, as far as deliveries care.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// With its port where it has one.
    pub host: String,
    pub health: HostHealth,
    /// The generation of signatures that it is known to accept.
    pub generation: Option<String>,
    /// Lower case, from its NodeInfo.
    pub software: Option<String>,
    pub software_version: Option<String>,
    /// When its NodeInfo was read; zero for never.
    pub software_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = hosts, check_for_backend(MultiBackend))]
struct Row {
    host: String,
    generation: Option<String>,
    software: Option<String>,
    software_version: Option<String>,
    software_at: i64,
    failures: i64,
    failing_since: Option<i64>,
    paused_until: i64,
    dead_at: Option<i64>,
}

impl From<Row> for Peer {
    fn from(row: Row) -> Self {
        Peer {
            host: row.host,
            health: HostHealth {
                failures: row.failures,
                failing_since: row.failing_since.map(Timestamp::from_micros),
                paused_until: Timestamp::from_micros(row.paused_until),
                dead_at: row.dead_at.map(Timestamp::from_micros),
            },
            generation: row.generation,
            software: row.software,
            software_version: row.software_version,
            software_at: Timestamp::from_micros(row.software_at),
        }
    }
}

/// What is known of `host`; `None` before anything was noted.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, host: &str) -> Result<Option<Peer>> {
    let row = hosts::table
        .find(host)
        .select(Row::as_select())
        .first(c)
        .await
        .optional()?;
    Ok(row.map(Peer::from))
}

/// What is known of these hosts, by host. Hosts of which nothing was noted are left out.
///
/// # Errors
/// When the database fails.
pub async fn list_among(c: &mut Conn, names: &[&str]) -> Result<HashMap<String, Peer>> {
    let mut found = HashMap::new();
    for chunk in names.chunks(CHUNK) {
        let rows: Vec<Row> = hosts::table
            .filter(hosts::host.eq_any(chunk))
            .select(Row::as_select())
            .load(c)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.host.clone(), row.into())));
    }
    Ok(found)
}

/// Hosts that are paused at `now` or dead, after `after` in order of their names; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_troubled(
    c: &mut Conn,
    now: Timestamp,
    after: &str,
    limit: i64,
) -> Result<Vec<Peer>> {
    let rows: Vec<Row> = hosts::table
        .filter(
            hosts::dead_at
                .is_not_null()
                .or(hosts::paused_until.gt(now.micros())),
        )
        .filter(hosts::host.gt(after))
        .order(hosts::host)
        .limit(limit)
        .select(Row::as_select())
        .load(c)
        .await?;
    Ok(rows.into_iter().map(Peer::from).collect())
}

/// How many hosts are paused at `now`, and how many are dead.
///
/// # Errors
/// When the database fails.
pub async fn count_troubled(c: &mut Conn, now: Timestamp) -> Result<(i64, i64)> {
    let paused = hosts::table
        .filter(hosts::dead_at.is_null())
        .filter(hosts::paused_until.gt(now.micros()))
        .count()
        .get_result(c)
        .await?;
    let dead = hosts::table
        .filter(hosts::dead_at.is_not_null())
        .count()
        .get_result(c)
        .await?;
    Ok((paused, dead))
}

/// Counts tries at `host`, oldest first: `true` for an answer, `false` for a failure of the host. Pauses it, declares it
/// dead or takes it back, and lets its lanes sleep or wake accordingly (promise R5). Returns its health afterwards.
///
/// # Errors
/// When the database fails.
pub async fn note_tries(
    tx: &mut Conn,
    host: &str,
    answered: &[bool],
    at: (Timestamp, TimeScale),
) -> Result<HostHealth> {
    let (now, scale) = at;
    ensure(tx, host).await?;
    if let Conn::Pg(pg) = tx {
        hosts::table
            .find(host)
            .select(hosts::host)
            .for_update()
            .load::<String>(pg)
            .await?;
    }
    let before = find(tx, host).await?.unwrap_or_default().health;
    let after = answered.iter().fold(before, |health, ok| {
        if *ok {
            HostHealth::after_success()
        } else {
            health.after_failure(now, scale)
        }
    });
    if after == before {
        return Ok(after);
    }
    write(tx, host, after, now).await?;
    if after.dead_at.is_some() {
        if before.dead_at.is_none() {
            tracing::warn!(
                peer.domain = host,
                "a server is dead; what waits for it is parked"
            );
        }
        parked::park_host(tx, host, now).await?;
    } else if after.paused_until > now {
        tracing::info!(peer.domain = host, until = %after.paused_until, "deliveries to a server are paused");
        lanes::postpone_host(tx, host, after.paused_until).await?;
    } else if before.dead_at.is_some() {
        parked::unpark_host(tx, host, now).await?;
    } else if before.paused_until > now {
        lanes::wake_host(tx, host, now).await?;
    }
    Ok(after)
}

/// Whether `host` is paused or dead: the look that [`heard_from`] is worth.
///
/// # Errors
/// When the database fails.
pub async fn is_troubled(c: &mut Conn, host: &str, now: Timestamp) -> Result<bool> {
    let found: Option<String> = hosts::table
        .find(host)
        .filter(
            hosts::dead_at
                .is_not_null()
                .or(hosts::paused_until.gt(now.micros())),
        )
        .select(hosts::host)
        .first(c)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// A verified request or answer came from `host`: if it was paused or dead, it is tried again at once, and what was
/// parked for it with it. Otherwise one index look-up. Returns whether there was anything to revive.
/// Call it before anything is enqueued in the same transaction: it locks the host's lanes.
///
/// # Errors
/// When the database fails.
pub async fn heard_from(tx: &mut Conn, host: &str, now: Timestamp) -> Result<bool> {
    let revived = diesel::update(
        hosts::table.find(host).filter(
            hosts::dead_at
                .is_not_null()
                .or(hosts::paused_until.gt(now.micros())),
        ),
    )
    .set((
        hosts::failures.eq(0),
        hosts::failing_since.eq(None::<i64>),
        hosts::paused_until.eq(0),
        hosts::dead_at.eq(None::<i64>),
        hosts::seen_at.eq(now.micros()),
    ))
    .execute(tx)
    .await?;
    if revived == 0 {
        return Ok(false);
    }
    tracing::info!(peer.domain = host, "a server was heard from again");
    parked::unpark_host(tx, host, now).await?;
    Ok(true)
}

/// Takes the one probe of a paused host: `paused_until` is what the caller saw, others wait until `until` now.
/// `false` when somebody else was first.
///
/// # Errors
/// When the database fails.
pub async fn take_probe(
    tx: &mut Conn,
    host: &str,
    paused_until: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let taken = diesel::update(
        hosts::table
            .find(host)
            .filter(hosts::paused_until.eq(paused_until.micros())),
    )
    .set(hosts::paused_until.eq(until.micros()))
    .execute(tx)
    .await?;
    Ok(taken > 0)
}

/// Takes the day's one try of another generation of signatures on `host`. `false` when it was taken already.
///
/// # Errors
/// When the database fails.
pub async fn take_generation_try(tx: &mut Conn, host: &str, now: Timestamp) -> Result<bool> {
    ensure(tx, host).await?;
    let taken = diesel::update(
        hosts::table
            .find(host)
            .filter(hosts::generation_tried_at.le(now.minus(GENERATION_TRIES).micros())),
    )
    .set(hosts::generation_tried_at.eq(now.micros()))
    .execute(tx)
    .await?;
    Ok(taken > 0)
}

/// Remembers which generation of signatures `host` accepts; `None` when that is no longer known.
///
/// # Errors
/// When the database fails.
pub async fn remember_generation(
    tx: &mut Conn,
    host: &str,
    generation: Option<&str>,
) -> Result<()> {
    ensure(tx, host).await?;
    diesel::update(hosts::table.find(host))
        .set(hosts::generation.eq(generation))
        .execute(tx)
        .await?;
    Ok(())
}

/// Remembers what `host` runs, as its NodeInfo says.
///
/// # Errors
/// When the database fails.
pub async fn remember_software(
    tx: &mut Conn,
    host: &str,
    software: Option<(&str, &str)>,
    now: Timestamp,
) -> Result<()> {
    ensure(tx, host).await?;
    let (name, version) = software.unzip();
    diesel::update(hosts::table.find(host))
        .set((
            hosts::software.eq(name.map(str::to_ascii_lowercase)),
            hosts::software_version.eq(version),
            hosts::software_at.eq(now.micros()),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

async fn write(tx: &mut Conn, host: &str, health: HostHealth, now: Timestamp) -> Result<()> {
    let row = hosts::table.find(host);
    diesel::update(row)
        .set((
            hosts::failures.eq(health.failures),
            hosts::failing_since.eq(health.failing_since.map(Timestamp::micros)),
            hosts::paused_until.eq(health.paused_until.micros()),
            hosts::dead_at.eq(health.dead_at.map(Timestamp::micros)),
        ))
        .execute(tx)
        .await?;
    if health.failures == 0 {
        diesel::update(row)
            .set(hosts::seen_at.eq(now.micros()))
            .execute(tx)
            .await?;
    }
    Ok(())
}

async fn ensure(tx: &mut Conn, host: &str) -> Result<()> {
    Both(
        diesel::insert_into(hosts::table)
            .values((
                hosts::host.eq(host),
                hosts::generation_tried_at.eq(0),
                hosts::software_at.eq(0),
                hosts::failures.eq(0),
                hosts::paused_until.eq(0),
                hosts::seen_at.eq(0),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(tx)
    .await?;
    Ok(())
}
