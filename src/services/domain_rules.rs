//! What this instance decides about other servers.

use crate::domain::moderation::{self, DomainRule};
use crate::store::signals::Topic;
use crate::store::{self, Error};

use super::Ctx;

/// Sets the rules given, each in place of the one its domain had. All processes hear of it within a second.
///
/// # Errors
/// When the database fails.
pub async fn set(ctx: &Ctx, rules: &[DomainRule]) -> Result<(), Error> {
    let now = ctx.now();
    let signal = ctx.id();
    ctx.store
        .transaction(async |tx| {
            for rule in rules {
                let rule = DomainRule {
                    domain: moderation::fold(&rule.domain),
                    ..rule.clone()
                };
                store::domain_rules::upsert(tx, &rule, now).await?;
            }
            store::signals::insert(tx, signal, Topic::DomainRules, "").await
        })
        .await
}

/// Removes the rule about `domain`; `false` when there was none.
///
/// # Errors
/// When the database fails.
pub async fn remove(ctx: &Ctx, domain: &str) -> Result<bool, Error> {
    let domain = moderation::fold(domain);
    let signal = ctx.id();
    ctx.store
        .transaction(async |tx| {
            let removed = store::domain_rules::delete(tx, &domain).await?;
            store::signals::insert(tx, signal, Topic::DomainRules, "").await?;
            Ok(removed)
        })
        .await
}

/// All rules, by domain.
///
/// # Errors
/// When the database fails.
pub async fn list(ctx: &Ctx) -> Result<Vec<DomainRule>, Error> {
    let mut reader = ctx.store.reader().await?;
    store::domain_rules::list(&mut reader).await
}
