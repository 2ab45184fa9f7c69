//! What this instance decided about other servers.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::moderation::{DomainAction, DomainRule};

use super::Conn;
use super::backend::Both;
use super::error::{Result, word};
use super::schema::domain_rules;

/// All rules, by domain.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn) -> Result<Vec<DomainRule>> {
    let rows: Vec<(String, String, String, String)> = domain_rules::table
        .order(domain_rules::domain)
        .select((
            domain_rules::domain,
            domain_rules::action,
            domain_rules::public_comment,
            domain_rules::private_comment,
        ))
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(domain, action, public_comment, private_comment)| {
            let action = word("domain_rules.action", DomainAction::parse(&action))?;
            Ok(DomainRule {
                domain,
                action,
                public_comment,
                private_comment,
            })
        })
        .collect()
}

/// Adds a rule or replaces the one for its domain.
///
/// # Errors
/// When the database fails.
pub async fn upsert(c: &mut Conn, rule: &DomainRule, now: Timestamp) -> Result<()> {
    Both(
        diesel::insert_into(domain_rules::table)
            .values((
                domain_rules::domain.eq(&rule.domain),
                domain_rules::action.eq(rule.action.as_str()),
                domain_rules::public_comment.eq(&rule.public_comment),
                domain_rules::private_comment.eq(&rule.private_comment),
                domain_rules::created_at.eq(now.micros()),
            ))
            .on_conflict(domain_rules::domain)
            .do_update()
            .set((
                domain_rules::action.eq(excluded(domain_rules::action)),
                domain_rules::public_comment.eq(excluded(domain_rules::public_comment)),
                domain_rules::private_comment.eq(excluded(domain_rules::private_comment)),
            )),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// Removes the rule for a domain; `false` when there was none.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, domain: &str) -> Result<bool> {
    Ok(diesel::delete(domain_rules::table.find(domain))
        .execute(c)
        .await?
        > 0)
}
