//! `kith domain`: rules about other servers.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::{Common, domain_csv, print};
use crate::app::App;
use crate::domain::moderation::{DomainAction, DomainRule, fold};
use crate::services::domain_rules;

#[derive(Debug, Subcommand)]
pub(super) enum Domain {
    /// Take nothing from a server and everything below it, and send it nothing
    Block {
        domain: String,
        /// What visitors may read about it
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Let its people reach only those who follow them
    Limit {
        domain: String,
        /// What visitors may read about it
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Let it take part, in allow-list mode or below a blocked domain
    Allow { domain: String },
    /// Remove the rule about a server
    Remove { domain: String },
    /// List all rules
    List,
    /// Add the rules of a CSV file as Mastodon writes it
    Import { file: PathBuf },
    /// Write blocks and limits as Mastodon reads them
    Export { file: PathBuf },
}

impl Domain {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        match self {
            Domain::Block { domain, comment } => {
                set(app, &domain, DomainAction::Block, comment).await
            }
            Domain::Limit { domain, comment } => {
                set(app, &domain, DomainAction::Limit, comment).await
            }
            Domain::Allow { domain } => set(app, &domain, DomainAction::Allow, String::new()).await,
            Domain::Remove { domain } => {
                if !domain_rules::remove(&app.ctx, &domain).await? {
                    bail!("there is no rule about {domain}; see `kith domain list`");
                }
                print::line(&format!("The rule about {domain} is gone."))
            }
            Domain::List => list(app, common).await,
            Domain::Import { file } => import(app, &file).await,
            Domain::Export { file } => export(app, &file).await,
        }
    }
}

async fn set(app: &App, domain: &str, action: DomainAction, comment: String) -> anyhow::Result<()> {
    let rule = DomainRule {
        domain: checked(domain)?,
        action,
        public_comment: comment,
        private_comment: String::new(),
    };
    domain_rules::set(&app.ctx, std::slice::from_ref(&rule)).await?;
    print::line(&format!("{}: {action}", rule.domain))
}

/// A domain as rules hold it. A rule with a typing mistake would protect nobody.
fn checked(text: &str) -> anyhow::Result<String> {
    let domain = fold(&idna::domain_to_ascii(text.trim())?);
    let is_name = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    if is_name {
        Ok(domain)
    } else {
        bail!("`{text}` is no domain; write it like `peer.example`")
    }
}

async fn list(app: &App, common: &Common) -> anyhow::Result<()> {
    let rules = domain_rules::list(&app.ctx).await?;
    if common.json {
        let rules: Vec<_> = rules
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "domain": rule.domain, "action": rule.action.as_str(),
                    "public_comment": rule.public_comment, "private_comment": rule.private_comment,
                })
            })
            .collect();
        return print::json(&rules);
    }
    let rows: Vec<_> = rules
        .into_iter()
        .map(|rule| [rule.domain, rule.action.to_string(), rule.public_comment])
        .collect();
    print::table(["DOMAIN", "RULE", "COMMENT"], &rows)
}

async fn import(app: &App, file: &std::path::Path) -> anyhow::Result<()> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let read = domain_csv::read(&bytes)?;
    let mut rules = Vec::new();
    let mut skipped = read.skipped;
    for rule in read.rules {
        match checked(&rule.domain) {
            Ok(domain) => rules.push(DomainRule { domain, ..rule }),
            // Some lists hold names with letters replaced by asterisks: they name nobody.
            Err(_) => skipped += 1,
        }
    }
    domain_rules::set(&app.ctx, &rules).await?;
    print::line(&format!(
        "{} rules taken, {skipped} lines skipped.",
        rules.len()
    ))
}

async fn export(app: &App, file: &std::path::Path) -> anyhow::Result<()> {
    let rules = domain_rules::list(&app.ctx).await?;
    let text = domain_csv::write(&rules)?;
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    print::line(&format!("Written to {}.", file.display()))
}
