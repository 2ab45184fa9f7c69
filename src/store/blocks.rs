//! Who blocks whom, and whose domains.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, RowId};
use crate::domain::relation::Block;

use super::Conn;
use super::backend::Both;
use super::error::Result;
use super::schema::{blocks, domain_blocks};

type Row = (i64, i64, i64, String, i64);

fn block((id, actor, target, uri, created_at): Row) -> Block {
    Block {
        id: RowId(id),
        actor: ActorId(actor),
        target: ActorId(target),
        uri,
        created_at: Timestamp::from_micros(created_at),
    }
}

/// Adds a block; `false` when there was one.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, block: &Block) -> Result<bool> {
    let new = Both(
        diesel::insert_into(blocks::table)
            .values((
                blocks::id.eq(block.id.0),
                blocks::actor_id.eq(block.actor.0),
                blocks::target_id.eq(block.target.0),
                blocks::uri.eq(&block.uri),
                blocks::created_at.eq(block.created_at.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(new > 0)
}

/// The block of `target` by `actor`.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<Option<Block>> {
    let row: Option<Row> = blocks::table
        .filter(
            blocks::actor_id
                .eq(actor.0)
                .and(blocks::target_id.eq(target.0)),
        )
        .select(blocks::all_columns)
        .first(c)
        .await
        .optional()?;
    Ok(row.map(block))
}

/// The block that the activity `uri` of `actor` made.
///
/// # Errors
/// When the database fails.
pub async fn find_by_uri(c: &mut Conn, actor: ActorId, uri: &str) -> Result<Option<Block>> {
    let row: Option<Row> = blocks::table
        .filter(blocks::actor_id.eq(actor.0).and(blocks::uri.eq(uri)))
        .select(blocks::all_columns)
        .first(c)
        .await
        .optional()?;
    Ok(row.map(block))
}

/// Whether `actor` blocks `target`.
///
/// # Errors
/// When the database fails.
pub async fn exists(c: &mut Conn, actor: ActorId, target: ActorId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        blocks::table.filter(
            blocks::actor_id
                .eq(actor.0)
                .and(blocks::target_id.eq(target.0)),
        ),
    ))
    .get_result(c)
    .await?)
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: RowId) -> Result<()> {
    diesel::delete(blocks::table.find(id.0)).execute(c).await?;
    Ok(())
}

/// Whether one of two blocks the other.
///
/// # Errors
/// When the database fails.
pub async fn stand_between(c: &mut Conn, one: ActorId, other: ActorId) -> Result<bool> {
    let to = blocks::actor_id
        .eq(one.0)
        .and(blocks::target_id.eq(other.0));
    let from = blocks::actor_id
        .eq(other.0)
        .and(blocks::target_id.eq(one.0));
    Ok(
        diesel::select(diesel::dsl::exists(blocks::table.filter(to.or(from))))
            .get_result(c)
            .await?,
    )
}

/// Whom `actor` blocks, with the keys of the blocks; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    c: &mut Conn,
    actor: ActorId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, ActorId)>> {
    let found: Vec<(i64, i64)> = blocks::table
        .filter(
            blocks::actor_id
                .eq(actor.0)
                .and(blocks::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(blocks::id.desc())
        .limit(limit)
        .select((blocks::id, blocks::target_id))
        .load(c)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, of)| (id, ActorId(of)))
        .collect())
}

/// Adds a domain that `actor` blocks.
///
/// # Errors
/// When the database fails.
pub async fn insert_domain(
    c: &mut Conn,
    id: RowId,
    (actor, domain): (ActorId, &str),
    now: Timestamp,
) -> Result<bool> {
    let new = Both(
        diesel::insert_into(domain_blocks::table)
            .values((
                domain_blocks::id.eq(id.0),
                domain_blocks::actor_id.eq(actor.0),
                domain_blocks::domain.eq(domain),
                domain_blocks::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(new > 0)
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete_domain(c: &mut Conn, actor: ActorId, domain: &str) -> Result<()> {
    diesel::delete(
        domain_blocks::table.filter(
            domain_blocks::actor_id
                .eq(actor.0)
                .and(domain_blocks::domain.eq(domain)),
        ),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// The domains that `actor` blocks, with their keys; latest first, older than `before`. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_domains(
    c: &mut Conn,
    actor: ActorId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, String)>> {
    Ok(domain_blocks::table
        .filter(
            domain_blocks::actor_id
                .eq(actor.0)
                .and(domain_blocks::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(domain_blocks::id.desc())
        .limit(limit)
        .select((domain_blocks::id, domain_blocks::domain))
        .load(c)
        .await?)
}
