//! How somebody stands to many others at once.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::actor::Actor;
use crate::domain::clock::Timestamp;
use crate::domain::ids::ActorId;
use crate::domain::relation::{Stances, domains_of};

use super::Conn;
use super::backend::padded;
use super::error::Result;
use super::schema::{blocks, domain_blocks, mutes};

/// Blocks and mutes between `viewer` and each of `others`.
///
/// # Errors
/// When the database fails.
pub async fn among<'a>(
    c: &mut Conn,
    viewer: ActorId,
    others: impl Iterator<Item = &'a Actor>,
    now: Timestamp,
) -> Result<Stances> {
    let mut ids = Vec::new();
    let mut domains = HashSet::new();
    for actor in others.filter(|actor| actor.id != viewer) {
        ids.push(actor.id.0);
        if !actor.local {
            domains.extend(domains_of(&actor.host));
        }
    }
    if ids.is_empty() {
        return Ok(Stances::default());
    }
    let ids = padded(ids);
    let to = blocks::actor_id
        .eq(viewer.0)
        .and(blocks::target_id.eq_any(&ids));
    let from = blocks::target_id
        .eq(viewer.0)
        .and(blocks::actor_id.eq_any(&ids));
    let between: Vec<(i64, i64)> = blocks::table
        .filter(to.or(from))
        .select((blocks::actor_id, blocks::target_id))
        .load(c)
        .await?;
    let muted: Vec<i64> = mutes::table
        .filter(
            mutes::actor_id
                .eq(viewer.0)
                .and(mutes::target_id.eq_any(&ids)),
        )
        .filter(mutes::ends_at.is_null().or(mutes::ends_at.gt(now.micros())))
        .select(mutes::target_id)
        .load(c)
        .await?;
    let mut stances = Stances {
        muted: muted.into_iter().map(ActorId).collect(),
        domains: domains_among(c, viewer, domains).await?,
        ..Stances::default()
    };
    for (actor, target) in between {
        if actor == viewer.0 {
            stances.blocked.insert(ActorId(target));
        } else {
            stances.blocked_by.insert(ActorId(actor));
        }
    }
    Ok(stances)
}

async fn domains_among(
    c: &mut Conn,
    viewer: ActorId,
    domains: HashSet<&str>,
) -> Result<HashSet<String>> {
    if domains.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<String> = domain_blocks::table
        .filter(
            domain_blocks::actor_id
                .eq(viewer.0)
                .and(domain_blocks::domain.eq_any(domains.into_iter().collect::<Vec<_>>())),
        )
        .select(domain_blocks::domain)
        .load(c)
        .await?;
    Ok(found.into_iter().collect())
}
