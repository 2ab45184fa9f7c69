//! What other processes must hear of, and which processes there are.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{NODES, first_id_at};

use super::Conn;
use super::backend::Both;
use super::error::{Error, Result};
use super::schema::{processes, signals};

words! {
    /// What changed.
    pub enum Topic {
        /// The domain rules.
        DomainRules = "domain-rules",
        /// An actor, its keys or its account; the subject is its id.
        Actor = "actor",
        /// A post was edited; the subject is its id.
        PostEdited = "post-edited",
        /// A post is gone; the subject is its id, its author's and its audience.
        PostDeleted = "post-deleted",
    }
}

/// Tells all processes, when this transaction commits, that something cached changed.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, id: i64, topic: Topic, subject: &str) -> Result<()> {
    diesel::insert_into(signals::table)
        .values((
            signals::id.eq(id),
            signals::topic.eq(topic.as_str()),
            signals::subject.eq(subject),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Signals with ids made since `since`, oldest first. Commits may come out of order: ask with an overlap and
/// skip what was seen.
///
/// # Errors
/// When the database fails.
pub async fn list_since(c: &mut Conn, since: Timestamp) -> Result<Vec<(i64, Topic, String)>> {
    let rows: Vec<(i64, String, String)> = signals::table
        .filter(signals::id.ge(first_id_at(since)))
        .order(signals::id)
        .limit(1_000)
        .select((signals::id, signals::topic, signals::subject))
        .load(c)
        .await?;
    // A topic that a newer version of the program wrote says nothing to this one.
    Ok(rows
        .into_iter()
        .filter_map(|(id, topic, subject)| Some((id, Topic::parse(&topic)?, subject)))
        .collect())
}

/// Forgets signals made before `before`.
///
/// # Errors
/// When the database fails.
pub async fn forget(c: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(
        diesel::delete(signals::table.filter(signals::id.lt(first_id_at(before))))
            .execute(c)
            .await?,
    )
}

/// Takes a process number that nobody has used since `stale`; it goes into every id this process makes.
///
/// # Errors
/// [`Error::InUse`] when all numbers are taken.
pub async fn register_process(
    c: &mut Conn,
    start: i64,
    now: Timestamp,
    stale: Timestamp,
) -> Result<i64> {
    diesel::delete(processes::table.filter(processes::seen_at.lt(stale.micros())))
        .execute(c)
        .await?;
    for offset in 0..NODES {
        let node = (start + offset).rem_euclid(NODES);
        let taken = Both(
            diesel::insert_into(processes::table)
                .values((
                    processes::node.eq(node),
                    processes::started_at.eq(now.micros()),
                    processes::seen_at.eq(now.micros()),
                ))
                .on_conflict_do_nothing(),
        )
        .execute(c)
        .await?;
        if taken > 0 {
            return Ok(node);
        }
    }
    Err(Error::InUse)
}

/// Says that this process is alive; `false` when its number was given away meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn keep_process(c: &mut Conn, node: i64, now: Timestamp) -> Result<bool> {
    Ok(diesel::update(processes::table.find(node))
        .set(processes::seen_at.eq(now.micros()))
        .execute(c)
        .await?
        > 0)
}

/// Gives a process number back.
///
/// # Errors
/// When the database fails.
pub async fn leave_process(c: &mut Conn, node: i64) -> Result<()> {
    diesel::delete(processes::table.find(node))
        .execute(c)
        .await?;
    Ok(())
}
